"""What disagrees in a project, in words that say what to type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scaffold.frozen import dataclass

if TYPE_CHECKING:
    from scaffold.errors import ScaffoldError

MIGRATE = 'write the revision that is missing: scaffold migrate "..."'


@dataclass(frozen=True, slots=True)
class Drift:
    """Where two of them disagree, and what mends it."""

    message: str
    note: str | None = None
    help: str | None = None

    @classmethod
    def of(cls, error: ScaffoldError) -> Drift:
        """Return what a command would have stopped with."""
        said = error.of_reading()
        return cls(said.message, said.note, said.help)
