"""Every kind of relation: all gates, and what the rows on both sides know of each other."""

import shutil
from pathlib import Path

import pytest

import commands
import gates
import projects
from relations import relations
from scaffold.entities.graph import validate
from servers import Servers

BOTH_SIDES = Path(__file__).parents[1] / "templates" / "relations" / "test_both_sides.py"


@pytest.fixture(scope="module")
def related(tmp_path_factory: pytest.TempPathFactory) -> Path:
    def build(folder: Path) -> None:
        validate(relations(), commands.TYPES)
        projects.migrated_project(folder, relations())
        # Part of the project, so that its types are checked, too.
        shutil.copy(BOTH_SIDES, folder / "tests" / "persistence")

    return projects.built_once(tmp_path_factory, "related", build)


@pytest.mark.parametrize("gate", gates.STATIC, ids=lambda gate: gate.__name__)
def test_every_relation(related: Path, gate: gates.Gate) -> None:
    gate(related)


@gates.EACH_DATABASE
def test_every_relation_migrates(related: Path, servers: Servers, kind: str) -> None:
    gates.migrated(related, servers, [kind])


@gates.EACH_DATABASE
def test_every_relation_passes_its_suite(related: Path, servers: Servers, kind: str) -> None:
    gates.suite_passes(related, servers, kind)
