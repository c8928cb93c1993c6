"""Work out what a document asks of a project: an edit of its entities."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from scaffold.edits.fills import checked_fills
from scaffold.entities.edit import Edit
from scaffold.entities.entity import in_order
from scaffold.entities.entity_rules import check_entity
from scaffold.entities.names import nearest
from scaffold.errors import Collected, ScaffoldError, within
from scaffold.manifest.nodes import problem
from scaffold.manifest.reading import completed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scaffold.entities.entity import Entity, Field
    from scaffold.entities.types import TypeTable
    from scaffold.manifest.reading import Described, Document


def edit_of(
    document: Document,
    entities: tuple[Entity, ...],
    types: TypeTable,
    *,
    prune: bool = False,
    accepts_loss: bool = False,
) -> Edit:
    """Return the edit that makes the entities those of the document.

    Entities that the document does not name stay, unless `prune` is said. A former name counts
    where the project still has it: a document can be applied again.
    """
    known = {entity.name: entity for entity in entities}
    renames = _entity_renames(document, known)
    former = {new: known[old] for old, new in renames.items()}
    described = {each.entity.name: each for each in document.entities}
    made: dict[str, Entity] = {}
    field_renames: dict[str, dict[str, str]] = {}
    fills: dict[str, dict[str, str]] = {}
    errors = Collected()
    for name, each in described.items():
        before = former.get(name, known.get(name))
        with errors, within(name):
            made[name] = completed(each, before, types)
            if made[name] is not before:
                check_entity(made[name], types)
        if name not in made:
            continue
        if before is None:
            continue
        if made[name].plural != before.plural:
            renames.setdefault(before.name, name)  # files may be called for it
        if found := _field_renames(document, each, before):
            field_renames[name] = found
        if wanted := _fills(each, made[name], before, found):
            fills[name] = wanted
    try:
        errors.raise_any()
    except ScaffoldError as error:
        raise document.located(error) from error
    rest = [
        _following(entity, renames, field_renames)
        for entity in entities
        if entity.name not in described and entity.name not in renames and not prune
    ]
    after = in_order((*rest, *made.values()))
    for name, wanted in fills.items():
        fills[name] = _checked(document, made[name], wanted, after, types)
    return Edit(after, renames, field_renames, fills, accepts_loss)


def _entity_renames(document: Document, known: Mapping[str, Entity]) -> dict[str, str]:
    renames: dict[str, str] = {}
    named = {each.entity.name for each in document.entities}
    for each in document.entities:
        old, new = each.renamed_from, each.entity.name
        if old is None:
            continue
        if old not in known:
            if new not in known:
                _refuse_misspelled(document, each.line, old, known.keys() - named)
            continue
        if new in known or old in named or old in renames:
            raise _taken(document, each.line, f"`{old}`", f"`{renames.get(old, new)}`")
        renames[old] = new
    return renames


def _field_renames(document: Document, each: Described, before: Entity) -> dict[str, str]:
    renames: dict[str, str] = {}
    known = {field.name for field in before.fields}
    named = {field.name for field in each.entity.fields}
    for new, old in each.former_fields.items():
        if old not in known:
            if new not in known:
                _refuse_misspelled(document, each.lines["fields", new], old, known - named)
            continue
        if new in known or old in named or old in renames:
            entity = each.entity.name
            other = f"`{entity}.{renames.get(old, new)}`"
            raise _taken(document, each.lines["fields", new], f"`{before.name}.{old}`", other)
        renames[old] = new
    return renames


def _refuse_misspelled(document: Document, line: int, old: str, gone: Iterable[str]) -> None:
    """Refuse a former name that there is none of, where something like it would go or stay behind."""
    if near := nearest(old, sorted(gone)):
        raise problem(
            document.source,
            line,
            f"there is no `{old}` that could be renamed",
            help=f"did you mean `{near}`? if not, leave out `renamed_from`",
        )


def _taken(document: Document, line: int, old: str, new: str) -> ScaffoldError:
    return problem(
        document.source,
        line,
        f"{old} cannot become {new}: both are there already",
        help="leave out `renamed_from`, or one of the two",
    )


def _fills(
    each: Described, after: Entity, before: Entity, renames: Mapping[str, str]
) -> dict[str, str]:
    """Return the values that rows may need: of fields that are new or other ones than before."""
    former = {new: old for old, new in renames.items()}
    known = {field.name: field for field in before.fields}
    return {
        field.name: each.fills[field.name]
        for field in after.fields
        if field.name in each.fills
        and _is_needed(field, known.get(former.get(field.name, field.name)))
    }


def _is_needed(field: Field, before: Field | None) -> bool:
    return before is None or replace(before, name=field.name) != field


def _checked(
    document: Document,
    entity: Entity,
    fills: Mapping[str, str],
    entities: tuple[Entity, ...],
    types: TypeTable,
) -> dict[str, str]:
    try:
        return checked_fills(entity, fills, entities, types)
    except ScaffoldError as error:
        message = error.message.replace("--fill ", "fill: ")
        raise document.located(ScaffoldError(message, error.note, error.help)) from error


def _following(
    entity: Entity, renames: Mapping[str, str], field_renames: Mapping[str, Mapping[str, str]]
) -> Entity:
    """Return an entity whose relations know the new names of others, and of their fields."""
    fields = tuple(_follow(field, renames, field_renames) for field in entity.fields)
    return entity if fields == entity.fields else replace(entity, fields=fields)


def _follow(
    field: Field, renames: Mapping[str, str], field_renames: Mapping[str, Mapping[str, str]]
) -> Field:
    if field.to is None:
        return field
    to = renames.get(field.to, field.to)
    if field.via is None:
        return replace(field, to=to)
    via = renames.get(field.via, field.via)
    former = field_renames.get(via, {})
    return replace(
        field, to=to, via=via, through=tuple(former.get(name, name) for name in field.through)
    )
