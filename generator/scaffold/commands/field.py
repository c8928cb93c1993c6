"""`scaffold field`: add, remove, rename and alter fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from scaffold.commands.options import AcceptLoss, KnownEntity, complete_field, complete_known_field
from scaffold.commands.writing import Writing, write, writes

if TYPE_CHECKING:
    from scaffold.entities.edit import Edit
    from scaffold.entities.entity import Field
    from scaffold.project.project import Project

ABOUT = """\b
Examples:
  scaffold field add Post rank:int:default=0 editor:User:null:back=edited
  scaffold field rename Post title headline
  scaffold field alter Post headline:str,300:index
  scaffold field remove Post rank --accept-data-loss
"""
ABOUT_ADD = """\b
Examples:
  scaffold field add Post subtitle:str,200:null
  scaffold field add Post rank:int:min=0 --fill 1
  scaffold field add Post rank:int code:slug --fill rank=1 --fill code=none
"""
ABOUT_REMOVE = """\b
Examples:
  scaffold field remove Post subtitle --accept-data-loss
"""
ABOUT_RENAME = """\b
Examples:
  scaffold field rename Post title headline
  scaffold field rename Post title headline --keep-column
"""
ABOUT_ALTER = """\b
Examples:
  scaffold field alter Post title:str,300:index
  scaffold field alter Post subtitle:str,200 --fill none
"""

Tokens = Annotated[
    list[str],
    typer.Argument(metavar="FIELD...", autocompletion=complete_field, show_default=False),
]
KnownTokens = Annotated[
    list[str],
    typer.Argument(metavar="FIELD...", autocompletion=complete_known_field, show_default=False),
]
KnownField = Annotated[
    str,
    typer.Argument(metavar="NAME", autocompletion=complete_known_field, show_default=False),
]
KnownFields = Annotated[
    list[str],
    typer.Argument(metavar="NAME...", autocompletion=complete_known_field, show_default=False),
]
Fill = Annotated[
    list[str] | None,
    typer.Option(metavar="[FIELD=]VALUE", help="The value for rows that have none."),
]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    field = typer.Typer(
        rich_markup_mode=None,
        no_args_is_help=True,
        help="Add, remove, rename and alter the fields of an entity.",
        epilog=ABOUT,
    )
    field.command(epilog=ABOUT_ADD)(add)
    field.command(epilog=ABOUT_REMOVE)(remove)
    field.command(epilog=ABOUT_RENAME)(rename)
    field.command(epilog=ABOUT_ALTER)(alter)
    app.add_typer(field, name="field")


@writes()
def add(
    entity: KnownEntity,
    fields: Tokens,
    *,
    fill: Fill = None,
    writing: Writing,
) -> int:
    """Give ENTITY more fields.

    A FIELD is typed as for `scaffold model`. Rows that exist get its default, else the value of
    --fill, else they are empty, which a required field refuses.
    """
    from scaffold.edits.fields import add_fields
    from scaffold.edits.fills import parse_fills

    def edit(project: Project) -> Edit:
        new = parsed(fields, project)
        fills = parse_fills(fill or (), new)
        return add_fields(project.entities, project.types, entity, new, fills)

    return write(
        edit,
        f"added {listed(fields)} to {entity}",
        writing,
    )


@writes()
def remove(
    entity: KnownEntity,
    fields: KnownFields,
    *,
    accept_data_loss: AcceptLoss = False,
    writing: Writing,
) -> int:
    """Take fields away from ENTITY, with what they hold."""
    from scaffold.edits.fields import remove_fields

    def edit(project: Project) -> Edit:
        return remove_fields(
            project.entities, project.types, entity, fields, accepts_loss=accept_data_loss
        )

    return write(
        edit,
        f"removed {listed(fields)} from {entity}",
        writing,
    )


@writes()
def rename(
    entity: KnownEntity,
    old: KnownField,
    new: Annotated[str, typer.Argument(metavar="NEW", show_default=False)],
    *,
    keep_column: Annotated[
        bool, typer.Option("--keep-column", help="Leave the column its name.")
    ] = False,
    writing: Writing,
) -> int:
    """Give the field NAME of ENTITY the name NEW, with all that it holds.

    Its column follows, unless it has a name of its own; groups and checks follow.
    """
    from scaffold.edits.fields import rename_field

    def edit(project: Project) -> Edit:
        return rename_field(
            project.entities, project.types, entity, (old, new), keep_column=keep_column
        )

    return write(
        edit,
        f"renamed {old} of {entity} to {new}",
        writing,
    )


@writes()
def alter(
    entity: KnownEntity,
    fields: KnownTokens,
    *,
    fill: Fill = None,
    accept_data_loss: AcceptLoss = False,
    writing: Writing,
) -> int:
    """Declare fields of ENTITY anew, each FIELD as it shall be from now on.

    What a FIELD does not say is as for a new one. A field that may no longer be empty takes the
    value of --fill where it is.
    """
    from scaffold.edits.fields import alter_fields
    from scaffold.edits.fills import parse_fills

    def edit(project: Project) -> Edit:
        declared = parsed(fields, project)
        fills = parse_fills(fill or (), declared)
        return alter_fields(
            project.entities, project.types, entity, declared, fills, accepts_loss=accept_data_loss
        )

    return write(
        edit,
        f"altered {listed(fields)} of {entity}",
        writing,
    )


def parsed(tokens: list[str], project: Project) -> tuple[Field, ...]:
    """Return the fields that people typed."""
    from scaffold.grammar.fields import parse_field

    return tuple(parse_field(token, project.types) for token in tokens)


def listed(tokens: list[str]) -> str:
    """Return the names of fields as people list them."""
    *first, last = [token.partition(":")[0] for token in tokens]
    return f"{', '.join(first)} and {last}" if first else last
