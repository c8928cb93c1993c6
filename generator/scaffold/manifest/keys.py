"""What an entity and a field of the document may say: the one source of reading, writing and schema."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from scaffold.entities.entity import APIS, KEYS, PAGES
from scaffold.grammar.fields import FLAGS, MODIFIERS

Kind = Literal["text", "value", "flag", "choice", "texts", "groups", "fields"]


class Key(NamedTuple):
    """One key: what its value is, and what it is for."""

    name: str
    kind: Kind
    about: str
    choices: tuple[str, ...] = ()
    default: str | bool | None = None


SCHEMA: Final = "1"  # the form of documents

DOCUMENT_KEYS: Final = (
    Key("$schema", "text", "The JSON schema, for editors."),
    Key("schema", "choice", "The form of this document.", (SCHEMA,)),
    Key("pk", "choice", "The kind of key of entities that name none; the project's.", KEYS),
)

ENTITY_KEYS: Final = (
    Key("renamed_from", "text", "The entity's former name: its table and rows are kept."),
    Key("plural", "text", "Its plural in snake_case; by the rules of English."),
    Key("table", "text", "Its table; the plural."),
    Key("pk", "choice", "Its kind of key; the document's.", KEYS),
    Key("fields", "fields", "Its fields: all of them, in their order."),
    Key("unique", "groups", "Fields that are unique together: [[first, second]]."),
    Key("index", "groups", "Fields that are indexed together: [[first, second]]."),
    Key("checks", "texts", "Rules that the database keeps: ends_on > begins_on."),
    Key("timestamps", "flag", "It has created_at and updated_at.", default=True),
    Key("soft_delete", "flag", "Rows are marked as deleted, and kept.", default=False),
    Key("lock", "flag", "Nobody overwrites what somebody else changed.", default=False),
    Key("page", "choice", "How lists are paged.", PAGES, default="keyset"),
    Key("api", "choice", "Which endpoints there are.", APIS, default="full"),
)

_ABOUT: Final = {
    "null": "It may be missing.",
    "unique": "One row per value.",
    "index": "It has an index.",
    "private": "It is never in a response.",
    "readonly": "It is in responses only.",
    "min": "The least: of the value, or of a text's length.",
    "max": "The most: of the value, or of a text's length.",
    "back": "What the other entity calls this one's rows.",
    "on_delete": "When the row referred to is deleted: restrict, cascade, set_null.",
    "via": "The entity between the two sides of `many`.",
    "table": "The table between the two sides of `many`.",
    "column": "Its name in the database.",
    "default": "The value when a request leaves it out.",
    "server_default": "The value when the database is not told one.",
    "pattern": "A regular expression that the text matches.",
}

_VALUES = ("default", "server_default", "min", "max")


def _kind(modifier: str) -> Kind:
    return "flag" if modifier in FLAGS else "value" if modifier in _VALUES else "text"


FIELD_KEYS: Final = (
    Key("type", "text", "Its type with arguments, as on the command line: str,200; str."),
    *(Key(name, _kind(name), _ABOUT.get(name, f"The modifier `{name}`.")) for name in MODIFIERS),
    Key("renamed_from", "text", "The field's former name: its column and values are kept."),
    Key("fill", "value", "The value for the rows that exist, where the field may not be empty."),
)
