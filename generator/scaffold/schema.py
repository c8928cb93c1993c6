"""The tables of a derived model, as values that can be compared."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from scaffold.errors import ScaffoldError


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


def changed_tables(
    old_model: Mapping[str, Any], new_model: Mapping[str, Any]
) -> tuple[dict[str, Table], dict[str, Table]]:
    """Return the tables by name, old and new, in which two derived models differ."""
    old, new = _specs(old_model), _specs(new_model)
    return _read(old, new), _read(new, old)


def _specs(model: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    specs = (entity["table_spec"] for entity in model.get("entities", ()))
    return {spec["name"]: spec for spec in specs}


def _read(
    specs: Mapping[str, Mapping[str, Any]], other: Mapping[str, Mapping[str, Any]]
) -> dict[str, Table]:
    return {name: Table.from_spec(spec) for name, spec in specs.items() if other.get(name) != spec}
