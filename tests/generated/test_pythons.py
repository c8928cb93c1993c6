"""The blog installs and passes its suite on every Python that it says it runs on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import commands
import gates

UV = (sys.executable, "-m", "uv")
OFFLINE_SIGNS = ("error sending request", "Failed to fetch", "dns error", "tunnel error")


def interpreter(version: str) -> str:
    """Return the program of this Python version, or skip the test."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions")
    for program in sorted(pyenv.glob(f"{version}.*/bin/python")):
        return str(program)
    found = subprocess.run(
        [*UV, "python", "find", "--no-python-downloads", "--no-project", "--system", version],
        capture_output=True,
        check=False,
        text=True,
    )
    if found.returncode != 0:
        pytest.skip(f"no Python {version} on this machine")
    return found.stdout.strip()


def uv(folder: Path, *arguments: str) -> None:
    result = subprocess.run(
        [*UV, *arguments], cwd=folder, capture_output=True, check=False, text=True
    )
    if result.returncode != 0 and any(sign in result.stderr for sign in OFFLINE_SIGNS):
        pytest.skip("the package registry cannot be reached")
    assert result.returncode == 0, result.stderr


@pytest.mark.slow
@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
def test_the_blog(committed_template: Path, tmp_path: Path, version: str) -> None:
    program = interpreter(version)
    project = commands.blog(committed_template, tmp_path / "blog")
    environment = tmp_path / "venv"
    python = environment / "bin" / "python"

    uv(project, "venv", "--quiet", "--python", program, str(environment))
    uv(project, "pip", "install", "--quiet", "--python", str(python), "--requirement",
       "pyproject.toml", "--extra", "dev")  # fmt: skip
    result = subprocess.run(
        [python, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=project,
        env=gates.environment(project),
        capture_output=True,
        check=False,
        text=True,
    )

    assert result.returncode == 0, result.stdout + result.stderr
