"""What a revision does to tables that stay, one value each; only a revision with such loads this."""

from scaffold.frozen import dataclass
from scaffold.schema.tables import Check, Column, ForeignKey, Index, Unique


@dataclass(frozen=True, slots=True)
class RenameTable:
    """Rename a table, its primary key, and what counts its keys, if something does."""

    old: str
    new: str
    old_key: str
    new_key: str
    key_columns: tuple[str, ...]
    counted: str | None


@dataclass(frozen=True, slots=True)
class RenameColumn:
    """Rename a column, which keeps its values; nothing that is named for it may be left."""

    table: str
    column: Column
    new: str


@dataclass(frozen=True, slots=True)
class AddColumn:
    """Add a column; without a server default it must be nullable, since rows may exist."""

    table: str
    column: Column


@dataclass(frozen=True, slots=True)
class DropColumn:
    """Drop a column that no constraint names any more."""

    table: str
    column: Column


@dataclass(frozen=True, slots=True)
class ChangeColumn:
    """Change the type, nullability or server default of a column.

    `using` is the expression that makes the new value on PostgreSQL, where it needs one. `plain`
    says that SQLite must copy the values as they are: its casts know no dates. `dialect` is the
    only one on which the type differs, if there is one.
    """

    table: str
    old: Column
    new: Column
    using: str | None = None
    plain: bool = False
    dialect: str | None = None


@dataclass(frozen=True, slots=True)
class SetValues:
    """Set a column of the rows that exist.

    `value` and `where` are Python source, of `rows.c[...]` where they need the column. `dialect`
    limits it: to the one, or with a `!` before it to the others.
    """

    table: str
    column: str
    type: str
    value: str
    where: str | None = None
    dialect: str | None = None


Constraint = Unique | Index | Check | ForeignKey


@dataclass(frozen=True, slots=True)
class AddConstraint:
    """Add a unique constraint, an index, a CHECK or a foreign key to a table that exists."""

    table: str
    constraint: Constraint


@dataclass(frozen=True, slots=True)
class DropConstraint:
    """Drop a unique constraint, an index, a CHECK or a foreign key."""

    table: str
    constraint: Constraint


Change = (
    RenameTable
    | RenameColumn
    | AddColumn
    | DropColumn
    | ChangeColumn
    | SetValues
    | AddConstraint
    | DropConstraint
)
