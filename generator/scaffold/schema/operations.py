"""What a revision does with whole tables, one value each."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, TypeAlias

from scaffold.frozen import dataclass

if TYPE_CHECKING:
    from scaffold.schema.changes import Change
    from scaffold.schema.tables import ForeignKey, Table

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CreateTable:
    """Create a table; the foreign keys named in `late` are added once their table exists."""

    table: Table
    late: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DropTable:
    """Drop a table, with its indexes and constraints."""

    table: Table
    late: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AddLateKey:
    """Add a foreign key that closes a circle of references."""

    table: str
    key: ForeignKey


@dataclass(frozen=True, slots=True)
class DropLateKey:
    """Drop a foreign key that closes a circle, so that the tables in it can be dropped."""

    table: str
    key: ForeignKey


WHOLE_TABLES = (CreateTable, DropTable, AddLateKey, DropLateKey)
OfTables: TypeAlias = CreateTable | DropTable | AddLateKey | DropLateKey
Operation: TypeAlias = "OfTables | Change"


def record(operation: Operation) -> Record:
    """Return an operation as plain data."""
    return {"do": type(operation).__name__, **asdict(operation)}
