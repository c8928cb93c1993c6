"""Which table and which column became which: by what was renamed, not by likeness."""

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any

from scaffold.entities.edit import Edit
from scaffold.entities.entity import Entity
from scaffold.frozen import dataclass
from scaffold.schema.tables import Place, Table, specs

Entities = Mapping[str, Entity]


@dataclass(frozen=True, slots=True)
class Pair:
    """A table before and after, and the columns that stay, old to new; one side may be missing."""

    old: Table | None
    new: Table | None
    columns: Mapping[str, str] = field(default_factory=dict)

    def reversed(self) -> "Pair":
        """Return the pair for the way back."""
        return Pair(self.new, self.old, {new: old for old, new in self.columns.items()})


def pairs(
    old_model: Mapping[str, Any], new_model: Mapping[str, Any], before: Entities, edit: Edit
) -> tuple[Pair, ...]:
    """Return the tables in which two derived models differ; `before` are the entities that were."""
    old, new = specs(old_model), specs(new_model)
    later = {place: _renamed(place, edit) for place in old}
    tables = {old[at]["name"]: new[to]["name"] for at, to in later.items() if to in new}
    former = {
        place: origin
        for origin, place in later.items()
        if place in new and (not place.field or _links_alike(old[origin], new[place], tables))
    }
    gone = [(place, None) for place in old if place not in former.values()]
    found = []
    for origin, place in [*gone, *((former.get(place), place) for place in new)]:
        before_spec = old[origin] if origin else None
        after_spec = new[place] if place else None
        if before_spec == after_spec:
            continue
        table = Table.from_spec(before_spec) if before_spec else None
        after = Table.from_spec(after_spec) if after_spec else None
        columns: dict[str, str] = {}
        if origin and place and table and after:
            columns = dict(_columns(table, after, place, before.get(origin.entity), edit))
        found.append(Pair(table, after, columns))
    return tuple(found)


def _links_alike(old: Mapping[str, Any], new: Mapping[str, Any], tables: Mapping[str, str]) -> bool:
    """Tell whether a link table still links the same entities, in the same order."""
    before = [tables.get(key["to_table"]) for key in old["foreign_keys"]]
    return before == [key["to_table"] for key in new["foreign_keys"]]


def _renamed(place: Place, edit: Edit) -> Place | None:
    entity = _later(place.entity, edit.entity_renames)
    if entity is None or not place.field:
        return Place(entity) if entity else None
    name = _later(place.field, edit.field_renames.get(entity, {}))
    return Place(entity, name) if name else None


def _later(name: str, renames: Mapping[str, str]) -> str | None:
    """Return the name that something has afterwards; none if another one has taken its name."""
    return renames.get(name, name if name not in renames.values() else None)


def _columns(
    old: Table, new: Table, place: Place, before: Entity | None, edit: Edit
) -> Iterator[tuple[str, str]]:
    """Yield the columns that stay, by their old and their new name."""
    if place.field:
        yield from _linking(old, new)
        return
    fields, taken = _fields(before, place.entity, edit)
    there = {column.name for column in new.columns}
    for name in [column.name for column in old.columns]:
        later = fields.get(name, name if name not in taken else None)
        if later in there:
            yield name, later


def _fields(old: Entity | None, name: str, edit: Edit) -> tuple[dict[str, str | None], set[str]]:
    """Return the columns of an entity's fields with what they become, and those of the new fields."""
    new = next((entity for entity in edit.entities if entity.name == name), None)
    if old is None or new is None:
        return {}, set()
    later = {field.name: field for field in new.fields}
    renames = edit.field_renames.get(name, {})
    columns: dict[str, str | None] = {}
    for one in (each for each in old.fields if not each.is_link):
        other = later.get(_later(one.name, renames) or "")
        # A key of other rows is another value, whatever its type.
        target = edit.entity_renames.get(one.to, one.to) if one.to else None
        same = other is not None and other.to == target
        columns[one.column_name] = other.column_name if other is not None and same else None
    return columns, {field.column_name for field in new.fields if not field.is_link}


def _linking(old: Table, new: Table) -> Iterator[tuple[str, str]]:
    """Yield the columns of a link table: they are called for the entities, and keep their order."""
    for one, other in zip(old.columns, new.columns, strict=False):
        if one.type == other.type:
            yield one.name, other.name
