"""The values that rows which exist get in columns that the template gives their tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scaffold.edits.fills import checked, checked_fills
from scaffold.entities import names
from scaffold.entities.entity import Field, Of
from scaffold.errors import ScaffoldError, UsageError
from scaffold.schema.conversions import ColumnType, read_type
from scaffold.schema.tables import specs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from scaffold.edits.lookup import Entities
    from scaffold.entities.types import TypeTable

_TYPES = {"string": "str"}


def fills_of_columns(
    given: Sequence[str], model: Mapping[str, Any], entities: Entities, types: TypeTable
) -> dict[str, dict[str, str]]:
    """Return the value of each column or field, by entity, from `[ENTITY.]COLUMN=VALUE`.

    `model` is the derived one of the tables as they shall be. Refuses what none of them has, and
    values that do not fit.
    """
    known = {entity.name: entity for entity in entities}
    found: dict[str, dict[str, str]] = {}
    kinds = {(owner, name): kind for owner, name, kind in _columns(model, entities)}
    # Those of one table come after those of all, and take their place.
    for label, value in sorted(_parsed(given).items(), key=lambda each: "." in each[0]):
        for owner, name in _meant(label, kinds):
            if any(field.name == name for field in known[owner].fields):
                fills = checked_fills(known[owner], {name: value}, entities, types)
            else:
                fills = {name: _checked(owner, name, kinds[owner, name], value, types)}
            found[owner] = {**found.get(owner, {}), **fills}
    return found


def _parsed(given: Sequence[str]) -> dict[str, str]:
    fills: dict[str, str] = {}
    for text in given:
        label, equals, value = text.partition("=")
        if not equals:
            raise UsageError(
                f"`--fill {text}` does not say which column it is for",
                help=f"name it: --fill COLUMN={text}",
            )
        if label in fills:
            raise UsageError(f"`--fill` is given twice for `{label}`", help="leave one out")
        fills[label] = value
    return fills


def _columns(model: Mapping[str, Any], entities: Entities) -> Iterator[tuple[str, str, str]]:
    """Yield the entity, the name and the type of each column, which a field names if it is one's."""
    fields = {
        (entity.name, field.column_name): field.name
        for entity in entities
        for field in entity.fields
        if not field.is_link
    }
    for place, spec in specs(model).items():
        for column in () if place.field else spec["columns"]:
            name = fields.get((place.entity, column["name"]), column["name"])
            yield place.entity, name, column["type"]


def _meant(label: str, kinds: Mapping[tuple[str, str], str]) -> list[tuple[str, str]]:
    """Return the columns of that name, in all tables or in the one that it says."""
    owner, _, name = label.rpartition(".")
    found = [key for key in kinds if key[1] == name and owner in ("", key[0])]
    if found:
        return found
    spelled = {f"{entity}.{column}" if owner else column for entity, column in kinds}
    near = names.nearest(label, sorted(spelled))
    raise UsageError(
        f"`--fill {label}` names no column of the project's tables",
        help=f"one with a similar name exists: `{near}`" if near else None,
    )


def _checked(owner: str, name: str, type_: str, value: str, types: TypeTable) -> str:
    kind = read_type(type_)
    field = _field(name, kind)
    if field.type not in types:
        raise ScaffoldError(
            f"`--fill` cannot write the value of `{owner}.{name}`, which is `{kind}`",
            help="write the value into the revision",
        )
    return checked(field, value, f"`{owner}.{name}`", f"`{kind}`", types)


def _field(name: str, kind: ColumnType) -> Field:
    """Return a field as it would be with such a column."""
    sizes = (*kind.sizes, None, None)
    number = kind.kind == "decimal"
    return Field(
        name,
        _TYPES.get(kind.kind, kind.kind),
        length=None if number else sizes[0],
        precision=sizes[0] if number else None,
        scale=sizes[1] if number else None,
        of=Of("str") if kind.item else None,
    )
