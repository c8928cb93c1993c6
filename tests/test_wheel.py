"""The package, built and installed as users get it, makes projects by itself."""

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

import template_repository

REPOSITORY = Path(__file__).parents[1]
PARTS = (
    *("copier.yml", "template", "generator", "hatch_build.py", "pyproject.toml"),
    *("README.md", "LICENSE", ".gitignore"),
)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository of this work tree, with a tag on its only commit."""
    source = tmp_path_factory.mktemp("source")
    for part in PARTS:
        place = REPOSITORY / part
        if place.is_dir():
            ignore = shutil.ignore_patterns("__pycache__", "*.bundle")
            shutil.copytree(place, source / part, ignore=ignore)
        else:
            shutil.copy(place, source / part)
    template_repository.commit(source, "v0.1.0")
    return source


@pytest.fixture(scope="module")
def built(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a source distribution from the repository, and a wheel from that without one."""
    dist = tmp_path_factory.mktemp("dist")
    # Without a choice, `build` makes the wheel from the unpacked source distribution.
    call(sys.executable, "-m", "build", "--no-isolation", "--outdir", dist, source)
    return dist


def call(*words: str | Path, folder: Path | None = None, **environment: str) -> str:
    done = subprocess.run(
        [*map(str, words)],
        cwd=folder,
        env={**os.environ, **environment},
        check=False,
        text=True,
        capture_output=True,
    )
    assert done.returncode == 0, f"{words}\n{done.stdout}{done.stderr}"
    return done.stdout


def bundles(names: list[str]) -> list[str]:
    return [name.rpartition("/")[2] for name in names if name.endswith(".bundle")]


def test_wheel_from_the_source_distribution_has_its_bundle(built: Path) -> None:
    (archive,) = built.glob("*.tar.gz")
    (wheel,) = built.glob("*.whl")

    with tarfile.open(archive) as tar, zipfile.ZipFile(wheel) as package:
        in_archive, in_wheel = bundles(tar.getnames()), bundles(package.namelist())

    assert 1 == len(in_archive)
    assert in_archive == in_wheel


def test_wheel_holds_the_package_only(built: Path) -> None:
    (wheel,) = built.glob("*.whl")

    with zipfile.ZipFile(wheel) as package:
        top = {name.partition("/")[0] for name in package.namelist()}

    assert {"scaffold", "scaffold-0.1.0.dist-info"} == top


def test_bundled_template_is_the_tagged_one(source: Path, built: Path, tmp_path: Path) -> None:
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as package:
        (name,) = (name for name in package.namelist() if name.endswith(".bundle"))
        bundle = package.extract(name, tmp_path)
    template_repository.git(tmp_path, "clone", "--quiet", bundle, "template")

    for part in ("v0.1.0:template", "v0.1.0:copier.yml", "HEAD:template", "HEAD:copier.yml"):
        bundled = template_repository.git(tmp_path / "template", "rev-parse", part)
        assert bundled == template_repository.git(source, "rev-parse", part)


def interpreter(version: str) -> str:
    """Return the Python of this version that is on the PATH or pyenv's, or skip the test."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    named = shutil.which(f"python{version}")
    for program in (named, *pyenv.glob(f"{version}.*/bin/python")):
        if program and subprocess.run([program, "-c", ""], check=False).returncode == 0:
            return str(program)
    return pytest.skip(f"Python {version} is not installed")


@pytest.mark.slow
@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
def test_installed_wheel_makes_a_project_and_adds_to_it(
    version: str, built: Path, tmp_path: Path
) -> None:
    (wheel,) = built.glob("*.whl")
    venv, empty = tmp_path / "venv", tmp_path / "empty"
    empty.mkdir()
    call(sys.executable, "-m", "uv", "venv", "--quiet", "--python", interpreter(version), venv)
    python = venv / "bin" / "python"
    call(sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", python, wheel)
    alone = {
        "PYTHONPATH": "",
        "SCAFFOLD_CACHE_DIR": str(tmp_path / "cache"),
        "SCAFFOLD_DATA_DIR": str(tmp_path / "data"),
        "GIT_ALLOW_PROTOCOL": "file",  # no git command may reach for a network
        "GIT_CONFIG_GLOBAL": os.devnull,
    }
    scaffold = venv / "bin" / "scaffold"

    version = call(scaffold, "--version", folder=empty, **alone)
    call(scaffold, "new", "blog", "--defaults", folder=empty, **alone)
    call(scaffold, "model", "User", "email:email:unique", folder=empty / "blog", **alone)
    listed = call(scaffold, "list", folder=empty / "blog", **alone)
    answers = (empty / "blog/.copier-answers.yml").read_text()

    assert "scaffold 0.1.0\n" == version
    assert listed.startswith("User  users, int key\n  email:email:unique\n")
    assert '_commit: "v0.1.0"' in answers
    assert f'_src_path: "{tmp_path / "data"}/template-' in answers
    assert (empty / "blog/src/blog/domain/user.py").is_file()
    assert [] == [*(empty / "blog").rglob("__pycache__")]
