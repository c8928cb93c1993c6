"""Refuse to join branches whose revisions do not run in every order."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING

from scaffold.errors import ScaffoldError
from scaffold.replay.orders import clash_of
from scaffold.revisions.history import VERSIONS

if TYPE_CHECKING:
    from pathlib import Path

    from scaffold.revisions.history import History, PastRevision

# Of three branches that cannot be read; of more, not each order is run.
_MOST_ORDERS = 6
_HELP = (
    "let one follow the other: set `down_revision` of the later one to the end of the other branch, "
    "and correct what it does; then scaffold migrate --merge"
)


def refuse_clash(root: Path, history: History) -> None:
    """Refuse where a database that has some of the revisions cannot get the others.

    Revisions that cannot be read are run, on scratch databases.
    """
    clash = clash_of(history, root / VERSIONS)
    if clash is None:
        return
    if not clash.reason:
        _run(root, history.heads())
        return
    raise ScaffoldError(
        f"{clash.file} cannot run after {clash.after}: {clash.reason}; nothing was written",
        note="databases that have one of them need the other, so each must run after the other",
        help=_HELP,
    )


def _run(root: Path, heads: tuple[PastRevision, ...]) -> None:
    """Run branches one after the other, and compare what they make."""
    from scaffold.scratch import MigrationsFailError, tables_after

    first: object = None
    for order in list(permutations(heads))[:_MOST_ORDERS]:
        shown = ", ".join(head.file for head in order)
        try:
            tables = tables_after(root, [head.id for head in order])
        except MigrationsFailError as error:
            raise ScaffoldError(
                f"the branches do not run in the order {shown}; nothing was written",
                note=error.note,
                help=_HELP,
            ) from error
        if first is not None and tables != first:
            raise ScaffoldError(
                f"the branches make other tables in the order {shown}; nothing was written",
                note="databases that have one of them need the other, and must end alike",
                help=_HELP,
            )
        first = tables
