"""Work out what commands say, once: reports that a screen lays out."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from scaffold.errors import NOTHING_WRITTEN, ScaffoldError
from scaffold.output.parts import BLANK, Branch, Diff, Line, Outline, Report, Span, Tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scaffold.apply.apply import Recovery
    from scaffold.entities.entity import Entity
    from scaffold.entities.types import TypeTable
    from scaffold.plan.plan import Change, Plan
    from scaffold.project.change import Outcome
    from scaffold.project.new import Created
    from scaffold.project.upgrade import Upgrade
    from scaffold.status.doctor import Adoption, Problem

_EXAMPLE = "scaffold model User email:email:unique name:str,80"


# How a command ended.


def status_of(outcome: Outcome) -> str:
    """Return the word for how a command ended."""
    if has_conflicts(outcome.plan):
        return "conflicts"
    if not outcome.plan.writes:
        return "unchanged"
    return "done" if outcome.applied else "planned"


def has_conflicts(plan: Plan) -> bool:
    """Tell whether a person has to decide something, with markers in the file or before."""
    return bool(plan.conflicts) or any(each.kind == "conflict" for each in plan.changes)


def error_report(error: ScaffoldError, *, unwritten: bool = False) -> Report:
    """Return an error with its note and its help; `unwritten` makes it say that nothing changed."""
    return tuple(error_lines(error, unwritten=unwritten))


def error_lines(error: ScaffoldError, *, unwritten: bool = False) -> Iterator[Line]:
    """Yield the lines of an error."""
    message = error.message
    if unwritten and NOTHING_WRITTEN not in f"{message} {error.note}":
        message = f"{message}; {NOTHING_WRITTEN}"
    yield Span("error:", "error"), f" {message}"
    if error.note:
        yield note_line(error.note)
    if error.help:
        yield Span("help:", "help"), f" {error.help}"


def errors_report(errors: Sequence[ScaffoldError], *, unwritten: bool = False) -> Report:
    """Return errors one after the other, and how many there are."""
    if len(errors) == 1:
        return error_report(errors[0], unwritten=unwritten)
    lines: list[Line] = []
    for error in errors:
        lines += (*error_lines(error), BLANK)
    return *lines, (f"{count(len(errors), 'error')}{f'; {NOTHING_WRITTEN}' if unwritten else ''}",)


def note_line(note: str) -> Line:
    """Return a line that says what is good to know."""
    return Span("note:", "note"), f" {note}"


def recovery_report(recovery: Recovery) -> Report:
    """Return what became of a command that had been interrupted."""
    if not recovery.paths and not recovery.left_alone:
        return (note_line("an interrupted command had changed no file yet"),)
    files = count(len(recovery.paths), "file")
    left_alone = ((f"  {path} was changed since, and left alone",) for path in recovery.left_alone)
    return note_line(f"{recovery.outcome} an interrupted command ({files})"), *left_alone


def left_behind_report(left: str) -> Report:
    """Return what an interrupted command left behind, and what to type about it."""
    said = {
        "half": "an interrupted command left files half changed",
        "unused": "an interrupted command had changed no file yet",
        "foreign": "`.scaffold` has the record of a command that your scaffold did not run here",
    }
    help = "the next command that writes puts it right, and so does: scaffold doctor --recover"
    if left == "foreign":
        help = "look at your files with `git status`, then delete `.scaffold`"
    return note_line(said[left]), (Span("help:", "help"), f" {help}")


def outcome_report(outcome: Outcome, title: str) -> Report:
    """Return what a command did to the project's files, and what to type next."""
    plan = outcome.plan
    if not plan.writes and not has_conflicts(plan):
        return (("nothing to do: the project is up to date already",),)
    head = title if outcome.applied else f"would have {title}; {NOTHING_WRITTEN}"
    files = Tree(outcome.project.root.name, branches(shown(plan)))
    steps = tuple(_next_steps(plan)) if outcome.applied else ()
    return (Span(head, "title"),), BLANK, files, *((BLANK, *steps) if steps else ())


def upgrade_report(upgrade: Upgrade) -> Report:
    """Return from which version to which a project goes, and what else changes."""
    project = upgrade.project
    entities = count(len(project.entities), "entity", "entities")
    head = (
        Span(f"upgrading {project.name}", "title"),
        f" with {entities} from {project.template.ref} to {upgrade.template.ref}",
    )
    new = (note_line(f"`{name}` is a new question") for name in upgrade.asked)
    old = (note_line(f"the answer `{name}` is not needed any more") for name in upgrade.retired)
    return head, *new, *old


def problems_report(problems: Sequence[Problem]) -> Report:
    """Return what is wrong with a project, each with what mends it."""
    if not problems:
        return (("the project is in order: it can be updated and added to",),)
    found = (
        (*error_report(ScaffoldError(each.message, each.note, each.mends)), BLANK)
        for each in problems
    )
    return *(line for lines in found for line in lines), (count(len(problems), "problem"),)


def adoption_report(adoption: Adoption) -> Report:
    """Return which version a project was found to have."""
    files = f"{adoption.matching} of {adoption.rendered} files are as it renders them"
    return ((Span(f"recorded version {adoption.version}", "title"), f": {files}"),)


def _next_steps(plan: Plan) -> Iterator[Line]:
    if any(each.kind == "conflict" for each in plan.changes):
        yield (
            "next: resolve the conflict markers: ",
            Span("scaffold status", "typed"),
            " lists them",
        )
    if any(each.path.startswith("migrations/versions/") for each in plan.writes):
        yield "next: ", Span("make migrate", "typed"), "   bring the database up to date"
        yield "      ", Span("make test", "typed"), "      run the project's tests"


# Changed files.


def diff_of(changes: Sequence[Change]) -> Diff:
    """Return the changes as a unified diff."""
    from scaffold.output.unified_diff import unified_diff
    from scaffold.plan.plan import Plan

    return Diff(unified_diff(Plan(tuple(changes))))


def shown(plan: Plan) -> list[Change]:
    """Return the changes that a person or a program is told of."""
    return [each for each in plan.changes if each.kind != "unchanged"]


def branches(changes: Sequence[Change], depth: int = 0) -> tuple[Branch, ...]:
    """Return the changed files as a tree, each with what happened to it."""
    return tuple(_branch(name, members, depth) for name, members in _groups(changes, depth))


def _branch(name: str, members: Sequence[Change], depth: int) -> Branch:
    if not name.endswith("/"):
        return Branch(name, _aside(members[0]))
    # Folders that hold nothing but one folder share a line.
    inner = depth + 1
    while len(deeper := _groups(members, inner)) == 1 and deeper[0][0].endswith("/"):
        name, inner = name + deeper[0][0], inner + 1
    return Branch(name, below=branches(members, inner))


def _aside(change: Change) -> Line:
    what = Span(change.kind, change.kind)
    return (what, Span(f"  ({change.note})", "faint")) if change.note else (what,)


def _groups(changes: Sequence[Change], depth: int) -> list[tuple[str, list[Change]]]:
    """Return what is in one folder: its files, and its folders with all that is in them."""
    groups: dict[str, list[Change]] = {}
    for change in changes:
        name, *below = change.path.split("/")[depth:]
        groups.setdefault(f"{name}/" if below else name, []).append(change)
    return list(groups.items())


# Entities.


def entities_report(entities: Sequence[Entity], types: TypeTable) -> Report:
    """Return the entities with their fields as they could be typed, and what refers to them."""
    if not entities:
        return (("no entities yet; add one: ", Span(_EXAMPLE, "typed")),)
    outlines = (_outline(each, entities, types) for each in entities)
    return *(part for outline in outlines for part in (outline, BLANK)), (_counts(entities),)


def _outline(entity: Entity, entities: Sequence[Entity], types: TypeTable) -> Outline:
    from scaffold.grammar.fields import format_field

    head = Span(entity.name, "title"), Span(f"  {_facts(entity)}", "faint")
    tokens = ((field.name, format_field(field, types)) for field in entity.fields)
    fields = ((name, Span(token.removeprefix(name), "type")) for name, token in tokens)
    options = ((Span(option, "option"),) for option in options_of(entity))
    backs = ((Span(f"from {back}", "faint"),) for back in _backs(entity, entities))
    return Outline(head, (*fields, *options, *backs))


def options_of(entity: Entity) -> list[str]:
    """Return the options of `scaffold model` that the entity was made with."""
    import shlex

    flags = {
        "--no-timestamps": not entity.timestamps,
        "--soft-delete": entity.soft_delete,
        "--lock": entity.lock,
        "--read-only": entity.api == "read-only",
        "--no-api": entity.api == "none",
        "--page offset": entity.page == "offset",
    }
    return [
        *(f"--unique {','.join(group)}" for group in entity.unique),
        *(f"--index {','.join(group)}" for group in entity.index),
        *(f"--check {shlex.quote(check)}" for check in entity.checks),
        *(flag for flag, is_set in flags.items() if is_set),
    ]


def _facts(entity: Entity) -> str:
    named = entity.plural if entity.plural == entity.table else f"{entity.plural}, {entity.table}"
    return f"{named}, {entity.pk} key"


def _backs(entity: Entity, entities: Sequence[Entity]) -> list[str]:
    return [
        f"{other.name}.{field.name}: {field.back}"
        for other in entities
        for field in other.relations
        if field.to == entity.name
    ]


def _counts(entities: Sequence[Entity]) -> str:
    fields = sum(len(entity.fields) for entity in entities)
    relations = sum(len(entity.relations) for entity in entities)
    return ", ".join(
        (
            count(len(entities), "entity", "entities"),
            count(fields, "field"),
            count(relations, "relation"),
        )
    )


def count(number: int, one: str, many: str | None = None) -> str:
    """Return `1 file`, `2 files`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


# New projects.


def created_report(created: Created) -> Report:
    """Return what a new project is made of, and what to type next."""
    from pathlib import Path

    folder = os.path.relpath(created.root)
    where = folder if len(folder) < len(str(created.root)) else str(created.root)
    return (
        (Span(f"made {created.name} in {where}", "title"),),
        BLANK,
        Outline((Span(f"{Path(where).name}/", "title"),), tuple(_top_lines(created.files))),
        BLANK,
        ("next: ", Span(f"cd {where}", "typed")),
        ("      ", Span(_EXAMPLE, "typed")),
        ("      ", Span("make test && make run", "typed")),
    )


def _top_lines(files: Sequence[str]) -> Iterator[Line]:
    """Yield what is at the top of a project: folders, with how much is in them, and files."""
    top: dict[str, int] = {}
    for file in files:
        first, slash, _ = file.partition("/")
        top[first + slash] = top.get(first + slash, 0) + 1
    width = max(map(len, top))
    for name in sorted(top, key=lambda name: (not name.endswith("/"), name)):
        if name.endswith("/"):
            yield f"{name:<{width}}  ", Span(count(top[name], "file"), "faint")
        else:
            yield (name,)
