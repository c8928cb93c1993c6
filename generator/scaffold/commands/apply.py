"""`scaffold apply`: make the entities those of a document."""

from __future__ import annotations

import errno
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scaffold.commands.options import AcceptLoss
from scaffold.commands.screen import patience, say, show, show_recovery, uninterrupted
from scaffold.commands.writing import Writing, writes
from scaffold.errors import ScaffoldError
from scaffold.untrusted import MEGABYTE, MOST_BYTES, read_regular

if TYPE_CHECKING:
    from scaffold.entities.edit import Edit
    from scaffold.entities.types import TypeTable
    from scaffold.manifest.reading import Document
    from scaffold.project.project import Project

ABOUT = """\b
The document lists entities, each with all its fields as they are typed:
  entities:
    User:
      fields:
        email: email:unique
    Post:
      fields:
        headline: {type: "str,200", renamed_from: title}
        rank: {type: int, fill: 0}
        author: User
      unique: [[author, headline]]
      lock: true

\b
Examples:
  scaffold apply entities.yml --dry-run
  scaffold export | scaffold apply -
  scaffold apply --schema > entities.schema.json
"""


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(epilog=ABOUT)(apply)


@writes()
def apply(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE|-", show_default=False, allow_dash=True)
    ] = None,
    *,
    prune: Annotated[
        bool, typer.Option("--prune", help="Remove the entities that are not in it.")
    ] = False,
    accept_data_loss: AcceptLoss = False,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON schema of the document, and stop.")
    ] = False,
    writing: Writing,
) -> int:
    """Make the project's entities those of the document FILE, in YAML or JSON.

    Entities that it does not name stay. An entity in it is whole: what it does not say is as the
    rules have it, and fields that it does not list are removed.
    """
    from scaffold.errors import UsageError
    from scaffold.output.comparison import change_record, compare
    from scaffold.project.change import change

    if schema:
        from scaffold.manifest.schema import json_schema

        typer.echo(json_schema(), nl=False)
        return 0
    if file is None:
        raise UsageError(
            "no document is named", help="scaffold apply FILE, or - for standard input"
        )
    wanted = Wanted(file, prune=prune, accepts_loss=accept_data_loss)
    try:
        with patience("loading the project's template", quiet=writing.quiet):
            outcome = change(
                Path.cwd(),
                wanted,
                dry_run=writing.dry_run,
                markers=writing.markers,
                on_recovery=show_recovery,
            )
    except ScaffoldError as error:
        raise wanted.located(error) from error
    changes = compare(outcome.project.entities, wanted.edit, outcome.project.types)
    with uninterrupted():
        if changes and not writing.json and not writing.quiet:
            from scaffold.output.changes import changes_report

            say(changes_report(changes))
        told = [change_record(each) for each in changes]
        return show(outcome, f"applied {wanted.source}", writing, entities=told)


class Wanted:
    """The edit that a document asks for; the document is read when the project is known."""

    edit: Edit
    _is_complete = False
    _types: TypeTable
    _document: Document | None = None

    def __init__(self, file: Path, *, prune: bool, accepts_loss: bool) -> None:
        self.source = "standard input" if str(file) == "-" else str(file)
        self._text = read(file, self.source)
        self._prune = prune
        self._accepts_loss = accepts_loss

    def __call__(self, project: Project) -> Edit:
        """Return the edit."""
        from scaffold.manifest.changes import edit_of
        from scaffold.manifest.reading import read_document

        types = project.types
        document = read_document(self._text, self.source, types, project.primary_key)
        self._document, self._types = document, types
        self.edit = edit_of(
            document, project.entities, types, prune=self._prune, accepts_loss=self._accepts_loss
        )
        self._is_complete = True
        return self.edit

    def located(self, error: ScaffoldError) -> ScaffoldError:
        """Give an error the line of the document, if what the entities say together is wrong."""
        from scaffold.entities.graph import validate
        from scaffold.entities.links import completed

        if self._document is None:
            return error
        if error.errors[0].place or (error.help and "--fill" in error.help):
            return self._document.located(error)
        if not self._is_complete:
            return error
        try:
            validate(completed(self.edit.entities), self._types)
        except ScaffoldError as found:
            return self._document.located(found)
        return error


def _piped() -> bytes:
    content = sys.stdin.buffer.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise OSError(errno.EFBIG, f"it is larger than {MOST_BYTES // MEGABYTE} MB")
    return content


def read(file: Path, source: str) -> str:
    """Return the text of a document, or of standard input for a dash; `source` is what it is called."""
    try:
        content = _piped() if str(file) == "-" else read_regular(file)
    except OSError as error:
        raise ScaffoldError(f"`{source}` cannot be read: {error.strerror}") from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ScaffoldError(f"{source}:{line}: this is not UTF-8 text") from error
