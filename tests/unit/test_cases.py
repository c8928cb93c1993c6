"""Golden cases: what `scaffold model` makes of a command line, or says about it.

A file of `tests/cases` holds commands, one a line after `$`, and what comes of the last one: the
record of its entity with a field a line, or the error. To accept a
change, run this module with `UPDATE_CASES=1` and read the difference.
"""

import argparse
import json
import os
import shlex
from pathlib import Path

import pytest

from scaffold.edits.addition import add_entity
from scaffold.entities.checks import parse_check
from scaffold.entities.defaults import expand
from scaffold.entities.entity import Entity
from scaffold.entities.graph import validate
from scaffold.entities.records import to_record
from scaffold.errors import ScaffoldError
from scaffold.grammar.fields import parse_field
from strategies import TYPES

CASES = sorted((Path(__file__).parents[1] / "cases").glob("*.txt"))
COMMAND = "$ scaffold model "


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    parser.add_argument("name")
    parser.add_argument("fields", nargs="*")
    for option in ("--plural", "--table"):
        parser.add_argument(option, default="")
    parser.add_argument("--pk", default="int")
    parser.add_argument("--page", default="keyset")
    for option in ("--unique", "--index", "--check"):
        parser.add_argument(option, action="append", default=[])
    for option in ("--no-timestamps", "--soft-delete", "--lock", "--read-only", "--no-api"):
        parser.add_argument(option, action="store_true")
    return parser


def _entity(command: str) -> Entity:
    given = _options().parse_intermixed_args(shlex.split(command))
    return Entity(
        name=given.name,
        plural=given.plural,
        table=given.table,
        pk=given.pk,
        api="read-only" if given.read_only else "none" if given.no_api else "full",
        page=given.page,
        timestamps=not given.no_timestamps,
        soft_delete=given.soft_delete,
        lock=given.lock,
        unique=tuple(tuple(names.split(",")) for names in given.unique),
        index=tuple(tuple(names.split(",")) for names in given.index),
        checks=tuple(parse_check(text).text for text in given.check),
        fields=tuple(parse_field(token, TYPES) for token in given.fields),
    )


def _outcome(commands: list[str]) -> str:
    entities: tuple[Entity, ...] = ()
    new = None
    try:
        for command in commands:
            new = expand(_entity(command), TYPES)
            entities = add_entity(entities, new, TYPES)
            validate(entities, TYPES)
    except ScaffoldError as error:
        parts = {"error": error.message, "note": error.note, "help": error.help}
        return "".join(f"{name}: {text}\n" for name, text in parts.items() if text)
    assert new is not None
    record = to_record(new)
    fields = [json.dumps(field, ensure_ascii=False) for field in record.pop("fields")]
    return "\n".join(
        [json.dumps(record, ensure_ascii=False), *(f"  {field}" for field in fields), ""]
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_case(case: Path) -> None:
    lines = case.read_text(encoding="utf-8").splitlines(keepends=True)
    commands = [
        line.removeprefix(COMMAND).rstrip("\n") for line in lines if line.startswith(COMMAND)
    ]
    expected = "".join(line for line in lines if not line.startswith("$"))

    outcome = _outcome(commands)

    if os.environ.get("UPDATE_CASES"):
        case.write_text(
            "".join(f"{COMMAND}{line}\n" for line in commands) + outcome, encoding="utf-8"
        )
    else:
        assert outcome == expected


def test_every_case_says_what_it_expects() -> None:
    assert len(CASES) > 100
    for case in CASES:
        *_, last = case.read_text(encoding="utf-8").splitlines()

        assert not last.startswith("$"), case
