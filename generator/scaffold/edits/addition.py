"""Add an entity."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from scaffold.entities.entity import Entity, in_order

if TYPE_CHECKING:
    from scaffold.entities.types import TypeTable


def add_entity(entities: tuple[Entity, ...], new: Entity, types: TypeTable) -> tuple[Entity, ...]:
    """Return the entities with a new one; another one of that name must not exist."""
    for entity in entities:
        if entity.name == new.name:
            from scaffold.edits.existing import exists_already
            from scaffold.edits.lookup import with_links  # only for those who need it

            new = with_links(entities, new)
            if replace(entity, samples=()) == replace(new, samples=()):
                return entities
            raise exists_already(entity, new, types)
    return in_order((*entities, new))
