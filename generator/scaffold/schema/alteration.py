"""The way from one table to another, which keeps the rows: what is dropped first, what is made then."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace  # noqa: TID251 (it is not frozen)
from typing import TypeVar

from scaffold.errors import ScaffoldError
from scaffold.schema.changes import (
    AddConstraint,
    Constraint,
    DropColumn,
    DropConstraint,
    RenameColumn,
)
from scaffold.schema.columns import Columns, way_of
from scaffold.schema.constraints import constraints, held, rule
from scaffold.schema.operations import Operation
from scaffold.schema.rows import Rows
from scaffold.schema.tables import Check, Column, Table, Unique, allowed_values, values_start

Item = TypeVar("Item")


@dataclass(slots=True)
class Alteration:
    """The operations on a table that stays; `first` is done under its old name, `then` under its new one."""

    first: list[Operation] = field(default_factory=list)
    then: list[Operation] = field(default_factory=list)


def alter(old: Table, new: Table, names: Mapping[str, str], rows: Rows) -> Alteration:
    """Return the way from one table to the other; `names` are the columns that stay, old to new."""
    _refuse_other_key(old, new, names)
    names = dict(_convertible(old, new, names, rows))
    before = {column.name: column for column in old.columns}
    kept = set(names.values())
    dropped = [column for column in old.columns if column.name not in names]
    gone = {column.name for column in dropped}
    moved = gone | {name for name, later in names.items() if name != later}
    out, into = constraints(old, new, moved)
    made = Alteration()
    made.first += (DropConstraint(old.name, each) for each in out)
    made.first += (DropColumn(old.name, column) for column in dropped)
    made.then += _renames(new.name, [c for c in old.columns if c.name in names], names)
    columns = Columns(new, rows)
    for column in new.columns:
        if column.name not in kept:
            columns.add(column)
    for name, later in names.items():
        columns.change(before[name], later, allowed_values(old, name))
    made.then += columns.operations()
    made.then += (AddConstraint(new.name, each) for each in into)
    known = held(old, out, new, dict(_same(old, new, names)))
    safe = dict(_lossless(old, new, names))
    for each in into:
        if (
            each not in out
            and rule(each) not in known
            and not _is_met(each, new)
            and not _is_distinct(each, old, safe)
        ):
            rows.add_constraint(new, each)
    cut = set(names.values()).difference(safe.values())
    for unique in new.uniques:
        if unique not in into and cut.intersection(unique.columns):
            rows.add_constraint(new, unique)
    return made


def _refuse_other_key(old: Table, new: Table, names: Mapping[str, str]) -> None:
    keys = [(names.get(c.name), c.type) for c in old.columns if c.primary_key]
    if keys != [(c.name, c.type) for c in new.columns if c.primary_key]:
        raise ScaffoldError(
            f"the primary key of the table `{old.name}` would change",
            note="what refers to its rows would no longer find them",
            help="make another entity, move the rows, then drop this one",
        )


def _convertible(
    old: Table, new: Table, names: Mapping[str, str], rows: Rows
) -> Iterator[tuple[str, str]]:
    """Yield the columns that stay and whose values can become those of the new type."""
    after = {column.name: column for column in new.columns}
    for column in old.columns:
        later = after.get(names.get(column.name, ""))
        if later is None:
            rows.drop_column(old, column)
        elif way_of(column, later) is None:
            rows.replace_column(new, column, later)
        else:
            yield column.name, later.name


def _is_met(constraint: Constraint, table: Table) -> bool:
    """Tell whether the rows meet a constraint by then: values that a CHECK does not list are replaced."""
    return isinstance(constraint, Check) and constraint.expression.startswith(
        tuple(values_start(column.name) for column in table.columns)
    )


def _same(old: Table, new: Table, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the columns that change nothing but their name."""
    after = {column.name: column for column in new.columns}
    for column in old.columns:
        later = names.get(column.name)
        if later is not None and replace(column, name=later) == after[later]:
            yield column.name, later


def _lossless(old: Table, new: Table, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the columns that stay and whose different values stay different."""
    after = {column.name: column for column in new.columns}
    for column in old.columns:
        if column.name in names:
            way = way_of(column, after[names[column.name]])
            if way is not None and way.loss is None:
                yield column.name, names[column.name]


def _is_distinct(constraint: Constraint, old: Table, names: Mapping[str, str]) -> bool:
    """Tell whether rows cannot break a UNIQUE: some of its columns were unique, and stay so."""
    return isinstance(constraint, Unique) and any(
        {names.get(column) for column in unique.columns} <= set(constraint.columns)
        for unique in old.uniques
    )


def in_turn(
    renames: Mapping[str, str], taken: Iterable[str], rename: Callable[[str, str], Item]
) -> Iterator[Item]:
    """Yield renames in an order in which no name is taken; a circle goes by a name of its own."""
    waiting = {old: new for old, new in renames.items() if old != new}
    used = set(taken)
    while waiting:
        old = next((old for old, new in waiting.items() if new not in used), None)
        if old is None:
            old = next(iter(waiting))
            between = f"{old}_"
            while between in used:
                between += "_"
            final = waiting.pop(old)
            waiting[between] = final
            new = between
        else:
            new = waiting.pop(old)
        used = (used - {old}) | {new}
        yield rename(old, new)


def _renames(table: str, kept: list[Column], names: Mapping[str, str]) -> Iterator[Operation]:
    columns = {column.name: column for column in kept}

    def rename(old: str, new: str) -> Operation:
        column = columns.pop(old)
        columns[new] = replace(column, name=new)
        return RenameColumn(table, column, new)

    return in_turn({column.name: names[column.name] for column in kept}, list(columns), rename)
