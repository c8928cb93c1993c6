"""`scaffold export`: write the entities as one document."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scaffold.commands.options import complete_entity
from scaffold.commands.screen import patience, show_left_behind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scaffold.entities.entity import Entity

ABOUT = """\b
Examples:
  scaffold export > entities.yml
  scaffold export Post User --json
"""


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(epilog=ABOUT)(export)


def export(
    entities: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ENTITY]...", autocompletion=complete_entity, show_default=False),
    ] = None,
    *,
    yaml: Annotated[bool, typer.Option("--yaml", help="As YAML, which it is anyway.")] = False,
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> int:
    """Print the entities as a document that `scaffold apply` reads.

    All of them, or those that are named.
    """
    from scaffold.answers.reading import find_project
    from scaffold.errors import UsageError
    from scaffold.manifest.writing import as_json, as_yaml, document_of
    from scaffold.project.project import load, refuse_broken

    if yaml and json:
        raise UsageError("--yaml and --json exclude each other", help="leave one out")
    root = find_project(Path.cwd())
    show_left_behind(root)
    with patience("loading the project's template"):
        project = load(root)
    refuse_broken(project)
    chosen = choose(project.entities, entities or ())
    document = document_of(chosen, project.types, project.primary_key)
    typer.echo(as_json(document) if json else as_yaml(document))
    return 0


def choose(entities: Sequence[Entity], named: Sequence[str]) -> list[Entity]:
    """Return the named entities, all where none is named."""
    from scaffold.entities import names
    from scaffold.errors import ScaffoldError

    known = [entity.name for entity in entities]
    for name in named:
        if name not in known:
            near = names.nearest(name, known)
            raise ScaffoldError(
                f"this project has no entity `{name}`",
                help=f"an entity with a similar name exists: `{near}`" if near else "scaffold list",
            )
    return [entity for entity in entities if not named or entity.name in named]
