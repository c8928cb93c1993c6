"""The values that rows which exist get in a field that they do not have yet."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from scaffold.entities import values
from scaffold.entities.field_values import check_order
from scaffold.errors import ScaffoldError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scaffold.edits.lookup import Entities
    from scaffold.entities.entity import Entity, Field
    from scaffold.entities.types import TypeTable

_KEYS = {"int": "bigint"}
_IN_STEPS = "let it be empty, give each row its own value, then make it required"


def parse_fills(given: Sequence[str], fields: tuple[Field, ...]) -> dict[str, str]:
    """Return the value of each field from `VALUE`, for the only field, or `FIELD=VALUE`."""
    known = [field.name for field in fields]
    fills: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or name not in known:
            if len(known) > 1:
                raise ScaffoldError(
                    f"`--fill {text}` does not say which field it is for",
                    help=f"name it: --fill {known[0]}={text}",
                )
            name, value = known[0], text
        if name in fills:
            raise ScaffoldError(f"`--fill` is given twice for field `{name}`", help="leave one out")
        fills[name] = value
    return fills


def checked_fills(
    entity: Entity, fills: Mapping[str, str], entities: Entities, types: TypeTable
) -> dict[str, str]:
    """Return the fills in canonical form; refuse those that do not fit their field."""
    keys = {each.name: _KEYS.get(each.pk, "uuid") for each in entities}
    found = {}
    for name, text in fills.items():
        field = entity.field(name)
        # What a reference holds is a key of the other entity.
        held = (
            replace(field, type=keys[field.to], to=None)
            if field.is_reference and field.to in keys
            else field
        )
        where = f"`{entity.name}.{name}`"
        kind = f"the key of a `{field.to}`" if field.is_reference else f"`{field.type}`"
        found[name] = checked(held, text, where, kind, types)
    return found


def checked(field: Field, text: str, where: str, kind: str, types: TypeTable) -> str:
    """Return a value in canonical form; refuse one that does not fit. `kind` is what it is said to be."""
    if "default" not in types[field.type].accepts:
        raise ScaffoldError(
            f"`--fill` cannot write the value of {where}, which is {kind}",
            help="leave out --fill: a link needs no value"
            if field.is_link
            else f"{_IN_STEPS}: {field.name}:{field.type}:null",
        )
    try:
        shown = values.canonical(field, "default", text)
    except values.MisfitError as misfit:
        raise ScaffoldError(
            f"`--fill {text}` does not fit {where}, which is {kind}",
            help=f"it takes {misfit}",
        ) from None
    if shown in values.NAMED.get(field.type, ()):
        return shown
    if field.type not in {"str", "text"}:
        check_order(field, "--fill", shown, where)
    if field.unique:
        raise ScaffoldError(
            f"{where} is `unique`, and `--fill {text}` would be in every row",
            help=f"{_IN_STEPS}: {field.name}:{field.type}:null:unique",
        )
    return shown
