"""What can go wrong, in words that say what to type next."""

from typing import ClassVar, Self

NOTHING_WRITTEN = "nothing was written"


class ScaffoldError(Exception):
    """Stop the command: `message` says what is wrong, `note` why, `help` what to type."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, note: str | None = None, help: str | None = None) -> None:
        """Keep the three parts apart; output decides how they look."""
        super().__init__(message)
        self.message = message
        self.note = note
        self.help = help

    def of_reading(self) -> Self:
        """Return the error as a command says it that never writes: without a word of writing."""
        message = self.message.removesuffix(f"; {NOTHING_WRITTEN}")
        return type(self)(message, self.note, self.help)


class UsageError(ScaffoldError):
    """The command line itself is wrong."""

    exit_code = 2


class ConflictError(ScaffoldError):
    """The change and what a person wrote are in each other's way."""

    exit_code = 3
