"""Entities as the answers file has them: written, and read back."""

from collections.abc import Mapping
from dataclasses import fields
from types import NoneType
from typing import Any

from scaffold.entities import names
from scaffold.entities.entity import Entity, Field, Of, Sample
from scaffold.errors import ScaffoldError

Record = dict[str, Any]
_OF_KEYS: dict[str, type] = {"type": str, "length": int, "precision": int, "scale": int}
_FIELD_KEYS: dict[str, type] = {
    **_OF_KEYS,
    "name": str,
    "values": list,
    "of": dict,
    "to": str,
    "back": str,
    "on_delete": str,
    "via": str,
    "through": list,
    "table": str,
    "null": bool,
    "unique": bool,
    "index": bool,
    "default": str,
    "server_default": str,
    "pattern": str,
    "min": str,
    "max": str,
    "private": bool,
    "readonly": bool,
    "column": str,
}
_ENTITY_KEYS: dict[str, type] = {
    "name": str,
    "plural": str,
    "table": str,
    "pk": str,
    "api": str,
    "page": str,
    "timestamps": bool,
    "soft_delete": bool,
    "lock": bool,
    "unique": list,
    "index": list,
    "checks": list,
    "samples": list,
    "fields": list,
}
_ENTITY_NEEDS = frozenset({"name", "plural", "table", "pk", "api", "page", "fields"})
_FIELD_NEEDS = frozenset({"name", "type"})
_NESTED = frozenset({"values", "of", "through"})
_WORDS = {str: "text", int: "a whole number", bool: "true", list: "a list", dict: "a mapping"}
_ATTRIBUTES = {kind: tuple(item.name for item in fields(kind)) for kind in (Entity, Field, Of)}


def to_record(entity: Entity) -> Record:
    """Return the entity as it is recorded; what is false or empty is left out."""
    record = _filled(entity)
    for key in ("unique", "index"):
        if key in record:
            record[key] = [list(members) for members in record[key]]
    if entity.checks:
        record["checks"] = list(entity.checks)
    if entity.samples:
        record["samples"] = [dict(row) for row in entity.samples]
    if entity.fields:
        record["fields"] = [field_record(field) for field in entity.fields]
    return record


def field_record(field: Field) -> Record:
    """Return the field as it is recorded."""
    record = _filled(field)
    if field.values:
        record["values"] = list(field.values)
    if field.through:
        record["through"] = list(field.through)
    if field.of is not None:
        record["of"] = _filled(field.of)
    return record


def _filled(item: Entity | Field | Of) -> Record:
    record = {}
    for key in _ATTRIBUTES[type(item)]:
        value = getattr(item, key)
        if value is not None and value is not False and value != ():
            record[key] = value
    return record


def from_record(record: object) -> Entity:
    """Read an entity back; anything that `to_record` would not have written is refused."""
    where = "an entity"
    if isinstance(record, dict) and isinstance(record.get("name"), str):
        where = f"the entity `{record['name']}`"
    attributes = _attributes(record, _ENTITY_KEYS, _ENTITY_NEEDS, where)
    for key in ("unique", "index"):
        if key in attributes:
            attributes[key] = tuple(_texts(item, key, where) for item in attributes[key])
    if "checks" in attributes:
        attributes["checks"] = _texts(attributes["checks"], "checks", where)
    if "samples" in attributes:
        attributes["samples"] = tuple([_sample(row, where) for row in attributes["samples"]])
    attributes["fields"] = tuple([_field(item, where) for item in attributes["fields"]])
    attributes.setdefault("timestamps", False)  # a new entity has them, a record says so
    return Entity(**attributes)


def _sample(row: object, where: str) -> Sample:
    if type(row) is not dict or any(type(text) not in (str, NoneType) for text in row.values()):
        raise _unreadable(f"`samples` of {where} must hold mappings of text or null, not `{row!r}`")
    return tuple(row.items())


def _field(record: object, where: str) -> Field:
    attributes = _attributes(record, _FIELD_KEYS, _FIELD_NEEDS, where)
    if "via" in attributes and "through" not in attributes:
        raise _unreadable(f"{where} has no `through`" + _of_field(attributes, _FIELD_KEYS))
    if not _NESTED.isdisjoint(attributes):
        place = f"`{attributes['name']}` of {where}"
        for key in ("values", "through"):
            if key in attributes:
                attributes[key] = _texts(attributes[key], key, place)
        if "of" in attributes:
            of = _attributes(attributes["of"], _OF_KEYS, frozenset({"type"}), place)
            attributes["of"] = Of(**of)
    return Field(**attributes)


def _attributes(
    record: object, keys: Mapping[str, type], needs: frozenset[str], where: str
) -> Record:
    if type(record) is not dict:
        raise _unreadable(f"{where} must be a mapping, not `{record!r}`")
    if not needs <= record.keys():
        missing = min(needs - record.keys())
        raise _unreadable(f"{where} has no `{missing}`" + _of_field(record, keys))
    for key, value in record.items():
        kind = keys.get(key)
        if type(value) is kind and value is not False and value != []:
            continue
        if kind is None:
            near = names.nearest(str(key), keys)
            raise _unreadable(
                f"`{key}` is no property of {where}" + _of_field(record, keys),
                f"a property with a similar name exists: `{near}`" if near else None,
            )
        raise _unreadable(
            f"`{key}` of {where}{_of_field(record, keys)} must be {_WORDS[kind]}, "
            f"not `{value!r}`; what is false or empty is left out"
        )
    return dict(record)


def _of_field(record: Record, keys: Mapping[str, type]) -> str:
    return f", field `{record.get('name')}`" if keys is _FIELD_KEYS else ""


def _texts(items: object, key: str, where: str) -> tuple[str, ...]:
    if type(items) is not list or not items or any(type(item) is not str for item in items):
        raise _unreadable(f"`{key}` of {where} must hold lists of text")
    return tuple(items)


def _unreadable(message: str, help: str | None = None) -> ScaffoldError:
    return ScaffoldError(f"the recorded entities cannot be read: {message}", help=help)
