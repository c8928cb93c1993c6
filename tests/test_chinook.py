"""Chinook, made by the commands in examples/, holds all rows of the original on each database."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import template_repository
from projects import REPOSITORY, Rendered

EXAMPLE = REPOSITORY / "examples" / "chinook.sh"
ORIGINAL = REPOSITORY.parent / "shared" / "data" / "chinook.sqlite"
LOAD = Path(__file__).with_name("chinook_load.py")
ROWS = {
    "Artist": 275,
    "Album": 347,
    "Genre": 25,
    "MediaType": 5,
    "Track": 3503,
    "Playlist": 18,
    "Employee": 8,
    "Customer": 59,
    "Invoice": 412,
    "InvoiceLine": 2240,
}


@pytest.fixture(scope="module")
def chinook(tmp_path_factory: pytest.TempPathFactory) -> Rendered:
    """Make the project as its readers would: `scaffold new`, then the example's commands."""
    folder = tmp_path_factory.mktemp("chinook")
    source = folder / "template"
    source.mkdir()
    shutil.copy(REPOSITORY / "copier.yml", source)
    shutil.copytree(REPOSITORY / "template", source / "template")
    template_repository.commit(source)
    (folder / "bin").mkdir()
    program = folder / "bin" / "scaffold"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m scaffold "$@"\n')
    program.chmod(0o755)
    environment = {
        **os.environ,
        "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}",
        "SCAFFOLD_CACHE_DIR": str(folder / "cache"),
        "PYTHONPATH": str(REPOSITORY / "generator"),
    }
    root = folder / "chinook"
    new = ["scaffold", "new", str(root), "--template", str(source), "--defaults", "--no-git"]
    for command, place in ((new, folder), (["sh", str(EXAMPLE)], root)):
        done = subprocess.run(command, cwd=place, env=environment, capture_output=True, check=False)
        assert done.returncode == 0, (done.stdout + done.stderr).decode()
    return Rendered(root, {})


def test_a_command_makes_an_entity_and_a_revision_each(chinook: Rendered) -> None:
    assert len(list((chinook.root / "migrations/versions").glob("*.py"))) == len(ROWS)
    assert len(list((chinook.root / "src/chinook/domain").glob("*.py"))) > len(ROWS)


@pytest.mark.database
@pytest.mark.slow
@pytest.mark.skipif(not ORIGINAL.exists(), reason=f"the original is not at {ORIGINAL}")
def test_all_rows_go_in_and_come_back_equal(chinook: Rendered, database_url: str) -> None:
    chinook.alembic(database_url, "upgrade", "heads")
    chinook.alembic(database_url, "check")

    assert json.loads(chinook.run(database_url, str(LOAD), str(ORIGINAL))) == ROWS
