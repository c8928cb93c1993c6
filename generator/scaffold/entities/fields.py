"""What one field may say: its type's arguments, its modifiers, and values that fit."""

import re
from collections.abc import Iterator
from dataclasses import replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from scaffold.entities import names, reserved, values
from scaffold.errors import ScaffoldError

if TYPE_CHECKING:
    from scaffold.entities.entity import Entity, Field, Of
    from scaffold.entities.types import TypeRow, TypeTable

ON_DELETE = ("restrict", "cascade", "set_null")
ARGUMENTS = ("length", "precision", "scale", "values", "of", "to")
OPTIONAL = ("unique", "index", "pattern", "min", "max", "default", "server_default")
RELATING = ("back", "on_delete", "via", "table")
NOT_OF_LINKS = {
    "on_delete": "a link goes when what is on either side of it goes",
    "null": "there may always be none",
    "readonly": "links are no part of what is created: they are put and deleted one by one",
    "column": "links are in a table of their own",
}
LONGEST_STRING = 16_000  # MariaDB: a row has room for 65,535 bytes, a character may take four
LONGEST_VALUE = 40
MOST_DIGITS = 38
MOST_DECIMALS = 30

_ALREADY = {
    ("ref", "index"): "a reference always has an index",
    ("one", "index"): "a one-to-one relation always has an index",
    ("one", "unique"): "a one-to-one relation is always unique",
    ("many", "index"): "links have an index from either side",
    ("many", "unique"): "there is one link at most between two",
}
_VALUE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
_arguments = attrgetter(*ARGUMENTS)
_optional = attrgetter(*OPTIONAL)
_others = attrgetter("back", "on_delete", "via", "table", "readonly", "column")
_NO_ARGUMENTS = (None, None, None, (), None, None)
_NO_OPTIONS = (False, False, None, None, None, None, None)
_NO_OTHERS = (None, None, None, None, False, None)


def canonical_field(field: "Field", types: "TypeTable", entity: str | None = None) -> "Field":
    """Return the field with its values in canonical form; refuse what does not fit its type."""
    where = f"`{entity}.{field.name}`" if entity else f"field `{field.name}`"
    row = types.get(field.type)
    if row is None:
        raise unknown_type(field.type, where, types)
    _check_arguments(field, row, types, where)
    if _others(field) != _NO_OTHERS or field.is_link:
        field = _other_modifiers(field, where)
    if _optional(field) != _NO_OPTIONS:
        field = _canonical_values(field, row, where)
    return field


def unknown_type(kind: str, where: str, types: "TypeTable") -> ScaffoldError:
    """Return the error for a type that the table does not have."""
    near = names.nearest(kind, types)
    return ScaffoldError(
        f"unknown type `{kind}` for {where}",
        help=f"a type with a similar name exists: `{near}`"
        if near
        else "the types are " + ", ".join(f"`{name}`" for name in types),
    )


def unknown_field(entity: "Entity", name: str, what: str) -> ScaffoldError:
    """Return the error for a name that is no field of the entity."""
    own = [field.name for field in entity.fields]
    near = names.nearest(name, own)
    return ScaffoldError(
        f"{what} names `{name}`, which is no field of it",
        help=f"a field with a similar name exists: `{near}`"
        if near
        else f"its fields are {names.listed(own)}",
    )


def _check_arguments(field: "Field", row: "TypeRow", types: "TypeTable", where: str) -> None:
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


def _other_modifiers(field: "Field", where: str) -> "Field":
    """Check the modifiers that no type has to accept."""
    if field.to is None:
        for name in RELATING:
            if getattr(field, name) is not None:
                raise ScaffoldError(
                    f"{where} takes no `{name}`",
                    note="only a relation to an entity has another side"
                    if name in ("back", "on_delete")
                    else "only `many` keeps links in a table",
                    help=f"leave out `{name}`",
                )
    else:
        _check_relation(field, where)
    if field.column is not None:
        names.check_column(field.column, field.name)
        if field.column == names.column(field.name, reference=field.is_reference):
            field = replace(field, column=None)
    if field.readonly and not field.null and field.default is None and field.server_default is None:
        raise _unfillable(field, where)
    return field


def _unfillable(field: "Field", where: str) -> ScaffoldError:
    return ScaffoldError(
        f"{where} is `readonly` but nothing would ever fill it",
        note="a `readonly` field is in no request",
        help=f"add `null`{'' if field.to else ' or `default=...`'}",
    )


def _check_relation(field: "Field", where: str) -> None:
    if field.back is not None:
        names.check_field(field.back, "the other side of a relation")
    if field.is_link:
        _check_link(field, where)
        return
    for name in ("via", "table"):
        if getattr(field, name) is not None:
            raise ScaffoldError(
                f"{where} takes no `{name}`",
                note="only `many` keeps its links in a table between",
                help=f"write it as {field.name}:many,{field.to}, or leave out `{name}`",
            )
    if field.on_delete is None:
        return
    if field.on_delete not in ON_DELETE:
        near = names.nearest(field.on_delete, ON_DELETE)
        raise ScaffoldError(
            f"`{field.on_delete}` is no `on_delete` for {where}",
            help=f"did you mean `{near}`?" if near else "it is restrict, cascade or set_null",
        )
    if field.on_delete == "set_null" and not field.null:
        raise ScaffoldError(
            f"{where} says `on_delete=set_null` but may not be empty", help="add `null`"
        )


def _check_link(field: "Field", where: str) -> None:
    for name, note in NOT_OF_LINKS.items():
        if getattr(field, name):
            raise ScaffoldError(f"{where} takes no `{name}`", note=note, help=f"leave out `{name}`")
    if field.via is not None and field.table is not None:
        raise ScaffoldError(
            f"{where} takes no `table` beside `via`",
            note=f"its links are the rows of `{field.via}`",
            help="leave out `table`",
        )
    if field.table is not None:
        names.check_table(field.table, field.name, "table=")


def _canonical_values(field: "Field", row: "TypeRow", where: str) -> "Field":
    given = [key for key in OPTIONAL if getattr(field, key) not in (None, False)]
    for key in given:
        if key not in row.accepts:
            raise _not_accepted(field, key, row, where)
    if field.unique and field.index:
        raise ScaffoldError(
            f"{where} is both `unique` and `index`",
            note="what is unique has an index already",
            help="leave out `index`",
        )
    if field.pattern is not None:
        _check_pattern(field.pattern, where)
    for key in ("min", "max", "default", "server_default"):
        if key in given:
            field = _canonical_value(field, key, where)
    if field.min is not None and field.max is not None:
        check_order(field, "max", field.max, where)
    if field.min is not None and field.length is not None and int(field.min) > field.length:
        raise ScaffoldError(
            f"min `{field.min}` is above the length of {where}, which is {field.length}",
            help=f"give it a length: `{field.name}:{field.type},{field.min}:min={field.min}`",
        )
    _check_constants(field, where)
    return field


def _check_constants(field: "Field", where: str) -> None:
    for key, text in _constants(field):
        if field.type not in ("str", "text"):
            check_order(field, key, text, where)
        if field.unique:
            raise ScaffoldError(
                f"{where} is `unique` and has the same {key} for every row",
                note="only one row could have it",
                help=f"leave out `unique` or `{key}`",
            )


def _constants(field: "Field") -> Iterator[tuple[str, str]]:
    for key in ("default", "server_default"):
        text = getattr(field, key)
        if text is not None and text not in values.NAMED.get(field.type, ()):
            yield key, text


def _canonical_value(field: "Field", key: str, where: str) -> "Field":
    text = getattr(field, key)
    try:
        shown = values.canonical(field, key, text)
    except values.MisfitError as misfit:
        raise ScaffoldError(
            f"{key} `{text}` does not fit {where}, which is `{field.type}`",
            help=f"it takes {misfit}",
        ) from None
    changed: dict[str, Any] = {key: shown}
    return field if shown == text else replace(field, **changed)


def check_order(field: "Field", key: str, text: str, where: str) -> None:
    """Refuse a value that is below the least or above the most."""
    value: Any = values.order(field, text) if field.min is not None or field.max is not None else 0
    if field.min is not None and value < values.order(field, field.min):
        if key == "max":
            raise ScaffoldError(
                f"min `{field.min}` is above max `{field.max}` for {where}", help="swap them"
            )
        raise ScaffoldError(f"{key} `{text}` is below min `{field.min}` for {where}")
    if field.max is not None and value > values.order(field, field.max):
        raise ScaffoldError(f"{key} `{text}` is above max `{field.max}` for {where}")


def _check_pattern(pattern: str, where: str) -> None:
    if not pattern.isprintable():
        raise ScaffoldError(
            f"the pattern of {where} has characters that cannot be printed",
            help=r"write them as escapes such as `\t` or `\u00e9`",
        )
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise ScaffoldError(
            f"the pattern `{pattern}` of {where} is no regular expression", note=str(error)
        ) from None


def _not_accepted(field: "Field", key: str, row: "TypeRow", where: str) -> ScaffoldError:
    if note := _ALREADY.get((row.name, key)):
        return ScaffoldError(f"{where} takes no `{key}`", note=note, help=f"leave out `{key}`")
    accepted = [name for name in OPTIONAL if name in row.accepts]
    takes = f"takes `{' '.join(accepted)}` only" if accepted else "takes none"
    return ScaffoldError(
        f"{where} takes no `{key}`",
        note=f"of `{' '.join(OPTIONAL)}`, `{row.name}` {takes}",
        help=_instead(field, key, row),
    )


def _instead(field: "Field", key: str, row: "TypeRow") -> str:
    if key == "max" and "length" in row.args:
        return f"the length is the argument of the type: `{field.name}:{row.name},{field.max}`"
    if row.name == "text" and key in ("index", "unique"):
        return f"use `str` with a length, which can be `{key}`"
    return f"leave out `{key}`"


def is_reserved_column(field: "Field") -> bool:
    """Say whether the column that the rules give the field is taken."""
    return field.column_name in reserved.COLUMN_NAMES
