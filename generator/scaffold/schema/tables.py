"""The tables of a derived model, as values that can be compared."""

from ast import literal_eval
from collections.abc import Mapping
from typing import Any, Self

from scaffold.errors import ScaffoldError
from scaffold.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `type` and `server_default` are Python source over `sa`, `mysql`, `postgresql`."""

    name: str
    type: str
    nullable: bool
    primary_key: bool = False
    server_default: str | None = None
    autoincrement: bool = False


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A foreign key of one column."""

    name: str
    column: str
    to_table: str
    to_column: str
    on_delete: str | None = None


@dataclass(frozen=True, slots=True)
class Unique:
    """A unique constraint."""

    name: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Index:
    """An index that is not a constraint."""

    name: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """A CHECK; `expression` is Python source over `sa`."""

    name: str
    expression: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table with everything that a revision has to create."""

    name: str
    columns: tuple[Column, ...]
    primary_key: str
    foreign_keys: tuple[ForeignKey, ...] = ()
    uniques: tuple[Unique, ...] = ()
    indexes: tuple[Index, ...] = ()
    checks: tuple[Check, ...] = ()

    @classmethod
    def from_spec(cls, spec: Mapping[str, Any]) -> Self:
        """Read the `table_spec` of an entity; keys that this version does not know are refused."""
        parts = dict(spec)
        try:
            return cls(
                columns=tuple(Column(**column) for column in parts.pop("columns")),
                foreign_keys=tuple(ForeignKey(**key) for key in parts.pop("foreign_keys", ())),
                uniques=tuple(Unique(**_frozen(unique)) for unique in parts.pop("uniques", ())),
                indexes=tuple(Index(**_frozen(index)) for index in parts.pop("indexes", ())),
                checks=tuple(Check(**check) for check in parts.pop("checks", ())),
                **parts,
            )
        except (KeyError, TypeError) as error:
            raise ScaffoldError(
                f"cannot read the table `{spec.get('name', '?')}` of the project's template",
                note=str(error),
                help="the template may be newer than this command: upgrade scaffold",
            ) from error


def _frozen(record: Mapping[str, Any]) -> dict[str, Any]:
    return {**record, "columns": tuple(record["columns"])}


def allowed_values(table: Table, column: str) -> tuple[str, ...] | None:
    """Return the values that a CHECK of the table lists for a column."""
    start = values_start(column)
    for check in table.checks:
        if check.expression.startswith(start):
            return tuple(literal_eval(check.expression[len(start) : -1]))
    return None


def values_start(column: str) -> str:
    """Return how the expression of a CHECK begins that lists the values of a column."""
    return f'sa.column("{column}").in_('


@dataclass(frozen=True, slots=True)
class Place:
    """Whose table it is: an entity's own, or the one that links it to others by a field."""

    entity: str
    field: str = ""


def specs(model: Mapping[str, Any]) -> dict[Place, Mapping[str, Any]]:
    """Return the `table_spec` of each entity of a derived model, and its `link_tables`.

    A link table says which field it is for by `field`, which is no part of the table.
    """
    found: dict[Place, Mapping[str, Any]] = {}
    for entity in model.get("entities", ()):
        name = entity.get("name", entity["table_spec"]["name"])
        found[Place(name)] = entity["table_spec"]
        for link in entity.get("link_tables", ()):
            plain = {key: value for key, value in link.items() if key != "field"}
            found[Place(name, link.get("field", link["name"]))] = plain
    return found
