"""Entities and their fields."""

from collections.abc import Iterable

from scaffold.entities import names
from scaffold.entities.reserved import OPTION_COLUMNS
from scaffold.frozen import dataclass

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

    @property
    def option_columns(self) -> dict[str, str]:
        """Return the columns that its options give it, each with its option."""
        return {
            column: option
            for option, columns in OPTION_COLUMNS.items()
            if getattr(self, option)
            for column in columns
        }

    def field(self, name: str) -> Field:
        """Return the field of that name."""
        return next(field for field in self.fields if field.name == name)


def in_order(entities: Iterable[Entity]) -> tuple[Entity, ...]:
    """Return entities as they are recorded: sorted by name."""
    return tuple(sorted(entities, key=lambda entity: entity.name))
