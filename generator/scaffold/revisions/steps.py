"""Changes as the steps of a revision: what changes one table in a row is one batch, for SQLite.

A batch with a `dialect` is for that one alone.
"""

from collections.abc import Iterable
from dataclasses import asdict

from scaffold.schema.changes import (
    AddColumn,
    AddConstraint,
    ChangeColumn,
    Constraint,
    DropColumn,
    DropConstraint,
)
from scaffold.schema.operations import Operation, Record, record
from scaffold.schema.tables import Check, ForeignKey, Index, Unique

# The names of Alembic's calls, and of its kinds of constraints.
_CREATE: dict[type[Constraint], str] = {
    Unique: "create_unique_constraint",
    Index: "create_index",
    Check: "create_check_constraint",
    ForeignKey: "create_foreign_key",
}
_KIND: dict[type[Constraint], str] = {
    Unique: "unique",
    Check: "check",
    ForeignKey: "foreignkey",
}


def steps(operations: Iterable[Operation]) -> list[Record]:
    """Return what the template's macro writes, in order."""
    made: list[Record] = []
    for operation in operations:
        call = _call(operation)
        if call is None:
            made.append(record(operation))
            continue
        table, calls, plain = call
        batch = {"do": "Batch", "table": table, "dialect": calls.pop("dialect", None)}
        last = made[-1] if made else {}
        if any(last.get(key) != value for key, value in batch.items()):
            last = {**batch, "plain": [], "calls": []}
            made.append(last)
        last["calls"].append(calls)
        last["plain"] += plain
    return made


def _call(  # noqa: PLR0911 (one line a kind of operation)
    operation: Operation,
) -> tuple[str, Record, list[Record]] | None:
    """Return the table, the call in its batch, and a column that SQLite copies as it is."""
    match operation:
        case AddColumn(table, column):
            return table, {"call": "add_column", "column": asdict(column)}, []
        case DropColumn(table, column):
            return table, {"call": "drop_column", "name": column.name}, []
        case ChangeColumn(table, old, new, using, plain, dialect):
            call = {"call": "alter_column", "old": asdict(old), "new": asdict(new), "using": using}
            call["dialect"] = dialect
            return table, call, [{**asdict(old), "type": new.type}] if plain else []
        case AddConstraint(table, constraint):
            return table, {"call": _CREATE[type(constraint)], **asdict(constraint)}, []
        case DropConstraint(table, Index(name=name)):
            return table, {"call": "drop_index", "name": name}, []
        case DropConstraint(table, constraint):
            kind = _KIND[type(constraint)]
            return table, {"call": "drop_constraint", "name": constraint.name, "kind": kind}, []
        case _:
            return None
