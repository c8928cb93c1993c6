"""Options that several commands have."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer


class OnConflict(StrEnum):
    """What to do where a person's edits are in the way."""

    STOP = "stop"
    MARKERS = "markers"


class Paging(StrEnum):
    """How lists are paged."""

    KEYSET = "keyset"
    OFFSET = "offset"


def complete_field(ctx: typer.Context, args: list[str], incomplete: str) -> list[str]:
    """Offer what may follow in a field."""
    from scaffold.completion import complete

    return complete([*(ctx.params.get("fields") or ()), *args], incomplete)


def complete_known_field(ctx: typer.Context, args: list[str], incomplete: str) -> list[str]:
    """Offer the fields of the entity, and after a colon what may follow in one."""
    from scaffold.completion import fields_of

    if ":" in incomplete or ":" in args:
        return complete_field(ctx, args, incomplete)
    known = fields_of(str(ctx.params.get("entity")))
    return [name for name in known if name.startswith(incomplete)]


def complete_entity(incomplete: str) -> list[str]:
    """Offer the entities of the project."""
    from scaffold.completion import entities

    return [name for name in entities() if name.startswith(incomplete)]


KnownEntity = Annotated[
    str, typer.Argument(metavar="ENTITY", autocompletion=complete_entity, show_default=False)
]
DryRun = Annotated[
    bool, typer.Option("-n", "--dry-run", help="Show what would be done; write nothing.")
]
Diff = Annotated[
    bool,
    typer.Option("--diff", help="Show the changes as a unified diff; with -n, write nothing."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Print errors only.")]
AcceptLoss = Annotated[
    bool,
    typer.Option(
        "--accept-data-loss", help="Go on where columns or tables with their rows would be lost."
    ),
]
FillColumn = Annotated[
    list[str] | None,
    typer.Option(
        "--fill",
        metavar="[ENTITY.]COLUMN=VALUE",
        help="The value for rows that have none, in one table or in all.",
    ),
]
Conflicts = Annotated[
    OnConflict,
    typer.Option(
        "--on-conflict",
        help="Where your edits are in the way: write nothing, or conflict markers.",
    ),
]
