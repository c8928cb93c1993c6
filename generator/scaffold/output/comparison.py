"""Compare the entities of a project before and after, in the words of the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from scaffold.entities import names
from scaffold.entities.entity import Entity
from scaffold.grammar.fields import format_field

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scaffold.entities.edit import Edit
    from scaffold.entities.types import TypeTable

Kind = Literal["add", "change", "remove"]

_OPTIONS = (
    "plural", "table", "pk", "unique", "index", "checks",
    "timestamps", "soft_delete", "lock", "page", "api",
)  # fmt: skip


class PartChange(NamedTuple):
    """A field or an option as it is typed, before and after; None where there is none."""

    name: str
    before: str | None
    after: str | None
    renamed_from: str | None = None
    is_option: bool = False

    @property
    def kind(self) -> Kind:
        """Tell what happens to it."""
        return "add" if self.before is None else "remove" if self.after is None else "change"


class EntityChange(NamedTuple):
    """What happens to one entity, with all that changes of its fields and options."""

    name: str
    kind: Kind
    fields: tuple[PartChange, ...] = ()
    options: tuple[PartChange, ...] = ()
    renamed_from: str | None = None


def compare(before: tuple[Entity, ...], edit: Edit, types: TypeTable) -> tuple[EntityChange, ...]:
    """Return the entities that the edit changes, sorted by name, those that go at the end."""
    known = {entity.name: entity for entity in before}
    former = {new: old for old, new in edit.entity_renames.items()}
    changes = []
    for entity in edit.entities:
        old = known.pop(former.get(entity.name, entity.name), None)
        renames = edit.field_renames.get(entity.name, {})
        change = _change(old, entity, renames, types)
        if change.kind == "add" or change.fields or change.options or change.renamed_from:
            changes.append(change)
    return (*changes, *(EntityChange(name, "remove") for name in known))


def _change(
    old: Entity | None, new: Entity, renames: Mapping[str, str], types: TypeTable
) -> EntityChange:
    if old is None:
        plural = names.plural(new.name)
        usual = Entity(new.name, plural, new.plural, new.pk)
        fields = tuple(
            PartChange(each.name, None, format_field(each, types)) for each in new.fields
        )
        options = tuple(each._replace(before=None) for each in _options(usual, new))
        return EntityChange(new.name, "add", fields, options)
    fields = tuple(_fields(old, new, renames, types))
    options = (*_options(old, new), *_order(old, new, renames))
    renamed_from = old.name if old.name != new.name else None
    return EntityChange(new.name, "change", fields, options, renamed_from)


def _fields(
    old: Entity, new: Entity, renames: Mapping[str, str], types: TypeTable
) -> Iterator[PartChange]:
    former = {name: old_name for old_name, name in renames.items()}
    known = {field.name: field for field in old.fields}
    for field in new.fields:
        before = known.pop(former.get(field.name, field.name), None)
        if field != before:
            was = format_field(before, types) if before else None
            yield PartChange(field.name, was, format_field(field, types), former.get(field.name))
    for name, gone in known.items():
        yield PartChange(name, format_field(gone, types), None)


def _options(old: Entity, new: Entity) -> Iterator[PartChange]:
    for name in _OPTIONS:
        before, after = (_shown(getattr(entity, name)) for entity in (old, new))
        if before != after:
            yield PartChange(name, before, after, is_option=True)


def _order(old: Entity, new: Entity, renames: Mapping[str, str]) -> Iterator[PartChange]:
    before = [renames.get(field.name, field.name) for field in old.fields]
    after = [field.name for field in new.fields]
    if [name for name in before if name in after] != [name for name in after if name in before]:
        yield PartChange("order", ",".join(before), ",".join(after), is_option=True)


def _shown(value: str | bool | tuple[str | tuple[str, ...], ...]) -> str:  # noqa: FBT001
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    parts = (part if isinstance(part, str) else ",".join(part) for part in value)
    return "; ".join(parts) or "none"


def change_record(change: EntityChange) -> dict[str, Any]:
    """Return a change for the JSON object of a command."""
    parts = {
        key: [{"kind": part.kind, **part._asdict()} for part in getattr(change, key)]
        for key in ("fields", "options")
    }
    return {**change._asdict(), **parts}
