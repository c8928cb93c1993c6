"""`scaffold migrate`: the revision for what was changed by hand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scaffold.commands.options import AcceptLoss, FillColumn
from scaffold.commands.screen import patience, say, show, show_recovery, uninterrupted
from scaffold.commands.writing import Writing, writes
from scaffold.errors import UsageError

if TYPE_CHECKING:
    from scaffold.project.change import Outcome
    from scaffold.status.missing_revision import Missing

ABOUT = """\b
Examples:
  scaffold migrate "posts have a subtitle"
  scaffold migrate "posts have a subtitle" --dry-run --diff
  scaffold migrate --merge
"""


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(epilog=ABOUT)(migrate)


@writes(without=["on_conflict"])
def migrate(
    message: Annotated[str | None, typer.Argument(metavar="MESSAGE", show_default=False)] = None,
    *,
    merge: Annotated[
        bool,
        typer.Option(
            "--merge",
            help="Join the ends of the history that two branches left, sort the entities, and "
            "remove lines of theirs that git repeats.",
        ),
    ] = False,
    fill: FillColumn = None,
    accept_data_loss: AcceptLoss = False,
    writing: Writing,
) -> int:
    """Write the Alembic revision for what you changed in the models by hand.

    Compares them with what the migrations build, over a scratch database in a temporary folder:
    yours is not touched. MESSAGE says what the revision does, as in its file name.
    """
    from scaffold.project.change import carry_out
    from scaffold.status.missing_revision import find_missing, finish_merge

    if not message and not merge:
        raise UsageError(
            "a revision needs a message", help='scaffold migrate "posts have a subtitle"'
        )
    found: list[Missing] = []

    def attempt(root: Path) -> Outcome:
        if merge:
            found.append(finish_merge(root))
        else:
            found.append(
                find_missing(root, message or "", fill or (), accepts_loss=accept_data_loss)
            )
        return found[-1].outcome

    with patience("running the migrations on a scratch database", quiet=writing.quiet):
        outcome = carry_out(Path.cwd(), attempt, dry_run=writing.dry_run, on_recovery=show_recovery)
    nothing = "the migrations have one end" if merge else "the migrations build what the models say"
    with uninterrupted():
        return tell(found[-1], outcome, nothing, writing)


def tell(missing: Missing, outcome: Outcome, nothing: str, writing: Writing) -> int:
    """Print what the revisions do, and what to know before they are run."""
    from scaffold.output.changes import operations_report
    from scaffold.output.reports import note_line

    operations = missing.operations
    if writing.json:
        return show(outcome, "", writing, operations=operations, notes=missing.notes)
    for note in missing.notes:
        say((note_line(note),), err=True)
    if not outcome.plan.writes:
        if not writing.quiet:
            say(((f"nothing to do: {nothing}",),))
        return 0
    if operations and not writing.quiet:
        say(operations_report(operations))
    return show(outcome, _title(outcome), writing)


def _title(outcome: Outcome) -> str:
    from scaffold.answers.text import ANSWERS_FILE

    changes = outcome.plan.writes
    added = [each.path.rpartition("/")[2] for each in changes if each.before is None]
    done = [f"added {' and '.join(added)}"] if added else []
    updated = {each.path for each in changes if each.before is not None}
    done += ["sorted the entities"] if ANSWERS_FILE in updated else []
    done += ["removed lines that git repeated"] if updated - {ANSWERS_FILE} else []
    return ", ".join(done)
