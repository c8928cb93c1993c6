"""The way of every command that changes entities: change the project, show what became of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from scaffold.commands.options import OnConflict
from scaffold.commands.screen import patience, show, show_recovery, uninterrupted

if TYPE_CHECKING:
    from collections.abc import Callable

    from scaffold.entities.edit import Edit
    from scaffold.project.project import Project


def write(
    edit: Callable[[Project], Edit],
    title: str,
    *,
    dry_run: bool,
    diff: bool,
    on_conflict: OnConflict,
    json: bool,
    quiet: bool,
) -> int:
    """Make the edit of the project here, print it under the title, and return the exit code."""
    from scaffold.project.change import change

    with patience("loading the project's template", quiet=quiet):
        outcome = change(
            Path.cwd(),
            edit,
            dry_run=dry_run,
            markers=on_conflict is OnConflict.MARKERS,
            on_recovery=show_recovery,
        )
    with uninterrupted():  # what is written is written, and has to be said
        return show(outcome, title, diff=diff, json=json, quiet=quiet)
