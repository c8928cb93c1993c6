"""`scaffold destroy`: remove an entity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scaffold.commands.options import AcceptLoss, KnownEntity
from scaffold.commands.writing import Writing, write, writes

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


@writes()
def destroy(
    entity: KnownEntity,
    *,
    accept_data_loss: AcceptLoss = False,
    writing: Writing,
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
        writing,
    )
