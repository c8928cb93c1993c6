"""What entities have where people leave it to the rules: plurals, lengths, names of other sides."""

from dataclasses import replace
from typing import Any

from scaffold.entities import names
from scaffold.entities.entity import Entity, Field
from scaffold.entities.types import TypeTable
from scaffold.errors import ScaffoldError


def expand(entity: Entity, types: TypeTable) -> Entity:
    """Fill in what was left to the rules: plural, table, lengths, on_delete, back names, samples."""
    entity = filled_in(entity, types)
    if entity.samples or not (entity.checks or any(field.pattern for field in entity.fields)):
        return entity
    return _with_samples(entity, types)


def filled_in(entity: Entity, types: TypeTable) -> Entity:
    """Fill in all that was left to the rules but the samples."""
    plural = entity.plural or names.plural(entity.name)
    _refuse_unnamed_backs(entity)
    return replace(
        entity,
        plural=plural,
        table=entity.table or plural,
        fields=tuple(
            _expand_field(field, entity.name, plural, entity.table or plural, types)
            for field in entity.fields
        ),
    )


def _with_samples(entity: Entity, types: TypeTable) -> Entity:
    from scaffold.entities.entity_rules import (
        check_entity,  # few entities need samples, and finding them
    )
    from scaffold.entities.samples.rows import sample_rows

    check_entity(entity, types)
    rows = sample_rows(entity)
    return replace(entity, samples=tuple(tuple(row.items()) for row in rows))


def given(field: Field, types: TypeTable) -> Field:
    """Fill in what a field's type records when its arguments are left out."""
    row = types.get(field.type)
    missing: dict[str, Any] = {
        name: value
        for name, value in (row.given.items() if row else ())
        if getattr(field, name) is None
    }
    if field.is_reference and field.on_delete is None:
        missing["on_delete"] = "restrict"
    if field.of is not None and (item := types.get(field.of.type)):
        more: dict[str, Any] = {k: v for k, v in item.given.items() if getattr(field.of, k) is None}
        missing |= {"of": replace(field.of, **more)} if more else {}
    return replace(field, **missing) if missing else field


def _expand_field(field: Field, entity: str, plural: str, table: str, types: TypeTable) -> Field:
    if field.to is not None and field.back is None:
        field = replace(field, back=usual_back(field, entity, plural))
    if field.is_link and field.via is None and field.table is None:
        field = replace(field, table=usual_link_table(table, field.name))
    return given(field, types)


def usual_link_table(table: str, field: str) -> str:
    """Return the table of a link that has no name of its own."""
    return f"{table}_{field}"


def usual_back(field: Field, entity: str, plural: str) -> str:
    """Return what the other entity calls this one where no other name is given."""
    return names.snake(entity) if field.type == "one" else plural


def _refuse_unnamed_backs(entity: Entity) -> None:
    seen: dict[tuple[str, bool], str] = {}
    for field in entity.relations:
        if field.back is not None:
            continue
        target = str(field.to)
        default = (target, field.type == "one")
        kind = target if field.type == "ref" else f"{field.type},{target}"
        help = f"name it: {field.name}:{kind}:back=..."
        if target == entity.name:
            raise ScaffoldError(
                f"`{entity.name}.{field.name}` refers to `{entity.name}` itself and needs a name "
                "for the other side",
                help=help,
            )
        if default in seen:
            raise ScaffoldError(
                f"`{entity.name}.{field.name}` is the second relation to `{target}` and needs a "
                "name for the other side",
                note=f"the other side of `{entity.name}.{seen[default]}` has the default",
                help=help,
            )
        seen[default] = field.name
