"""Add, remove, rename and alter fields."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from scaffold.edits.fills import checked_fills
from scaffold.edits.lookup import (
    entity_of_name,
    exchanged,
    field_of_name,
    quoted,
    settled,
    with_links,
)
from scaffold.entities import checks, names
from scaffold.entities.defaults import filled_in, usual_link_table
from scaffold.entities.edit import Edit
from scaffold.entities.fields import canonical_field
from scaffold.errors import ScaffoldError
from scaffold.grammar.fields import format_field

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from scaffold.edits.lookup import Entities
    from scaffold.entities.entity import Entity, Field
    from scaffold.entities.types import TypeTable


def add_fields(
    entities: Entities,
    types: TypeTable,
    name: str,
    new: Sequence[Field],
    fills: Mapping[str, str] | None = None,
) -> Edit:
    """Give an entity more fields, behind those that it has; what it has already is no change."""
    entity = entity_of_name(entities, name)
    known = {field.name: field for field in entity.fields}
    complete = _complete(entities, entity, new, types)
    for field in complete:
        if field != known.get(field.name, field):
            raise _other_field(entity, known[field.name], field, types)
    added = tuple(field for field in complete if field.name not in known)
    if not added:
        return Edit(entities)
    changed = settled(replace(entity, fields=(*entity.fields, *added)), types)
    filled = checked_fills(changed, fills or {}, entities, types)
    return Edit(
        exchanged(entities, entity, changed),
        fills=_of_entity(name, {key: filled[key] for key in filled if key not in known}),
    )


def remove_fields(
    entities: Entities, types: TypeTable, name: str, gone: Sequence[str], *, accepts_loss: bool
) -> Edit:
    """Take fields away from an entity; what needs one of them refuses that."""
    entity = entity_of_name(entities, name)
    for each in gone:
        field_of_name(entity, each)
        _refuse_needed(entity, each)
        _refuse_gone_through(entities, entity, each)
    rest = tuple(field for field in entity.fields if field.name not in gone)
    if not rest:
        raise ScaffoldError(
            f"`{name}` would have no fields left", help=f"remove it: scaffold destroy {name}"
        )
    changed = settled(replace(entity, fields=rest), types)
    return Edit(exchanged(entities, entity, changed), accepts_loss=accepts_loss)


def rename_field(
    entities: Entities,
    types: TypeTable,
    name: str,
    names_of_field: tuple[str, str],
    *,
    keep_column: bool = False,
) -> Edit:
    """Give a field its second name, wherever the entity speaks of it; its column follows."""
    old, new = names_of_field
    entity = entity_of_name(entities, name)
    known = [field.name for field in entity.fields]
    if old not in known and new in known:
        raise ScaffoldError(
            f"`{name}` has no field `{old}`",
            note=f"it has a field `{new}`: it may be renamed already",
        )
    field = field_of_name(entity, old)
    if old == new:
        return Edit(entities)
    names.check_field(new)
    if new in known:
        raise ScaffoldError(
            f"`{name}` has a field `{new}` already",
            help=f"choose another name, or rename that one first: scaffold field rename {name} "
            f"{new} ...",
        )
    column = field.column_name if keep_column and not field.is_link else field.column
    renamed = canonical_field(replace(field, name=new, column=column), types, name)
    if field.table == usual_link_table(entity.table, old) and not keep_column:
        renamed = replace(renamed, table=usual_link_table(entity.table, new))
    changed = _with_name(entity, field, renamed)
    others = (_going_through(each, name, old, new) for each in entities)
    return Edit(exchanged(tuple(others), entity, changed), field_renames={name: {old: new}})


def alter_fields(  # noqa: PLR0913  # what it changes, and how
    entities: Entities,
    types: TypeTable,
    name: str,
    declared: Sequence[Field],
    fills: Mapping[str, str] | None = None,
    *,
    accepts_loss: bool = False,
) -> Edit:
    """Declare fields anew, each in its place; what a declaration leaves out gets the default."""
    entity = entity_of_name(entities, name)
    for field in declared:
        _refuse_missing(entity, field, types)
    new = {field.name: field for field in _complete(entities, entity, declared, types)}
    if all(new.get(field.name, field) == field for field in entity.fields):
        return Edit(entities)
    fields = tuple(new.get(field.name, field) for field in entity.fields)
    changed = settled(replace(entity, fields=fields), types)
    return Edit(
        exchanged(entities, entity, changed),
        fills=_of_entity(name, checked_fills(changed, fills or {}, entities, types)),
        accepts_loss=accepts_loss,
        notes=tuple(_differences(entity, changed, types)),
    )


def _of_entity(name: str, fills: dict[str, str]) -> dict[str, dict[str, str]]:
    return {name: fills} if fills else {}


def _complete(
    entities: Entities, entity: Entity, new: Sequence[Field], types: TypeTable
) -> tuple[Field, ...]:
    """Return declared fields as the entity would record them."""
    filled = filled_in(replace(entity, fields=tuple(new)), types)
    return with_links(entities, filled).fields


def _other_field(entity: Entity, known: Field, field: Field, types: TypeTable) -> ScaffoldError:
    token = quoted([format_field(field, types)])
    return ScaffoldError(
        f"`{entity.name}` has a field `{field.name}` already",
        note=f"it is `{format_field(known, types)}`, and would be `{format_field(field, types)}`",
        help=f"change it: scaffold field alter {entity.name} {token}",
    )


def _refuse_missing(entity: Entity, field: Field, types: TypeTable) -> None:
    try:
        field_of_name(entity, field.name)
    except ScaffoldError as error:
        token = quoted([format_field(field, types)])
        error.help = f"{error.help}; to add it: scaffold field add {entity.name} {token}"
        raise


def _refuse_needed(entity: Entity, name: str) -> None:
    """Refuse to remove a field that a group or a check of the entity names."""
    found = list(_uses(entity, name))
    if found:
        wheres, options = zip(*found, strict=True)
        raise ScaffoldError(
            f"`{entity.name}.{name}` is needed by {' and '.join(wheres)}",
            help=f"drop what needs it first: scaffold alter {entity.name} {' '.join(options)}",
        )


def _refuse_gone_through(entities: Entities, entity: Entity, name: str) -> None:
    """Refuse to remove a reference by which relations of others go."""
    for other in entities:
        for field in other.links:
            if field.via == entity.name and name in field.through:
                raise ScaffoldError(
                    f"`{other.name}.{field.name}` goes through `{entity.name}.{name}`",
                    help=f"remove that first: scaffold field remove {other.name} {field.name}",
                )


def _going_through(entity: Entity, via: str, old: str, new: str) -> Entity:
    """Return an entity whose relations know the new name of a reference by which they go."""
    if all(field.via != via or old not in field.through for field in entity.links):
        return entity
    return replace(
        entity,
        fields=tuple(
            replace(field, through=tuple(new if each == old else each for each in field.through))
            if field.via == via
            else field
            for field in entity.fields
        ),
    )


def _uses(entity: Entity, name: str) -> Iterator[tuple[str, str]]:
    """Yield where an entity names a field, and the option that drops that."""
    for option in ("unique", "index"):
        for group in getattr(entity, option):
            if name in group:
                yield f"`--{option} {','.join(group)}`", f"--drop-{option} {','.join(group)}"
    for text in entity.checks:
        if name in checks.parse_check(text).names:
            yield f"the check `{text}`", quoted(["--drop-check", text])


def _with_name(entity: Entity, old: Field, new: Field) -> Entity:
    """Return the entity with one field renamed in it and in all that names it."""
    by_old = {old.name: new.name}

    def group(members: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(by_old.get(member, member) for member in members)

    return replace(
        entity,
        fields=tuple(new if field is old else field for field in entity.fields),
        unique=tuple(map(group, entity.unique)),
        index=tuple(map(group, entity.index)),
        checks=tuple(checks.with_names(text, by_old) for text in entity.checks),
        samples=tuple(
            tuple((by_old.get(key, key), value) for key, value in row) for row in entity.samples
        ),
    )


def _differences(old: Entity, new: Entity, types: TypeTable) -> Iterator[str]:
    for before, after in zip(old.fields, new.fields, strict=True):
        if before != after:
            shown = [format_field(field, types) for field in (before, after)]
            yield f"`{old.name}.{before.name}` was `{shown[0]}`, and is `{shown[1]}`"
