"""`scaffold destroy`: remove an entity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scaffold.commands.options import (
    AcceptLoss,
    Conflicts,
    Diff,
    DryRun,
    Json,
    KnownEntity,
    OnConflict,
    Quiet,
)
from scaffold.commands.writing import write

if TYPE_CHECKING:
    import typer

    from scaffold.entities.edit import Edit
    from scaffold.project.project import Project

ABOUT = """\b
Examples:
  scaffold destroy Comment --dry-run
  scaffold destroy Comment --accept-data-loss
"""


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(epilog=ABOUT)(destroy)


def destroy(
    entity: KnownEntity,
    *,
    accept_data_loss: AcceptLoss = False,
    dry_run: DryRun = False,
    diff: Diff = False,
    on_conflict: Conflicts = OnConflict.STOP,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Remove ENTITY from the project: its files, its table, and both sides of its relations.

    Files that you changed stay, and are named. An entity that others refer to is not removed.
    """
    from scaffold.edits.entities import destroy_entity

    def edit(project: Project) -> Edit:
        return destroy_entity(project.entities, entity, accepts_loss=accept_data_loss)

    return write(
        edit,
        f"removed {entity}",
        dry_run=dry_run,
        diff=diff,
        on_conflict=on_conflict,
        json=json,
        quiet=quiet,
    )
