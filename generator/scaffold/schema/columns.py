"""The columns of a table that stays: some are made or widened before the rows get values."""

import json
from dataclasses import replace

from scaffold.schema.changes import AddColumn, ChangeColumn, SetValues
from scaffold.schema.conversions import Conversion, Rewriting, conversion, only_dialect, read_type
from scaffold.schema.literals import Literal, literals
from scaffold.schema.operations import Operation
from scaffold.schema.rows import Rows
from scaffold.schema.tables import Column, Table, allowed_values


def way_of(old: Column, new: Column) -> Conversion | None:
    """Return how the values of a column become those of another; None if there is no way."""
    if old.type == new.type:
        return Conversion()
    return conversion(read_type(old.type), read_type(new.type))


class Columns:
    """The columns of a table on their way: some are made or widened before the rows get values."""

    def __init__(self, table: Table, rows: Rows) -> None:
        self._table = table
        self._rows = rows
        self._columns = {column.name: column for column in table.columns}
        self._before: list[Operation] = []
        self._values: list[Operation] = []
        self._after: list[Operation] = []

    def operations(self) -> list[Operation]:
        """Return the operations in their order."""
        return [*self._before, *self._values, *self._after]

    def add(self, column: Column) -> None:
        """Add a column; one that is required gets its values before it is."""
        given = self._rows.for_new(self._table, column)
        final = replace(column, nullable=column.nullable or given.may_be_null)
        has_value = final.nullable or final.server_default is not None
        added = final if has_value else replace(final, nullable=True)
        self._before.append(AddColumn(self._table.name, added))
        if given.text is not None:
            self._set(column, given.text)
        self._change(added, final)

    def change(self, before: Column, name: str, allowed: tuple[str, ...] | None) -> None:
        """Change a column that stays and is called `name` by now; `allowed` are its former values."""
        old, new = replace(before, name=name), self._columns[name]
        way = way_of(old, new)
        if way is None:
            return
        # What fits both types is set where the room is: after a widening, before a narrowing.
        widens = way.loss is None
        if allowed_values(self._table, name) is not None and read_type(old.type).is_text:
            way = Conversion()  # the values that stay have room
        if way.loss is not None and way.misfits is None:
            self._rows.convert(self._table, new, way.loss)
        if way.through is not None:
            written = replace(new, type=way.through, nullable=old.nullable, server_default=None)
            self._change(old, written, way, self._before)
            old, way = written, way_of(written, new) or way
        place = replace(new, nullable=True) if widens else old
        pending = len(self._values)
        self._replace_misfits(place, new, way, allowed)
        if old.nullable and not new.nullable:
            text = self._rows.for_nulls(self._table, new)
            if text is not None:
                self._set(place, text, "{}.is_(None)")
        is_set = len(self._values) > pending
        for rewriting in way.rewritings:
            if rewriting.dialect is not None or self._rows.cuts:
                self._rewrite(old, rewriting, self._before if widens else self._values)
        if not widens or not is_set:
            self._change(old, new, way)
            return
        wider = replace(new, nullable=old.nullable)
        self._change(old, wider, way, self._before)
        self._change(wider, new)

    def _replace_misfits(
        self, place: Column, new: Column, way: Conversion, former: tuple[str, ...] | None
    ) -> None:
        """Give another value to what the new type, or the values of its CHECK, do not include."""
        if way.misfits is not None:
            given = self._rows.for_misfits(self._table, new, way.loss or "")
            if given is not None:
                self._set(place, given.text, way.misfits)
        allowed = allowed_values(self._table, new.name)
        if allowed is None or (former is not None and set(former) <= set(allowed)):
            return
        given = self._rows.for_misfits(self._table, new, _removed(former, allowed))
        if given is not None:
            values = ", ".join(json.dumps(value, ensure_ascii=False) for value in allowed)
            self._set(place, given.text, f"{{}}.not_in([{values}])")

    def _set(self, column: Column, text: str | None, where: str | None = None) -> None:
        made = literals(read_type(column.type), text) if text is not None else (Literal("None"),)
        for source, dialect in made:
            self._values.append(self._setting(column, source, where, dialect))

    def _rewrite(self, column: Column, rewriting: Rewriting, to: list[Operation]) -> None:
        value = rewriting.value.replace("{}", _named(column))
        to.append(self._setting(column, value, rewriting.where, rewriting.dialect))

    def _setting(
        self, column: Column, value: str, where: str | None, dialect: str | None
    ) -> SetValues:
        condition = where.replace("{}", _named(column)) if where else None
        return SetValues(self._table.name, column.name, column.type, value, condition, dialect)

    def _change(
        self,
        old: Column,
        new: Column,
        way: Conversion | None = None,
        to: list[Operation] | None = None,
    ) -> None:
        if old == new:
            return
        operations = self._after if to is None else to
        table = self._table.name
        if old.type == new.type or way is None:
            operations.append(ChangeColumn(table, old, new))
            return
        if replace(old, type=new.type) == new and (dialect := only_dialect(old.type, new.type)):
            operations.append(ChangeColumn(table, old, new, dialect=dialect))
            return
        if old.server_default is not None:
            # PostgreSQL would have to make a default of the new type of it.
            bare = replace(old, server_default=None)
            operations.append(ChangeColumn(table, old, bare))
            old = bare
        using = way.using.replace("{}", f'"{old.name}"') if way.using else None
        operations.append(ChangeColumn(table, old, new, using, way.plain))


def _named(column: Column) -> str:
    return f'sa.column("{column.name}")'


def _removed(former: tuple[str, ...] | None, allowed: tuple[str, ...]) -> str:
    if former is None:
        return "values other than " + ", ".join(f"`{value}`" for value in allowed)
    return ", ".join(f"`{value}`" for value in former if value not in allowed)
