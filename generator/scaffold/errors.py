"""What can go wrong, in words that say what to type next."""

from typing import ClassVar


class ScaffoldError(Exception):
    """Stop the command: `message` says what is wrong, `note` why, `help` what to type."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, note: str | None = None, help: str | None = None) -> None:
        """Keep the three parts apart; output decides how they look."""
        super().__init__(message)
        self.message = message
        self.note = note
        self.help = help


class UsageError(ScaffoldError):
    """The command line itself is wrong."""

    exit_code = 2


class ConflictError(ScaffoldError):
    """The change and what a person wrote are in each other's way."""

    exit_code = 3
