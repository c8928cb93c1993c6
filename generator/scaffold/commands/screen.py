"""What commands print, and how they wait."""

from __future__ import annotations

import sys
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import TextIO

    from scaffold.apply.apply import Recovery
    from scaffold.commands.writing import Writing
    from scaffold.output.parts import Report, Screen
    from scaffold.project.change import Outcome

SLOW = 1.0  # seconds without a word before a command says what it waits for


def show(outcome: Outcome, title: str, writing: Writing, **more: Any) -> int:
    """Print what a command did, and return its exit code; `more` is for the JSON object."""
    from scaffold.output import reports

    code = 3 if reports.has_conflicts(outcome.plan) else 0
    if writing.json:
        from scaffold.output.json_document import as_json

        if outcome.notes:
            more = {"notes": outcome.notes, **more}
        shown = as_json(reports.status_of(outcome), plan=outcome.plan, diff=writing.diff, **more)
        typer.echo(shown)
        return code
    if writing.diff and not writing.quiet:
        say((reports.diff_of(outcome.plan.changes),))
    if outcome.plan.conflicts:
        show_conflicts(outcome)
    elif not writing.quiet:
        say(reports.outcome_report(outcome, title))
        if outcome.notes:
            say(tuple(reports.note_line(note) for note in outcome.notes), err=True)
    return code


def show_conflicts(outcome: Outcome) -> None:
    """Print each conflict with both sides, and what can be done about it."""
    from scaffold.errors import ConflictError
    from scaffold.output import reports
    from scaffold.output.conflicts import conflicts_report

    say(conflicts_report(outcome.plan), err=True)
    files = reports.count(len(outcome.plan.conflicts), "file")
    error = ConflictError(
        f"your edits are in the way in {files}; nothing was written",
        help="move them out of the way, or take conflict markers into the files: "
        "--on-conflict markers",
    )
    say(reports.error_report(error), err=True)


def show_recovery(recovery: Recovery) -> None:
    """Say what became of an interrupted command."""
    from scaffold.output.reports import recovery_report

    say(recovery_report(recovery), err=True)


def show_left_behind(root: Path) -> None:
    """Say what an interrupted command left in a project that is only read."""
    from scaffold.apply.apply import left_behind

    if left := left_behind(root):
        from scaffold.output.reports import left_behind_report

        say(left_behind_report(left), err=True)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let Ctrl-C come too late."""
    import signal

    former = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, former)


@contextmanager
def patience(doing: str, *, quiet: bool = False) -> Iterator[None]:
    """Say on stderr what is going on once it takes over a second; on a terminal, with a spinner."""
    if quiet:
        yield
        return
    from threading import Timer

    with ExitStack() as shown:

        def begin() -> None:
            if spinner := screen_of(sys.stderr).spinner(doing):
                shown.enter_context(spinner)
            else:
                typer.echo(f"{doing} ...", err=True)

        timer = Timer(SLOW, begin)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()


def say(report: Report, *, err: bool = False) -> None:
    """Print a report."""
    typer.echo(screen_of(sys.stderr if err else sys.stdout).layout(report), err=err)


def screen_of(stream: TextIO) -> Screen:
    """Return Rich for a terminal, and for everything else plain text, which costs no import."""
    if stream.isatty():
        from scaffold.output.terminal import Terminal

        return Terminal(stream)
    from scaffold.output.plain_text import Plain

    return Plain()
