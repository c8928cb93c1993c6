"""Run the revisions of branches in every order that databases may need, by reading them.

A database that has some revisions of one branch gets the rest of it, and the other branch, in an
order that Alembic chooses. All orders must run, and build the same tables.
"""

from __future__ import annotations

import json
import re
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from scaffold.frozen import dataclass
from scaffold.replay.steps import BROKEN, ROWS, UNREAD, steps_of
from scaffold.replay.tables import apply_step
from scaffold.untrusted import read_regular

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping, Sequence
    from pathlib import Path

    from scaffold.replay.steps import Step
    from scaffold.revisions.history import History, PastRevision

Tables = dict[str, dict[str, Any]]
_WORD = re.compile(r"[^\W\d]\w*")
_MOST_STATES = 2000
_WITH_COLUMNS = {"indexes", "uniques", "primary_key"}


@dataclass(frozen=True, slots=True)
class Clash:
    """A revision that cannot run behind another, or that then makes other tables.

    `reason` says why; without one, the revisions are not understood.
    """

    file: str
    after: str
    reason: str = ""


class _ClashError(Exception):
    """A step cannot run."""


def clash_of(history: History, folder: Path) -> Clash | None:
    """Return two revisions of branches that do not run in either order; None where all do."""
    shared, rest = _shared(history)
    steps = {each.file: _steps(folder / each.file) for each in history.revisions}
    if unread := next((each for each in rest if _is_unread(steps[each.file])), None):
        other = next((each.file for each in rest if each is not unread), unread.file)
        return Clash(unread.file, other)
    tables: Tables = {}
    for revision in shared:
        for step in steps[revision.file]:
            _run_quietly(tables, step)
    return _walk(rest, steps, tables)


def _steps(path: Path) -> list[Step]:
    return steps_of(read_regular(path).decode("utf-8", "replace"))


def _is_unread(steps: Sequence[Step]) -> bool:
    return any(step[0] in (UNREAD, BROKEN) for step in steps)


def _shared(history: History) -> tuple[list[PastRevision], list[PastRevision]]:
    """Return the revisions that come before all heads, and the others, parents first."""
    known = {each.id: each for each in history.revisions}

    def before(head: PastRevision) -> set[str]:
        found: set[str] = set()
        waiting = [head.id]
        while waiting:
            each = waiting.pop()
            if each not in found:
                found.add(each)
                waiting += known[each].parents
        return found

    common = set.intersection(*(before(head) for head in history.heads()))
    order = history.in_order()
    return [each for each in order if each.id in common], [
        each for each in order if each.id not in common
    ]


@dataclass(frozen=True, slots=True)
class _State:
    """What some revisions make: the tables, the names that are gone and with which, the last one."""

    tables: Tables
    gone: Mapping[str, str]
    last: str


def _walk(
    rest: Sequence[PastRevision], steps: Mapping[str, list[Step]], start: Tables
) -> Clash | None:
    """Go through all states that a database can be in: sets of revisions that have run."""
    before = _before(rest)
    states = {frozenset[str](): _State(start, {}, "those before")}
    for _ in rest:
        following: dict[frozenset[str], _State] = {}
        for done, state in states.items():
            for each in rest:
                if each.id in done or not before[each.id] <= done:
                    continue
                try:
                    made = _after(state, each, steps[each.file], before[each.id])
                except _ClashError as error:
                    return Clash(each.file, state.last, str(error))
                known = following.setdefault(done | {each.id}, made)
                if _plain(known.tables) != _plain(made.tables):
                    return Clash(each.file, state.last, "the tables depend on which is first")
        states = dict(list(following.items())[:_MOST_STATES])
    return None


def _before(rest: Sequence[PastRevision]) -> dict[str, set[str]]:
    """Return which of these revisions each of them follows."""
    found: dict[str, set[str]] = {}
    for each in rest:
        parents = [parent for parent in each.parents if parent in found]
        found[each.id] = {*parents, *(one for parent in parents for one in found[parent])}
    return found


def _after(
    state: _State, revision: PastRevision, steps: Sequence[Step], before: Container[str]
) -> _State:
    tables, gone = deepcopy(state.tables), dict(state.gone)
    for step in steps:
        # A revision knows what those that it follows took away.
        foreign = {name for name, by in gone.items() if by not in before and by != revision.id}
        for problem in _problems(tables, step, foreign):
            raise _ClashError(problem)
        apply_step(tables, deepcopy(step))
        match step:
            case ("drop_table", name) | ("rename_table", name, _) | ("drop_column", _, name):
                gone[name] = revision.id
            case ("alter_column", _, name, {"name": _}):
                gone[name] = revision.id
            case ("create_table", name, _) | ("add", _, "columns", {"name": name}):
                gone.pop(name, None)
    return _State(tables, gone, revision.file)


def _plain(tables: Tables) -> str:
    """Return tables as a text, whatever the order of their parts."""

    def parts(value: Any) -> Any:  # noqa: ANN401  # what a spec holds
        return sorted(value, key=lambda each: str(each["name"])) if _is_parts(value) else value

    plain = {
        name: {key: parts(each) for key, each in table.items()} for name, table in tables.items()
    }
    return json.dumps(plain, sort_keys=True)


def _is_parts(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _run_quietly(tables: Tables, step: Step) -> None:
    """Run a step of the common past; one that is not understood is left out."""
    try:
        if step[0] not in (UNREAD, BROKEN):
            apply_step(tables, step)
    except (KeyError, StopIteration):
        return


def _problems(tables: Tables, step: Step, gone: set[str]) -> Iterator[str]:
    """Yield what keeps a step from running; `gone` are names that other branches took away."""
    match step:
        case (kind, text) if kind == ROWS:
            yield from _mentions(text, gone)
        case ("create_table", name, parts):
            yield from _there(tables, name)
            for kind, part in parts:
                if kind == "foreign_keys" and part["to_table"] != name:
                    yield from _target(tables, part)
        case ("retype", *_):
            return
        case (_, table, *_) if table not in tables:
            yield f"there is no table `{table}`"
        case ("rename_table", _, new):
            yield from _there(tables, new)
        case ("add", table, kind, part):
            yield from _of_part(tables, table, kind, part)
            text = part.get("expression", "")
            yield from _mentions(text, gone - _columns(tables[table]))
        case (_, table, name, *rest):
            yield from _of_change(tables[table], name, *rest, step[0])


def _of_change(table: Mapping[str, Any], name: str, *rest: Any) -> Iterator[str]:  # noqa: ANN401
    """Yield what keeps a column or a constraint from being changed or dropped."""
    *changes, kind = rest
    if kind == "drop":
        if name not in _names(table):
            yield f"`{table['name']}` has no `{name}`"
    elif name not in _columns(table):
        yield f"there is no column `{table['name']}.{name}`"
    elif changes and changes[0].get("name") in _columns(table):
        yield f"the column `{table['name']}.{changes[0]['name']}` is there already"


def _of_part(tables: Tables, table: str, kind: str, part: Mapping[str, Any]) -> Iterator[str]:
    columns = _columns(tables[table])
    wanted = part["columns"] if kind in _WITH_COLUMNS else ()
    if kind == "columns" and part["name"] in columns:
        yield f"the column `{table}.{part['name']}` is there already"
    elif kind != "columns" and part["name"] in _names(tables[table]) and kind != "foreign_keys":
        yield f"`{table}` has `{part['name']}` already"
    if kind == "foreign_keys":
        wanted = (part["column"],)
        yield from _target(tables, part)
    for name in wanted:
        if name not in columns:
            yield f"there is no column `{table}.{name}`"


def _target(tables: Tables, key: Mapping[str, Any]) -> Iterator[str]:
    yield from _missing(tables, key["to_table"])
    if key["to_column"] not in _columns(tables.get(key["to_table"], {})):
        yield f"there is no column `{key['to_table']}.{key['to_column']}`"


def _missing(tables: Tables, name: str) -> tuple[str, ...]:
    return () if name in tables else (f"there is no table `{name}`",)


def _there(tables: Tables, name: str) -> tuple[str, ...]:
    return (f"the table `{name}` is there already",) if name in tables else ()


def _mentions(text: str, gone: set[str]) -> Iterator[str]:
    for name in sorted(set(_WORD.findall(text)) & gone):
        yield f"it speaks of `{name}`, which is gone"


def _columns(table: Mapping[str, Any]) -> set[str]:
    return {each["name"] for each in table.get("columns", ())}


def _names(table: Mapping[str, Any]) -> set[str]:
    """Return the names of constraints and indexes."""
    kinds = ("foreign_keys", "uniques", "indexes", "checks")
    found = {each["name"] for kind in kinds for each in table[kind]}
    return found | {table["primary_key"]}
