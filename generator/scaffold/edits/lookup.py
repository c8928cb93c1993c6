"""Find what an edit is about, or say what it may have been; put the changed entity back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from scaffold.entities import names
from scaffold.entities.defaults import expand
from scaffold.entities.entity import Entity, in_order
from scaffold.errors import ScaffoldError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scaffold.entities.entity import Field
    from scaffold.entities.types import TypeTable

Entities = tuple[Entity, ...]


def entity_of_name(entities: Entities, name: str) -> Entity:
    """Return the entity of that name; refuse a name that none has."""
    known = [entity.name for entity in entities]
    if name in known:
        return entities[known.index(name)]
    near = names.nearest(name, known)
    raise ScaffoldError(
        f"this project has no entity `{name}`",
        help=f"an entity with a similar name exists: `{near}`"
        if near
        else f"its entities are {names.listed(known)}"
        if known
        else f"add it: scaffold model {name} ...",
    )


def field_of_name(entity: Entity, name: str) -> Field:
    """Return the field of that name; refuse a name that none has."""
    known = [field.name for field in entity.fields]
    if name in known:
        return entity.fields[known.index(name)]
    near = names.nearest(name, known)
    raise ScaffoldError(
        f"`{entity.name}` has no field `{name}`",
        help=f"a field with a similar name exists: `{near}`"
        if near
        else f"its fields are {names.listed(known)}",
    )


def settled(entity: Entity, types: TypeTable) -> Entity:
    """Return an entity whose fields changed, with samples that fit them."""
    return expand(replace(entity, samples=()), types)


def exchanged(entities: Entities, old: Entity, new: Entity) -> Entities:
    """Return the entities with one in another's place."""
    return in_order(new if each is old else each for each in entities)


def referring(entities: Entities, name: str) -> Iterator[tuple[Entity, Field]]:
    """Yield the relations of other entities that lead to this one, or through it."""
    for entity in entities:
        if entity.name != name:
            yield from (
                (entity, field) for field in entity.relations if name in (field.to, field.via)
            )


def with_links(entities: Entities, entity: Entity) -> Entity:
    """Return an entity beside these with what its links record of them."""
    if not any(field.via for field in entity.links):
        return entity
    from scaffold.entities.links import completed  # few entities have any

    others = (each for each in entities if each.name != entity.name)
    return completed((entity, *others))[0]


def quoted(items: Sequence[str]) -> str:
    """Return what a shell takes as these words."""
    import shlex

    return " ".join(
        # Which `shlex` would break up into pieces, for each quote one.
        f'"{item}"' if "'" in item and not set('"$`\\!') & set(item) else shlex.quote(item)
        for item in items
    )
