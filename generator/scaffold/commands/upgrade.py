"""`scaffold upgrade`: bring the project to a newer version of its template."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scaffold.commands.options import AcceptLoss, FillColumn
from scaffold.commands.screen import patience, say, show, show_recovery, uninterrupted
from scaffold.commands.writing import Writing, writes

if TYPE_CHECKING:
    from scaffold.project.upgrade import Upgrade

ABOUT = """\b
Examples:
  scaffold upgrade --dry-run --diff
  scaffold upgrade
  scaffold upgrade --to v1.4.0 --on-conflict markers
  scaffold upgrade --data "description=All our events"
  scaffold upgrade --fill region=north --fill Post.region=south --accept-data-loss
"""


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(epilog=ABOUT)(upgrade)


@writes()
def upgrade(
    *,
    to: Annotated[
        str | None,
        typer.Option(metavar="VERSION", help="A tag or commit; the newest release unless said."),
    ] = None,
    data: Annotated[
        list[str] | None,
        typer.Option(
            metavar="QUESTION=ANSWER",
            help="The answer to a question: a new one, or another answer than before.",
        ),
    ] = None,
    fill: FillColumn = None,
    accept_data_loss: AcceptLoss = False,
    writing: Writing,
) -> int:
    """Bring the project to a newer version of its template, entities included.

    Renders the project's entities with both versions and merges the difference into your files.
    Works in a tree with uncommitted changes, writes the revision that the tables need, and keeps
    what you edited. Where the new version would lose columns, or needs values for the rows that
    exist, it says so and does nothing without --accept-data-loss or --fill. `copier update` does the same in a clean tree, but for the revision.
    """
    from scaffold.project.change import carry_out
    from scaffold.project.new import answers_of
    from scaffold.project.upgrade import Wanted, attempt

    wanted = Wanted(to, answers_of({}, data or ()), fill or (), accept_data_loss)
    begun: list[Upgrade] = []

    def begin(found: Upgrade) -> None:
        if not begun and not found.is_done and not writing.quiet and not writing.json:
            from scaffold.output.reports import upgrade_report

            say(upgrade_report(found), err=True)
        begun.append(found)

    with patience("loading both versions of the template", quiet=writing.quiet):
        outcome = carry_out(
            Path.cwd(),
            lambda root: attempt(root, wanted, markers=writing.markers, on_begin=begin),
            dry_run=writing.dry_run,
            on_recovery=show_recovery,
        )
    with uninterrupted():
        title = f"upgraded {outcome.project.name} to {begun[-1].template.ref}"
        if begun[-1].is_done:
            title = f"changed the answers of {outcome.project.name}: {', '.join(wanted.data)}"
        return show(outcome, title, writing)
