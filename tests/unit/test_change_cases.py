"""Golden cases: what commands that change entities make of them, or say about it.

A file of `tests/cases/changes` holds commands, one a line after `$`, and what comes of the last one:
the records of the entities that it changes, what it knows of the way there, or the error. To accept
a change, run this module with `UPDATE_CASES=1` and read the difference.
"""

import json
import os
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from scaffold.commands import command_line
from scaffold.entities.edit import Edit
from scaffold.entities.entity import Entity
from scaffold.entities.graph import validate
from scaffold.entities.records import to_record
from scaffold.errors import ScaffoldError
from strategies import TYPES

CASES = sorted((Path(__file__).parents[1] / "cases" / "changes").glob("*.txt"))
PROMPT = "$ scaffold "


class Entities:
    """The entities of a project without files, on which commands work."""

    def __init__(self) -> None:
        self.entities: tuple[Entity, ...] = ()
        self.types = TYPES
        self.primary_key = "int"

    def run(self, line: str) -> Edit:
        """Run a command, and return the edit that it asks for."""
        edits: list[Edit] = []

        def write(edit: Callable[[Any], Edit], *_: object, **__: object) -> int:
            edits.append(edit(self))
            validate(edits[0].entities, TYPES)
            return 0

        arguments = shlex.split(line)
        with pytest.MonkeyPatch.context() as patch:
            for name in ("model", "field", "alter", "rename", "destroy"):
                patch.setattr(f"scaffold.commands.{name}.write", write)
            get_command(command_line(arguments)).main(arguments, standalone_mode=False)
        self.entities = edits[0].entities
        return edits[0]


def outcome(lines: list[str]) -> str:
    """Return what comes of the last command."""
    project = Entities()
    *earlier, last = lines
    for line in earlier:
        project.run(line)
    before = project.entities
    try:
        edit = project.run(last)
    except ScaffoldError as error:
        parts = {"error": error.message, "note": error.note, "help": error.help}
        return "".join(f"{name}: {text}\n" for name, text in parts.items() if text)
    return "".join(f"{line}\n" for line in described(before, edit))


def described(before: tuple[Entity, ...], edit: Edit) -> Iterator[str]:
    if before == edit.entities:
        yield "nothing to do"
        return
    for entity in edit.entities:
        if entity not in before:
            record = to_record(entity)
            fields = [json.dumps(field, ensure_ascii=False) for field in record.pop("fields")]
            yield json.dumps(record, ensure_ascii=False)
            yield from (f"  {field}" for field in fields)
    names = {edit.entity_renames.get(entity.name, entity.name) for entity in before}
    for name in sorted(names - {entity.name for entity in edit.entities}):
        yield f"without {name}"
    for what in ("entity_renames", "field_renames", "fills"):
        if value := getattr(edit, what):
            yield f"{what}: {json.dumps(value)}"
    yield from (f"note: {note}" for note in edit.notes)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_case(case: Path) -> None:
    lines = case.read_text(encoding="utf-8").splitlines(keepends=True)
    commands = [line.removeprefix(PROMPT).rstrip("\n") for line in lines if line.startswith(PROMPT)]
    expected = "".join(line for line in lines if not line.startswith("$"))

    found = outcome(commands)

    if os.environ.get("UPDATE_CASES"):
        case.write_text("".join(f"{PROMPT}{line}\n" for line in commands) + found, encoding="utf-8")
    else:
        assert expected == found


def test_every_case_says_what_it_expects() -> None:
    assert len(CASES) > 50
    for case in CASES:
        *_, last = case.read_text(encoding="utf-8").splitlines()

        assert not last.startswith("$"), case
