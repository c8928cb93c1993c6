"""A project whose entities changed: its models, its migrations and its checks agree."""

from contextlib import ExitStack
from pathlib import Path

import pytest

from changes import ADDED, DROPPED, RENAMED, Change
from changes_of_columns import PROPERTIES, TYPES
from evolution import KINDS, revise
from projects import Rendered, project
from scaffold.entities.edit import Edit
from scaffold.entities.entity import in_order
from servers import Servers, fresh

CYCLE = Path(__file__).with_name("cycle.py")
ALL = [*ADDED.values(), *DROPPED.values(), *RENAMED.values(), *TYPES.values(), *PROPERTIES.values()]


def write_revisions(root: Path, change: Change) -> None:
    """Write the revisions that make the former tables and change them."""
    scenario = change.scenario()
    revise(root, (), Edit(scenario.before))
    revise(root, scenario.before, scenario.edit)


@pytest.mark.database
@pytest.mark.parametrize(
    "change",
    [ADDED["columns with constraints"], RENAMED["tables"], TYPES["widened"]],
    ids=["added", "renamed", "widened"],
)
def test_alembic_finds_no_difference_between_the_models_and_the_migrations(
    change: Change, tmp_path: Path, servers: Servers
) -> None:
    made = project(tmp_path / "blog", in_order(change.after))
    write_revisions(made.root, change)

    with ExitStack() as stack:
        urls = [
            stack.enter_context(fresh(servers, kind, tmp_path)) for kind in KINDS for _ in range(2)
        ]
        made.run("sqlite+aiosqlite://", str(CYCLE), "blog", *urls)


@pytest.fixture(scope="module")
def every_change(tmp_path_factory: pytest.TempPathFactory) -> Rendered:
    """Make a project with all revisions in a row, which no database could run."""
    made = project(tmp_path_factory.mktemp("all") / "blog", [])
    for change in ALL:
        write_revisions(made.root, change)
    return made


@pytest.mark.slow
def test_the_revisions_pass_the_project_s_own_checks(every_change: Rendered) -> None:
    for tool in (
        ["ruff", "format", "--check", "migrations"],
        ["ruff", "check", "migrations"],
        ["mypy", "migrations"],
    ):
        every_change.run("", "-m", *tool)


@pytest.mark.slow
@pytest.mark.parametrize("driver", ["postgresql+asyncpg", "mysql+asyncmy"])
def test_the_sql_of_changes_can_be_printed_without_a_database(
    every_change: Rendered, driver: str
) -> None:
    for way in (("upgrade", "head"), ("downgrade", "head:base")):
        printed = every_change.alembic(f"{driver}://nobody@nowhere/none", *way, "--sql")

        assert "ALTER TABLE" in printed
