"""What can go wrong, in words that say what to type next."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import ClassVar, Self

NOTHING_WRITTEN = "nothing was written"
# What somebody else wrote is quoted: not in full where it is long, and with nothing in it that a
# terminal obeys.
_LONG = re.compile(r"(`[^`]{80})[^`]{200,}([^`]{20}`)")
CONTROLS = {code: f"\\x{code:02x}" for code in (*range(9), *range(11, 32), *range(127, 160))}
# These change the order in which it shows a line.
CONTROLS |= {code: f"\\u{code:04x}" for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}


def _quoted(text: str) -> str:
    return _LONG.sub(r"\1...\2", text).translate(CONTROLS)


class ScaffoldError(Exception):
    """Stop the command: `message` says what is wrong, `note` why, `help` what to type.

    `place` is the part of an entity that is wrong: its name, then as a document spells the way to
    it, such as ("Post", "fields", "title") or ("Post", "checks", "price > 0").
    """

    exit_code: ClassVar[int] = 1
    place: tuple[str, ...] = ()

    def __init__(self, message: str, note: str | None = None, help: str | None = None) -> None:
        """Keep the three parts apart; output decides how they look."""
        super().__init__(message)
        self.message = _quoted(message)
        self.note = note and _quoted(note)
        self.help = help and _quoted(help)

    @property
    def errors(self) -> "Sequence[ScaffoldError]":
        """Return the single errors, of which there is one here."""
        return (self,)

    def of_reading(self) -> Self:
        """Return the error as a command says it that never writes: without a word of writing."""
        message = self.message.removesuffix(f"; {NOTHING_WRITTEN}")
        return type(self)(message, self.note, self.help)


class JoinedError(ScaffoldError):
    """Several errors of one document."""

    def __init__(self, errors: Sequence[ScaffoldError]) -> None:
        """Keep all of them; the first one speaks where only one can."""
        super().__init__(errors[0].message, errors[0].note, errors[0].help)
        self._errors = tuple(errors)

    @property
    def errors(self) -> Sequence[ScaffoldError]:
        """Return the single errors, in the order of the document."""
        return self._errors

    def of_reading(self) -> Self:
        """Return the errors without a word of writing."""
        return type(self)([error.of_reading() for error in self._errors])


class UsageError(ScaffoldError):
    """The command line itself is wrong."""

    exit_code = 2


class ConflictError(ScaffoldError):
    """The change and what a person wrote are in each other's way."""

    exit_code = 3


@contextmanager
def within(*place: str) -> Iterator[None]:
    """Give errors their place, unless a closer one is known."""
    try:
        yield
    except ScaffoldError as error:
        for each in error.errors:
            each.place = each.place or place
        raise


class Collected:
    """Errors that do not end the work at once: a document is read to its end."""

    def __init__(self) -> None:
        """Begin without errors."""
        self._errors: list[ScaffoldError] = []

    def __enter__(self) -> Self:
        """Do nothing."""
        return self

    def __exit__(self, _kind: object, error: object, _trace: object) -> bool:
        """Keep the error, and go on after the block."""
        if isinstance(error, ScaffoldError):
            self._errors += error.errors
            return True
        return False

    def raise_any(self) -> None:
        """Raise the errors, if there are any."""
        if len(self._errors) == 1:
            raise self._errors[0]
        if self._errors:
            raise JoinedError(self._errors)
