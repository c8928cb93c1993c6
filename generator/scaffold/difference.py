"""The difference of two sets of tables, as operations in an order that databases accept."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from scaffold.errors import ScaffoldError
from scaffold.schema import ForeignKey, Table


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


Operation = CreateTable | DropTable | AddLateKey | DropLateKey


def difference(old: Mapping[str, Table], new: Mapping[str, Table]) -> tuple[Operation, ...]:
    """Return the operations that turn the tables `old` into `new`: drops first, then creations."""
    for name in sorted(old.keys() & new.keys()):
        if old[name] != new[name]:
            raise ScaffoldError(
                f"the table `{name}` would change, and this version cannot write that migration",
                help="upgrade scaffold, or write the revision by hand: "
                "alembic revision --autogenerate",
            )
    dropped = _creations(table for name, table in old.items() if name not in new)
    created = _creations(table for name, table in new.items() if name not in old)
    return (*inverse(dropped), *created)


def inverse(operations: Iterable[Operation]) -> tuple[Operation, ...]:
    """Return the operations that undo these."""
    return tuple(_inverse(operation) for operation in reversed(tuple(operations)))


def _inverse(operation: Operation) -> Operation:
    match operation:
        case CreateTable(table, late):
            return DropTable(table, late)
        case DropTable(table, late):
            return CreateTable(table, late)
        case AddLateKey(table, key):
            return DropLateKey(table, key)
        case DropLateKey(table, key):
            return AddLateKey(table, key)


def _creations(tables: Iterable[Table]) -> tuple[Operation, ...]:
    """Order the tables by their references; where those run in a circle, add the last key late."""
    waiting = {table.name: table for table in sorted(tables, key=lambda table: table.name)}
    creations: list[Operation] = []
    late_keys: list[Operation] = []
    while waiting:
        table = next((t for t in waiting.values() if not _needs(t, waiting)), None)
        table = table or _first_of_circle(waiting)
        late = _needs(table, waiting)
        creations.append(CreateTable(table, tuple(key.name for key in late)))
        late_keys += (AddLateKey(table.name, key) for key in late)
        del waiting[table.name]
    return (*creations, *late_keys)


def _needs(table: Table, waiting: Mapping[str, Table]) -> list[ForeignKey]:
    return [k for k in table.foreign_keys if k.to_table in waiting and k.to_table != table.name]


def _first_of_circle(waiting: Mapping[str, Table]) -> Table:
    """Return the first by name of tables that refer to each other; every one here needs another."""
    walk = [next(iter(waiting))]
    while walk[-1] not in walk[:-1]:
        walk.append(_needs(waiting[walk[-1]], waiting)[0].to_table)
    return waiting[min(walk[walk.index(walk[-1]) :])]
