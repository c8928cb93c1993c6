"""The one JSON object that a command prints with `--json`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from scaffold.output.reports import diff_of, options_of, shown
from scaffold.plan.conflicts import places_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scaffold.entities.entity import Entity
    from scaffold.entities.types import TypeTable
    from scaffold.errors import ScaffoldError
    from scaffold.plan.plan import Change, Conflict, Plan
    from scaffold.status.status import Status
    from scaffold.status.survey import Finding

SCHEMA = 1


def as_json(
    status: str,
    *,
    plan: Plan | None = None,
    error: ScaffoldError | None = None,
    diff: bool = False,
    **more: object,
) -> str:
    """Return the one object that a command prints with `--json`."""
    document = {
        "schema": SCHEMA,
        "status": status,
        "changes": [_change_record(each, diff=diff) for each in shown(plan)] if plan else [],
        "conflicts": [_conflict_record(each) for each in plan.conflicts] if plan else [],
        "error": _error_record(error) if error else None,
        **more,
    }
    if error and len(error.errors) > 1:
        document["errors"] = [_error_record(each) for each in error.errors]
    return json.dumps(document, indent=2, ensure_ascii=False)


def _change_record(change: Change, *, diff: bool) -> dict[str, Any]:
    record: dict[str, Any] = {"path": change.path, "kind": change.kind}
    if change.note:
        record["note"] = change.note
    if diff:
        record["diff"] = diff_of([change]).readable
    return record


def _conflict_record(conflict: Conflict) -> dict[str, Any]:
    return {
        "path": conflict.path,
        "reason": conflict.reason,
        "yours": _text(conflict.ours),
        "new": _text(conflict.theirs),
        "places": [place._asdict() for place in places_of(conflict)],
    }


def _error_record(error: ScaffoldError) -> dict[str, Any]:
    return {"message": error.message, "note": error.note, "help": error.help}


def _text(content: bytes | None) -> str | None:
    return None if content is None else content.decode("utf-8", "replace")


def entity_records(entities: Sequence[Entity], types: TypeTable) -> list[dict[str, Any]]:
    """Return the entities for `scaffold list --json`."""
    from scaffold.entities.records import to_record
    from scaffold.grammar.fields import format_field

    return [
        {
            "name": entity.name,
            "fields": [format_field(field, types) for field in entity.fields],
            "options": options_of(entity),
            "record": to_record(entity),
        }
        for entity in entities
    ]


def finding_record(finding: Finding, *, diff: bool) -> dict[str, Any]:
    """Return what a person did to a file, for `scaffold status` and `scaffold diff`."""
    from scaffold.output.survey import counts
    from scaffold.output.survey import diff_of as diff_of_finding

    added, removed = counts(finding)
    record: dict[str, Any] = {"path": finding.path, "state": finding.state}
    if finding.moved_to is not None:
        record["moved_to"] = finding.moved_to
    record |= {"added": added, "removed": removed, "markers": list(finding.markers)}
    return {**record, "diff": diff_of_finding(finding).readable} if diff else record


def status_record(status: Status) -> dict[str, Any]:
    """Return what `scaffold status --json` says beside its status."""
    entities = status.project.entities if status.project else ()
    return {
        "entities": [entity.name for entity in entities],
        "files": [finding_record(each, diff=False) for each in status.findings],
        "migrations": [
            {"id": each.id, "file": each.file, "is_head": each.id in status.heads}
            for each in status.revisions
        ],
        "drift": [
            {"message": each.message, "note": each.note, "help": each.help}
            for each in status.drifts
        ],
        "notes": list(status.notes),
    }
