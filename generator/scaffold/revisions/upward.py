"""The rows on the way up: nothing is lost or invented that the edit does not say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scaffold.entities.names import listed
from scaffold.errors import ScaffoldError
from scaffold.frozen import dataclass
from scaffold.revisions.owners import SHARED, Known
from scaffold.schema.conversions import read_type
from scaffold.schema.literals import literals, neutral
from scaffold.schema.rows import Given
from scaffold.schema.tables import Check, ForeignKey, Unique

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scaffold.entities.edit import Edit
    from scaffold.entities.entity import Entity, Field
    from scaffold.schema.changes import Constraint
    from scaffold.schema.tables import Column, Table


@dataclass(frozen=True, slots=True)
class _Gap:
    """A column for which rows need a value that nobody has given; `name` is what --fill calls it.

    `field` is None for a column that the template gives to all tables alike.
    """

    owner: str
    name: str
    why: str
    field: Field | None
    refers_to: str | None
    writable: bool


class Upward:
    """What the rows get and lose; `notes` say what a database may refuse."""

    cuts = True

    def __init__(self, before: Iterable[Entity], edit: Edit) -> None:
        self._before = Known(before)
        self._after = Known(edit.entities)
        self._edit = edit
        self._losses: list[str] = []
        self._gaps: dict[str, _Gap] = {}
        self.notes: list[str] = []

    def check(self) -> None:
        """Refuse what would lose or invent values without a word."""
        if self._gaps:
            raise _without_values(list(self._gaps.values()))
        if self._losses and not self._edit.accepts_loss:
            raise ScaffoldError(
                f"this would lose data of {_and(self._losses)}; nothing was written",
                note="a downgrade brings columns and tables back, but not what was in them",
                help="add --accept-data-loss if that is meant",
            )

    def drop_table(self, table: Table) -> None:
        """Hear that a table goes with its rows."""
        self._losses.append(f"{self._before.name(table)} (all rows)")

    def drop_column(self, table: Table, column: Column) -> None:
        """Hear that a column goes with its values."""
        label = self._before.label(table, column)
        if column.name == "live" and self._before.is_shared(table, "live"):
            rows = self._before.name(table)
            self._losses.append(f"{rows} (which rows are deleted: they come back)")
        else:
            self._losses.append(f"`{label}` (all values)")

    def replace_column(self, table: Table, old: Column, new: Column) -> None:
        """Hear that the values of a column cannot become those of its new type."""
        kinds = [read_type(column.type) for column in (old, new)]
        label = self._after.label(table, new)
        self._losses.append(f"`{label}` (all values: {kinds[0]} cannot become {kinds[1]})")

    def convert(self, table: Table, column: Column, loss: str) -> None:
        """Hear what the values of a column lose."""
        self._losses.append(f"`{self._after.label(table, column)}` ({loss})")

    def add_constraint(self, table: Table, constraint: Constraint) -> None:
        """Note what rows that exist may break."""
        rows = f"rows of `{table.name}`"
        match constraint:
            case Unique(columns=columns):
                shared = self._after.is_shared(table, "live")
                same = listed(name for name in columns if not (shared and name == "live"))
                self._note(f"two {rows} have the same {same}")
            case Check(name=name):
                self._note(f"{rows} do not meet `{name}`")
            case ForeignKey(column=column, to_table=target):
                self._note(f"`{column}` of {rows} is not in `{target}`")
            case _:
                pass

    def _note(self, state: str) -> None:
        self.notes.append(f"where {state}, the database refuses the revision")

    def for_new(self, table: Table, column: Column) -> Given:
        """Say what the rows get in a column that they do not have: what was given, or its default."""
        given = self._given(table, column)
        if given is None and not column.nullable and column.server_default is None:
            self._miss(table, column, "rows that exist have no value for it")
        return Given(given)

    def for_nulls(self, table: Table, column: Column) -> str | None:
        """Say what takes the place of nulls in a column that no longer allows them."""
        field = self._after.field(table, column)
        given = self._given(table, column)
        if given is None and field is not None:
            given = field.server_default
        if given is None:
            self._miss(table, column, "rows may have no value for it")
        return given

    def for_misfits(self, table: Table, column: Column, what: str) -> Given | None:
        """Say what takes the place of values that do not fit any more: what was given, or null."""
        given = self._after.fill(table, column, self._edit.fills)
        if given is None and not column.nullable:
            self._miss(table, column, f"rows may have {what}")
            return None
        if given is None:
            self._losses.append(f"`{self._after.label(table, column)}` ({what})")
        return Given(given)

    def _given(self, table: Table, column: Column) -> str | None:
        given = self._after.fill(table, column, self._edit.fills)
        if given is not None:
            return given
        field = self._after.field(table, column)
        if field is None:
            return SHARED.get(column.name)
        return None if column.nullable else field.default

    def _miss(self, table: Table, column: Column, why: str) -> None:
        target = [key.to_table for key in table.foreign_keys if key.column == column.name]
        kind = read_type(column.type)
        writable = bool(literals(kind, neutral(kind) or ""))
        owner, _, name = self._after.label(table, column).rpartition(".")
        field = self._after.field(table, column)
        gap = _Gap(owner, name, why, field, target[0] if target else None, writable)
        self._gaps.setdefault(f"{owner}.{name}", gap)


def _without_values(gaps: list[_Gap]) -> ScaffoldError:
    return ScaffoldError(
        f"{_and(_whys(gaps))}; nothing was written",
        note=_keys([gap.refers_to for gap in gaps if gap.refers_to]),
        help=_way_out(gaps),
    )


def _whys(gaps: list[_Gap]) -> list[str]:
    owners: dict[tuple[str, str], list[str]] = {}
    for gap in gaps:
        if gap.field is None:
            owners.setdefault((gap.name, gap.why), []).append(gap.owner)
    own = (
        f"`{gap.owner}.{gap.name}` is required, and {gap.why}"
        for gap in gaps
        if gap.field is not None
    )
    shared = (
        f"`{name}` of {listed(tables)} is required, and {why}"
        for (name, why), tables in owners.items()
    )
    return [*own, *shared]


def _keys(targets: list[str]) -> str | None:
    if not targets:
        return None
    return f"the value of a reference is the key of a row of {listed(dict.fromkeys(targets))}"


def _way_out(gaps: list[_Gap]) -> str:
    ways = []
    names = list(dict.fromkeys(gap.name for gap in gaps))
    shared = any(gap.field is None for gap in gaps)
    if all(gap.writable for gap in gaps):
        named = len(names) > 1 or shared
        fills = [f"--fill {name}=VALUE" for name in names] if named else ["--fill VALUE"]
        ways.append(f"say what they get, {' '.join(fills)}")
    if not shared:
        ways.append(f"let {'it' if len(gaps) == 1 else 'them'} be empty: `null`")
    return ", or ".join(ways) or "the template's authors can give it a default"


def _and(parts: list[str]) -> str:
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last
