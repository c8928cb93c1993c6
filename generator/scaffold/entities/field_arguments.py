"""The arguments of a field's type: lengths, digits, the values of an enum, the element of an array."""

import re
from operator import attrgetter
from typing import TYPE_CHECKING

from scaffold.entities import names
from scaffold.entities.types import type_of_name
from scaffold.errors import ScaffoldError

if TYPE_CHECKING:
    from scaffold.entities.entity import Field, Of
    from scaffold.entities.types import TypeRow, TypeTable

ARGUMENTS = ("length", "precision", "scale", "values", "of", "to")
LONGEST_STRING = 16_000  # MariaDB: a row has room for 65,535 bytes, a character may take four
LONGEST_VALUE = 40
MOST_DIGITS = 38
MOST_DECIMALS = 30
_VALUE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
_arguments = attrgetter(*ARGUMENTS)
_NO_ARGUMENTS = (None, None, None, (), None, None)


def check_arguments(field: "Field", row: "TypeRow", types: "TypeTable", where: str) -> None:
    """Refuse arguments that the field's type does not take, or that databases would not."""
    if not row.args:
        given = _arguments(field) != _NO_ARGUMENTS
    else:
        _check_present(field, row, where)
        given = any(
            value is not None and value != () and name not in row.args
            for name, value in zip(ARGUMENTS, _arguments(field), strict=True)
        )
        _check_sizes(field, where)
        if field.values:
            _check_values(field.values, where)
        if field.of is not None:
            _check_element(field.of, types, where)
    if given:
        raise ScaffoldError(f"{where} has an argument that its type `{row.name}` does not take")


def _check_present(field: "Field", row: "TypeRow", where: str) -> None:
    for name in row.args:
        if getattr(field, name) not in (None, ()):
            continue
        if name == "values":
            raise ScaffoldError(
                f"{where} is an `{row.name}` without values",
                help=f"write them after the type: {field.name}:{row.name},draft,live",
            )
        raise ScaffoldError(f"{where} has a `{row.name}` without its `{name}`")


def _check_sizes(item: "Field | Of", where: str) -> None:
    if item.length is not None and not 1 <= item.length <= LONGEST_STRING:
        raise ScaffoldError(
            f"the length of {where} is {item.length}; it must be between 1 and {LONGEST_STRING}",
            help="use `text` for longer texts" if item.length else None,
        )
    if item.precision is None or item.scale is None:
        return
    if not 1 <= item.precision <= MOST_DIGITS:
        raise ScaffoldError(
            f"the precision of {where} is {item.precision}; it must be between 1 and {MOST_DIGITS}",
        )
    if item.scale > min(item.precision, MOST_DECIMALS) or item.scale < 0:
        raise ScaffoldError(
            f"the scale of {where} is {item.scale}; it must be between 0 and "
            f"{min(item.precision, MOST_DECIMALS)}",
            note="the precision counts all digits, the scale those after the point",
        )


def _check_values(given: tuple[str, ...], where: str) -> None:
    members: dict[str, str] = {}
    for value in given:
        if not _VALUE.fullmatch(value) or len(value) > LONGEST_VALUE:
            raise ScaffoldError(
                f"`{value}` cannot be a value of {where}",
                note="a value begins with an ASCII letter, goes on with letters, digits, `_`, `.` "
                f"and `-`, and has at most {LONGEST_VALUE} characters",
                help=_better_value(value),
            )
        member = names.member(value)
        if members.get(member) == value:
            raise ScaffoldError(f"{where} has the value `{value}` twice", help="leave one out")
        if member in members:
            raise ScaffoldError(
                f"the values `{members[member]}` and `{value}` of {where} would both be `{member}` "
                "in Python",
                help="spell one of them differently",
            )
        members[member] = value


def _better_value(value: str) -> str | None:
    better = re.sub(r"[^A-Za-z0-9_.-]+", "_", value).strip("_")[: LONGEST_VALUE - 1]
    if better[:1].isdigit():
        better = f"v{better}"
    return f"try `{better}`" if _VALUE.fullmatch(better) else None


def _check_element(of: "Of", types: "TypeTable", where: str) -> None:
    row = types.get(of.type)
    if row is None:
        raise unknown_type(of.type, where, types)
    if not row.element:
        elements = ", ".join(f"`{row.name}`" for row in types.values() if row.element)
        raise ScaffoldError(
            f"{where} cannot be an array of `{of.type}`", help=f"an array holds one of {elements}"
        )
    for name in ("length", "precision", "scale"):
        if (getattr(of, name) is None) is (name in row.args):
            raise ScaffoldError(f"the element `{of.type}` of {where} does not fit its `{name}`")
    _check_sizes(of, where)


def unknown_type(kind: str, where: str, types: "TypeTable") -> ScaffoldError:
    """Return the error for a type that the table does not have."""
    meant = type_of_name(kind, types) or names.nearest_type(kind, types)
    return ScaffoldError(
        f"unknown type `{kind}` for {where}",
        help=f"did you mean the type `{meant}`?"
        if meant
        else "the types are " + ", ".join(f"`{name}`" for name in types),
    )
