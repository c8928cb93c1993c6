"""A plain `copier update` that changes tables leaves a gap, which `scaffold migrate` fills."""

import shutil
import warnings
from pathlib import Path

import pytest
from copier import run_update

import commands
import template_repository
from gates import migrated
from release_steps import STEPS
from servers import Servers
from template_repository import git

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def updated(tmp_path: Path, own_folders: None) -> Path:
    """Give a blog that was updated to a version in which all tables have a column more."""
    del own_folders
    template = tmp_path / "template"
    shutil.copytree(REPOSITORY / "template", template / "template")
    shutil.copy(REPOSITORY / "copier.yml", template)
    template_repository.commit(template, "v1.0.0")
    project = commands.blog(template, tmp_path / "blog")
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message", "blog")
    STEPS["mixin_gains_a_column"](template)
    template_repository.commit(template, "v1.1.0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        run_update(project, defaults=True, overwrite=True, quiet=True)
    return project


@pytest.mark.slow
def test_status_finds_the_gap_and_migrate_fills_it(updated: Path, servers: Servers) -> None:
    said = commands.scaffold(updated, "status", code=4)
    assert "the column `imported_at` is missing" in said

    written = commands.scaffold(updated, "migrate", "follow the update")

    assert "create_" not in written
    assert "entities, code and migrations agree" in commands.scaffold(updated, "status")
    migrated(updated, servers, ["sqlite"])
    assert "nothing to do" in commands.scaffold(updated, "migrate", "again")
