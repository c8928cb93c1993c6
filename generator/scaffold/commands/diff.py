"""`scaffold diff`: show what people changed of the generated files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scaffold.commands.options import Json
from scaffold.commands.screen import patience, say, show_left_behind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ABOUT = """\b
Examples:
  scaffold diff
  scaffold diff src/blog/services --stat
"""


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(epilog=ABOUT)(diff)


def diff(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="[PATH]...", show_default=False)
    ] = None,
    *,
    stat: Annotated[bool, typer.Option("--stat", help="Only how many lines of each file.")] = False,
    json: Json = False,
) -> int:
    """Show how the project differs from what was generated, as a unified diff.

    Of all generated files, or of those at or below each PATH.
    """
    from scaffold.answers.reading import find_project
    from scaffold.project.project import load
    from scaffold.status.survey import survey

    root = find_project(Path.cwd())
    show_left_behind(root)
    with patience("comparing with what was generated"):
        project = load(root)
        wanted = below(paths or (), root, tuple(project.rendered))
        findings = survey(project, wanted).findings
    if json:
        from scaffold.output.json_document import as_json, finding_record

        records = [finding_record(each, diff=not stat) for each in findings]
        typer.echo(as_json("done", files=records))
    elif stat or not findings:
        from scaffold.output.survey import stat_report

        say(stat_report(findings))
    else:
        from scaffold.output.survey import diff_report

        say(diff_report(findings))
    return 0


def below(paths: Sequence[Path], root: Path, generated: Sequence[str]) -> Callable[[str], bool]:
    """Return what tells whether a generated file is at or below one of the paths."""
    from scaffold.errors import ScaffoldError

    wanted = [relative(path, root) for path in paths]
    for path, given in zip(wanted, paths, strict=True):
        if path and not any(is_below(each, path) for each in generated):
            raise ScaffoldError(
                f"`{given}` is no generated file, and no folder of one", help="scaffold diff --stat"
            )
    return lambda path: not wanted or any(is_below(path, each) for each in wanted)


def is_below(path: str, folder: str) -> bool:
    """Tell whether a path is a folder, or in it."""
    return not folder or path == folder or path.startswith(f"{folder}/")


def relative(path: Path, root: Path) -> str:
    """Return a path as the project names it; the root has the empty name."""
    from scaffold.errors import ScaffoldError

    whole = Path(os.path.normpath(Path.cwd() / path))
    try:
        found = whole.parent.resolve().joinpath(whole.name).relative_to(root).as_posix()
    except ValueError:
        raise ScaffoldError(f"`{path}` is not in the project", help=f"it is in {root}") from None
    return "" if found == "." else found
