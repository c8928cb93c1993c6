"""Rename, alter and destroy entities."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from scaffold.edits.lookup import entity_of_name, exchanged, referring, settled
from scaffold.entities import names
from scaffold.entities.defaults import usual_back, usual_link_table
from scaffold.entities.edit import Edit
from scaffold.entities.entity import in_order
from scaffold.errors import ScaffoldError
from scaffold.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.edits.lookup import Entities
    from scaffold.entities.entity import Entity, Field
    from scaffold.entities.types import TypeTable

Groups = tuple[tuple[str, ...], ...]
_Item = TypeVar("_Item", str, tuple[str, ...])


@dataclass(frozen=True, slots=True)
class Alteration:
    """What is to change of an entity's options; None leaves an option as it is."""

    plural: str | None = None
    table: str | None = None
    api: str | None = None
    page: str | None = None
    timestamps: bool | None = None
    soft_delete: bool | None = None
    lock: bool | None = None
    unique: Groups = ()
    index: Groups = ()
    checks: tuple[str, ...] = ()
    drop_unique: Groups = ()
    drop_index: Groups = ()
    drop_checks: tuple[str, ...] = ()


_PLAIN = ("api", "page", "timestamps", "soft_delete", "lock")


def alter_entity(
    entities: Entities,
    types: TypeTable,
    name: str,
    change: Alteration,
    *,
    accepts_loss: bool = False,
) -> Edit:
    """Change the options of an entity; what it has already is no change."""
    entity = entity_of_name(entities, name)
    plain = {key: getattr(change, key) for key in _PLAIN if getattr(change, key) is not None}
    changed = replace(
        entity,
        **plain,
        unique=_with(entity, "--unique", entity.unique, change.unique, change.drop_unique),
        index=_with(entity, "--index", entity.index, change.index, change.drop_index),
        checks=_with(entity, "--check", entity.checks, change.checks, change.drop_checks),
    )
    changed = _named(changed, entity, change.plural, change.table, keep_table=False)
    if changed == entity:
        return Edit(entities, accepts_loss=accepts_loss)
    if (changed.unique, changed.checks) != (entity.unique, entity.checks):
        changed = settled(changed, types)
    return Edit(
        exchanged(entities, entity, changed),
        entity_renames={name: name} if changed.plural != entity.plural else {},
        accepts_loss=accepts_loss,
        notes=tuple(_backs_that_follow(entity, changed)),
    )


def rename_entity(  # noqa: PLR0913  # what people may say of a name
    entities: Entities,
    old: str,
    new: str,
    *,
    plural: str | None = None,
    table: str | None = None,
    keep_table: bool = False,
) -> Edit:
    """Give an entity another name; what was derived from the old one follows, references do too."""
    known = {entity.name for entity in entities}
    if old not in known and new in known:
        raise ScaffoldError(
            f"this project has no entity `{old}`",
            note=f"it has an entity `{new}`: it may be renamed already",
        )
    entity = entity_of_name(entities, old)
    names.check_entity(new)
    if new != old and new in known:
        raise ScaffoldError(
            f"this project has an entity `{new}` already",
            help=f"choose another name, or rename that one first: scaffold rename {new} ...",
        )
    derived = entity.plural == names.plural(old)
    plural = plural or (names.plural(new) if derived else None)
    renamed = _named(replace(entity, name=new), entity, plural, table, keep_table=keep_table)
    if renamed == entity:
        return Edit(entities)
    changed = (_referring_to(renamed if each is entity else each, old, new) for each in entities)
    return Edit(
        in_order(changed),
        entity_renames={old: new},
        notes=(
            *_backs_that_follow(entity, renamed),
            *_names_that_stay(entities, entity, renamed, derived=derived),
        ),
    )


def destroy_entity(entities: Entities, name: str, *, accepts_loss: bool) -> Edit:
    """Remove an entity and both sides of its relations; refuse while others refer to it."""
    entity = entity_of_name(entities, name)
    others = list(referring(entities, name))
    if others:
        shown = names.listed(f"{other.name}.{field.name}" for other, field in others)
        first, field = others[0]
        verb = "refers" if len(others) == 1 else "refer"
        raise ScaffoldError(
            f"{shown} {verb} to `{name}`",
            help=f"remove what refers to it first: scaffold field remove {first.name} {field.name}",
        )
    rest = tuple(each for each in entities if each is not entity)
    return Edit(rest, accepts_loss=accepts_loss)


def _with(
    entity: Entity,
    option: str,
    present: tuple[_Item, ...],
    added: tuple[_Item, ...],
    dropped: tuple[_Item, ...],
) -> tuple[_Item, ...]:
    for each in dropped:
        if each not in present:
            raise _not_there(entity, option, _shown(each), [_shown(item) for item in present])
    rest = tuple(each for each in present if each not in dropped)
    return rest + tuple(each for each in added if each not in rest)


def _shown(item: str | tuple[str, ...]) -> str:
    return item if isinstance(item, str) else ",".join(item)


def _not_there(entity: Entity, option: str, item: str, present: list[str]) -> ScaffoldError:
    help = f"it has {names.listed(f'{option} {each}' for each in present)}" if present else None
    if option != "--check" and item in {field.name for field in entity.fields}:
        help = (
            "what one field says is taken back by declaring it without: "
            f"scaffold field alter {entity.name} {item}:..."
        )
    return ScaffoldError(f"`{entity.name}` has no `{option} {item}`", help=help)


def _named(
    entity: Entity, old: Entity, plural: str | None, table: str | None, *, keep_table: bool
) -> Entity:
    """Return the entity with another plural; its table and names of other sides follow that."""
    plural = plural or old.plural
    if table is None:
        table = plural if old.table == old.plural and not keep_table else old.table
    named = replace(entity, plural=plural, table=table)
    return replace(named, fields=tuple(_following(field, old, named) for field in entity.fields))


def _following(field: Field, old: Entity, new: Entity) -> Field:
    """Return a field of a renamed entity whose names follow where they were the usual ones."""
    if field.to is not None and field.back == usual_back(field, old.name, old.plural):
        field = replace(field, back=usual_back(field, new.name, new.plural))
    if field.table == usual_link_table(old.table, field.name):
        field = replace(field, table=usual_link_table(new.table, field.name))
    return field


def _referring_to(entity: Entity, old: str, new: str) -> Entity:
    if all(old not in (field.to, field.via) for field in entity.relations):
        return entity
    fields = tuple(
        replace(
            field,
            to=new if field.to == old else field.to,
            via=new if field.via == old else field.via,
        )
        for field in entity.fields
    )
    return replace(entity, fields=fields)


def _backs_that_follow(old: Entity, new: Entity) -> Iterator[str]:
    for before, after in zip(old.fields, new.fields, strict=True):
        if before.back != after.back:
            target = new.name if before.to == old.name else before.to
            yield (
                f"`{target}.{before.back}`, the other side of `{new.name}.{after.name}`, "
                f"is now `{target}.{after.back}`"
            )


def _names_that_stay(
    entities: Entities, old: Entity, new: Entity, *, derived: bool
) -> Iterator[str]:
    if not derived and new.plural == old.plural:
        yield f"its plural is still `{old.plural}`; to change it: --plural"
    if new.table == old.table and new.table != new.plural:
        yield f"its table is still `{old.table}`; to change it: --table"
    for entity, field in referring(entities, old.name):
        if field.name == names.snake(old.name):
            yield (
                f"`{entity.name}.{field.name}` keeps its name; to rename it, too: scaffold field "
                f"rename {entity.name} {field.name} {names.snake(new.name)}"
            )
