"""The JSON schema of a document, for editors and programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from scaffold.manifest.keys import DOCUMENT_KEYS, ENTITY_KEYS, FIELD_KEYS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scaffold.manifest.keys import Key

_TEXTS = {"type": "array", "items": {"type": "string"}, "minItems": 1}
_OF_KIND: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "value": {"type": ["string", "number", "boolean"]},
    "flag": {"type": "boolean"},
    "texts": _TEXTS,
    "groups": {"type": "array", "items": _TEXTS},
    "fields": {"$ref": "#/$defs/fields"},
}
_ENTITY_NAME = "^[A-Z][A-Za-z0-9]*$"
_FIELD_NAME = "^[a-z][a-z0-9_]*$"


def json_schema() -> str:
    """Return the schema as text."""
    entity = _object(ENTITY_KEYS)
    # A new entity needs its fields; `renamed_from` alone is no entity either.
    entity["required"] = ["fields"]
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Entities of a project, for `scaffold apply`",
        **_object(DOCUMENT_KEYS, entities=_named(_ENTITY_NAME, {"$ref": "#/$defs/entity"})),
        "required": ["entities"],
        "$defs": {
            "entity": entity,
            "fields": {
                "anyOf": [
                    _named(_FIELD_NAME, {"$ref": "#/$defs/field"}),
                    {
                        "description": "As on the command line: title:str,200:index",
                        "type": "array",
                        "items": {"type": "string"},
                    },
                ]
            },
            "field": {
                "anyOf": [
                    {
                        "description": "Type and modifiers as on the command line: str,200:index",
                        "type": ["string", "null"],
                    },
                    _object(FIELD_KEYS),
                ]
            },
        },
    }
    return json.dumps(schema, indent=2) + "\n"


def _object(keys: Iterable[Key], **more: Any) -> dict[str, Any]:  # noqa: ANN401 (parts of a schema)
    properties = {key.name: {"description": key.about, **_value(key)} for key in keys}
    return {
        "type": "object",
        "properties": {**properties, **more},
        "additionalProperties": False,
    }


def _value(key: Key) -> dict[str, Any]:
    if key.choices:
        return {"enum": [int(each) if each.isdigit() else each for each in key.choices]}
    default = {} if key.default is None else {"default": key.default}
    return {**_OF_KIND[key.kind], **default}


def _named(pattern: str, value: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "patternProperties": {pattern: value},
        "additionalProperties": False,
    }
