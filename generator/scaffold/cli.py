"""The commands: parse, call, print. The only module that prints or exits."""

from __future__ import annotations

import gc
import io
import os
import sys
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scaffold import __version__
from scaffold.errors import ScaffoldError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import TextIO

    from scaffold.apply import Recovery
    from scaffold.declare import Declaration
    from scaffold.new import Created
    from scaffold.project import Outcome
    from scaffold.report import Report, Screen

INTERRUPTED = 130
WRITING = {"new", "model"}
COMMANDS = {*WRITING, "list"}
SLOW = 1.0  # seconds without a word before a command says what it waits for

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
ABOUT_NEW = """\b
Examples:
  scaffold new blog
  scaffold new shop --database postgresql --primary-key uuid7 --defaults
"""
ABOUT_MODEL = """\b
Types:
  str[,max] text email url slug int bigint smallint float
  decimal[,precision,scale] bool date time datetime interval uuid
  json bytes enum,a,b array,TYPE or an entity, as in author:User
Modifiers:
  null unique index min= max= private readonly column=
  back= on_delete=restrict|cascade|set_null
  and last: default= server_default= pattern=

\b
Examples:
  scaffold model User email:email:unique name:str,80
  scaffold model Post title:str,200:index body:text author:User
  scaffold model Seat row:int number:int --unique row,number --pk uuid7
"""
ABOUT_LIST = """\b
Examples:
  scaffold list
  scaffold list --json
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 1 error, 2 usage, 3 conflicts."""
    # A command is short and builds much that lasts until its end: collecting garbage only costs.
    gc.disable()
    if isinstance(sys.stdout, io.TextIOWrapper):  # a diff holds the bytes of files, text or not
        sys.stdout.reconfigure(errors="surrogateescape")
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: Sequence[str]) -> int:
    """Run the command line and return its exit code; no exception gets out."""
    wants_json = "--json" in arguments
    try:
        command = typer.main.get_command(app)
        code = int(command.main([*arguments], prog_name="scaffold", standalone_mode=False) or 0)
    except ScaffoldError as error:
        unwritten = command_of(arguments) in WRITING
        return fail(error, wants_json=wants_json, unwritten=unwritten)
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except Exception as error:  # noqa: BLE001  # nobody should have to read a traceback
        # Typer does not publish the class of its usage errors; they alone can format themselves.
        if message := getattr(error, "format_message", None):
            return fail_usage(message(), arguments, wants_json=wants_json)
        return fail_internally(error, wants_json=wants_json)
    # Typer turns Ctrl-C in a command into this code, and says nothing.
    if code == INTERRUPTED:
        fail(ScaffoldError("interrupted; nothing was written"), wants_json=wants_json)
    return code


# Commands.


class KeyKind(StrEnum):
    """What a primary key is."""

    INT = "int"
    UUID4 = "uuid4"
    UUID7 = "uuid7"


class Paging(StrEnum):
    """How lists are paged."""

    KEYSET = "keyset"
    OFFSET = "offset"


class OnConflict(StrEnum):
    """What to do where a person's edits are in the way."""

    STOP = "stop"
    MARKERS = "markers"


def complete_field(ctx: typer.Context, args: list[str], incomplete: str) -> list[str]:
    """Offer what may follow in a field."""
    from scaffold.completion import complete

    return complete([*(ctx.params.get("fields") or ()), *args], incomplete)


def show_version(wanted: bool) -> None:  # noqa: FBT001  # Typer calls it with the flag
    """Print the version and stop."""
    if wanted:
        typer.echo(f"scaffold {__version__}")
        raise typer.Exit


DryRun = Annotated[
    bool, typer.Option("-n", "--dry-run", help="Show what would be done; write nothing.")
]
Diff = Annotated[
    bool,
    typer.Option("--diff", help="Show the changes as a unified diff; with -n, write nothing."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Print errors only.")]
Conflicts = Annotated[
    OnConflict,
    typer.Option(
        "--on-conflict",
        help="Where your edits are in the way: write nothing, or conflict markers.",
    ),
]

app = typer.Typer(
    rich_markup_mode=None,  # the help is laid out below, and shows without loading Rich
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=ABOUT,
)


@app.callback(epilog=ABOUT)
def scaffold(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", callback=show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Start async FastAPI and SQLAlchemy services, and add entities to them."""


@app.command(epilog=ABOUT_NEW)
def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR", show_default=False)],
    *,
    name: Annotated[str | None, typer.Option(help="The project's name.")] = None,
    package: Annotated[str | None, typer.Option(help="The name of its Python package.")] = None,
    description: Annotated[str | None, typer.Option(help="What it does, in a sentence.")] = None,
    database: Annotated[
        str | None, typer.Option(help="sqlite, postgresql or mariadb; sqlite unless you say so.")
    ] = None,
    primary_key: Annotated[
        str | None, typer.Option(help="The keys of entities: int, uuid4 or uuid7.")
    ] = None,
    data: Annotated[
        list[str] | None,
        typer.Option(metavar="QUESTION=ANSWER", help="The answer to any question."),
    ] = None,
    template: Annotated[
        str | None, typer.Option(metavar="URL", help="Another template than scaffold's own.")
    ] = None,
    ref: Annotated[
        str | None, typer.Option(help="A tag, branch or commit of the template.")
    ] = None,
    defaults: Annotated[
        bool, typer.Option("--defaults", help="Ask nothing; take the defaults.")
    ] = False,
    no_git: Annotated[
        bool, typer.Option("--no-git", help="Make no git repository with a first commit.")
    ] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Start a project in the new folder DIR.

    Asks a few questions on a terminal; what an option answers is not asked.
    """
    from scaffold.new import answers_of, create, source_of

    options = {
        "project_name": name,
        "package_name": package,
        "description": description,
        "database": database,
        "primary_key": primary_key,
    }
    given = answers_of(options, data or ())
    source = source_of(template, ref)
    if not quiet:
        typer.echo(f"making {folder.absolute().name} from {source.src_path}", err=True)
    ask = not defaults and not json and sys.stdin.isatty()
    # Where Copier asks its questions, or git for a password, a spinner would be in the way.
    may_ask = ask or not source.src_path.removeprefix("git+").startswith(("/", "file:"))
    with patience("rendering the template", quiet=quiet or may_ask or not sys.stderr.isatty()):
        created = create(folder, source, given, ask=ask, git=not no_git)
    return show_created(created, json=json, quiet=quiet)


@app.command(epilog=ABOUT_MODEL)
def model(
    name: Annotated[str, typer.Argument(metavar="NAME", show_default=False)],
    fields: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FIELD]...", autocompletion=complete_field, show_default=False),
    ] = None,
    *,
    plural: Annotated[str | None, typer.Option(help="Its plural, in snake_case.")] = None,
    table: Annotated[
        str | None, typer.Option(help="Its table; the plural unless you say so.")
    ] = None,
    pk: Annotated[KeyKind | None, typer.Option(help="Its kind of key.")] = None,
    unique: Annotated[
        list[str] | None, typer.Option(metavar="A,B", help="Fields that are unique together.")
    ] = None,
    index: Annotated[
        list[str] | None, typer.Option(metavar="A,B", help="Fields to index together.")
    ] = None,
    check: Annotated[
        list[str] | None, typer.Option(metavar="EXPR", help="A rule: 'ends > begins'.")
    ] = None,
    no_timestamps: Annotated[
        bool, typer.Option("--no-timestamps", help="No created_at and updated_at.")
    ] = False,
    soft_delete: Annotated[
        bool, typer.Option("--soft-delete", help="Mark rows as deleted, and keep them.")
    ] = False,
    lock: Annotated[
        bool, typer.Option("--lock", help="Refuse to overwrite what somebody else changed.")
    ] = False,
    page: Annotated[Paging, typer.Option(help="How lists are paged.")] = Paging.KEYSET,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Only the endpoints that read.")
    ] = False,
    no_api: Annotated[bool, typer.Option("--no-api", help="No endpoints.")] = False,
    dry_run: DryRun = False,
    diff: Diff = False,
    on_conflict: Conflicts = OnConflict.STOP,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Add the entity NAME to the project.

    Writes its table, endpoints, tests and migration. A FIELD is
    name[:type[,arg...]][:modifier[=value]]... and without a type a str; it is required unless it
    says null.
    """
    from scaffold.declare import entity_of
    from scaffold.entities import add_entity
    from scaffold.project import change

    declaration = declaration_of(
        name=name,
        fields=tuple(fields or ()),
        plural=plural,
        table=table,
        pk=pk,
        unique=tuple(unique or ()),
        index=tuple(index or ()),
        checks=tuple(check or ()),
        no_timestamps=no_timestamps,
        soft_delete=soft_delete,
        lock=lock,
        page=page.value,
        read_only=read_only,
        no_api=no_api,
    )
    with patience("loading the project's template", quiet=quiet):
        outcome = change(
            Path.cwd(),
            lambda project: add_entity(
                project.entities, entity_of(declaration, project.types, project.primary_key)
            ),
            dry_run=dry_run,
            markers=on_conflict is OnConflict.MARKERS,
            on_recovery=show_recovery,
        )
    with uninterrupted():  # what is written is written, and has to be said
        return show(outcome, f"added {declaration.name}", diff=diff, json=json, quiet=quiet)


@app.command(name="list", epilog=ABOUT_LIST)
def list_entities(*, json: Json = False) -> int:
    """Show the project's entities, with their fields as they could be typed."""
    from scaffold.answers import find_project
    from scaffold.project import load, settle

    root = find_project(Path.cwd())
    settle(root, show_recovery)
    with patience("loading the project's template"):
        project = load(root)
    if json:
        from scaffold.document import as_json, entity_records

        records = entity_records(project.entities, project.types)
        typer.echo(as_json("done", entities=records))
    else:
        from scaffold.output import entities_report

        say(entities_report(project.entities, project.types))
    return 0


def declaration_of(
    *, no_timestamps: bool, read_only: bool, no_api: bool, **declared: Any
) -> Declaration:
    """Return the entity that the options of `scaffold model` describe."""
    from scaffold.declare import Declaration
    from scaffold.errors import UsageError

    if read_only and no_api:
        raise UsageError("--read-only and --no-api exclude each other", help="leave one out")
    api = "read-only" if read_only else "none" if no_api else "full"
    return Declaration(**declared, timestamps=not no_timestamps, api=api)


# What they print.


def show(outcome: Outcome, title: str, *, diff: bool, json: bool, quiet: bool) -> int:
    """Print what a command did, and return its exit code."""
    from scaffold import output

    code = 3 if output.has_conflicts(outcome.plan) else 0
    if json:
        from scaffold.document import as_json

        typer.echo(as_json(output.status_of(outcome), plan=outcome.plan, diff=diff))
        return code
    if diff and not quiet:
        say((output.diff_of(outcome.plan.changes),))
    if outcome.plan.conflicts:
        show_conflicts(outcome)
    elif not quiet:
        say(output.outcome_report(outcome, title))
    return code


def show_conflicts(outcome: Outcome) -> None:
    """Print each conflict with both sides, and what can be done about it."""
    from scaffold import output
    from scaffold.errors import ConflictError

    say(output.conflicts_report(outcome.plan), err=True)
    files = output.count(len(outcome.plan.conflicts), "file")
    error = ConflictError(
        f"your edits are in the way in {files}; nothing was written",
        help="move them out of the way, or take conflict markers into the files: "
        "--on-conflict markers",
    )
    say(output.error_report(error), err=True)


def show_recovery(recovery: Recovery) -> None:
    """Say what became of an interrupted command."""
    from scaffold.output import recovery_report

    say(recovery_report(recovery), err=True)


def command_of(arguments: Sequence[str]) -> str:
    """Return the command that a command line names, if there is one of that name."""
    return next((word for word in arguments if word in COMMANDS), "")


def fail(error: ScaffoldError, *, wants_json: bool, unwritten: bool = False) -> int:
    """Print an error and return its exit code."""
    if wants_json:
        from scaffold.document import as_json

        typer.echo(as_json("error", error=error))
    else:
        from scaffold.output import error_report

        say(error_report(error, unwritten=unwritten), err=True)
    return error.exit_code


def fail_usage(problem: str, arguments: Sequence[str], *, wants_json: bool) -> int:
    """Print what is wrong with the command line, in the form of all errors."""
    from scaffold.errors import UsageError

    if problem.startswith("Usage:"):  # no command: the help is the answer
        typer.echo(problem)
        return UsageError.exit_code
    message, _, hint = problem.partition(". ")
    hint = hint[:1].lower() + hint[1:]
    asked = " ".join(filter(None, ("scaffold", command_of(arguments), "--help")))
    usage = UsageError(message[:1].lower() + message[1:].rstrip("."), help=hint or asked)
    return fail(usage, wants_json=wants_json)


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
        from scaffold.terminal import Terminal

        return Terminal(stream)
    from scaffold.plain import Plain

    return Plain()


def show_created(created: Created, *, json: bool, quiet: bool) -> int:
    """Print what a new project is made of."""
    from scaffold.output import created_report, note_line

    for note in created.notes:
        say((note_line(note),), err=True)
    if json:
        from scaffold.document import as_json

        changes = [{"path": path, "kind": "create"} for path in created.files]
        typer.echo(as_json("done", changes=changes))
    elif not quiet:
        say(created_report(created))
    return 0
