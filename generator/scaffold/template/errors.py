"""Turn what a template raises into an error that people can read."""

from __future__ import annotations

import re
from ast import literal_eval
from contextlib import suppress

from jinja2 import TemplateError, UndefinedError

from scaffold.errors import ScaffoldError

# What the expressions of a template may raise.
RAISED = (
    TemplateError,
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    RecursionError,
    TypeError,
    ValueError,
)
# A template raises by using a name that it knows is undefined, and the name is the message.
_RAISED = re.compile(r"(?:.* has no attribute )?(['\"].* .*['\"])(?: is undefined)?", re.DOTALL)


class UnsetError(UndefinedError):
    """A default used `UNSET`: the question has none."""


def readable(error: Exception, place: str | None = None) -> ScaffoldError:
    """Turn what a template raised into an error that says what it says."""
    message = getattr(error, "message", None) or str(error) or type(error).__name__
    raised = _RAISED.fullmatch(message)
    if raised:
        with suppress(ValueError, SyntaxError):
            return _raised_on_purpose(str(literal_eval(raised[1])))
    where = f" in {place}" if place else ""
    return ScaffoldError(f"the template cannot be rendered{where}: {message}")


def _raised_on_purpose(text: str) -> ScaffoldError:
    parts = {"error": "", "note": "", "help": ""}
    current = "error"
    for line in text.splitlines():
        label, colon, rest = line.partition(": ")
        labelled = bool(colon) and label in parts
        current = label if labelled else current
        added = rest if labelled else line
        parts[current] += f"\n{added}" if parts[current] else added
    return ScaffoldError(parts["error"], note=parts["note"] or None, help=parts["help"] or None)
