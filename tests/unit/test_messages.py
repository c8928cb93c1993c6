"""What somebody else wrote cannot take a terminal over, nor fill it."""

from scaffold.errors import ScaffoldError


def test_a_message_has_nothing_that_a_terminal_obeys() -> None:
    error = ScaffoldError("`\x1b]0;owned\x07` \x9b31m\r\ntwo", note="\x08", help="\x7fü")

    assert ("`\\x1b]0;owned\\x07` \\x9b31m\\x0d\ntwo", "\\x08", "\\x7fü") == (
        error.message,
        error.note,
        error.help,
    )


def test_a_long_quote_is_shortened() -> None:
    error = ScaffoldError(f"`short` and `{'9' * 5000}` and more")

    assert f"`short` and `{'9' * 80}...{'9' * 20}` and more" == error.message
