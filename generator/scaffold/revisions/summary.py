"""What changes of tables do, in a few words."""

from collections.abc import Iterable, Iterator

from scaffold.schema.changes import (
    AddColumn,
    AddConstraint,
    ChangeColumn,
    DropColumn,
    DropConstraint,
    RenameColumn,
    RenameTable,
)
from scaffold.schema.operations import Operation

_MOST = 3


def summary_of_changes(operations: Iterable[Operation]) -> str:
    """Return what tables that stay go through; where that is much, their names."""
    operations = tuple(operations)
    renamed = {
        o.new: f"rename {o.old} to {o.new}" for o in operations if isinstance(o, RenameTable)
    }
    changes = list(dict.fromkeys(_changes(operations)))
    others = [table for table in dict.fromkeys(_tables(operations)) if table not in renamed]
    told = _told(changes)
    if len(changes) > _MOST or not (changes or renamed):
        told = [f"change {', '.join(others or renamed)}"]
    return " and ".join([*renamed.values(), *told])


def _told(changes: Iterable[tuple[str, str, str]]) -> list[str]:
    """Say at once what happens to several columns of one table."""
    columns: dict[tuple[str, str], list[str]] = {}
    for verb, column, where in changes:
        columns.setdefault((verb, where), []).append(column)
    return [f"{verb} {' and '.join(names)} {where}" for (verb, where), names in columns.items()]


def _changes(operations: Iterable[Operation]) -> Iterator[tuple[str, str, str]]:
    """Yield what is done, to which column, and where."""
    added = {(o.table, o.column.name) for o in operations if isinstance(o, AddColumn)}
    dropped = {(o.table, o.column.name) for o in operations if isinstance(o, DropColumn)}
    for operation in operations:
        match operation:
            case RenameColumn(table, column, new):
                yield "rename", column.name, f"of {table} to {new}"
            case AddColumn(table, column) if (table, column.name) not in dropped:
                yield "add", column.name, f"to {table}"
            case DropColumn(table, column) if (table, column.name) not in added:
                yield "drop", column.name, f"of {table}"
            case AddColumn(table, column):
                yield "change", column.name, f"of {table}"
            case ChangeColumn(table, _, column) if (table, column.name) not in added:
                yield "change", column.name, f"of {table}"
            case _:
                pass


def _tables(operations: Iterable[Operation]) -> Iterator[str]:
    for operation in operations:
        match operation:
            case (
                RenameColumn(table=table)
                | AddColumn(table=table)
                | DropColumn(table=table)
                | ChangeColumn(table=table)
                | AddConstraint(table=table)
                | DropConstraint(table=table)
            ):
                yield table
            case _:
                pass
