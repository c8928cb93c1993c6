"""Lay out what people did to the generated files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scaffold.output.parts import BLANK, Diff, Line, Outline, Part, Report, Span
from scaffold.output.reports import count, note_line
from scaffold.output.unified_diff import changed_lines, unified_diff
from scaffold.plan.plan import Change, Plan

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scaffold.output.parts import Look
    from scaffold.project.project import Project
    from scaffold.status.drift import Drift
    from scaffold.status.status import Status
    from scaffold.status.survey import Finding

_LOOKS: dict[str, Look] = {"changed": "update", "deleted": "delete", "moved": "merge"}


def diff_of(finding: Finding) -> Diff:
    """Return the difference from the render to the person's file."""
    change = Change(
        finding.place,
        "delete" if finding.own is None else "update",
        finding.rendered,
        finding.own,
        finding.rendered_mode,
        finding.own_mode,
    )
    return Diff(unified_diff(Plan((change,))))


def diff_report(findings: Sequence[Finding]) -> Report:
    """Return all differences as one diff."""
    return (Diff("".join(diff_of(each).text for each in findings)),)


def stat_report(findings: Sequence[Finding]) -> Report:
    """Return how many lines of each file differ."""
    if not findings:
        return (("all generated files are as they were rendered",),)
    width = max(len(_named(each)) for each in findings)
    lines = tuple(_stat(each, width) for each in findings)
    counted = [counts(each) for each in findings]
    added, removed = (sum(numbers) for numbers in zip(*counted, strict=True))
    return (*lines, (f"{count(len(findings), 'file')}, {added} added, {removed} removed",))


def counts(finding: Finding) -> tuple[int, int]:
    """Return how many lines a person added and removed."""
    return changed_lines(finding.rendered, finding.own or b"")


# Status.


def status_report(status: Status) -> Report:
    """Return the project's entities, files and migrations, and what disagrees."""
    drifts = tuple(line for each in status.drifts for line in _drift(each))
    notes = tuple(note_line(each) for each in status.notes)
    if status.project is None:
        return drifts
    verdict = drifts or (("entities, code and migrations agree",),)
    if notes and not drifts:
        verdict = ()
    return (*_facts(status, status.project), BLANK, *notes, *verdict)


def _facts(status: Status, project: Project) -> Iterator[Part]:
    names = ", ".join(entity.name for entity in project.entities) or "none yet"
    yield Span(project.name, "title"), Span(f"  template {project.template.ref}", "faint")
    yield BLANK
    yield Span("entities   ", "side"), f" {names}"
    changed = f"{len(status.findings)} changed since" if status.findings else "none changed since"
    files = (Span("files      ", "side"), f" {len(project.rendered)} generated, {changed}")
    yield Outline(files, tuple(map(_finding, status.findings))) if status.findings else files
    revisions = {revision.id: revision.file for revision in status.revisions}
    last = "".join(f", the last is {revisions[head]}" for head in status.heads)
    yield Span("migrations ", "side"), f" {count(len(revisions), 'revision')}{last}"


def _finding(finding: Finding) -> Line:
    look: Look = "conflict" if finding.markers else _LOOKS[finding.state]
    state = "conflict" if finding.markers else finding.state
    return Span(f"{state:<9}", look), " ", _named(finding)


def _drift(drift: Drift) -> Iterator[Line]:
    yield Span("drift:", "error"), f" {drift.message}"
    if drift.note:
        yield note_line(drift.note)
    if drift.help:
        yield Span("help:", "help"), f" {drift.help}"


def _named(finding: Finding) -> str:
    return f"{finding.path} -> {finding.moved_to}" if finding.moved_to else finding.path


def _stat(finding: Finding, width: int) -> Line:
    added, removed = counts(finding)
    state = () if finding.state == "changed" else (Span(f"  {finding.state}", "faint"),)
    return (
        f"{_named(finding):<{width}}  ",
        Span(f"+{added}", "added"),
        " ",
        Span(f"-{removed}", "removed"),
        *state,
    )
