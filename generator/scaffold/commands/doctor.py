"""`scaffold doctor`: what stands in the way of updates and additions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scaffold.commands.options import Json
from scaffold.commands.screen import patience, say, show_left_behind, show_recovery

if TYPE_CHECKING:
    from scaffold.status.doctor import Problem

ABOUT = """\b
Examples:
  scaffold doctor
  scaffold doctor --adopt v1.2.0
"""
WRONG = 4


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(epilog=ABOUT)(doctor)


def doctor(
    *,
    adopt: Annotated[
        str | None,
        typer.Option(metavar="VERSION", help="Record the version of a project without one."),
    ] = None,
    recover: Annotated[
        bool,
        typer.Option("--recover", help="Complete or roll back what an interrupted command left."),
    ] = False,
    json: Json = False,
) -> int:
    """Name what keeps the project from being updated or added to, and what mends it.

    Exits with 4 when something is wrong. --adopt records the template's version in a project that
    was made without one, if its files are those of that version.
    """
    from scaffold.answers.reading import find_project
    from scaffold.apply.apply import settle
    from scaffold.status.doctor import examine

    root = find_project(Path.cwd())
    if recover or adopt is not None:
        settle(root, show_recovery)
    else:
        show_left_behind(root)
    if adopt is not None:
        return adopt_version(root, adopt, json=json)
    with patience("looking at the project"):
        problems = examine(root)
    return show(problems, json=json)


def show(problems: tuple[Problem, ...], *, json: bool) -> int:
    """Print the problems, and return the exit code."""
    if json:
        from scaffold.output.json_document import as_json

        records = [
            {"message": each.message, "note": each.note, "help": each.mends} for each in problems
        ]
        typer.echo(as_json("wrong" if problems else "done", problems=records))
    else:
        from scaffold.output.reports import problems_report

        say(problems_report(problems))
    return WRONG if problems else 0


def adopt_version(root: Path, version: str, *, json: bool) -> int:
    """Record the version, and say how well it fits."""
    from scaffold.status.doctor import adopt, stamp

    with patience("rendering the template"):
        adoption = adopt(root, version)
    if adoption is not None:
        stamp(adoption)
    if json:
        from scaffold.output.json_document import as_json

        status, matching = ("done", adoption.matching) if adoption else ("unchanged", None)
        typer.echo(as_json(status, version=version, matching=matching))
    elif adoption is None:
        say(((f"nothing to do: the project has version {version} already",),))
    else:
        from scaffold.output.reports import adoption_report

        say(adoption_report(adoption))
    return 0
