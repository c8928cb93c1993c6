"""What can be wrong with what is asked for."""

from __future__ import annotations


class CheckError(Exception):
    """The command line or the settings ask for what there is not."""

    def __init__(self, message: str, help: str | None = None) -> None:
        """Keep what is wrong, and what to do."""
        super().__init__(message)
        self.message = message
        self.help = help
