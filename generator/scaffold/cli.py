"""The program: run the command that is asked for, and turn what goes wrong into words."""

from __future__ import annotations

import gc
import io
import os
import sys
from typing import TYPE_CHECKING, NoReturn

from scaffold.errors import NOTHING_WRITTEN, ScaffoldError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 1 error, 2 usage, 3 conflicts, 4 drift."""
    # A command is short and builds much that lasts until its end: collecting garbage only costs.
    gc.disable()
    if isinstance(sys.stdout, io.TextIOWrapper):  # a diff holds the bytes of files, text or not
        sys.stdout.reconfigure(errors="surrogateescape")
    leave(run(sys.argv[1:] if arguments is None else arguments))


def leave(code: int) -> NoReturn:
    """End the process at once: taking all that was loaded apart first takes a fifth as long again."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError, AttributeError):  # closed: Python says so, or does not
        sys.exit(code)
    os._exit(code)


def run(arguments: Sequence[str]) -> int:
    """Run the command line and return its exit code; no exception gets out."""
    wants_json = "--json" in arguments
    try:
        code = _run(arguments)
    except ScaffoldError as error:
        return fail(error, wants_json=wants_json, writes=_writes(arguments))
    except KeyboardInterrupt:  # while the libraries were loading
        code = INTERRUPTED
    except (OSError, RecursionError, MemoryError) as error:
        return fail_on_machine(error, wants_json=wants_json)
    except Exception as error:  # noqa: BLE001  # nobody should have to read a traceback
        if type(error).__name__ == "Abort":  # Typer's word for an answer that ended in Ctrl-C
            code = INTERRUPTED
        # Typer does not publish the class of its usage errors; they alone can format themselves.
        elif message := getattr(error, "format_message", None):
            command = getattr(getattr(error, "ctx", None), "command_path", "scaffold")
            return fail_usage(message(), command, wants_json=wants_json)
        else:
            return fail_internally(error, wants_json=wants_json)
    # Typer turns Ctrl-C in a command into this code, and says nothing.
    if code == INTERRUPTED:
        return fail_interrupted(arguments, wants_json=wants_json)
    return code


def _run(arguments: Sequence[str]) -> int:
    # Typer takes most of the time until here, and Ctrl-C may come meanwhile.
    from typer.main import get_command

    from scaffold.commands import command_line

    command = get_command(command_line(arguments))
    return int(command.main([*arguments], prog_name="scaffold", standalone_mode=False) or 0)


def _writes(arguments: Sequence[str]) -> bool:
    """Tell whether the command would have written something."""
    from scaffold.commands import READING, command_of

    if any(word.startswith(("--adopt", "--recover")) for word in arguments):
        return True
    return command_of(arguments) not in {"", *READING}


# What goes wrong.


def fail(error: ScaffoldError, *, wants_json: bool, writes: bool = False) -> int:
    """Print an error and return its exit code; only a command that `writes` speaks of it."""
    from scaffold.commands.screen import say

    error = error if writes else error.of_reading()
    if wants_json:
        from scaffold.output.json_document import as_json

        sys.stdout.write(as_json("error", error=error) + "\n")
    else:
        from scaffold.output.reports import errors_report

        say(errors_report(error.errors, unwritten=writes), err=True)
    return error.exit_code


def fail_interrupted(arguments: Sequence[str], *, wants_json: bool) -> int:
    """Say that Ctrl-C was pressed, and let it be pressed again meanwhile."""
    from scaffold.commands.screen import uninterrupted

    with uninterrupted():
        error = ScaffoldError(f"interrupted; {NOTHING_WRITTEN}")
        fail(error, wants_json=wants_json, writes=_writes(arguments))
    return INTERRUPTED


def fail_usage(problem: str, command: str, *, wants_json: bool) -> int:
    """Print what is wrong with the words of a command, in the form of all errors."""
    if problem.startswith("Usage:"):  # no command: the help is the answer
        sys.stdout.write(f"{problem}\n")
        return UsageError.exit_code
    message, _, hint = problem.partition(". ")
    hint = hint[:1].lower() + hint[1:]
    message = message[:1].lower() + message[1:].rstrip(".")
    usage = UsageError(message, help=hint or f"{command} --help")
    return fail(usage, wants_json=wants_json)


def fail_on_machine(error: Exception, *, wants_json: bool) -> int:
    """Print what a file or the machine does not allow."""
    if isinstance(error, OSError) and error.filename:
        place = os.fsdecode(error.filename)
        return fail(ScaffoldError(f"`{place}`: {error.strerror or error}"), wants_json=wants_json)
    if isinstance(error, OSError):
        return fail_internally(error, wants_json=wants_json)
    problem = ScaffoldError(
        "something that was read is nested too deeply, or too large",
        help="run it again with SCAFFOLD_DEBUG=1 to see what",
    )
    return fail(problem, wants_json=wants_json)


def fail_internally(error: Exception, *, wants_json: bool) -> int:
    """Print an error that is scaffold's own fault; SCAFFOLD_DEBUG=1 shows where."""
    if os.environ.get("SCAFFOLD_DEBUG"):
        import traceback

        traceback.print_exc()
    problem = ScaffoldError(
        f"internal error: {type(error).__name__}: {error}",
        note="this is a defect of scaffold, or something that it does not expect of this machine",
        help="run it again with SCAFFOLD_DEBUG=1 for a traceback, and report that",
    )
    return fail(problem, wants_json=wants_json)
