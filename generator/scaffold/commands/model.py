"""`scaffold model`: add an entity."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scaffold.commands.options import Paging, complete_field
from scaffold.commands.writing import Writing, write, writes

if TYPE_CHECKING:
    from scaffold.entities.edit import Edit
    from scaffold.grammar.entity import Declaration
    from scaffold.project.project import Project

ABOUT = """\b
Types:
  str[,max] text email url slug int bigint smallint float
  decimal[,precision,scale] bool date time datetime interval uuid
  json bytes enum,a,b array,TYPE or an entity, as in author:User
  one,User many,Tag
Modifiers:
  null unique index min= max= private readonly column=
  back= on_delete=restrict|cascade|set_null via= table=
  and last: default= server_default= pattern=

\b
Examples:
  scaffold model User email:email:unique name:str,80
  scaffold model Post title:str,200:index body:text author:User
  scaffold model Seat row:int number:int --unique row,number --pk uuid7
"""


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(epilog=ABOUT)(model)


class KeyKind(StrEnum):
    """What a primary key is."""

    INT = "int"
    UUID4 = "uuid4"
    UUID7 = "uuid7"


@writes()
def model(
    name: Annotated[str, typer.Argument(metavar="NAME", show_default=False)],
    fields: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FIELD]...", autocompletion=complete_field, show_default=False),
    ] = None,
    *,
    plural: Annotated[str | None, typer.Option(help="Its plural, in snake_case.")] = None,
    table: Annotated[
        str | None, typer.Option(help="Its table; the plural unless you say so.")
    ] = None,
    pk: Annotated[KeyKind | None, typer.Option(help="Its kind of key.")] = None,
    unique: Annotated[
        list[str] | None, typer.Option(metavar="A,B", help="Fields that are unique together.")
    ] = None,
    index: Annotated[
        list[str] | None, typer.Option(metavar="A,B", help="Fields to index together.")
    ] = None,
    check: Annotated[
        list[str] | None, typer.Option(metavar="EXPR", help="A rule: 'ends > begins'.")
    ] = None,
    no_timestamps: Annotated[
        bool, typer.Option("--no-timestamps", help="No created_at and updated_at.")
    ] = False,
    soft_delete: Annotated[
        bool, typer.Option("--soft-delete", help="Mark rows as deleted, and keep them.")
    ] = False,
    lock: Annotated[
        bool, typer.Option("--lock", help="Refuse to overwrite what somebody else changed.")
    ] = False,
    page: Annotated[Paging, typer.Option(help="How lists are paged.")] = Paging.KEYSET,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Only the endpoints that read.")
    ] = False,
    no_api: Annotated[bool, typer.Option("--no-api", help="No endpoints.")] = False,
    writing: Writing,
) -> int:
    """Add the entity NAME to the project.

    Writes its table, endpoints, tests and migration. A FIELD is
    name[:type[,arg...]][:modifier[=value]]... and without a type a str; it is required unless it
    says null.
    """
    from scaffold.edits.addition import add_entity
    from scaffold.entities.edit import Edit
    from scaffold.grammar.entity import entity_of

    declaration = declaration_of(
        name=name,
        fields=tuple(fields or ()),
        plural=plural,
        table=table,
        pk=pk,
        unique=tuple(unique or ()),
        index=tuple(index or ()),
        checks=tuple(check or ()),
        no_timestamps=no_timestamps,
        soft_delete=soft_delete,
        lock=lock,
        page=page.value,
        read_only=read_only,
        no_api=no_api,
    )

    def edit(project: Project) -> Edit:
        entity = entity_of(declaration, project.types, project.primary_key)
        return Edit(add_entity(project.entities, entity, project.types))

    return write(
        edit,
        f"added {declaration.name}",
        writing,
    )


def declaration_of(
    *, no_timestamps: bool, read_only: bool, no_api: bool, **declared: Any
) -> Declaration:
    """Return the entity that the options of `scaffold model` describe."""
    from scaffold.errors import UsageError
    from scaffold.grammar.entity import Declaration

    if read_only and no_api:
        raise UsageError("--read-only and --no-api exclude each other", help="leave one out")
    api = "read-only" if read_only else "none" if no_api else "full"
    return Declaration(**declared, timestamps=not no_timestamps, api=api)
