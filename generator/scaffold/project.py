"""The way of every command that changes entities: load, edit, render twice, plan, apply."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scaffold.answers import Answers, find_project, read, refuse_unknown, with_entities
from scaffold.entities import Entity, to_record, validate
from scaffold.render import Render, render
from scaffold.source import Template, resolve
from scaffold.types import TypeTable, read_types

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from scaffold.apply import Recovery
    from scaffold.plan import Plan

    OnRecovery = Callable[[Recovery], None]

Entities = tuple[Entity, ...]


@dataclass(frozen=True, slots=True)
class Project:
    """A project as its answers describe it, with the template version it was rendered from."""

    answers: Answers
    template: Template
    rendered: Render
    types: TypeTable

    @property
    def root(self) -> Path:
        """Return the project's folder."""
        return self.answers.root

    @property
    def name(self) -> str:
        """Return the project's name, for people."""
        return str(self.answers.data.get("project_name", self.root.name))

    @property
    def entities(self) -> Entities:
        """Return the recorded entities, sorted by name."""
        return self.answers.entities

    @property
    def primary_key(self) -> str:
        """Return the kind of key that an entity gets unless it says otherwise."""
        return str(self.answers.data.get("primary_key", "int"))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command did, or would do when `applied` is false."""

    project: Project
    entities: Entities
    plan: Plan
    applied: bool = False

    @property
    def applicable(self) -> bool:
        """Tell whether there is something to write and nothing in the way."""
        return bool(self.plan.writes) and not self.plan.conflicts


def load(root: Path) -> Project:
    """Read the project at `root`; the version of the template is fetched when it is not cached."""
    answers = read(root)
    template = resolve(answers.src_path, answers.commit)
    rendered = render(template, answers.data)
    refuse_unknown(answers, questions(template))
    return Project(answers, template, rendered, read_types(rendered.context.get("types")))


def change(
    start: Path,
    edit: Callable[[Project], Entities],
    *,
    dry_run: bool = False,
    markers: bool = False,
    on_recovery: OnRecovery = lambda _: None,
) -> Outcome:
    """Apply `edit` to the entities of the project at or above `start`.

    A plan with conflicts is not applied, unless `markers` asks for them to be written into the
    files. `on_recovery` is told when an interrupted command had to be completed or rolled back.
    Until the plan is applied nothing is written, not even a lock.
    """
    from scaffold.apply import apply, lock

    root = find_project(start)
    settle(root, on_recovery)
    outcome = attempt(root, edit, markers=markers)
    if dry_run or not outcome.applicable:
        return outcome
    with lock(root):
        if _is_stale(outcome):  # another command was quicker
            outcome = attempt(root, edit, markers=markers)
        if not outcome.applicable:
            return outcome
        apply(outcome.plan, root)
    return replace(outcome, applied=True)


def attempt(root: Path, edit: Callable[[Project], Entities], *, markers: bool) -> Outcome:
    """Load the project at `root` and plan the edit."""
    project = load(root)
    entities = edit(project)
    return Outcome(project, entities, make(project, entities, markers=markers))


def _is_stale(outcome: Outcome) -> bool:
    """Tell whether the answers changed since they were read."""
    from hashlib import sha256

    answers = outcome.project.answers
    return sha256(answers.file.read_bytes()).hexdigest() != answers.digest


def settle(root: Path, on_recovery: OnRecovery) -> None:
    """Complete or roll back what a killed command left behind; without such, write nothing."""
    from scaffold.apply import lock, pending, recover

    if not pending(root):
        return
    with lock(root):
        if recovery := recover(root):
            on_recovery(recovery)


def make(project: Project, entities: Entities, *, markers: bool = False) -> Plan:
    """Plan the way from the project's entities to these."""
    from scaffold.plan import make_plan, with_markers

    validate(entities, project.types)
    data = with_entities(project.answers.data, map(to_record, entities))
    after = render(project.template, data)
    plan = make_plan(project.rendered, after, project.root, revision(project, after))
    return with_markers(plan) if markers else plan


def revision(project: Project, after: Render) -> dict[str, bytes]:
    """Return the Alembic revision from the project's tables to those of `after`, by its path."""
    from datetime import UTC, datetime

    from scaffold.migrations import renderer_of, revision_for

    made = revision_for(
        project.rendered.context.get("model") or {},
        after.context.get("model") or {},
        root=project.root,
        render=renderer_of(project.template),
        now=datetime.now(UTC),
    )
    return {str(made.path): made.text.encode()} if made else {}


def questions(template: Template) -> tuple[str, ...]:
    """Return the names of the template's questions."""
    from scaffold.index import load_index

    return tuple(load_index(template).questions)
