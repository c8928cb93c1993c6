"""A merge keeps the line ends of a person's file, whatever these are."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scaffold.plan.line_ends import plain, written_as
from scaffold.plan.merge_file import merge_file

BASE = b"one\ntwo\nthree\nfour\nfive\nsix\n"
NEW = BASE.replace(b"six\n", b"six\nseven\n")


def written(content: bytes, end: bytes) -> bytes:
    return content.replace(b"\n", end)


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("last", [True, False])
@pytest.mark.parametrize("path", ["a.txt", "a.py"])
def test_each_kind_of_line_end_is_kept(*, end: bytes, mark: bytes, last: bool, path: str) -> None:
    mine = BASE.replace(b"one\n", b"mine\n")
    ours = mark + written(mine if last else mine.removesuffix(b"\n"), end)
    theirs = BASE.replace(b"four\n", b"4\n")

    made = merge_file(path, ours, BASE, theirs)

    expected = mine.replace(b"four\n", b"4\n")
    assert made.conflicts == 0
    assert made.content == mark + written(expected if last else expected.removesuffix(b"\n"), end)


@pytest.mark.parametrize("end", [b"\r\n", b"\r"])
def test_lines_behind_a_last_one_without_an_end_get_the_same(end: bytes) -> None:
    ours = written(b"mine\n" + BASE.removesuffix(b"\n"), end)

    for theirs in (NEW, BASE.replace(b"two", b"2")):
        made = merge_file("a.txt", ours, BASE, theirs)

        assert made.content.replace(end, b"").count(b"\n") == 0
        assert made.content.replace(end, b"").count(b"\r") == 0


def test_mixed_line_ends_stay_where_they_are() -> None:
    ours = b"one\r\ntwo\nmine\r\nthree\r\nfour\nfive\r\nsix\r\n"

    made = merge_file("a.txt", ours, BASE, NEW)

    assert made.content == ours + b"seven\r\n"


line = st.sampled_from([b"a", b"b", b"", b"x y", b"\xc3\xbc"])
ending = st.sampled_from([b"\n", b"\r\n"])


@settings(max_examples=200, deadline=None)
@given(lines=st.lists(st.tuples(line, ending), max_size=8), last=st.booleans(), mark=st.booleans())
def test_what_nobody_changed_is_written_as_it_was(
    *, lines: list[tuple[bytes, bytes]], last: bool, mark: bool
) -> None:
    content = b"".join(text + end for text, end in lines) + (b"z" if last else b"")
    ours = (b"\xef\xbb\xbf" if mark else b"") + content

    assert written_as(ours, plain(ours)) == ours
