"""Which fields of an entity have samples, and what checks see of these."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scaffold.entities import checks
from scaffold.entities.samples.evaluate import Value, value_of
from scaffold.entities.types import OPAQUE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scaffold.entities.entity import Entity, Field

Row = dict[str, str | None]
PRESENT = ""  # a value that no check looks into
ANY = "any"  # what an optional reference has where it must not be empty: a row of its own


def sampled_fields(entity: Entity) -> tuple[Field, ...]:
    """Return the fields whose values cannot just be any: those with a pattern or in a check.

    References are among them where tests may choose to leave them empty.
    """
    used = {name for text in entity.checks for name in checks.parse_check(text).names}
    return tuple(
        field
        for field in entity.fields
        if field.pattern is not None or (field.name in used and _is_chosen(field, entity))
    )


def _is_chosen(field: Field, entity: Entity) -> bool:
    # A row that has to refer to one of its own kind would need that one first.
    return field.to is None or (field.null and not field.readonly and field.to != entity.name)


def unchosen(entity: Entity) -> dict[str, Value]:
    """Return what a check sees of fields that no sample has: other rows, documents, and NULL."""
    return {
        field.name: seen(field, None if field.null else ANY, entity) if field.to else PRESENT
        for field in entity.fields
    }


def seen(field: Field, text: str | None, entity: Entity) -> Value:
    """Return what a check sees of a sample: of a reference, a number that no other has."""
    if field.to is None or text is None:
        return value_of(field, text)
    return entity.fields.index(field) + 1


def is_for_all(field: Field) -> bool:
    """Say whether a field is there in all rows or in none, without a value to choose."""
    return field.to is not None or field.type in OPAQUE


def unique_groups(entity: Entity, fields: Iterable[Field]) -> Iterator[tuple[str, ...]]:
    """Return the groups of sampled fields that are unique; with a reference, any group is."""
    by_name = {field.name: field for field in fields if field.to is None}
    yield from ((name,) for name, field in by_name.items() if field.unique)
    yield from (group for group in entity.unique if by_name.keys() >= {*group})
