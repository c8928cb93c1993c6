"""The difference of two sets of tables, as operations in an order that databases accept."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from scaffold.schema.operations import (
    AddLateKey,
    CreateTable,
    DropLateKey,
    DropTable,
    Operation,
)
from scaffold.schema.pairing import Pair
from scaffold.schema.tables import ForeignKey, Table

if TYPE_CHECKING:
    from scaffold.schema.rows import Rows


def difference(pairs: Sequence[Pair], rows: "Rows | None" = None) -> tuple[Operation, ...]:
    """Return the operations that take the old tables of the pairs to the new ones.

    What is dropped from tables that stay comes first, then whole tables go, get their new names and
    come, then the tables that stay get what they do not have. `rows` knows the values of the rows;
    without it no table may stay.
    """
    gone = [pair.old for pair in pairs if pair.old and not pair.new]
    come = [pair.new for pair in pairs if pair.new and not pair.old]
    if rows:
        for table in gone:
            rows.drop_table(table)
    stay = [(pair.old, pair.new, pair.columns) for pair in pairs if pair.old and pair.new]
    first: list[Operation] = []
    then: list[Operation] = []
    renames: list[Operation] = []
    if stay and rows:
        from scaffold.schema.alteration import alter

        names = {old.name: new.name for old, new, _ in stay}
        for old, new, columns in stay:
            made = alter(_referring(old, names), new, columns, rows)
            first += made.first
            then += made.then
        renames = _renames([(old, new) for old, new, _ in stay])
    return (*first, *_undone(_creations(gone)), *renames, *_creations(come), *then)


def _referring(table: Table, names: Mapping[str, str]) -> Table:
    """Return a table whose foreign keys refer to other tables by their new names."""
    keys = (
        replace(key, to_table=names.get(key.to_table, key.to_table)) for key in table.foreign_keys
    )
    return replace(table, foreign_keys=tuple(keys))


def _renames(tables: Sequence[tuple[Table, Table]]) -> list[Operation]:
    from scaffold.schema.alteration import in_turn
    from scaffold.schema.changes import RenameTable

    now = {old.name: (old, new) for old, new in tables}

    def rename(old: str, name: str) -> Operation:
        table, final = now.pop(old)
        key = final.primary_key if name == final.name else f"pk_{name}"
        now[name] = (replace(table, primary_key=key), final)
        columns = tuple(column.name for column in table.columns if column.primary_key)
        return RenameTable(old, name, table.primary_key, key, columns, _counted(table))

    return list(in_turn({old.name: new.name for old, new in tables}, list(now), rename))


def _counted(table: Table) -> str | None:
    return next((column.name for column in table.columns if column.autoincrement), None)


def _undone(creations: Iterable[Operation]) -> tuple[Operation, ...]:
    """Return the drops that undo creations."""
    return tuple(_inverse(operation) for operation in reversed(tuple(creations)))


def _inverse(operation: Operation) -> Operation:
    match operation:
        case CreateTable(table, late):
            return DropTable(table, late)
        case AddLateKey(table, key):
            return DropLateKey(table, key)
        case _:
            return operation


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
