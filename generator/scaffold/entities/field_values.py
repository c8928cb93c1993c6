"""The values that a field's modifiers carry: bounds, defaults and patterns."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from scaffold.entities import values
from scaffold.errors import ScaffoldError

if TYPE_CHECKING:
    from scaffold.entities.entity import Field
    from scaffold.entities.types import TypeRow

LONGEST_PATTERN = 1000
OPTIONAL = ("unique", "index", "pattern", "min", "max", "default", "server_default")
_ALREADY = {
    ("ref", "index"): "a reference always has an index",
    ("one", "index"): "a one-to-one relation always has an index",
    ("one", "unique"): "a one-to-one relation is always unique",
    ("many", "index"): "links have an index from either side",
    ("many", "unique"): "there is one link at most between two",
}


def canonical_values(field: "Field", row: "TypeRow", where: str) -> "Field":
    """Return the field with its bounds and defaults in canonical form; refuse what does not fit."""
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
    if len(pattern) > LONGEST_PATTERN:
        raise ScaffoldError(
            f"the pattern of {where} has {len(pattern)} characters, of {LONGEST_PATTERN} at most"
        )
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
