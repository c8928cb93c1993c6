"""The constraints of a table that stays: which go, and which come."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from scaffold.schema.changes import Constraint
from scaffold.schema.tables import Check, ForeignKey, Index, Table, Unique

_ORDER: tuple[type[Constraint], ...] = (Unique, Index, Check, ForeignKey)


def constraints(
    old: Table, new: Table, moved: set[str]
) -> tuple[list[Constraint], list[Constraint]]:
    """Return the constraints to drop and those to make, each in its order."""
    wanted = list(_all(new))
    kept = [each for each in _all(old) if each in wanted and not _uses(each, moved)]
    # MariaDB keeps the index that a foreign key needs: such a key makes room for a moment.
    for key in [each for each in kept if isinstance(each, ForeignKey)]:
        if _leads(old, key.column, _all(old)) and not _leads(old, key.column, kept):
            kept.remove(key)
    dropped = [each for each in _all(old) if each not in kept]
    made = [each for each in wanted if each not in kept]
    return sorted(dropped, key=_place, reverse=True), sorted(made, key=_place)


def held(
    old: Table, dropped: Iterable[Constraint], new: Table, names: Mapping[str, str]
) -> set[Constraint]:
    """Return what the rows keep to already: the rules of dropped constraints, under new names.

    `names` are the columns that stay as they are but for their name, old to new.
    """
    others = {column.name for column in old.columns if column.name not in names}
    tables = {old.name: new.name}
    return {rule(each, names, tables) for each in dropped if not _uses(each, others)}


def rule(
    constraint: Constraint,
    names: Mapping[str, str] = MappingProxyType({}),
    tables: Mapping[str, str] = MappingProxyType({}),
) -> Constraint:
    """Return what a constraint demands of rows, under new names of columns and tables."""
    match constraint:
        case ForeignKey(column=column, to_table=table):
            return replace(
                constraint,
                name="",
                column=names.get(column, column),
                to_table=tables.get(table, table),
                on_delete=None,
            )
        case Check(expression=expression):
            renamed = re.sub(r"\w+", lambda word: names.get(word[0], word[0]), expression)
            return replace(constraint, name="", expression=renamed)
        case _:
            columns = tuple(names.get(column, column) for column in constraint.columns)
            return replace(constraint, name="", columns=columns)


def _place(constraint: Constraint) -> int:
    return _ORDER.index(type(constraint))


def _all(table: Table) -> Iterator[Constraint]:
    yield from table.uniques
    yield from table.indexes
    yield from table.checks
    yield from table.foreign_keys


def _leads(table: Table, column: str, constraints: Iterable[Constraint]) -> bool:
    """Tell whether an index begins with the column."""
    key = next((each.name for each in table.columns if each.primary_key), None)
    indexes = [each for each in constraints if isinstance(each, Unique | Index)]
    return key == column or any(each.columns[0] == column for each in indexes)


def _uses(constraint: Constraint, columns: set[str]) -> bool:
    match constraint:
        case ForeignKey(column=column):
            return column in columns
        case Check(expression=expression):
            return not columns.isdisjoint(re.findall(r"\w+", expression))
        case _:
            return not columns.isdisjoint(constraint.columns)
