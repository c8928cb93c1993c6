"""Lay out what commands say, for people and as JSON."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scaffold.apply import Recovery
    from scaffold.entities import Entity
    from scaffold.errors import ScaffoldError
    from scaffold.new import Created
    from scaffold.plan import Change, Conflict, Plan
    from scaffold.project import Outcome
    from scaffold.types import TypeTable

SCHEMA = 1
NOTHING_WRITTEN = "nothing was written"

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}
_COLOR_OF_KIND = {
    "create": "green",
    "update": "cyan",
    "merge": "cyan",
    "delete": "red",
    "keep": "yellow",
    "conflict": "red",
}
_SHOWN = 12  # lines of each side of a conflict


class Style:
    """Colors for a terminal, or plain text."""

    def __init__(self, *, color: bool) -> None:
        self._color = color

    def __call__(self, text: str, *looks: str) -> str:
        """Return the text with these looks: bold, dim, or a color."""
        if not self._color or not text:
            return text
        return f"\033[{';'.join(_CODES[look] for look in looks)}m{text}\033[0m"


PLAIN = Style(color=False)


# For programs.


def as_json(
    status: str,
    *,
    plan: Plan | None = None,
    error: ScaffoldError | None = None,
    diff: bool = False,
    **more: object,
) -> str:
    """Return the one object that a command prints with `--json`."""
    import json

    document = {
        "schema": SCHEMA,
        "status": status,
        "changes": [_change_record(each, diff=diff) for each in _shown(plan)] if plan else [],
        "conflicts": [_conflict_record(each) for each in plan.conflicts] if plan else [],
        "error": _error_record(error) if error else None,
        **more,
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


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


def _shown(plan: Plan) -> list[Change]:
    return [each for each in plan.changes if each.kind != "unchanged"]


def _change_record(change: Change, *, diff: bool) -> dict[str, Any]:
    record: dict[str, Any] = {"path": change.path, "kind": change.kind}
    if change.note:
        record["note"] = change.note
    if diff:
        record["diff"] = diff_of([change])
    return record


def _conflict_record(conflict: Conflict) -> dict[str, Any]:
    return {
        "path": conflict.path,
        "reason": conflict.reason,
        "yours": _text(conflict.ours),
        "new": _text(conflict.theirs),
    }


def _error_record(error: ScaffoldError) -> dict[str, Any]:
    return {"message": error.message, "note": error.note, "help": error.help}


def _text(content: bytes | None) -> str | None:
    return None if content is None else content.decode("utf-8", "replace")


# For people.


def error_text(error: ScaffoldError, style: Style = PLAIN, *, unwritten: bool = False) -> str:
    """Return an error with its note and its help; `unwritten` makes it say that nothing changed."""
    message = error.message
    if unwritten and NOTHING_WRITTEN not in f"{message} {error.note}":
        message = f"{message}; {NOTHING_WRITTEN}"
    lines = [f"{style('error:', 'red', 'bold')} {message}"]
    if error.note:
        lines.append(f"{style('note:', 'cyan')} {error.note}")
    if error.help:
        lines.append(f"{style('help:', 'green')} {error.help}")
    return "\n".join(lines)


def recovery_text(recovery: Recovery, style: Style = PLAIN) -> str:
    """Return what became of a command that had been interrupted."""
    files = count(len(recovery.paths), "file")
    lines = [f"{style('note:', 'cyan')} {recovery.outcome} an interrupted command ({files})"]
    lines += [f"  {path} was changed since, and left alone" for path in recovery.left_alone]
    return "\n".join(lines)


def outcome_text(outcome: Outcome, title: str, style: Style = PLAIN) -> str:
    """Return what a command did to the project's files, and what to type next."""
    plan = outcome.plan
    if not plan.writes and not has_conflicts(plan):
        return "nothing to do: the project is up to date already"
    head = title if outcome.applied else f"would have {title}; {NOTHING_WRITTEN}"
    lines = [style(head, "bold"), "", *tree(outcome.project.root.name, _shown(plan), style)]
    if outcome.applied:
        lines += ["", *_next_steps(plan, style)]
    return "\n".join(lines).rstrip()


def conflicts_text(plan: Plan, style: Style = PLAIN) -> str:
    """Return every conflict with its file and both sides."""
    return "\n\n".join("\n".join(_conflict_lines(each, style)) for each in plan.conflicts)


def _conflict_lines(conflict: Conflict, style: Style) -> Iterator[str]:
    yield f"{style('conflict:', 'red', 'bold')} {style(conflict.path, 'bold')}: {conflict.reason}"
    yield from _side("yours", conflict.ours, conflict.base, style)
    yield from _side("new", conflict.theirs, conflict.base, style)


def _side(title: str, content: bytes | None, base: bytes | None, style: Style) -> Iterator[str]:
    """Yield the lines of one side that differ from what both sides began with."""
    if content is None:
        return
    if b"\0" in content:
        yield f"  {style(title, 'cyan')}: {len(content)} bytes that are no text"
        return
    lines = list(_own_lines(content, base))
    yield f"  {style(title, 'cyan')}:"
    yield from (f"    {line}" for line in lines[:_SHOWN])
    if len(lines) > _SHOWN:
        yield style(f"    ... and {len(lines) - _SHOWN} more lines", "dim")


def _own_lines(content: bytes, base: bytes | None) -> Iterator[str]:
    text = content.decode("utf-8", "replace").splitlines()
    if base is None:
        yield from text
        return
    from difflib import unified_diff

    before = base.decode("utf-8", "replace").splitlines()
    for line in list(unified_diff(before, text, n=0, lineterm=""))[2:]:
        if not line.startswith("@@"):
            yield line


def diff_of(changes: Sequence[Change]) -> str:
    """Return the changes as a unified diff."""
    from scaffold.diff import unified_diff
    from scaffold.plan import Plan

    return unified_diff(Plan(tuple(changes)))


def diff_text(plan: Plan, style: Style = PLAIN) -> str:
    """Return the plan as a unified diff, in color for a terminal."""
    return "\n".join(_diff_line(line, style) for line in diff_of(plan.changes).splitlines())


def _diff_line(line: str, style: Style) -> str:
    if line.startswith(("diff ", "+++ ", "--- ", "new file", "deleted file", "old mode")):
        return style(line, "bold")
    looks = {"+": "green", "-": "red", "@": "cyan"}
    return style(line, looks[line[0]]) if line[:1] in looks else line


def _next_steps(plan: Plan, style: Style) -> Iterator[str]:
    if any(each.kind == "conflict" for each in plan.changes):
        yield f"next: resolve the conflict markers ({style('git diff --check', 'cyan')} finds them)"
    if any(each.path.startswith("migrations/versions/") for each in plan.writes):
        yield f"next: {style('make migrate', 'cyan')}   bring the database up to date"
        yield f"      {style('make test', 'cyan')}      run the project's tests"


# Trees of files.


def tree(name: str, changes: Sequence[Change], style: Style = PLAIN) -> list[str]:
    """Return a tree of the changed files, each with what happened to it."""
    rows = list(_rows(changes, ""))
    width = max((len(left) for left, _ in rows), default=0)
    lines = [name]
    for left, change in rows:
        if change is None:
            lines.append(left)
            continue
        what = style(change.kind, _COLOR_OF_KIND.get(change.kind, "dim"))
        note = style(f"  ({change.note})", "dim") if change.note else ""
        lines.append(f"{left:<{width}}  {what}{note}")
    return lines


def _rows(
    changes: Sequence[Change], indent: str, depth: int = 0
) -> Iterator[tuple[str, Change | None]]:
    groups = _groups(changes, depth)
    for position, (name, members) in enumerate(groups):
        last = position == len(groups) - 1
        branch, below = ("└── ", "    ") if last else ("├── ", "│   ")
        if not name.endswith("/"):
            yield f"{indent}{branch}{name}", members[0]
            continue
        # Folders that hold nothing but one folder share a line.
        inner = depth + 1
        while len(deeper := _groups(members, inner)) == 1 and deeper[0][0].endswith("/"):
            name, inner = name + deeper[0][0], inner + 1  # noqa: PLW2901
        yield f"{indent}{branch}{name}", None
        yield from _rows(members, indent + below, inner)


def _groups(changes: Sequence[Change], depth: int) -> list[tuple[str, list[Change]]]:
    """Return what is in one folder: its files, and its folders with all that is in them."""
    groups: dict[str, list[Change]] = {}
    for change in changes:
        name, *below = change.path.split("/")[depth:]
        groups.setdefault(f"{name}/" if below else name, []).append(change)
    return list(groups.items())


# Entities.


def entities_text(entities: Sequence[Entity], types: TypeTable, style: Style = PLAIN) -> str:
    """Return the entities with their fields as they are typed, and what refers to them."""
    from scaffold.grammar import format_field

    if not entities:
        return "no entities yet; add one: scaffold model User email:email:unique name:str,80"
    blocks = []
    for entity in entities:
        lines = [style(entity.name, "bold") + style(f"  {_facts(entity)}", "dim")]
        lines += [f"  {format_field(field, types)}" for field in entity.fields]
        lines += [style(f"  {option}", "cyan") for option in options_of(entity)]
        lines += [style(f"  from {back}", "dim") for back in _backs(entity, entities)]
        blocks.append("\n".join(lines))
    return "\n\n".join([*blocks, _counts(entities)])


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


def entity_records(entities: Sequence[Entity], types: TypeTable) -> list[dict[str, Any]]:
    """Return the entities for `scaffold list --json`."""
    from scaffold.entities import to_record
    from scaffold.grammar import format_field

    return [
        {
            "name": entity.name,
            "fields": [format_field(field, types) for field in entity.fields],
            "options": options_of(entity),
            "record": to_record(entity),
        }
        for entity in entities
    ]


def _facts(entity: Entity) -> str:
    named = entity.plural if entity.plural == entity.table else f"{entity.plural}, {entity.table}"
    return f"{named}, {entity.pk} key"


def _backs(entity: Entity, entities: Sequence[Entity]) -> list[str]:
    return [
        f"{other.name}.{field.name}: {field.back}"
        for other in entities
        for field in other.references
        if field.to == entity.name
    ]


def _counts(entities: Sequence[Entity]) -> str:
    fields = sum(len(entity.fields) for entity in entities)
    relations = sum(len(entity.references) for entity in entities)
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


def created_text(created: Created, style: Style = PLAIN) -> str:
    """Return what a new project is made of, and what to type next."""
    from pathlib import Path

    top: dict[str, int] = {}
    for file in created.files:
        first, slash, _ = file.partition("/")
        top[first + slash] = top.get(first + slash, 0) + 1
    folder = os.path.relpath(created.root)
    shown = folder if len(folder) < len(str(created.root)) else str(created.root)
    lines = [style(f"made {created.name} in {shown}", "bold"), "", f"{Path(shown).name}/"]
    width = max(map(len, top))
    for name, number in sorted(top.items(), key=lambda item: (not item[0].endswith("/"), item[0])):
        files = style(count(number, "file"), "dim") if name.endswith("/") else ""
        lines.append(f"  {name:<{width}}  {files}".rstrip())
    example = "scaffold model User email:email:unique name:str,80"
    lines += ["", f"next: {style(f'cd {shown}', 'cyan')}", f"      {style(example, 'cyan')}"]
    lines += [f"      {style('make test && make run', 'cyan')}"]
    return "\n".join(lines)
