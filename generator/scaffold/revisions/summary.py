"""What changes of tables do, in a few words."""

from collections.abc import Iterable, Iterator

from scaffold.revisions.changes import (
    AddColumn,
    AddConstraint,
    ChangeColumn,
    DropColumn,
    DropConstraint,
    RenameColumn,
    RenameTable,
)
from scaffold.revisions.operations import Operation

_MOST = 3


def summary_of_changes(operations: Iterable[Operation]) -> str:
    """Return what tables that stay go through; where that is much, their names."""
    operations = tuple(operations)
    renamed = {
        o.new: f"rename {o.old} to {o.new}" for o in operations if isinstance(o, RenameTable)
    }
    changes = list(dict.fromkeys(_changes(operations)))
    others = [table for table in dict.fromkeys(_tables(operations)) if table not in renamed]
    if len(changes) > _MOST or not (changes or renamed):
        changes = [f"change {', '.join(others or renamed)}"]
    return " and ".join([*renamed.values(), *changes])


def _changes(operations: Iterable[Operation]) -> Iterator[str]:
    added = {(o.table, o.column.name) for o in operations if isinstance(o, AddColumn)}
    dropped = {(o.table, o.column.name) for o in operations if isinstance(o, DropColumn)}
    for operation in operations:
        match operation:
            case RenameColumn(table, column, new):
                yield f"rename {column.name} of {table} to {new}"
            case AddColumn(table, column) if (table, column.name) not in dropped:
                yield f"add {column.name} to {table}"
            case DropColumn(table, column) if (table, column.name) not in added:
                yield f"drop {column.name} of {table}"
            case AddColumn(table, column):
                yield f"change {column.name} of {table}"
            case ChangeColumn(table, _, column) if (table, column.name) not in added:
                yield f"change {column.name} of {table}"
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
