"""The way of every command that changes entities: load, edit, render twice, plan, apply."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from scaffold.answers.reading import ENTITIES_SPEC, find_project, with_entities
from scaffold.entities.graph import validate
from scaffold.entities.records import to_record
from scaffold.errors import ScaffoldError
from scaffold.frozen import dataclass
from scaffold.project.project import Entities, Project, load, refuse_broken
from scaffold.render.render import render
from scaffold.untrusted import read_regular

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from scaffold.apply.apply import Recovery
    from scaffold.entities.edit import Edit
    from scaffold.plan.plan import Plan
    from scaffold.render.files import Render
    from scaffold.revisions.revision import Revision
    from scaffold.template.source import Template

    OnRecovery = Callable[[Recovery], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command did, or would do when `applied` is false."""

    project: Project
    entities: Entities
    plan: Plan
    applied: bool = False
    notes: tuple[str, ...] = ()

    @property
    def applicable(self) -> bool:
        """Tell whether there is something to write and nothing in the way."""
        return bool(self.plan.writes) and not self.plan.conflicts


def change(
    start: Path,
    edit: Callable[[Project], Edit],
    *,
    dry_run: bool = False,
    markers: bool = False,
    on_recovery: OnRecovery = lambda _: None,
) -> Outcome:
    """Apply `edit` to the entities of the project at or above `start`.

    A plan with conflicts is not applied, unless `markers` asks for them to be written into the
    files. `on_recovery` is told when an interrupted command had to be completed or rolled back.
    """
    return carry_out(
        start,
        lambda root: attempt(root, edit, markers=markers),
        dry_run=dry_run,
        on_recovery=on_recovery,
    )


def carry_out(
    start: Path,
    attempt: Callable[[Path], Outcome],
    *,
    dry_run: bool = False,
    on_recovery: OnRecovery = lambda _: None,
) -> Outcome:
    """Plan what `attempt` does to the project at or above `start`, and apply it.

    Until the plan is applied nothing is written, not even a lock.
    """
    from scaffold.apply.apply import apply, lock, recover, refuse_half_changed, settle, turn

    root = find_project(start)
    if dry_run:
        refuse_half_changed(root)
    else:
        settle(root, on_recovery)
    read_at = turn(root)
    outcome = attempt(root)
    if dry_run or not outcome.applicable:
        return outcome
    with lock(root):
        if recovery := recover(root):
            on_recovery(recovery)
        if recovery or read_at != turn(root) or _is_stale(outcome):  # another one was quicker
            outcome = attempt(root)
        if not outcome.applicable:
            return outcome
        apply(outcome.plan, root)
    return replace(outcome, applied=True)


def attempt(root: Path, edit: Callable[[Project], Edit], *, markers: bool) -> Outcome:
    """Load the project at `root` and plan the edit."""
    project = load(root)
    return make(project, _completed(edit(project)), markers=markers)


def _completed(edit: Edit) -> Edit:
    """Fill in what an entity records of others."""
    if not any(field.via for entity in edit.entities for field in entity.links):
        return edit
    from scaffold.entities.links import completed  # few projects have any

    return replace(edit, entities=completed(edit.entities))


def _is_stale(outcome: Outcome) -> bool:
    """Tell whether the answers changed since they were read."""
    from hashlib import sha256

    answers = outcome.project.answers
    return sha256(read_regular(answers.file)).hexdigest() != answers.digest


def make(project: Project, edit: Edit, *, markers: bool = False) -> Outcome:
    """Plan the way from the project's entities to those of the edit."""
    from scaffold.plan.plan import Plan, make_plan, with_markers

    _validate(project, edit)
    _refuse_older_form(project.template)
    data = with_entities(project.answers.data, map(to_record, edit.entities))
    if data == project.answers.data:
        return Outcome(project, project.entities, Plan(()))
    after = render(project.template, data)
    made = revision(project, after, edit)
    created = file_of(made)
    renaming = None
    if edit.entity_renames or edit.field_renames:
        from scaffold.plan.renaming import renaming_of

        renaming = renaming_of(project.entities, edit)
    if edit.entity_renames:
        from scaffold.plan.moves import make_plan_with_moves

        plan = make_plan_with_moves(
            project.rendered, after, project.root, edit.entity_renames, created, renaming
        )
    else:
        plan = make_plan(project.rendered, after, project.root, created, renaming)
    notes = (*edit.notes, *(made.notes if made else ()))
    if is_retired(project.entities, edit):
        from scaffold.plan.stale_names import mentions

        notes = (*notes, *mentions(project.root, project.entities, edit, plan, after))
        notes = (*notes, *_order_of_imports(plan, edit))
    return Outcome(project, edit.entities, with_markers(plan) if markers else plan, notes=notes)


def is_retired(entities: Entities, edit: Edit) -> bool:
    """Tell whether people may have written names that are no more."""
    if edit.entity_renames or edit.field_renames:
        return True
    same = {id(entity) for entity in edit.entities}
    fields = {entity.name: {field.name for field in entity.fields} for entity in edit.entities}
    return any(
        field.name not in fields.get(entity.name, ())
        for entity in entities
        if id(entity) not in same
        for field in entity.fields
    )


def _validate(project: Project, edit: Edit) -> None:
    try:
        validate(edit.entities, project.types)
    except ScaffoldError:
        refuse_broken(project)
        raise


def file_of(revision: Revision | None) -> dict[str, bytes]:
    """Return the file to write for a revision, by its path."""
    return {str(revision.path): revision.text.encode()} if revision else {}


def revision(
    project: Project, after: Render, edit: Edit, template: Template | None = None
) -> Revision | None:
    """Return the Alembic revision from the project's tables to those of `after`.

    It is laid out by `template`, the project's own unless another one is given.
    """
    from datetime import UTC, datetime

    from scaffold.revisions.preconditions import refuse_misfit
    from scaffold.revisions.revision import renderer_of, revision_for

    was = project.rendered.context.get("model") or {}
    now = after.context.get("model") or {}
    made = revision_for(
        was,
        now,
        root=project.root,
        render=renderer_of(template or project.template),
        now=datetime.now(UTC),
        edit=edit,
        before=project.entities,
    )
    if made is not None:
        refuse_misfit(project.root, was, now)
    return made


def _refuse_older_form(template: Template) -> None:
    """Refuse to write entities in a form that the project's template cannot read."""
    from scaffold.template.index import load_index

    known = load_index(template).questions.get("entities_spec", {}).get("default", ENTITIES_SPEC)
    if isinstance(known, int) and known < ENTITIES_SPEC:
        raise ScaffoldError(
            f"the project's template reads entities in form {known}, and this scaffold writes "
            f"form {ENTITIES_SPEC}; nothing was written",
            help="bring the project to a newer version: scaffold upgrade",
        )


def _order_of_imports(plan: Plan, edit: Edit) -> Iterator[str]:
    """Yield a note where a module that was renamed, or is gone, changes the order of a person's imports."""
    files = [each for each in plan.changes if each.path.endswith(".py") and each.before is not None]
    kinds = {each.kind for each in files}
    renamed = any(old != new for old, new in edit.entity_renames.items())
    if "keep" in kinds or (renamed and "merge" in kinds):
        yield "imports in files with your edits may be out of order now: make fmt sorts them"
