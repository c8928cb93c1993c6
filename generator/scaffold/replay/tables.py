"""Build tables from the steps of all revisions, in the form in which a derived model has them."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Any

from scaffold.frozen import dataclass
from scaffold.replay.steps import BROKEN, UNREAD, steps_of
from scaffold.schema.conversions import only_dialect
from scaffold.untrusted import read_regular

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from scaffold.replay.steps import Step
    from scaffold.revisions.history import History

Spec = dict[str, Any]
_PARTS = ("columns", "foreign_keys", "uniques", "indexes", "checks")


@dataclass(frozen=True, slots=True)
class Built:
    """What the migrations build.

    `tables` are specs by name. `unread` are the places, file and line, of what is not understood:
    where there are any, the tables may be others. `broken` are those of files that are no Python,
    with Python's message; they are in `unread`, too.
    """

    tables: dict[str, Spec] = field(default_factory=dict)
    unread: tuple[tuple[str, int], ...] = ()
    broken: tuple[tuple[str, int, str], ...] = ()


def build(
    history: History, folder: Path, steps: Callable[[bytes], list[Step]] | None = None
) -> Built:
    """Return what the revisions in the folder build; `steps` may know those of a text already."""
    tables: dict[str, Spec] = {}
    unread: list[tuple[str, int]] = []
    broken: list[tuple[str, int, str]] = []
    for revision in history.in_order():
        content = read_regular(folder / revision.file)
        for step in steps(content) if steps else steps_of(content.decode("utf-8", "replace")):
            if step[0] == BROKEN:
                broken.append((revision.file, step[1], step[2]))
            try:
                readable = step[0] not in (UNREAD, BROKEN)
                if readable:
                    apply_step(tables, step)
            except (KeyError, StopIteration):  # of a table that was made in a way not understood
                readable = False
            if not readable:
                unread.append((revision.file, step[1] if step[0] in (UNREAD, BROKEN) else 1))
    specs = {name: _spec(table) for name, table in tables.items()}
    return Built(specs, tuple(unread), tuple(broken))


def apply_step(tables: dict[str, Spec], step: Step) -> None:
    """Do to the tables what a step does."""
    match step:
        case ("create_table", name, parts):
            tables[name] = {"name": name, "primary_key": "", **{part: [] for part in _PARTS}}
            for kind, part in parts:
                _add(tables[name], kind, part)
        case ("drop_table", name):
            del tables[name]
        case ("rename_table", old, new):
            _rename(tables, old, new)
        case ("add", table, kind, part):
            _add(tables[table], kind, part)
        case ("drop_column", table, name):
            columns = tables[table]["columns"]
            columns.remove(_named(columns, name))
        case ("alter_column", table, name, changes):
            _alter(tables, table, name, changes)
        case ("retype", table, name, kind):
            _retype(tables.get(table, {}).get("columns", ()), name, kind)
        case ("drop", table, name):
            _drop(tables[table], name)


def _rename(tables: dict[str, Spec], old: str, new: str) -> None:
    tables[new] = {**tables.pop(old), "name": new}
    for key in _keys(tables.values()):
        key["to_table"] = new if key["to_table"] == old else key["to_table"]


def _retype(columns: Iterable[dict[str, Any]], name: str, kind: str) -> None:
    """Change the variants of a type; one that differs as a whole is of another database alone, by hand."""
    for column in columns:
        if column["name"] == name and only_dialect(column["type"], kind):
            column["type"] = kind


def _add(table: Spec, kind: str, part: Mapping[str, Any]) -> None:
    if kind == "primary_key":
        table["primary_key"] = part["name"]
        for name in part["columns"]:
            _named(table["columns"], name)["primary_key"] = True
        return
    # Late keys are in the table already.
    table[kind] = [*(each for each in table[kind] if each["name"] != part["name"]), dict(part)]


def _drop(table: Spec, name: str) -> None:
    if name == table["primary_key"]:
        table["primary_key"] = ""
        for column in table["columns"]:
            column.pop("primary_key", None)
        return
    kind = next(kind for kind in _PARTS[1:] if any(each["name"] == name for each in table[kind]))
    table[kind].remove(_named(table[kind], name))


def _alter(tables: dict[str, Spec], table: str, name: str, changes: Mapping[str, Any]) -> None:
    column = _named(tables[table]["columns"], name)
    column.update(changes)
    if changes.get("server_default") == "None":
        del column["server_default"]
    if "name" not in changes:
        return
    for part in (*tables[table]["uniques"], *tables[table]["indexes"]):
        part["columns"] = [changes["name"] if each == name else each for each in part["columns"]]
    for key in tables[table]["foreign_keys"]:
        key["column"] = changes["name"] if key["column"] == name else key["column"]
    for key in _keys(tables.values()):
        if (key["to_table"], key["to_column"]) == (table, name):
            key["to_column"] = changes["name"]


def _keys(tables: Iterable[Spec]) -> Iterator[dict[str, Any]]:
    for table in tables:
        yield from table["foreign_keys"]


def _named(parts: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return next(part for part in parts if part["name"] == name)


def _spec(table: Spec) -> Spec:
    """Leave out what a derived model leaves out."""
    return {key: value for key, value in table.items() if key in _PARTS or value}
