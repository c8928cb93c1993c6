"""The commands: parse, call, print. The only module that prints or exits.

Click, and not Typer: Typer 0.29 imports pydantic to read a single argument, and that alone takes
as long as everything else that `scaffold model` does.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scaffold import __version__
from scaffold.errors import ScaffoldError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from click.shell_completion import CompletionItem

    from scaffold.apply import Recovery
    from scaffold.declare import Declaration
    from scaffold.new import Created
    from scaffold.output import Style
    from scaffold.project import Outcome

    Command = Callable[..., int]

INTERRUPTED = 130
WRITING = {"new", "model"}
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
  eval "$(_SCAFFOLD_COMPLETE=bash_source scaffold)"    # or zsh_source
  _SCAFFOLD_COMPLETE=fish_source scaffold | source
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
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: Sequence[str]) -> int:
    """Run the command line and return its exit code; no exception gets out."""
    wants_json = "--json" in arguments
    try:
        code = cli.main(list(arguments), prog_name="scaffold", standalone_mode=False)
    except ScaffoldError as error:
        unwritten = command_of(arguments) in WRITING
        return fail(error, wants_json=wants_json, unwritten=unwritten)
    except (KeyboardInterrupt, click.Abort):
        fail(ScaffoldError("interrupted; nothing was written"), wants_json=wants_json)
        return INTERRUPTED
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return error.exit_code
    except click.ClickException as error:
        return fail_usage(error, arguments, wants_json=wants_json)
    except Exception as error:  # noqa: BLE001  # nobody should have to read a traceback
        return fail_internally(error, wants_json=wants_json)
    return int(code or 0)


# Commands.


def complete_field(
    context: click.Context, _: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Offer what may follow in a field."""
    from click.shell_completion import CompletionItem

    from scaffold.completion import complete

    words = complete(context.params.get("fields") or (), incomplete)
    return [CompletionItem(word) for word in words]


def flag(*names: str, about: str) -> Callable[[Command], Command]:
    """Return an option without a value."""
    return click.option(*names, is_flag=True, help=about)


def text(*names: str, about: str, **more: Any) -> Callable[[Command], Command]:
    """Return an option with a value."""
    return click.option(*names, help=about, **more)


dry_run = flag("-n", "--dry-run", about="Show what would be done; write nothing.")
diff = flag("--diff", about="Show the changes as a unified diff.")
as_json = flag("--json", about="Print one JSON object on stdout.")
quiet = flag("-q", "--quiet", about="Print errors only.")
on_conflict = text(
    "--on-conflict",
    type=click.Choice(["stop", "markers"]),
    default="stop",
    show_default=True,
    about="Where your edits are in the way: write nothing, or conflict markers.",
)


@click.group(
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=ABOUT,
)
@click.version_option(__version__, prog_name="scaffold", message="%(prog)s %(version)s")
def cli() -> None:
    """Start async FastAPI and SQLAlchemy services, and add entities to them."""


@cli.command(epilog=ABOUT_NEW)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@text("--name", "project_name", about="The project's name.")
@text("--package", "package_name", about="The name of its Python package.")
@text("--description", about="What it does, in a sentence.")
@text("--database", about="sqlite, postgresql or mariadb; sqlite unless you say so.")
@text("--primary-key", about="The keys of entities: int, uuid4 or uuid7.")
@text("--data", metavar="QUESTION=ANSWER", multiple=True, about="The answer to any question.")
@text("--template", metavar="URL", about="Another template than scaffold's own.")
@text("--ref", about="A tag, branch or commit of the template.")
@flag("--defaults", about="Ask nothing; take the defaults.")
@flag("--no-git", about="Make no git repository with a first commit.")
@as_json
@quiet
def new(
    *,
    folder: Path,
    data: tuple[str, ...],
    template: str | None,
    ref: str | None,
    defaults: bool,
    no_git: bool,
    json: bool,
    quiet: bool,
    **answers: str | None,
) -> int:
    """Start a project in the new folder DIR.

    Asks a few questions on a terminal; what an option answers is not asked.
    """
    from scaffold.new import answers_of, create, source_of

    given = answers_of(answers, data)
    source = source_of(template, ref)
    if not quiet:
        click.echo(f"making {folder.absolute().name} from {source.src_path}", err=True)
    ask = not defaults and not json and sys.stdin.isatty()
    created = create(folder, source, given, ask=ask, git=not no_git)
    return show_created(created, json=json, quiet=quiet)


@cli.command(epilog=ABOUT_MODEL)
@click.argument("name")
@click.argument("fields", metavar="[FIELD]...", nargs=-1, shell_complete=complete_field)
@text("--plural", about="Its plural, in snake_case.")
@text("--table", about="Its table; the plural unless you say so.")
@text("--pk", type=click.Choice(["int", "uuid4", "uuid7"]), about="Its kind of key.")
@text("--unique", metavar="A,B", multiple=True, about="Fields that are unique together.")
@text("--index", metavar="A,B", multiple=True, about="Fields to index together.")
@text("--check", "checks", metavar="EXPR", multiple=True, about="A rule: 'ends > begins'.")
@flag("--no-timestamps", about="No created_at and updated_at.")
@flag("--soft-delete", about="Mark rows as deleted, and keep them.")
@flag("--lock", about="Refuse to overwrite what somebody else changed.")
@text(
    "--page",
    type=click.Choice(["keyset", "offset"]),
    default="keyset",
    show_default=True,
    about="How lists are paged.",
)
@flag("--read-only", about="Only the endpoints that read.")
@flag("--no-api", about="No endpoints.")
@dry_run
@diff
@on_conflict
@as_json
@quiet
def model(
    *, dry_run: bool, diff: bool, on_conflict: str, json: bool, quiet: bool, **declared: Any
) -> int:
    """Add the entity NAME to the project.

    Writes its table, endpoints, tests and migration. A FIELD is
    name[:type[,arg...]][:modifier[=value]]... and without a type a str; it is required unless it
    says null.
    """
    from scaffold.declare import entity_of
    from scaffold.entities import add_entity
    from scaffold.project import change

    declaration = declaration_of(**declared)
    with patience("loading the project's template", quiet=quiet):
        outcome = change(
            Path.cwd(),
            lambda project: add_entity(
                project.entities, entity_of(declaration, project.types, project.primary_key)
            ),
            dry_run=dry_run,
            markers=on_conflict == "markers",
            on_recovery=show_recovery,
        )
    with uninterrupted():  # what is written is written, and has to be said
        return show(outcome, f"added {declaration.name}", diff=diff, json=json, quiet=quiet)


@cli.command(name="list", epilog=ABOUT_LIST)
@as_json
def list_entities(*, json: bool) -> int:
    """Show the project's entities, with their fields as they are typed."""
    from scaffold import output
    from scaffold.answers import find_project
    from scaffold.project import load, settle

    root = find_project(Path.cwd())
    settle(root, show_recovery)
    with patience("loading the project's template"):
        project = load(root)
    if json:
        records = output.entity_records(project.entities, project.types)
        click.echo(output.as_json("done", entities=records))
    else:
        click.echo(output.entities_text(project.entities, project.types, style_of(sys.stdout)))
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

    conflicts = output.has_conflicts(outcome.plan)
    if json:
        click.echo(output.as_json(output.status_of(outcome), plan=outcome.plan, diff=diff))
        return 3 if conflicts else 0
    style = style_of(sys.stdout)
    if diff and not quiet:
        click.echo(output.diff_text(outcome.plan, style))
    if outcome.plan.conflicts:
        show_conflicts(outcome)
    elif not quiet:
        click.echo(output.outcome_text(outcome, title, style))
    return 3 if conflicts else 0


def show_conflicts(outcome: Outcome) -> None:
    """Print each conflict with both sides, and what can be done about it."""
    from scaffold import output
    from scaffold.errors import ConflictError

    style = style_of(sys.stderr)
    click.echo(output.conflicts_text(outcome.plan, style) + "\n", err=True)
    files = output.count(len(outcome.plan.conflicts), "file")
    error = ConflictError(
        f"your edits are in the way in {files}; nothing was written",
        help="move them out of the way, or take conflict markers into the files: "
        "--on-conflict markers",
    )
    click.echo(output.error_text(error, style), err=True)


def show_recovery(recovery: Recovery) -> None:
    """Say what became of an interrupted command."""
    from scaffold.output import recovery_text

    click.echo(recovery_text(recovery, style_of(sys.stderr)), err=True)


def command_of(arguments: Sequence[str]) -> str:
    """Return the command that a command line names, if there is one of that name."""
    return next((word for word in arguments if word in cli.commands), "")


def fail(error: ScaffoldError, *, wants_json: bool, unwritten: bool = False) -> int:
    """Print an error and return its exit code."""
    from scaffold import output

    if wants_json:
        click.echo(output.as_json("error", error=error))
    else:
        text = output.error_text(error, style_of(sys.stderr), unwritten=unwritten)
        click.echo(text, err=True)
    return error.exit_code


def fail_usage(error: click.ClickException, arguments: Sequence[str], *, wants_json: bool) -> int:
    """Print what is wrong with the command line, in the form of all errors."""
    from scaffold.errors import UsageError

    message, _, hint = error.format_message().partition(". ")
    hint = hint[:1].lower() + hint[1:]
    asked = " ".join(filter(None, ("scaffold", command_of(arguments), "--help")))
    usage = UsageError(message[:1].lower() + message[1:].rstrip("."), help=hint or asked)
    fail(usage, wants_json=wants_json)
    return error.exit_code


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
    """Say on stderr what is going on once it takes over a second."""
    if quiet:
        yield
        return
    from threading import Timer

    timer = Timer(SLOW, lambda: click.echo(f"{doing} ...", err=True))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def style_of(stream: object) -> Style:
    """Return colors for a terminal that takes them, plain text for everything else."""
    from scaffold.output import Style

    is_terminal = getattr(stream, "isatty", lambda: False)()
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return Style(color=is_terminal and not plain)


def show_created(created: Created, *, json: bool, quiet: bool) -> int:
    """Print what a new project is made of."""
    from scaffold import output

    for note in created.notes:
        click.echo(f"note: {note}", err=True)
    if json:
        changes = [{"path": path, "kind": "create"} for path in created.files]
        click.echo(output.as_json("done", changes=changes))
    elif not quiet:
        click.echo(output.created_text(created, style_of(sys.stdout)))
    return 0
