"""A blog to run commands on, made from the template as it is in this work tree."""

import os
import shutil
from pathlib import Path

import pytest

import template_repository
from command_line import Result, Scaffold
from scaffold.cli import run

REPOSITORY = Path(__file__).parents[2]
USER = ("model", "User", "email:email:unique", "name:str,80")


@pytest.fixture(scope="session", autouse=True)
def _own_folders(own_folders: None) -> None:
    """Keep every test of this folder away from the person's own caches and settings."""


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    shutil.copytree(REPOSITORY / "template", folder / "template")
    shutil.copy(REPOSITORY / "copier.yml", folder)
    template_repository.commit(folder, "v0.1.0")
    return folder


@pytest.fixture(scope="session")
def _empty_blog(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("projects") / "blog"
    assert run(["new", str(folder), "--template", str(template), "--defaults", "-q"]) == 0
    return folder


@pytest.fixture(scope="session")
def _blog_with_user(_empty_blog: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = shutil.copytree(_empty_blog, tmp_path_factory.mktemp("projects") / "blog")
    here = Path.cwd()
    os.chdir(folder)
    try:
        assert run([*USER, "-q"]) == 0
    finally:
        os.chdir(here)
    return folder


@pytest.fixture
def empty_blog(_empty_blog: Path, tmp_path: Path) -> Path:
    """A project without entities."""
    return Path(shutil.copytree(_empty_blog, tmp_path / "blog"))


@pytest.fixture
def blog(_blog_with_user: Path, tmp_path: Path) -> Path:
    """A project with the entity User."""
    return Path(shutil.copytree(_blog_with_user, tmp_path / "blog"))


@pytest.fixture
def scaffold(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Scaffold:
    """Run a command in a folder, in this process."""

    def call(folder: Path, *arguments: str) -> Result:
        monkeypatch.chdir(folder)
        capfd.readouterr()
        code = run(arguments)
        out, err = capfd.readouterr()
        return Result(code, out, err)

    return call
