"""Write entities as a document that `scaffold apply` reads back as these very entities."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from scaffold.entities import names
from scaffold.grammar.fields import format_field
from scaffold.manifest.keys import ENTITY_KEYS, SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scaffold.entities.entity import Entity
    from scaffold.entities.types import TypeTable

# A text that YAML reads as this very text, without quotes: a word of a type, perhaps with more.
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*([,:=.<>/+*-][A-Za-z0-9_]+)*")
_NO_TEXTS = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}
_ESCAPED = re.compile(r"[\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")


def document_of(entities: Iterable[Entity], types: TypeTable, pk: str) -> dict[str, Any]:
    """Return the document as plain values; what the rules would fill in is left out."""
    described = {entity.name: _entity(entity, types, pk) for entity in entities}
    return {"schema": int(SCHEMA), "pk": pk, "entities": described}


def as_json(document: dict[str, Any]) -> str:
    """Return the document as JSON."""
    return json.dumps(document, indent=2, ensure_ascii=False)


def as_yaml(document: dict[str, Any]) -> str:
    """Return the document as YAML, a field a line."""
    return "\n".join(_lines(document, ""))


def _entity(entity: Entity, types: TypeTable, pk: str) -> dict[str, Any]:
    usual = {"plural": names.plural(entity.name), "table": entity.plural, "pk": pk}
    described: dict[str, Any] = {}
    for key in ENTITY_KEYS:
        if key.kind == "fields":
            described["fields"] = {
                field.name: format_field(field, types).removeprefix(field.name).lstrip(":") or "str"
                for field in entity.fields
            }
        elif key.name != "renamed_from":
            value = getattr(entity, key.name)
            if value not in ((), usual.get(key.name, key.default)):
                described[key.name] = value
    return described


def _lines(mapping: dict[str, Any], indent: str) -> Iterator[str]:
    for key, value in mapping.items():
        if isinstance(value, dict) and value:
            yield f"{indent}{_scalar(key)}:"
            yield from _lines(value, f"{indent}  ")
        else:
            yield f"{indent}{_scalar(key)}: {_flow(value)}"


def _flow(value: object) -> str:
    match value:
        case bool() | int():
            return json.dumps(value)
        case tuple():
            return f"[{', '.join(map(_flow, value))}]"
        case dict():
            return "{}"
        case _:
            return _scalar(str(value))


def _scalar(text: str) -> str:
    if _PLAIN.fullmatch(text) and text.lower() not in _NO_TEXTS:
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return _ESCAPED.sub(lambda match: f"\\u{ord(match[0]):04x}", quoted)
