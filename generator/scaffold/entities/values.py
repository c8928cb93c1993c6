"""The canonical text of the values that a field may carry: defaults and bounds, by type.

The command canonicalises, the template only formats: `00.50` is recorded as `0.50`, `TRUE` as
`true`, a moment in UTC with its offset. A type without an entry here takes any printable text.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scaffold.entities.entity import Field

INTEGERS = {"smallint": 2**15, "int": 2**31, "bigint": 2**63}
MOST_DIGITS = len(str(2**63))
MICROSECONDS = 6
LONGEST_INTERVAL = 2**63 // 10**MICROSECONDS
NAMED = {"date": ("today",), "datetime": ("now",), "uuid": ("random",)}
FIRST_YEAR = 1000  # MariaDB's DATE begins there

_INTEGER = re.compile(r"[+-]?[0-9]+")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)")
_FLOAT = re.compile(_DECIMAL.pattern + r"(?:[eE][+-]?[0-9]+)?")
_EMAIL = re.compile(r"[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_URL = re.compile(r"https?://[A-Za-z0-9][A-Za-z0-9.-]*(?::[0-9]+)?(?:[/?#]\S*)?")
_UUID = re.compile("-?".join(f"([0-9a-f]{{{count}}})" for count in (8, 4, 4, 4, 12)))

Canonical = Callable[["Field", str], str]


class MisfitError(ValueError):
    """A value that a type does not take; the text says what it takes."""


def canonical(field: "Field", modifier: str, text: str) -> str:
    """Return the canonical text of a `default`, `server_default`, `min` or `max`, or raise MisfitError."""
    if not text.isprintable():
        raise MisfitError("printable characters only")
    if modifier in ("min", "max"):
        return _BOUNDS.get(field.type, _any)(field, text)
    named = NAMED.get(field.type, ())
    lower = text.lower()
    if modifier == "default" and lower in named:
        return lower
    if modifier == "server_default" and lower == "now" and "now" in named:
        return lower
    if modifier == "server_default" and lower in named:
        raise MisfitError(f"`{lower}` as a `default` only: Python works it out, not the database")
    if modifier == "server_default" and "\\" in text:
        raise MisfitError("no backslash, which MariaDB would read as an escape")
    return _DEFAULTS.get(field.type, _any)(field, text)


def order(field: "Field", text: str) -> object:
    """Return the value of a canonical text, to compare it with others of its type."""
    if field.type == "datetime":
        return datetime.fromisoformat(text)
    return text if field.type == "date" else Decimal(text)


def _any(_: "Field", text: str) -> str:
    return text


def _string(field: "Field", text: str) -> str:
    if field.length is not None and len(text) > field.length:
        raise MisfitError(f"at most {field.length} characters")
    if field.min is not None and len(text) < int(field.min):
        raise MisfitError(f"at least {field.min} characters")
    if field.max is not None and len(text) > int(field.max):
        raise MisfitError(f"at most {field.max} characters")
    if field.pattern is not None:
        from scaffold.entities.patterns import matches

        if not matches(field.pattern, text):
            raise MisfitError(f"text that matches `{field.pattern}`")
    return text


def _email(field: "Field", text: str) -> str:
    return _string(field, _matching(_EMAIL, text.lower(), "an address such as `ann@example.com`"))


def _slug(field: "Field", text: str) -> str:
    return _string(field, _matching(_SLUG, text, "lower-case words with hyphens, `like-this`"))


def _url(field: "Field", text: str) -> str:
    return _string(field, _matching(_URL, text, "an address such as `https://example.com/`"))


def _matching(pattern: re.Pattern[str], text: str, expected: str) -> str:
    if not pattern.fullmatch(text):
        raise MisfitError(expected)
    return text


def _integer(field: "Field", text: str) -> str:
    limit = INTEGERS[field.type]
    if not _INTEGER.fullmatch(text):
        raise MisfitError("a whole number")
    digits = text.lstrip("+-0")
    if len(digits) > MOST_DIGITS or not -limit <= int(text) < limit:
        raise MisfitError(f"a whole number between {-limit} and {limit - 1}")
    return str(int(text))


def _count(_: "Field", text: str) -> str:
    if not re.fullmatch(r"\+?[0-9]{1,9}", text):
        raise MisfitError("a number of characters")
    return str(int(text))


def _plain(number: Decimal) -> str:
    return format(abs(number) if number == 0 else number, "f")


def _decimal(field: "Field", text: str) -> str:
    if not _DECIMAL.fullmatch(text):
        raise MisfitError("a decimal number such as `9.95`")
    shown = _plain(Decimal(text))
    whole, _, fraction = shown.lstrip("-").partition(".")
    precision, scale = field.precision, field.scale
    if precision is None or scale is None:
        return shown
    if len(fraction) > scale:
        raise MisfitError(f"at most {scale} digits after the point")
    if len(whole.lstrip("0")) > precision - scale:
        raise MisfitError(f"at most {precision - scale} digits before the point")
    return shown


def _float(_: "Field", text: str) -> str:
    number = float(text) if _FLOAT.fullmatch(text) else float("inf")
    if abs(number) == float("inf"):
        raise MisfitError("a finite number")
    return repr(number + 0.0)


def _bool(_: "Field", text: str) -> str:
    lower = text.lower()
    if lower not in ("true", "false"):
        raise MisfitError("`true` or `false`")
    return lower


def _date(_: "Field", text: str) -> str:
    try:
        value = date.fromisoformat(text)
    except ValueError:
        raise MisfitError("a date such as `2024-12-31`") from None
    _refuse_antiquity(value)
    return value.isoformat()


def _time(_: "Field", text: str) -> str:
    try:
        value = time.fromisoformat(text)
    except ValueError:
        value = None
    if value is None or value.tzinfo is not None:
        raise MisfitError("a time of day such as `23:59:59`, without an offset")
    return value.isoformat()


def _datetime(_: "Field", text: str) -> str:
    expected = "a moment such as `2024-12-31T23:59:59Z`"
    try:
        value = datetime.fromisoformat(text)
        moment = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except (ValueError, OverflowError):
        raise MisfitError(expected) from None
    _refuse_antiquity(moment)
    return moment.isoformat()


def _refuse_antiquity(value: date) -> None:
    if value.year < FIRST_YEAR:
        raise MisfitError(f"years from {FIRST_YEAR} on")


def _interval(_: "Field", text: str) -> str:
    if not _DECIMAL.fullmatch(text):
        raise MisfitError("a number of seconds such as `3600` or `0.5`")
    shown = _plain(Decimal(text))
    whole, _point, fraction = shown.partition(".")
    fraction = fraction.rstrip("0")
    if len(fraction) > MICROSECONDS or abs(int(whole)) >= LONGEST_INTERVAL:
        raise MisfitError(f"microseconds at the finest, and less than {LONGEST_INTERVAL} seconds")
    return f"{whole}.{fraction}" if fraction else whole


def _uuid(_: "Field", text: str) -> str:
    parts = _UUID.fullmatch(text.lower())
    if parts is None:
        raise MisfitError("a UUID of 32 hexadecimal digits")
    return "-".join(parts.groups())


def _enum(field: "Field", text: str) -> str:
    if text not in field.values:
        raise MisfitError(f"one of {', '.join(f'`{value}`' for value in field.values)}")
    return text


def _empty_document(_: "Field", text: str) -> str:
    return _matching(re.compile(r"\{\}|\[\]"), text, "`{}` or `[]`")


def _empty_list(_: "Field", text: str) -> str:
    return _matching(re.compile(r"\[\]"), text, "`[]`")


_DEFAULTS: dict[str, Canonical] = {
    "str": _string,
    "text": _string,
    "email": _email,
    "slug": _slug,
    "url": _url,
    "smallint": _integer,
    "int": _integer,
    "bigint": _integer,
    "float": _float,
    "decimal": _decimal,
    "bool": _bool,
    "date": _date,
    "time": _time,
    "datetime": _datetime,
    "interval": _interval,
    "uuid": _uuid,
    "json": _empty_document,
    "array": _empty_list,
    "enum": _enum,
}
_BOUNDS: dict[str, Canonical] = {**_DEFAULTS, "str": _count, "text": _count}
