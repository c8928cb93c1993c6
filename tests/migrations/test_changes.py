"""Each kind of change, over tables with rows, on each database: up, down and up again."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from changes import ADDED, DROPPED, RENAMED, Change
from changes_of_columns import LINKS, PROPERTIES, TYPES
from evolution import KINDS, carry_out
from random_changes import kept, random_changes
from servers import Servers

Told = Mapping[str, Any]
SLOW = settings(
    max_examples=max(settings().max_examples // 8, 1),
    # To shrink takes minutes at this price of an example, and the example is printed anyway.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)


def without(schema: Told, nullable: list[str]) -> Told:
    """Return the schema without what is said of columns that come back nullable."""
    kept = {}
    for name, table in schema.items():
        loose = {each.split(".")[1] for each in nullable if each.startswith(f"{name}.")}
        columns = [each for each in table["columns"] if each["name"] not in loose]
        told = [
            part for part in table["source"] if not loose & {*part.replace("`", "").split()[:1]}
        ]
        kept[name] = {**table, "columns": columns, "source": told}
    return kept


def check_schemas(told: Told) -> None:
    """The schema is that of the entities after each way up, and the former one after the way down."""
    assert told["new"] == told["created"]
    assert told["new again"] == told["created"]
    assert without(told["old again"], told["nullable"]) == without(told["old"], told["nullable"])
    assert told["left"] == []
    for table, rows in told["old rows"].items():
        if told["new rows"].get(table):
            assert len(told["old rows again"][table]) == len(rows), table


def check(change: Change, told: Told) -> None:
    assert "refused" not in told, told["refused"]
    check_schemas(told)
    assert tuple(told["nullable"]) == change.nullable
    for name, values in change.expected.items():
        assert column(told["new rows"], name) == values, name


def column(rows: Told, name: str) -> tuple[str, ...]:
    table, key = name.split(".")
    return tuple(row[key] for row in rows[table])


@pytest.mark.database
@pytest.mark.parametrize(
    "changes",
    [ADDED, DROPPED, RENAMED, TYPES, PROPERTIES, LINKS],
    ids=["added", "dropped", "renamed", "types", "properties", "links"],
)
def test_tables_with_rows_change_and_change_back(
    changes: Mapping[str, Change], servers: Servers, tmp_path: Path
) -> None:
    told = carry_out([change.scenario() for change in changes.values()], servers, tmp_path)

    for (name, change), each in zip(changes.items(), told, strict=True):
        for kind in KINDS:
            try:
                check(change, each[kind])
            except AssertionError as error:
                error.add_note(f"{name}, on {kind}")
                raise


@pytest.mark.slow
@pytest.mark.database
@SLOW
@given(changes=st.lists(random_changes(), min_size=4, max_size=4))
def test_any_two_changes_at_once_keep_what_they_do_not_touch(
    changes: list[Change], servers: Servers
) -> None:
    with TemporaryDirectory() as folder:
        told = carry_out([change.scenario() for change in changes], servers, Path(folder))
    for change, each in zip(changes, told, strict=True):
        for kind in KINDS:
            try:
                check_random(change, each[kind])
            except AssertionError as error:
                error.add_note(f"{change}, on {kind}")
                raise


def check_random(change: Change, told: Told) -> None:
    if "refused" in told:
        # Rows that are alike in what became unique.
        assert any(word in told["refused"] for word in ("UNIQUE", "unique", "Duplicate"))
        return
    check_schemas(told)
    for old, new in kept(change):
        before, after = column(told["old rows"], old), column(told["new rows"], new)
        again = column(told["old rows again"], old)
        for place, value in enumerate(before):
            if value != "None":
                assert after[place] == again[place] == value, old
