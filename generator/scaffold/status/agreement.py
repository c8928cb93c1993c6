"""Tell whether entities, code and migrations agree: by reading them, without running anything."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from scaffold.errors import ScaffoldError
from scaffold.frozen import dataclass
from scaffold.markers import conflicts_in
from scaffold.project.project import refuse_broken
from scaffold.replay.step_cache import KnownSteps
from scaffold.replay.tables import Built, build
from scaffold.revisions.history import VERSIONS, History, read_history
from scaffold.revisions.preconditions import broken_revisions
from scaffold.status.drift import MIGRATE, Drift
from scaffold.status.edited_tables import Code
from scaffold.status.table_drift import compare_tables
from scaffold.untrusted import read_regular

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scaffold.project.project import Project
    from scaffold.scratch import Comparison
    from scaffold.status.survey import Survey


@dataclass(frozen=True, slots=True)
class Agreement:
    """The drifts, the revisions, and what cannot be told without running them."""

    drifts: tuple[Drift, ...]
    history: History
    heads: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def agreement(project: Project, survey: Survey) -> Agreement:
    """Compare the recorded entities, the code of the tables, and what the migrations build."""
    drifts = [*_of_entities(project), *of_leftovers(survey)]
    code = Code(project, survey)
    drifts += code.drifts
    history = History(())
    try:
        history = read_history(project.root)
        built = build(history, project.root / VERSIONS, KnownSteps())
        drifts += of_broken_revisions(history, built, project.root)
        head = history.head()
    except ScaffoldError as error:
        drifts.append(Drift.of(error))
        return Agreement(tuple(drifts), history)
    heads = (head.id,) if head else ()
    if built.broken:
        return Agreement(tuple(drifts), history, heads)
    if built.unread:
        return Agreement(tuple(drifts), history, heads, tuple(_unread(built)))
    drifts += compare_tables(project, code, built)
    return Agreement(tuple(drifts), history, heads)


def _of_entities(project: Project) -> Iterator[Drift]:
    try:
        refuse_broken(project)
    except ScaffoldError as error:
        yield Drift.of(error)


def of_leftovers(survey: Survey) -> Iterator[Drift]:
    """Yield what unfinished merges and updates left behind."""
    for path, lines in survey.unresolved.items():
        yield _marked(path, lines)
    for path in survey.rejected:
        yield Drift(
            f"`{path}` holds changes that `copier update` could not make",
            help="make them by hand, and delete the file",
        )


def of_broken_revisions(history: History, built: Built, root: Path) -> Iterator[Drift]:
    """Yield the revisions in which a conflict is not resolved, and others that are no Python."""
    marked = set()
    for revision in history.revisions:
        path = (VERSIONS / revision.file).as_posix()
        if markers := conflicts_in(read_regular(root / path)):
            marked.add(revision.file)
            yield _marked(path, markers)
    rest = tuple(each for each in built.broken if each[0] not in marked)
    yield from map(Drift.of, broken_revisions(replace(built, broken=rest)))


def _marked(path: str, markers: tuple[int, ...]) -> Drift:
    first, *more = markers
    return Drift(
        f"{path}:{first}: a conflict is not resolved",
        note=f"others in this file begin at line {', '.join(map(str, more))}" if more else None,
        help="decide between the two sides, and delete the markers",
    )


def _unread(built: Built) -> Iterator[str]:
    places = ", ".join(f"{file}:{line}" for file, line in built.unread)
    yield (
        f"whether the migrations agree cannot be told by reading them: {places}; "
        "scaffold status --deep runs them on a scratch database"
    )


def run_agreement(comparison: Comparison) -> tuple[Drift, ...]:
    """Return where the models are not what the migrations built, in a run of both."""
    drifts = []
    if comparison.operations:
        shown = ", ".join(
            f"{each['table']}.{each['name']}" if "name" in each else str(each["table"])
            for each in comparison.operations
        )
        drifts.append(Drift(f"the models are not what the migrations build: {shown}", help=MIGRATE))
    drifts += [
        Drift(f"the {each['what']} `{each['name']}` is another one in the migrations")
        for each in comparison.unseen
    ]
    return tuple(drifts)
