"""The way of every command that changes entities: change the project, show what became of it."""

from collections.abc import Callable, Collection
from dataclasses import fields
from functools import wraps
from inspect import Parameter, signature
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scaffold.commands.options import Conflicts, Diff, DryRun, Json, OnConflict, Quiet
from scaffold.commands.screen import patience, show, show_recovery, uninterrupted
from scaffold.frozen import dataclass

if TYPE_CHECKING:
    from scaffold.entities.edit import Edit
    from scaffold.project.project import Project

Command = Callable[..., int]


@dataclass(frozen=True, slots=True)
class Writing:
    """How to write, and what to say of it: the options that commands which write have last."""

    dry_run: DryRun = False
    diff: Diff = False
    on_conflict: Conflicts = OnConflict.STOP
    json: Json = False
    quiet: Quiet = False

    @property
    def markers(self) -> bool:
        """Tell whether conflict markers are wanted in the files."""
        return self.on_conflict is OnConflict.MARKERS


def writes(*, without: Collection[str] = ()) -> Callable[[Command], Command]:
    """Give a command the options of `Writing`, as its argument `writing`; `without` leaves some out.

    Typer reads signatures, so that the command gets one in which these options are spelled out.
    """
    options = [
        Parameter(each.name, Parameter.KEYWORD_ONLY, default=each.default, annotation=each.type)
        for each in fields(Writing)
        if each.name not in without
    ]

    def decorate(command: Command) -> Command:
        @wraps(command)
        def run(**given: Any) -> int:
            chosen = {option.name: given.pop(option.name) for option in options}
            return command(**given, writing=Writing(**chosen))

        written = signature(command, eval_str=True)
        own = [each for each in written.parameters.values() if each.name != "writing"]
        run.__signature__ = written.replace(parameters=[*own, *options])  # type: ignore[attr-defined]
        return run

    return decorate


def write(edit: "Callable[[Project], Edit]", title: str, writing: Writing) -> int:
    """Make the edit of the project here, print it under the title, and return the exit code."""
    from scaffold.project.change import change

    with patience("loading the project's template", quiet=writing.quiet):
        outcome = change(
            Path.cwd(),
            edit,
            dry_run=writing.dry_run,
            markers=writing.markers,
            on_recovery=show_recovery,
        )
    with uninterrupted():  # what is written is written, and has to be said
        return show(outcome, title, writing)
