"""Patterns of texts, by the engine of the generated service: its time grows with the text alone.

`re` may try a text of 30 characters in a billion ways: `^(a+)+$`.
"""

from functools import cache
from typing import TYPE_CHECKING

from scaffold.errors import ScaffoldError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic_core import SchemaValidator

    from scaffold.entities.entity import Entity


def matches(pattern: str, text: str) -> bool:
    """Tell whether a text matches; any does where the engine does not take the pattern."""
    from pydantic_core import ValidationError  # few entities have a pattern, and it takes a while

    engine = _engine(pattern)
    if isinstance(engine, str):
        return True
    try:
        engine.validate_python(text)
    except ValidationError:
        return False
    return True


def check_pattern(pattern: str, where: str, then: str = "") -> None:
    """Refuse a pattern that the engine does not take; `then` says what to type with another one."""
    reason = _engine(pattern)
    if isinstance(reason, str):
        raise ScaffoldError(
            f"the pattern `{pattern}` of {where} is none that can be matched in linear time",
            note=reason,
            help="leave out look-around, back references and `\\Z` (write `$`), and check in the "
            f"service what cannot be said without them{then}",
        )


def check_patterns(entities: "Iterable[Entity]") -> None:
    """Refuse recorded patterns that the engine does not take: former versions of the template had another."""
    for entity in entities:
        for field in entity.fields:
            if field.pattern is not None:
                then = f"; then: scaffold field alter {entity.name} {field.name}:..."
                check_pattern(field.pattern, f"`{entity.name}.{field.name}`", then)


@cache
def _engine(pattern: str) -> "SchemaValidator | str":
    """Return what matches a pattern, or why there is nothing."""
    from pydantic_core import SchemaError, SchemaValidator

    try:
        return SchemaValidator({"type": "str", "pattern": pattern})
    except SchemaError as error:
        # The last line of the engine's message says what is wrong, after a drawing of where.
        return str(error).splitlines()[-1].rpartition("rror: ")[-1]
