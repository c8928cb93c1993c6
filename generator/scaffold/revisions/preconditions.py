"""Refuse a revision that would fail, since the migrations before it make other tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scaffold.errors import ScaffoldError
from scaffold.replay.step_cache import KnownSteps
from scaffold.replay.tables import build
from scaffold.revisions.history import VERSIONS, broken, read_history
from scaffold.schema.tables import Place, specs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from scaffold.replay.tables import Built

    Model = Mapping[str, Any]
    Spec = Mapping[str, Any]


def refuse_misfit(root: Path, before: Model, after: Model) -> None:
    """Refuse a change of what the project's migrations do not make, or to what they make already.

    What cannot be told, since a revision by hand cannot be read, is not refused. Neither are
    columns that the change leaves alone: a person may have done without them, or added others.
    """
    built = build(read_history(root), root / VERSIONS, KnownSteps())
    refuse_broken_revisions(built)
    if built.unread:
        return
    missing = next(_missing(before, after, built), None)
    if missing is not None:
        raise ScaffoldError(
            f"no migration makes {missing}; nothing was written",
            note="the last revision may be missing, and a new one cannot follow it",
            help='bring it back, or write what is missing: scaffold migrate "..."',
        )
    double = next(_double(before, after, built), None)
    if double is not None:
        raise ScaffoldError(
            f"the migrations make {double} already; nothing was written",
            note="a revision by hand does, or one that removed it is missing",
            help="choose another name, or remove yours first, with a revision",
        )


def broken_revisions(built: Built) -> Iterator[ScaffoldError]:
    """Yield an error for each revision that is no Python, which no database can be migrated with."""
    for file, line, message in built.broken:
        yield broken(file, line, message)


def refuse_broken_revisions(built: Built) -> None:
    """Refuse to follow revisions of which one is no Python: the new one could not be run."""
    for error in broken_revisions(built):
        raise error


def _missing(before: Model, after: Model, built: Built) -> Iterator[str]:
    later = specs(after)
    for place, spec in specs(before).items():
        table = spec["name"]
        if table not in built.tables:
            yield f"the table `{table}` of `{_label(place)}`"
            continue
        there = {column["name"] for column in built.tables[table]["columns"]}
        for name in _changed(spec, later.get(place)):
            if name not in there:
                yield f"the column `{name}` of `{_label(place)}`"


def _double(before: Model, after: Model, built: Built) -> Iterator[str]:
    known = specs(before)
    tables = {spec["name"] for spec in known.values()}
    for place, spec in specs(after).items():
        table = spec["name"]
        if table not in tables and table in built.tables:
            yield f"the table `{table}` of `{_label(place)}`"
        if place in known and table in built.tables:
            there = {column["name"] for column in built.tables[table]["columns"]}
            own = {column["name"] for column in known[place]["columns"]}
            for column in spec["columns"]:
                if column["name"] in there - own:
                    yield f"the column `{column['name']}` of `{_label(place)}`"


def _label(place: Place) -> str:
    return f"{place.entity}.{place.field}" if place.field else place.entity


def _changed(spec: Spec, later: Spec | None) -> list[str]:
    """Return the columns that are others or gone later; a table that goes needs none of them."""
    if later is None:
        return []
    return [column["name"] for column in spec["columns"] if column not in later["columns"]]
