"""`scaffold status`: how a project is, and whether its parts agree."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scaffold.commands.options import Json
from scaffold.commands.screen import patience, say, show_left_behind

if TYPE_CHECKING:
    from scaffold.status.status import Status

ABOUT = """\b
Examples:
  scaffold status
  scaffold status --json
  scaffold status --deep
"""
DRIFT = 4


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(epilog=ABOUT)(status)


def status(
    *,
    deep: Annotated[
        bool,
        typer.Option("--deep", help="Also run the migrations on a scratch database."),
    ] = False,
    json: Json = False,
) -> int:
    """Show the entities, what you changed of the files, and whether all parts agree.

    Exits with 4 where entities, code and migrations disagree, or a conflict is left. Your edits are
    no disagreement.
    """
    from scaffold.answers.reading import find_project
    from scaffold.status.status import status_of

    root = find_project(Path.cwd())
    show_left_behind(root)
    with patience("looking at the project"):
        found = status_of(root, deep=deep)
    show(found, json=json)
    return DRIFT if found.drifts else 0


def show(found: Status, *, json: bool) -> None:
    """Print what was found."""
    if json:
        from scaffold.output.json_document import as_json, status_record

        typer.echo(as_json("drift" if found.drifts else "done", **status_record(found)))
    else:
        from scaffold.output.survey import status_report

        say(status_report(found))
