"""Values for rows that exist, as the Python source of a revision."""

import json
from decimal import Decimal
from typing import NamedTuple

from scaffold.schema.conversions import ColumnType


class Literal(NamedTuple):
    """The source of a value, for all dialects or for one; `!` before its name means all others."""

    source: str
    dialect: str | None = None


_NOW = "dt.datetime.now(dt.UTC)"
_PLAIN = frozenset({"smallint", "int", "bigint", "float"})
_CALLS = {
    "decimal": 'Decimal("{}")',
    "date": 'dt.date.fromisoformat("{}")',
    "time": 'dt.time.fromisoformat("{}")',
    "datetime": 'dt.datetime.fromisoformat("{}")',
    "uuid": 'UUID("{}")',
}
_NAMED = {
    ("datetime", "now"): (Literal(_NOW),),
    ("date", "today"): (Literal(f"{_NOW}.date()"),),
    ("uuid", "random"): (
        Literal("sa.func.gen_random_uuid()", "postgresql"),
        Literal("sa.func.lower(sa.func.hex(sa.func.randomblob(16)))", "sqlite"),
        Literal('sa.func.replace(sa.func.uuid(), "-", "")', "mysql"),
    ),
}
# As text, since SQLAlchemy cannot print documents and arrays where SQL is printed.
_EMPTY_OBJECT, _EMPTY_LIST = "sa.text(\"'{}'\")", "sa.text(\"'[]'\")"
_DOCUMENTS = {
    ("json", "{}"): (Literal(_EMPTY_OBJECT),),
    ("json", "[]"): (Literal(_EMPTY_LIST),),
    ("array", "[]"): (Literal(_EMPTY_OBJECT, "postgresql"), Literal(_EMPTY_LIST, "!postgresql")),
}
_NEUTRAL = {
    "string": "",
    "text": "",
    "smallint": "0",
    "int": "0",
    "bigint": "0",
    "float": "0.0",
    "decimal": "0",
    "bool": "false",
    "date": "1970-01-01",
    "time": "00:00:00",
    "datetime": "1970-01-01T00:00:00+00:00",
    "interval": "0",
    "uuid": "00000000-0000-0000-0000-000000000000",
    "json": "{}",
    "array": "[]",
}


def literals(  # noqa: PLR0911 (one line a kind)
    kind: ColumnType, text: str
) -> tuple[Literal, ...]:
    """Return the value that a canonical text spells; nothing if this kind of column has no spelling."""
    name = kind.kind
    if name in {"json", "array"}:
        return _DOCUMENTS.get((name, text), ())
    if (name, text) in _NAMED:
        return _NAMED[name, text]
    if kind.is_text:
        return (Literal(_string(text)),)
    if name == "bool":
        return (Literal("True" if text == "true" else "False"),)
    if name == "interval":
        microseconds = int(Decimal(text) * 10**6)
        return (
            Literal(f"dt.timedelta(microseconds={microseconds})", "postgresql"),
            Literal(str(microseconds), "!postgresql"),
        )
    if name == "decimal" and "." not in text:
        return (Literal(f"Decimal({text})"),)
    if name == "datetime" and "T" not in text:
        text += "T00:00:00+00:00"
    if name in _PLAIN:
        return (Literal(text),)
    return (Literal(_CALLS[name].format(text)),) if name in _CALLS else ()


def _string(text: str) -> str:
    """Return a string with the quotes that the formatter prefers: those that need fewer escapes."""
    inner = json.dumps(text, ensure_ascii=False)[1:-1]
    if text.count('"') <= text.count("'"):
        return f'"{inner}"'
    escaped = inner.replace('\\"', '"').replace("'", "\\'")
    return f"'{escaped}'"


def neutral(kind: ColumnType) -> str | None:
    """Return the canonical text of a value that says nothing: zero, false, the empty text."""
    return _NEUTRAL.get(kind.kind)
