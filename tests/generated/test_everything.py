"""Every option and every type, and every answer to the questions: all gates."""

from pathlib import Path

import pytest

import commands
import gates
import projects
from everything import EVERYTHING
from scaffold.grammar.fields import parse_field
from servers import Servers


@pytest.fixture(scope="module")
def shop(committed_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    def build(folder: Path) -> None:
        commands.new(committed_template, folder)
        for entity in EVERYTHING:
            commands.model(folder, *entity)

    return projects.built_once(tmp_path_factory, "shop", build)


def test_no_type_is_missing() -> None:
    fields = [
        parse_field(token, commands.TYPES)
        for _, *tokens in EVERYTHING
        for token in tokens
        if ":" in token
    ]

    assert {field.type for field in fields} == set(commands.TYPES)


@pytest.mark.parametrize("gate", gates.STATIC, ids=lambda gate: gate.__name__)
def test_every_option_and_type(shop: Path, gate: gates.Gate) -> None:
    gate(shop)


@gates.EACH_DATABASE
def test_every_option_and_type_migrates(shop: Path, servers: Servers, kind: str) -> None:
    gates.migrated(shop, servers, [kind])


@gates.EACH_DATABASE
def test_every_option_and_type_passes_its_suite(shop: Path, servers: Servers, kind: str) -> None:
    gates.suite_passes(shop, servers, kind)


@pytest.mark.parametrize(
    ("database", "primary_key"),
    [("sqlite", "uuid7"), ("postgresql", "int"), ("mariadb", "uuid4")],
)
def test_every_answer(
    committed_template: Path, tmp_path: Path, servers: Servers, database: str, primary_key: str
) -> None:
    answers = ("--database", database, "--primary-key", primary_key)
    project = commands.blog(committed_template, tmp_path / "my-blog", *answers)

    gates.everything(project, servers, ["sqlite"])


def test_no_entity(committed_template: Path, tmp_path: Path, servers: Servers) -> None:
    project = commands.new(committed_template, tmp_path / "empty")

    gates.static(project)
    gates.suite_passes(project, servers)
