"""`scaffold rename`: give an entity another name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from scaffold.commands.options import KnownEntity
from scaffold.commands.writing import Writing, write, writes

if TYPE_CHECKING:
    from scaffold.entities.edit import Edit
    from scaffold.project.project import Project

ABOUT = """\b
Examples:
  scaffold rename User Account
  scaffold rename User Account --keep-table
  scaffold rename Person Employee --plural staff
"""


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(epilog=ABOUT)(rename)


@writes()
def rename(
    old: KnownEntity,
    new: Annotated[str, typer.Argument(metavar="NEW", show_default=False)],
    *,
    plural: Annotated[str | None, typer.Option(help="Its new plural, in snake_case.")] = None,
    table: Annotated[str | None, typer.Option(help="Its new table.")] = None,
    keep_table: Annotated[
        bool, typer.Option("--keep-table", help="Leave the table its name.")
    ] = False,
    writing: Writing,
) -> int:
    """Give ENTITY the name NEW.

    Its files move, with your edits in them; references to it follow. So do its plural, its table
    with the rows in it, and what other entities call it, where these came from its name.
    """
    from scaffold.edits.entities import rename_entity
    from scaffold.errors import UsageError

    if table is not None and keep_table:
        raise UsageError("--table and --keep-table exclude each other", help="leave one out")

    def edit(project: Project) -> Edit:
        return rename_entity(
            project.entities, old, new, plural=plural, table=table, keep_table=keep_table
        )

    return write(
        edit,
        f"renamed {old} to {new}",
        writing,
    )
