"""Entities and their fields, as recorded in the answers, and what is refused of them."""

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from types import NoneType
from typing import Any

from scaffold.entities import names
from scaffold.entities.types import TypeTable
from scaffold.errors import ScaffoldError
from scaffold.frozen import dataclass

Record = dict[str, Any]
Sample = tuple[tuple[str, str | None], ...]
"""A row for the generated tests: names of fields and canonical values, of some of the fields."""

KEYS = ("int", "uuid4", "uuid7")
APIS = ("full", "read-only", "none")
PAGES = ("keyset", "offset")


@dataclass(frozen=True, slots=True)
class Of:
    """What an array holds."""

    type: str
    length: int | None = None
    precision: int | None = None
    scale: int | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """One field; the attributes are in the order of the record."""

    name: str
    type: str = "str"
    length: int | None = None
    precision: int | None = None
    scale: int | None = None
    values: tuple[str, ...] = ()
    of: Of | None = None
    to: str | None = None
    back: str | None = None
    on_delete: str | None = None
    via: str | None = None
    through: tuple[str, ...] = ()
    table: str | None = None
    null: bool = False
    unique: bool = False
    index: bool = False
    default: str | None = None
    server_default: str | None = None
    pattern: str | None = None
    min: str | None = None
    max: str | None = None
    private: bool = False
    readonly: bool = False
    column: str | None = None

    @property
    def is_reference(self) -> bool:
        """Say whether the entity has a key of another one by this field."""
        return self.to is not None and self.type != "many"

    @property
    def is_link(self) -> bool:
        """Say whether the field is kept in another table than the entity's own."""
        return self.type == "many"

    @property
    def column_name(self) -> str:
        """Return the name of the column in the database; a link has none."""
        return self.column or names.column(self.name, reference=self.is_reference)


@dataclass(frozen=True, slots=True)
class Entity:
    """One entity; the attributes are in the order of the record."""

    name: str
    plural: str = ""
    table: str = ""
    pk: str = "int"
    api: str = "full"
    page: str = "keyset"
    timestamps: bool = True
    soft_delete: bool = False
    lock: bool = False
    unique: tuple[tuple[str, ...], ...] = ()
    index: tuple[tuple[str, ...], ...] = ()
    checks: tuple[str, ...] = ()
    samples: tuple[Sample, ...] = ()
    fields: tuple[Field, ...] = ()

    @property
    def references(self) -> tuple[Field, ...]:
        """Return the fields that hold the key of an entity."""
        return tuple(field for field in self.fields if field.is_reference)

    @property
    def links(self) -> tuple[Field, ...]:
        """Return the fields that lead to any number of entities, in a table between."""
        return tuple(field for field in self.fields if field.is_link)

    @property
    def relations(self) -> tuple[Field, ...]:
        """Return the fields that lead to an entity, in whatever way."""
        return tuple(field for field in self.fields if field.to is not None)

    def field(self, name: str) -> Field:
        """Return the field of that name."""
        return next(field for field in self.fields if field.name == name)


def expand(entity: Entity, types: TypeTable) -> Entity:
    """Fill in what was left to the rules: plural, table, lengths, on_delete, back names, samples."""
    entity = filled_in(entity, types)
    if entity.samples or not (entity.checks or any(field.pattern for field in entity.fields)):
        return entity
    return _with_samples(entity, types)


def filled_in(entity: Entity, types: TypeTable) -> Entity:
    """Fill in all that was left to the rules but the samples."""
    plural = entity.plural or names.plural(entity.name)
    _refuse_unnamed_backs(entity)
    return replace(
        entity,
        plural=plural,
        table=entity.table or plural,
        fields=tuple(
            _expand_field(field, entity.name, plural, entity.table or plural, types)
            for field in entity.fields
        ),
    )


def _with_samples(entity: Entity, types: TypeTable) -> Entity:
    from scaffold.entities.graph import check_entity  # few entities need samples, and finding them
    from scaffold.entities.samples.rows import sample_rows

    check_entity(entity, types)
    rows = sample_rows(entity)
    return replace(entity, samples=tuple(tuple(row.items()) for row in rows))


def given(field: Field, types: TypeTable) -> Field:
    """Fill in what a field's type records when its arguments are left out."""
    row = types.get(field.type)
    missing: Record = {
        name: value
        for name, value in (row.given.items() if row else ())
        if getattr(field, name) is None
    }
    if field.is_reference and field.on_delete is None:
        missing["on_delete"] = "restrict"
    if field.of is not None and (item := types.get(field.of.type)):
        more: Record = {k: v for k, v in item.given.items() if getattr(field.of, k) is None}
        missing |= {"of": replace(field.of, **more)} if more else {}
    return replace(field, **missing) if missing else field


def _expand_field(field: Field, entity: str, plural: str, table: str, types: TypeTable) -> Field:
    if field.to is not None and field.back is None:
        field = replace(field, back=usual_back(field, entity, plural))
    if field.is_link and field.via is None and field.table is None:
        field = replace(field, table=usual_link_table(table, field.name))
    return given(field, types)


def usual_link_table(table: str, field: str) -> str:
    """Return the table of a link that has no name of its own."""
    return f"{table}_{field}"


def usual_back(field: Field, entity: str, plural: str) -> str:
    """Return what the other entity calls this one where no other name is given."""
    return names.snake(entity) if field.type == "one" else plural


def _refuse_unnamed_backs(entity: Entity) -> None:
    seen: dict[tuple[str, bool], str] = {}
    for field in entity.relations:
        if field.back is not None:
            continue
        target = str(field.to)
        default = (target, field.type == "one")
        kind = target if field.type == "ref" else f"{field.type},{target}"
        help = f"name it: {field.name}:{kind}:back=..."
        if target == entity.name:
            raise ScaffoldError(
                f"`{entity.name}.{field.name}` refers to `{entity.name}` itself and needs a name "
                "for the other side",
                help=help,
            )
        if default in seen:
            raise ScaffoldError(
                f"`{entity.name}.{field.name}` is the second relation to `{target}` and needs a "
                "name for the other side",
                note=f"the other side of `{entity.name}.{seen[default]}` has the default",
                help=help,
            )
        seen[default] = field.name


def in_order(entities: Iterable[Entity]) -> tuple[Entity, ...]:
    """Return entities as they are recorded: sorted by name."""
    return tuple(sorted(entities, key=lambda entity: entity.name))


def validate(entities: Iterable[Entity], types: TypeTable) -> None:
    """Refuse entities that could not be generated, migrated or filled; they must be expanded."""
    from scaffold.entities.graph import check  # the graph's rules need the classes above

    check(tuple(entities), types)


# Records: what is written to the answers file and read from it.


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


_ATTRIBUTES = {kind: tuple(item.name for item in fields(kind)) for kind in (Entity, Field, Of)}


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
