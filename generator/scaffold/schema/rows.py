"""Who knows the values of the rows that exist, and hears what becomes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from scaffold.frozen import dataclass

if TYPE_CHECKING:
    from scaffold.schema.changes import Constraint
    from scaffold.schema.tables import Column, Table


@dataclass(frozen=True, slots=True)
class Given:
    """What rows that exist get in a column: a canonical text or null; `may_be_null` forces the column to."""

    text: str | None = None
    may_be_null: bool = False


class Rows(Protocol):
    """Who knows the values of the rows that exist, and hears what they lose."""

    cuts: bool
    """Whether values that are too long are cut; if not, the database refuses them."""

    def drop_table(self, table: Table) -> None:
        """Hear that a table goes with its rows."""

    def drop_column(self, table: Table, column: Column) -> None:
        """Hear that a column goes with its values."""

    def replace_column(self, table: Table, old: Column, new: Column) -> None:
        """Hear that the values of a column cannot become those of its new type."""

    def convert(self, table: Table, column: Column, loss: str) -> None:
        """Hear what the values of a column lose."""

    def add_constraint(self, table: Table, constraint: Constraint) -> None:
        """Hear of a constraint that rows may break."""

    def for_new(self, table: Table, column: Column) -> Given:
        """Say what the rows get in a column that they do not have."""

    def for_nulls(self, table: Table, column: Column) -> str | None:
        """Say what takes the place of nulls in a column that no longer allows them."""

    def for_misfits(self, table: Table, column: Column, what: str) -> Given | None:
        """Say what takes the place of values that do not fit any more; None leaves them."""
