"""Many-to-many relations: the table or the entity between their two sides."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from scaffold.entities import names
from scaffold.errors import ScaffoldError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from scaffold.entities.entity import Entity, Field


def completed(entities: tuple[Entity, ...]) -> tuple[Entity, ...]:
    """Fill in by which references each `via` leads to its two sides, where they are not said.

    What cannot be told is left for `check_links` to refuse.
    """
    if not any(_is_open(field) for entity in entities for field in entity.fields):
        return entities
    by_name = {entity.name: entity for entity in entities}
    return tuple(
        replace(entity, fields=tuple(_completed(field, entity, by_name) for field in entity.fields))
        for entity in entities
    )


def _is_open(field: Field) -> bool:
    return field.via is not None and not field.through


def _completed(field: Field, entity: Entity, by_name: Mapping[str, Entity]) -> Field:
    association = by_name.get(field.via or "")
    if association is None or not _is_open(field):
        return field
    try:
        return replace(field, through=_through(field, entity, association))
    except ScaffoldError:
        return field


def check_links(entities: Iterable[Entity], by_name: Mapping[str, Entity]) -> None:
    """Refuse links that lead through what is not there, or not to both sides."""
    tables = {entity.table: entity.name for entity in by_name.values()}
    constraints: dict[str, str] = {}
    for entity in entities:
        for field in entity.links:
            where = f"{entity.name}.{field.name}"
            if field.via is not None:
                _check_via(field, entity, by_name)
                continue
            if field.table is None:
                raise ScaffoldError(f"`{where}` records no `table`")
            names.check_table(field.table, where, "table=")
            _take(tables, f"the table `{field.table}`", field.table, where)
            for name in _constraints(field.table, entity.name, str(field.to)):
                _take(constraints, f"the name `{name}`", name, where)


def _take(taken: dict[str, str], what: str, name: str, where: str) -> None:
    if name in taken:
        raise ScaffoldError(
            f"`{taken[name]}` and `{where}` would both need {what}",
            help="give one of them another table: table=...",
        )
    taken[name] = where


def columns(entity: str, target: str) -> tuple[str, str]:
    """Return the columns of a table between two entities."""
    one, other = f"{names.snake(entity)}_id", f"{names.snake(target)}_id"
    return (one, other) if one != other else (one, f"other_{other}")


def _constraints(table: str, entity: str, target: str) -> Iterator[str]:
    one, other = columns(entity, target)
    yield from (f"fk_{table}_{one}", f"fk_{table}_{other}", f"ix_{table}_{other}")


def _check_via(field: Field, entity: Entity, by_name: Mapping[str, Entity]) -> None:
    association = by_name.get(field.via or "")
    if association is None:
        raise _missing(field, entity, by_name)
    if association.name in (entity.name, field.to):
        raise ScaffoldError(
            f"`{entity.name}.{field.name}` goes through `{field.via}`, which is one of its two sides",
            note="what stands between refers to both sides",
            help=f"leave out `via` for a plain table: {field.name}:many,{field.to}",
        )
    if not field.through:
        _through(field, entity, association)
        return
    if len(field.through) != len({*field.through}) or len(field.through) != 2:  # noqa: PLR2004
        raise ScaffoldError(
            f"`{entity.name}.{field.name}` must go through two references of `{field.via}`",
            help=f"name its references to both sides: via={field.via}.this.other",
        )
    for reference, side in zip(field.through, (entity.name, str(field.to)), strict=True):
        known = _references(association, side)
        if reference not in known:
            raise ScaffoldError(
                f"`{entity.name}.{field.name}` goes through `{association.name}.{reference}`, which is "
                f"no reference to `{side}`",
                help=f"its references to `{side}` are {names.listed(known)}"
                if known
                else _give(association, side),
            )


def _missing(field: Field, entity: Entity, by_name: Mapping[str, Entity]) -> ScaffoldError:
    via, to = str(field.via), str(field.to)
    this, other = names.snake(entity.name), names.snake(to)
    if near := names.nearest(via, by_name.keys() - {entity.name, to}):
        help = f"an entity with a similar name exists: `{near}`"
    else:
        last = f"scaffold field add {entity.name} {field.name}:many,{to}:via={via}"
        references = f"{this}:{entity.name} {other if other != this else f'other_{other}'}:{to}"
        if other == this:
            references += ":back=..."
            last += f".{this}.other_{other}"
        help = (
            f"in this order: `{entity.name}` without `{field.name}`, "
            f"`scaffold model {via} {references}`, `{last}`"
        )
    return ScaffoldError(
        f"`{entity.name}.{field.name}` goes through `{via}`, which this project does not have; "
        "nothing was written",
        note=f"`{via}` refers to both sides, so it comes after them and before `{field.name}`",
        help=help,
    )


def _through(field: Field, entity: Entity, association: Entity) -> tuple[str, str]:
    """Return the references of the association to this entity and to the other one."""
    here = _reference(field, entity, association, entity.name, ())
    return here, _reference(field, entity, association, str(field.to), (here,))


def _reference(
    field: Field, entity: Entity, association: Entity, side: str, taken: tuple[str, ...]
) -> str:
    """Return the reference to one side: the only one, or the one that is called like it."""
    known = _references(association, side)
    found = [name for name in known if name not in taken]
    if not found:
        raise _unreferred(field, entity, association, side, is_second=bool(known))
    if len(found) == 1:
        return found[0]
    if (named := names.snake(side)) in found:
        return named
    raise _ambiguous(field, entity, association, side, found)


def _unreferred(
    field: Field, entity: Entity, association: Entity, side: str, *, is_second: bool
) -> ScaffoldError:
    unique = [each.name for each in association.references if each.to == side]
    return ScaffoldError(
        f"`{entity.name}.{field.name}` goes through `{association.name}`, which does not refer "
        f"to `{side}`" + (" twice" if is_second else ""),
        note=f"`{association.name}.{unique[0]}` is unique, so it leads to one row at most"
        if unique and not is_second
        else None,
        help=_give(association, side, "other_" if is_second else ""),
    )


def _references(association: Entity, side: str) -> list[str]:
    """Return the references to one side; a unique one would lead to one row at most."""
    return [
        each.name
        for each in association.references
        if each.to == side and each.type == "ref" and not each.unique
    ]


def _ambiguous(
    field: Field, entity: Entity, association: Entity, side: str, found: list[str]
) -> ScaffoldError:
    others = _references(association, str(field.to))
    other = others[-1] if others and others[-1] != found[0] else "other"
    return ScaffoldError(
        f"`{association.name}` refers to `{side}` by {names.listed(found)}, and "
        f"`{entity.name}.{field.name}` does not say by which it goes",
        help="name its references to this entity and to the other: "
        f"{field.name}:many,{field.to}:via={association.name}.{found[0]}.{other}",
    )


def _give(association: Entity, side: str, other: str = "") -> str:
    token = f"{other}{names.snake(side)}:{side}" + (":back=..." if other else "")
    return f"give it one: scaffold field add {association.name} {token}"
