"""Versions of a template that need or lose values of rows, with rows in the tables of each database."""

import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import commands
import projects
import template_repository
from evolution import KINDS, ROWS, Scenario, carry_out_prepared, rows
from projects import Rendered
from release_steps import COLLATION, CONSENTED, FORMER_COLLATION, collate
from scaffold.answers.reading import read
from scaffold.entities.edit import Edit
from scaffold.revisions.history import read_history
from servers import Servers

REPOSITORY = Path(__file__).parents[2]
VERSIONS = "migrations/versions"
FILLS = ("--fill", "region=south", "--fill", "Post.region=east")
FILLED = {"comments": "south", "posts": "east", "users": "south"}
# Values that the former version gave the column.
FORMER = ("north", "", "'x':%")


def build(folder: Path) -> None:
    """Bring `blog` to the version with the column and on to the one that drops it; make `anew` with it.

    The version with the column has another collation than the other two.

    Of `blog`, keep the revisions of the versions `without` it and `with` it.
    """
    template = folder / "template"
    shutil.copytree(REPOSITORY / "template", template / "template")
    shutil.copy(REPOSITORY / "copier.yml", template)
    collations = [COLLATION, FORMER_COLLATION]
    collate(template, *collations)
    collations.reverse()
    template_repository.commit(template, "v1.0.0")
    for number, step in enumerate(CONSENTED.values(), 1):
        step(template)
        collate(template, *collations)
        collations.reverse()
        template_repository.commit(template, f"v1.{number}.0")
    project = make(template, folder / "blog", "v1.0.0")
    shutil.copytree(project / VERSIONS, folder / "without" / VERSIONS)
    commands.scaffold(project, "upgrade", "-q", "--to", "v1.1.0", *FILLS)
    shutil.copytree(project / VERSIONS, folder / "with" / VERSIONS)
    commands.scaffold(project, "upgrade", "-q", "--accept-data-loss")
    make(template, folder / "anew", "v1.1.0")


def make(template: Path, folder: Path, ref: str) -> Path:
    """Make a project with entities that refer to each other."""
    project = commands.new(template, folder, "--ref", ref)
    commands.add(project, [projects.entity(*words) for words in commands.BLOG])
    return project


@pytest.fixture(scope="module")
def upgraded(own_folders: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    del own_folders
    return projects.built_once(tmp_path_factory, "rows", build)


class Way(NamedTuple):
    """Folders with revisions: of two versions, and of a project made in the later one."""

    before: str
    after: str
    anew: str


Told = dict[str, Any]
Rows = dict[str, list[dict[str, str]]]


def carried(upgraded: Path, servers: Servers, folder: Path, way: Way) -> dict[str, Told]:
    """Migrate rows there, back and there again; return what each database has then."""
    entities = read(upgraded / "blog").entities
    prepared = {
        "steps": str(upgraded / way.after / VERSIONS),
        "anew": str(upgraded / way.anew / VERSIONS),
        "first": read_history(upgraded / way.before).heads()[0].id,
        "rows": list(with_regions(rows(Scenario(entities, Edit(entities))), way.before)),
    }
    home = Rendered(upgraded / "blog", {})
    (told,) = carry_out_prepared([prepared], home, servers, folder)
    assert {kind: each.get("refused") for kind, each in told.items()} == dict.fromkeys(KINDS)
    for kind, each in told.items():
        assert each["new"] == each["new again"] == each["created"], kind
        assert each["old"] == each["old again"], kind
        assert each["left"] == [], kind
    return told


def with_regions(given: Iterable[dict[str, Any]], version: str) -> Iterator[dict[str, Any]]:
    """Yield the rows as the tables of a version have them."""
    for table in given:
        if version == "with":
            table["columns"]["region"] = "sa.String(5)"
            for row, value in zip(table["rows"], FORMER, strict=True):
                row["region"] = [[repr(value), None]]
        yield table


def values(told: Mapping[str, Told], state: str) -> dict[str, Rows]:
    """Return the rows of each database without the column that comes and goes."""
    return {
        kind: {
            name: [{key: row[key] for key in row if key != "region"} for row in listed]
            for name, listed in each[state].items()
        }
        for kind, each in told.items()
    }


def regions(told: Mapping[str, Told], state: str) -> dict[str, dict[str, list[str]]]:
    return {
        kind: {name: [row["region"] for row in listed] for name, listed in each[state].items()}
        for kind, each in told.items()
    }


def on_each(expected: dict[str, list[str]]) -> dict[str, dict[str, list[str]]]:
    return dict.fromkeys(KINDS, expected)


@pytest.mark.database
def test_rows_get_the_value_of_fill_and_keep_the_others(
    upgraded: Path, servers: Servers, tmp_path: Path
) -> None:
    told = carried(upgraded, servers, tmp_path, Way("without", "with", anew="anew"))

    filled = {name: [value] * ROWS for name, value in FILLED.items()}
    assert regions(told, "new rows") == on_each(filled)
    assert regions(told, "new rows again") == on_each(filled)
    before = values(told, "old rows")
    for state in ("new rows", "old rows again", "new rows again"):
        assert values(told, state) == before, state


@pytest.mark.database
def test_rows_outlive_a_column_that_goes_with_consent(
    upgraded: Path, servers: Servers, tmp_path: Path
) -> None:
    told = carried(upgraded, servers, tmp_path, Way("with", "blog", anew="without"))

    before = values(told, "old rows")
    for state in ("new rows", "old rows again", "new rows again"):
        assert values(told, state) == before, state
    assert regions(told, "old rows") == on_each({name: [*FORMER] for name in FILLED})
    # As the revision says: the values do not come back.
    assert regions(told, "old rows again") == on_each({name: [""] * ROWS for name in FILLED})


def test_entities_code_and_migrations_agree_after_both(upgraded: Path) -> None:
    assert "entities, code and migrations agree" in commands.scaffold(upgraded / "blog", "status")
    text = "".join(file.read_text("utf-8") for file in (upgraded / "blog" / VERSIONS).glob("*.py"))
    assert 'if op.get_context().dialect.name in {"mysql", "mariadb"}:' in text
