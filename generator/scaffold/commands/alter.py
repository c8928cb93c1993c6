"""`scaffold alter`: change the options of an entity."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from scaffold.commands.options import AcceptLoss, KnownEntity, Paging
from scaffold.commands.writing import Writing, write, writes

if TYPE_CHECKING:
    from scaffold.entities.edit import Edit
    from scaffold.project.project import Project

ABOUT = """\b
Examples:
  scaffold alter Post --unique author,title --drop-index title,status
  scaffold alter Post --lock --no-timestamps
  scaffold alter Person --plural people --table people
"""


class Api(StrEnum):
    """Which endpoints there are."""

    FULL = "full"
    READ_ONLY = "read-only"
    NONE = "none"


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(epilog=ABOUT)(alter)


@writes()
def alter(
    entity: KnownEntity,
    *,
    unique: Annotated[
        list[str] | None, typer.Option(metavar="A,B", help="More that are unique together.")
    ] = None,
    drop_unique: Annotated[
        list[str] | None, typer.Option(metavar="A,B", help="No longer unique together.")
    ] = None,
    index: Annotated[
        list[str] | None, typer.Option(metavar="A,B", help="More to index together.")
    ] = None,
    drop_index: Annotated[
        list[str] | None, typer.Option(metavar="A,B", help="No longer indexed together.")
    ] = None,
    check: Annotated[
        list[str] | None, typer.Option(metavar="EXPR", help="A further rule: 'ends > begins'.")
    ] = None,
    drop_check: Annotated[
        list[str] | None, typer.Option(metavar="EXPR", help="A rule that goes.")
    ] = None,
    timestamps: Annotated[
        bool | None,
        typer.Option("--timestamps/--no-timestamps", help="created_at and updated_at."),
    ] = None,
    soft_delete: Annotated[
        bool | None,
        typer.Option("--soft-delete/--no-soft-delete", help="Mark rows as deleted, and keep them."),
    ] = None,
    lock: Annotated[
        bool | None,
        typer.Option("--lock/--no-lock", help="Refuse to overwrite what somebody else changed."),
    ] = None,
    page: Annotated[Paging | None, typer.Option(help="How lists are paged.")] = None,
    api: Annotated[Api | None, typer.Option(help="Which endpoints there are.")] = None,
    plural: Annotated[str | None, typer.Option(help="Its plural, in snake_case.")] = None,
    table: Annotated[str | None, typer.Option(help="Its table.")] = None,
    accept_data_loss: AcceptLoss = False,
    writing: Writing,
) -> int:
    """Change the options of ENTITY; what is not named stays as it is.

    For its fields there is `scaffold field`, for its name `scaffold rename`.
    """
    from scaffold.edits.entities import Alteration, alter_entity
    from scaffold.grammar.entity import canonical_checks, groups

    change = Alteration(
        plural=plural,
        table=table,
        api=api.value if api else None,
        page=page.value if page else None,
        timestamps=timestamps,
        soft_delete=soft_delete,
        lock=lock,
        unique=groups(unique or (), "--unique"),
        index=groups(index or (), "--index"),
        checks=canonical_checks(tuple(check or ())),
        drop_unique=groups(drop_unique or (), "--drop-unique"),
        drop_index=groups(drop_index or (), "--drop-index"),
        drop_checks=canonical_checks(tuple(drop_check or ())),
    )

    def edit(project: Project) -> Edit:
        return alter_entity(
            project.entities, project.types, entity, change, accepts_loss=accept_data_loss
        )

    return write(
        edit,
        f"altered {entity}",
        writing,
    )
