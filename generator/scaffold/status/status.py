"""How a project is: its entities, the generated files, its migrations, and whether they agree."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from scaffold.answers.reading import ANSWERS_FILE, read
from scaffold.errors import ScaffoldError
from scaffold.frozen import dataclass
from scaffold.project.project import Project, load
from scaffold.status.agreement import agreement, run_agreement
from scaffold.status.drift import Drift
from scaffold.status.survey import survey

if TYPE_CHECKING:
    from pathlib import Path

    from scaffold.revisions.history import PastRevision
    from scaffold.status.survey import Finding


@dataclass(frozen=True, slots=True)
class Status:
    """What is known of a project; without `project`, its answers cannot be read."""

    root: Path
    drifts: tuple[Drift, ...]
    project: Project | None = None
    findings: tuple[Finding, ...] = ()
    revisions: tuple[PastRevision, ...] = ()
    heads: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def status_of(root: Path, *, deep: bool = False) -> Status:
    """Look at the project at `root`; `deep` runs its migrations on a scratch database."""
    try:
        read(root)
        project = load(root)
    except ScaffoldError as error:
        if not error.message.startswith(ANSWERS_FILE):
            raise
        return Status(root, (Drift.of(error),))
    found = survey(project)
    agreed = agreement(project, found)
    status = Status(
        root,
        agreed.drifts,
        project,
        found.findings,
        agreed.history.revisions,
        agreed.heads,
        agreed.notes,
    )
    return _run(status) if deep else status


def _run(status: Status) -> Status:
    from scaffold.scratch import compare

    try:
        drifts = run_agreement(compare(status.root, "status"))
    except ScaffoldError as error:
        drifts = (Drift.of(error),)
    return replace(status, drifts=(*status.drifts, *drifts), notes=())
