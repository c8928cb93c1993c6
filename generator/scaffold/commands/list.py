"""`scaffold list`: show the entities."""

from __future__ import annotations

from pathlib import Path

import typer

from scaffold.commands.options import Json
from scaffold.commands.screen import patience, say, show_left_behind

ABOUT = """\b
Examples:
  scaffold list
  scaffold list --json
"""


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(name="list", epilog=ABOUT)(list_entities)


def list_entities(*, json: Json = False) -> int:
    """Show the project's entities, with their fields as they could be typed."""
    from scaffold.answers.reading import find_project
    from scaffold.project.project import load, refuse_broken

    root = find_project(Path.cwd())
    show_left_behind(root)
    with patience("loading the project's template"):
        project = load(root)
    refuse_broken(project)
    if json:
        from scaffold.output.json_document import as_json, entity_records

        records = entity_records(project.entities, project.types)
        typer.echo(as_json("done", entities=records))
    else:
        from scaffold.output.reports import entities_report

        say(entities_report(project.entities, project.types))
    return 0
