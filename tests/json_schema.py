"""As much of JSON schema as the schema of documents uses."""

import re
from typing import Any

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "number": (int, float),
    "null": (type(None),),
}


def problems(value: object, schema: dict[str, Any], root: dict[str, Any]) -> list[str]:
    """Return what of a value does not fit a schema."""
    unknown = schema.keys() - {
        *("$schema", "$defs", "title", "description", "default", "$ref", "anyOf", "enum", "type"),
        *("properties", "patternProperties", "additionalProperties", "required"),
        *("items", "minItems"),
    }
    assert not unknown
    if "$ref" in schema:
        return problems(value, root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root)
    if "anyOf" in schema:
        tried = [problems(value, each, root) for each in schema["anyOf"]]
        return [] if [] in tried else [problem for found in tried for problem in found]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{value!r} is none of {schema['enum']}"]
    if "type" in schema and not _is_of(value, schema["type"]):
        return [f"{value!r} is not of {schema['type']}"]
    return _of_parts(value, schema, root)


def _of_parts(value: object, schema: dict[str, Any], root: dict[str, Any]) -> list[str]:
    if isinstance(value, dict):
        return _of_object(value, schema, root)
    if not isinstance(value, list):
        return []
    few = [f"{value!r} is too short"] if len(value) < schema.get("minItems", 0) else []
    return [*few, *(each for item in value for each in problems(item, schema["items"], root))]


def _is_of(value: object, types: str | list[str]) -> bool:
    wanted = [types] if isinstance(types, str) else types
    if isinstance(value, bool):
        return "boolean" in wanted
    return any(isinstance(value, _TYPES[each]) for each in wanted)


def _of_object(value: dict[str, object], schema: dict[str, Any], root: dict[str, Any]) -> list[str]:
    found = [f"`{name}` is missing" for name in schema.get("required", ()) if name not in value]
    for name, part in value.items():
        patterns = schema.get("patternProperties", {}).items()
        fitting = [each for pattern, each in patterns if re.search(pattern, name)]
        fitting += [schema["properties"][name]] if name in schema.get("properties", {}) else []
        if not fitting and schema.get("additionalProperties") is False:
            found.append(f"`{name}` is unknown")
        found += [problem for each in fitting for problem in problems(part, each, root)]
    return found
