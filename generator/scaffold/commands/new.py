"""`scaffold new`: start a project."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scaffold.commands.options import Json, Quiet
from scaffold.commands.screen import patience, say

if TYPE_CHECKING:
    from scaffold.project.new import Created

# "\b" keeps the lines of the help as they are.
ABOUT = """\b
Examples:
  scaffold new blog
  scaffold new shop --database postgresql --primary-key uuid7 --defaults
"""


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(epilog=ABOUT)(new)


def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR", show_default=False)],
    *,
    name: Annotated[str | None, typer.Option(help="The project's name.")] = None,
    package: Annotated[str | None, typer.Option(help="The name of its Python package.")] = None,
    description: Annotated[str | None, typer.Option(help="What it does, in a sentence.")] = None,
    database: Annotated[
        str | None, typer.Option(help="sqlite, postgresql or mariadb; sqlite unless you say so.")
    ] = None,
    primary_key: Annotated[
        str | None, typer.Option(help="The keys of entities: int, uuid4 or uuid7.")
    ] = None,
    data: Annotated[
        list[str] | None,
        typer.Option(metavar="QUESTION=ANSWER", help="The answer to any question."),
    ] = None,
    template: Annotated[
        str | None, typer.Option(metavar="URL", help="Another template than scaffold's own.")
    ] = None,
    ref: Annotated[
        str | None, typer.Option(help="A tag, branch or commit of the template.")
    ] = None,
    defaults: Annotated[
        bool, typer.Option("--defaults", help="Ask nothing; take the defaults.")
    ] = False,
    no_git: Annotated[
        bool, typer.Option("--no-git", help="Make no git repository with a first commit.")
    ] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Start a project in the new folder DIR.

    Asks a few questions on a terminal; what an option answers is not asked.
    """
    from scaffold.project.new import answers_of, create, source_of

    options = {
        "project_name": name,
        "package_name": package,
        "description": description,
        "database": database,
        "primary_key": primary_key,
    }
    given = answers_of(options, data or ())
    source = source_of(template, ref)
    if not quiet:
        typer.echo(f"making {folder.absolute().name} from {source.src_path}", err=True)
    ask = not defaults and not json and sys.stdin.isatty()
    # Where Copier asks its questions, or git for a password, a spinner would be in the way.
    may_ask = ask or not source.src_path.removeprefix("git+").startswith(("/", "file:"))
    with patience("rendering the template", quiet=quiet or may_ask or not sys.stderr.isatty()):
        created = create(folder, source, given, ask=ask, git=not no_git)
    return show_created(created, json=json, quiet=quiet)


def show_created(created: Created, *, json: bool, quiet: bool) -> int:
    """Print what a new project is made of."""
    from scaffold.output.reports import created_report, note_line

    for note in created.notes:
        say((note_line(note),), err=True)
    if json:
        from scaffold.output.json_document import as_json

        changes = [{"path": path, "kind": "create"} for path in created.files]
        typer.echo(as_json("done", changes=changes))
    elif not quiet:
        say(created_report(created))
    return 0
