"""`scaffold check`: the async rules, in any Python project."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scaffold.commands.options import Json
from scaffold.commands.screen import say, show_left_behind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.check.memory import Store
    from scaffold.check.rule import Finding
    from scaffold.check.run import Checked
    from scaffold.output.parts import Line, Report

ABOUT = """\b
Examples:
  scaffold check
  scaffold check src/blog/services --ignore SCA005
  scaffold check --explain SCA008
"""

PROJECTS = 64  # whose findings are remembered


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(epilog=ABOUT)(check)


def check(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="[PATH]...", show_default=False)
    ] = None,
    *,
    select: Annotated[
        str,
        typer.Option("--select", metavar="CODES", help="Only these rules; SCA01 is SCA010 to 19."),
    ] = "",
    ignore: Annotated[str, typer.Option("--ignore", metavar="CODES", help="All but these.")] = "",
    explain: Annotated[
        str, typer.Option("--explain", metavar="CODE", help="Say why a rule is one; check nothing.")
    ] = "",
    json: Json = False,
) -> int:
    """Check that Python files keep the rules of asynchronous SQLAlchemy and FastAPI.

    Without a PATH: `src` and `tests` of the project, or else the current folder. A comment
    `# noqa: CODE` lets a line pass; `[tool.scaffold.check]` in pyproject.toml sets what holds for all.
    """
    from scaffold.check.errors import CheckError
    from scaffold.errors import UsageError

    try:
        if explain:
            typer.echo(_explained(explain, json=json))
            return 0
        _look_around()
        checked = _check(paths or [], select, ignore)
    except CheckError as error:
        if not json:
            raise UsageError(error.message, help=error.help) from error
        told = {"message": error.message, "note": None, "help": error.help}
        typer.echo(document("error", files=0, findings=[], error=told))
        return UsageError.exit_code
    if json:
        findings = [finding._asdict() for finding in checked.findings]
        status = "findings" if findings else "done"
        typer.echo(document(status, files=checked.files, findings=findings, error=None))
    else:
        say(report(checked))
    return 1 if checked.findings else 0


def _look_around() -> None:
    """Say what an interrupted command left behind, where scaffold was at work."""
    from scaffold.apply.lock import STATE_FOLDER

    here = Path.cwd()
    for root in (here, *here.parents):
        if (root / STATE_FOLDER).is_dir():
            show_left_behind(root)
            return


def _check(paths: list[Path], select: str, ignore: str) -> Checked:
    from scaffold.check.run import check
    from scaffold.check.settings import codes_of

    return check(
        paths,
        codes_of(select.split(","), "--select"),
        codes_of(ignore.split(","), "--ignore"),
        _store(),
    )


def _store() -> Store | None:
    """Return where findings are remembered; checking does not need it."""
    from scaffold.cache.files import CachedFiles, cache_folder

    try:
        return CachedFiles(cache_folder() / "check", PROJECTS)
    except RuntimeError:  # this user has no home
        return None


def _explained(code: str, *, json: bool) -> str:
    from scaffold.check.explain import explained, record, rule_of

    rule = rule_of(code)
    return document("done", rule=record(rule), error=None) if json else explained(rule)


def document(status: str, **more: object) -> str:
    """Return the one JSON object that the command prints."""
    import json

    return json.dumps({"schema": 1, "status": status, **more}, indent=2, ensure_ascii=False)


def report(checked: Checked) -> Report:
    """Return what was found, each with its place and its way out."""
    return *(line for each in checked.findings for line in _lines(each)), (_summary(checked),)


def _lines(finding: Finding) -> Iterator[Line]:
    from scaffold.output.parts import Span

    place = f":{finding.line}:{finding.column}: "
    yield Span(finding.path, "path"), place, Span(finding.code, "error"), f" {finding.message}"
    if finding.help:
        yield "  ", Span("help:", "help"), f" {finding.help}"


def _summary(checked: Checked) -> str:
    from scaffold.output.reports import count

    files = count(checked.files, "file")
    if not checked.findings:
        return f"no findings in {files}"
    return f"{count(len(checked.findings), 'finding')} in {files}; --explain CODE says why"
