"""The commands, one module each; a command line loads no more than the one it names."""

from __future__ import annotations

import os
from importlib import import_module
from inspect import getdoc
from typing import TYPE_CHECKING, Annotated

import typer
from typer.core import TyperGroup

from scaffold import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

# Each is the name of a module here with a function `register`, in the order of the help.
COMMANDS = (
    "new",
    "model",
    "field",
    "alter",
    "rename",
    "destroy",
    "apply",
    "migrate",
    "list",
    "status",
    "diff",
    "export",
    "upgrade",
    "doctor",
    "check",
)
READING = frozenset({"list", "status", "diff", "export", "doctor", "check"})

# What follows a command's options in its help; "\b" keeps the lines as they are.
ABOUT = """\b
Examples:
  scaffold new blog
  cd blog
  scaffold model User email:email:unique name:str,80
  scaffold list

\b
Completion of commands, types and entities in your shell:
  scaffold --install-completion
"""


class InOrder(TyperGroup):
    """The program, whose help has the commands in their order; Typer's own has groups at the end."""

    def list_commands(self, ctx: object) -> list[str]:  # noqa: ARG002  # Click calls it with one
        """Return the names of the commands."""
        return sorted(self.commands, key=COMMANDS.index)


def command_line(arguments: Sequence[str] = ()) -> typer.Typer:
    """Return the program with the command that the arguments name; with all where they name none.

    Help, completion and words that are no command need all of them.
    """
    app = typer.Typer(
        cls=InOrder,
        rich_markup_mode=None,  # the help is laid out in ABOUT, and shows without loading Rich
        pretty_exceptions_enable=False,
        no_args_is_help=True,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(epilog=ABOUT)(scaffold)
    named = command_of(arguments)
    for name in (named,) if named and "_SCAFFOLD_COMPLETE" not in os.environ else COMMANDS:
        import_module(f"scaffold.commands.{name}").register(app)
    for group in (app, *(one.typer_instance for one in app.registered_groups)):
        _say_in_full(group)
    return app


def _say_in_full(group: typer.Typer | None) -> None:
    """Have the first sentence of each command whole in the help of its group: Click cuts it off."""
    for command in group.registered_commands if group else ():
        command.short_help = (getdoc(command.callback) or "").partition("\n\n")[0]


def command_of(arguments: Sequence[str]) -> str:
    """Return the command that a command line begins with, if there is one of that name."""
    return arguments[0] if arguments and arguments[0] in COMMANDS else ""


def show_version(wanted: bool) -> None:  # noqa: FBT001  # Typer calls it with the flag
    """Print the version and stop."""
    if wanted:
        typer.echo(f"scaffold {__version__}")
        raise typer.Exit


def scaffold(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", callback=show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Start async FastAPI and SQLAlchemy services, and add entities to them."""
