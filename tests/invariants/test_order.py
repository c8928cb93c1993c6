"""The order of commands does not matter, and a repeated one changes nothing."""

import shutil
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

import commands
import gates
from scaffold.entities.entity import Entity
from strategies import graphs
from template_repository import tree

FEW = settings(
    max_examples=max(settings().max_examples // 6, 1),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def empty(committed_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return commands.new(committed_template, tmp_path_factory.mktemp("projects") / "blog")


def add(empty: Path, folder: Path, entities: Iterable[Entity]) -> Path:
    project = Path(shutil.copytree(empty, folder))
    for entity in entities:
        commands.model(project, *commands.arguments_of(entity))
    return project


def schema(project: Path) -> list[tuple[str, ...]]:
    """Migrate an empty SQLite database, and return its tables and indexes, in no order of time."""
    with TemporaryDirectory() as name:
        file = Path(name, "migrated.sqlite")
        url = f"sqlite+aiosqlite:///{file}"
        gates.run(project, "-m", "alembic", "upgrade", "head", DATABASE_URL=url)
        connection = sqlite3.connect(file)
        found = connection.execute(
            "SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_master"
        ).fetchall()
        connection.close()
    return sorted(found)


@st.composite
def orders(draw: st.DrawFn) -> tuple[list[Entity], list[Entity]]:
    """Return entities in two orders in which they can be added."""
    entities = draw(graphs(max_entities=4))
    one = commands.one_by_one(entities)
    other = commands.one_by_one(draw(st.permutations(one)))
    assume(one != other)
    return one, other


@pytest.mark.slow
@FEW
@given(orders=orders())
def test_a_then_b_is_b_then_a(empty: Path, orders: tuple[list[Entity], list[Entity]]) -> None:
    with TemporaryDirectory() as name:
        first = add(empty, Path(name, "first"), orders[0])
        second = add(empty, Path(name, "second"), orders[1])

        assert commands.without_revisions(tree(first)) == commands.without_revisions(tree(second))
        assert schema(first) == schema(second)


@FEW
@given(entities=graphs(max_entities=2).map(commands.one_by_one))
def test_the_same_command_twice_changes_nothing(empty: Path, entities: list[Entity]) -> None:
    with TemporaryDirectory() as name:
        project = add(empty, Path(name, "blog"), entities)
        before = tree(project)

        for entity in entities:
            printed = commands.model(project, *commands.arguments_of(entity))
            assert printed == "nothing to do: the project is up to date already\n"

        assert before == tree(project)
