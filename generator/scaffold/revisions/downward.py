"""The rows on the way down: columns come back, what was in them does not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scaffold.entities.values import order
from scaffold.revisions.owners import SHARED, Known
from scaffold.schema.conversions import read_type
from scaffold.schema.literals import literals, neutral
from scaffold.schema.rows import Given
from scaffold.schema.tables import allowed_values

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scaffold.entities.entity import Entity, Field
    from scaffold.schema.changes import Constraint
    from scaffold.schema.tables import Column, Table


class Downward:
    """What the rows get when columns come back; `notes` say so in the revision.

    A required column gets its default, else a value that says nothing. Where one value for all
    rows cannot do, as in what is unique or refers to other rows, the column comes back nullable.
    """

    cuts = False

    def __init__(self, entities: Iterable[Entity]) -> None:
        self._known = Known(entities)
        self.notes: list[str] = []

    def drop_table(self, table: Table) -> None:
        """Let a table go."""

    def drop_column(self, table: Table, column: Column) -> None:
        """Let a column go."""

    def replace_column(self, table: Table, old: Column, new: Column) -> None:
        """Let the values of a column go."""

    def convert(self, table: Table, column: Column, loss: str) -> None:
        """Note what is lost a second time."""
        self.notes.append(
            f"Lost, or refused by the database: of {table.name}.{column.name} {loss}."
        )

    def add_constraint(self, table: Table, constraint: Constraint) -> None:
        """Leave it to the database whether the rows meet a constraint."""

    def for_new(self, table: Table, column: Column) -> Given:
        """Say what the rows get in a column that comes back."""
        name = f"{table.name}.{column.name}"
        shared = None if self._known.field(table, column) else SHARED.get(column.name)
        if shared is not None:
            return Given(shared)
        if column.server_default is not None:
            return Given()
        if column.nullable:
            self.notes.append(f"The values of {name} do not come back.")
            return Given()
        text = self._value(table, column)
        if text is None:
            self.notes.append(f"The values of {name} do not come back, and it may be null.")
            return Given(may_be_null=True)
        shown = "empty" if not text else f"`{text}`" if text.isalnum() else "its default"
        self.notes.append(f"The values of {name} do not come back: in each row it is {shown}.")
        return Given(text)

    def for_nulls(self, table: Table, column: Column) -> str | None:
        """Leave nulls to the database, which refuses them."""
        self.notes.append(
            f"Refused by the database while there are nulls in {table.name}.{column.name}."
        )
        return None

    def for_misfits(self, table: Table, column: Column, what: str) -> Given | None:
        """Let values become null that cannot be converted; leave others to their CHECK."""
        if allowed_values(table, column.name) is not None:
            self.notes.append(
                f"Refused by the database while {table.name}.{column.name} has {what}."
            )
            return None
        self.notes.append(f"Lost: of {table.name}.{column.name} {what}.")
        return Given()

    def _value(self, table: Table, column: Column) -> str | None:
        """Return one value for all rows, if that can be."""
        if any(column.name in unique.columns for unique in table.uniques):
            return None
        if any(key.column == column.name for key in table.foreign_keys):
            return None
        own = f'sa.column("{column.name}")'
        checks = [c.expression for c in table.checks if not c.expression.startswith(own)]
        if any(column.name in re.findall(r"\w+", text) for text in checks):
            return None
        kind = read_type(column.type)
        field = self._known.field(table, column)
        allowed = allowed_values(table, column.name)
        text = field.default if field is not None else None
        if text is None:
            text = allowed[0] if allowed else neutral(kind)
            if field is not None and text is not None:
                text = _within(field, text)
        return text if text is not None and literals(kind, text) else None


def _within(field: Field, text: str) -> str:
    """Move a value between the bounds that the database checks."""
    if field.type in {"str", "text"}:
        return text
    if field.min is not None and order(field, text) < order(field, field.min):  # type: ignore[operator]
        return field.min
    if field.max is not None and order(field, text) > order(field, field.max):  # type: ignore[operator]
        return field.max
    return text
