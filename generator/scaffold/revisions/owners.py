"""What is known of tables from the entities that they belong to."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from scaffold.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scaffold.entities.entity import Entity, Field
    from scaffold.schema.tables import Column, Table

# What the columns that entities share hold in a row that was there before them.
SHARED = {"created_at": "now", "updated_at": "now", "live": "true", "version": "1"}


@dataclass(frozen=True, slots=True)
class _Owner:
    """The entity that a table belongs to, and its fields by their columns."""

    entity: Entity
    fields: Mapping[str, Field]


def _owners(entities: Iterable[Entity]) -> dict[str, _Owner]:
    return {
        entity.table: _Owner(
            entity, {field.column_name: field for field in entity.fields if not field.is_link}
        )
        for entity in entities
    }


class Known:
    """What is known of tables from their entities."""

    def __init__(self, entities: Iterable[Entity]) -> None:
        self._entities = tuple(entities)

    @cached_property
    def _owners(self) -> dict[str, _Owner]:
        return _owners(self._entities)

    def field(self, table: Table, column: Column) -> Field | None:
        """Return the field that a column is for."""
        owner = self._owners.get(table.name)
        return owner.fields.get(column.name) if owner else None

    def is_shared(self, table: Table, column: str) -> bool:
        """Tell whether the template gives a column to all tables alike, rather than to a field."""
        owner = self._owners.get(table.name)
        return column in SHARED and (owner is None or column not in owner.fields)

    def label(self, table: Table, column: Column) -> str:
        """Name a column as people know it."""
        owner = self._owners.get(table.name)
        field = self.field(table, column)
        entity = owner.entity.name if owner else table.name
        return f"{entity}.{field.name if field else column.name}"

    def name(self, table: Table) -> str:
        """Name the entity or the relation of a table."""
        owner = self._owners.get(table.name)
        if owner is not None:
            return f"`{owner.entity.name}`"
        relations = (
            f"`{entity.name}.{field.name}`"
            for entity in self._entities
            for field in entity.fields
            if field.table == table.name
        )
        return next(relations, f"`{table.name}`")

    def fill(
        self, table: Table, column: Column, fills: Mapping[str, Mapping[str, str]]
    ) -> str | None:
        """Return the value that the edit has for the rows, by the name of the field or the column."""
        owner = self._owners.get(table.name)
        if owner is None:
            return None
        field = self.field(table, column)
        return fills.get(owner.entity.name, {}).get(field.name if field else column.name)
