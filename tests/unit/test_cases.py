"""Golden cases: what the command line makes of entities, or says about them.

A file of `tests/cases` holds commands, one a line after `$`, and the result of the last one: the
records of the entities that it changes, renames and fills, or the error as it is printed. Each line
runs through the real command line; only the project and its files are left out. To accept a change,
run this module with `UPDATE_CASES=1` and read the difference.
"""

import json
import os
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from scaffold import cli
from scaffold.entities.edit import Edit
from scaffold.entities.entity import Entity
from scaffold.entities.graph import validate
from scaffold.entities.records import to_record
from scaffold.errors import NOTHING_WRITTEN
from strategies import TYPES

ROOT = Path(__file__).parents[1] / "cases"
CASES = sorted(ROOT.rglob("*.txt"))
PROMPT = "$ scaffold "
COMMANDS = ("model", "field", "alter", "rename", "destroy")


class Entities:
    """The entities of a project without files, changed by command lines."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.entities: tuple[Entity, ...] = ()
        self.types = TYPES
        self.primary_key = "int"
        self.edit: Edit | None = None
        for name in COMMANDS:
            monkeypatch.setattr(f"scaffold.commands.{name}.write", self._write)

    def run(self, line: str) -> int:
        """Run a command line, and return its exit code."""
        self.edit = None
        code = cli.run(shlex.split(line))
        if self.edit is not None:
            self.entities = self.edit.entities
        return code

    def _write(self, edit: Callable[[Any], Edit], *_: object, **__: object) -> int:
        wanted = edit(self)
        validate(wanted.entities, TYPES)
        self.edit = wanted
        return 0


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
    if edit.accepts_loss:
        yield "accepts loss"
    yield from (f"note: {note}" for note in edit.notes)


@pytest.mark.parametrize(
    "case", CASES, ids=lambda case: str(case.relative_to(ROOT).with_suffix(""))
)
def test_case(
    case: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = case.read_text(encoding="utf-8").splitlines(keepends=True)
    commands = [line for line in lines if line.startswith(PROMPT)]
    expected = "".join(line for line in lines if not line.startswith("$"))
    project = Entities(monkeypatch)
    *earlier, last = (line.removeprefix(PROMPT) for line in commands)
    for line in earlier:
        assert project.run(line) == 0, capsys.readouterr().err
    before = project.entities

    code = project.run(last)

    printed = capsys.readouterr().err
    assert code != 1 or NOTHING_WRITTEN in printed
    found = printed.replace(f"; {NOTHING_WRITTEN}", "")
    if project.edit is not None:
        assert (code, printed) == (0, "")
        found = "".join(f"{line}\n" for line in described(before, project.edit))
    if os.environ.get("UPDATE_CASES"):
        case.write_text("".join(commands) + found, encoding="utf-8")
    else:
        assert found == expected


def test_every_case_says_what_it_expects() -> None:
    assert len(CASES) > 350
    for case in CASES:
        *_, last = case.read_text(encoding="utf-8").splitlines()

        assert not last.startswith("$"), case
