"""Changes of entities as revisions over tables with rows, carried out on each database."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from projects import ANSWERS, Rendered, project, working_tree
from scaffold.entities.edit import Edit
from scaffold.entities.entity import Entity
from scaffold.entities.records import to_record
from scaffold.render.render import render
from scaffold.revisions.revision import Renderer, Revision, renderer_of, revision_for
from scaffold.schema.conversions import ColumnType, read_type
from scaffold.schema.literals import literals
from scaffold.schema.tables import Column, Table, allowed_values, specs
from servers import Servers, fresh

SCRIPT = Path(__file__).with_name("migrations") / "evolve.py"
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
ROWS = 3


@dataclass(frozen=True, slots=True)
class Scenario:
    """Entities, and what is done to them."""

    before: tuple[Entity, ...]
    edit: Edit
    rows: int = ROWS
    values: Mapping[str, tuple[str | None, ...]] = field(default_factory=dict)
    """Canonical texts of columns, `table.column` to one for each row."""


@cache
def macro() -> Renderer:
    return renderer_of(working_tree())


def model(entities: Iterable[Entity]) -> Mapping[str, Any]:
    records = [to_record(entity) for entity in entities]
    derived: Mapping[str, Any] = render(working_tree(), {**ANSWERS, "entities": records}).context[
        "model"
    ]
    return derived


def revise(
    root: Path, before: tuple[Entity, ...], edit: Edit, now: datetime = NOW
) -> Revision | None:
    """Write the revision of an edit."""
    made = revision_for(
        model(before),
        model(edit.entities),
        root=root,
        render=macro(),
        now=now,
        edit=edit,
        before=before,
    )
    if made is not None:
        path = root / made.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(made.text, encoding="utf-8")
    return made


def prepare(scenario: Scenario, folder: Path) -> dict[str, Any]:
    """Write the revisions of a scenario, and return what the script needs of it."""
    versions = "migrations/versions"
    first = revise(folder / "steps", (), Edit(scenario.before))
    second = revise(folder / "steps", scenario.before, scenario.edit)
    revise(folder / "anew", (), Edit(scenario.edit.entities))
    assert first is not None
    assert second is not None
    return {
        "steps": str(folder / "steps" / versions),
        "anew": str(folder / "anew" / versions),
        "first": first.text.split('revision: str = "')[1].split('"')[0],
        "rows": list(rows(scenario)),
        "nullable": re.findall(r"of (\S+) do not come back, and it may be null", second.text),
    }


def rows(scenario: Scenario) -> Iterator[dict[str, Any]]:
    """Yield rows of the old tables, those first that others refer to."""
    tables = {
        spec["name"]: Table.from_spec(spec) for spec in specs(model(scenario.before)).values()
    }
    done: set[str] = set()
    while tables:
        name = next(
            name
            for name, table in tables.items()
            if {key.to_table for key in table.foreign_keys} <= {*done, name}
        )
        table = tables.pop(name)
        done.add(name)
        yield {
            "table": name,
            "columns": {column.name: column.type for column in table.columns},
            "rows": [row(scenario, table, number) for number in range(scenario.rows)],
        }


def row(scenario: Scenario, table: Table, number: int) -> dict[str, Any]:
    made = {}
    for column in table.columns:
        given = scenario.values.get(f"{table.name}.{column.name}")
        text = given[number % len(given)] if given else sample(table, column, number)
        kind = read_type(column.type)
        made[column.name] = list(literals(kind, text)) if text is not None else [[None, None]]
    return made


def sample(table: Table, column: Column, number: int) -> str | None:
    """Return a value for a column; those of a key and of references to it are the same."""
    kind = read_type(column.type)
    for key in table.foreign_keys:
        if key.column == column.name:
            own = key.to_table == table.name
            if column.nullable and number == (0 if own else ROWS - 1):
                return None
            return sample_of(kind, 0 if own else number)
    if column.nullable and number == ROWS - 1 and column.name != "live":
        return None
    allowed = allowed_values(table, column.name)
    return allowed[number % len(allowed)] if allowed else sample_of(kind, number)


def sample_of(kind: ColumnType, number: int) -> str:
    day = f"2026-01-0{number + 1}"
    samples = {
        "string": "abcdefghij"[number] * int(min(kind.length, number + 1)),
        "text": f"it's text {number}: 100 % :x",
        "float": f"{number + 1}.5",
        "decimal": f"{number + 1}",
        "bool": "true" if number % 2 == 0 else "false",
        "date": day,
        "time": f"10:20:3{number}",
        "datetime": f"{day}T10:20:30.5+00:00",
        "uuid": f"00000000-0000-4000-8000-00000000000{number + 1}",
        "json": "{}" if number % 2 == 0 else "[]",
        "array": "[]",
        "bytes": "",
    }
    return samples.get(kind.kind, str(number + 1))


KINDS = ("sqlite", "postgresql", "mariadb")


def carry_out(
    scenarios: Iterable[Scenario], servers: Servers, folder: Path, kinds: Iterable[str] = KINDS
) -> list[dict[str, dict[str, Any]]]:
    """Carry out scenarios on databases, and return what each had to tell."""
    home = project(folder / "home", [])
    prepared = [
        prepare(scenario, folder / f"scenario{number}") for number, scenario in enumerate(scenarios)
    ]
    told = carry_out_prepared(prepared, home, servers, folder, kinds)
    for scenario, each in zip(prepared, told, strict=True):
        for one in each.values():
            one["nullable"] = scenario["nullable"]
    return told


def carry_out_prepared(
    prepared: list[dict[str, Any]],
    home: Rendered,
    servers: Servers,
    folder: Path,
    kinds: Iterable[str] = KINDS,
) -> list[dict[str, dict[str, Any]]]:
    """Carry out what the script needs of scenarios, in the environment of a project."""
    kinds = tuple(kinds)
    file = folder / "scenarios.json"
    file.write_text(json.dumps(prepared), encoding="utf-8")
    with ExitStack() as stack:
        urls = [stack.enter_context(fresh(servers, kind, folder)) for kind in kinds]
        printed = home.run("sqlite+aiosqlite://", str(SCRIPT), str(file), *urls)
    told = json.loads(printed.splitlines()[-1])
    return [dict(zip(kinds, each, strict=True)) for each in told]
