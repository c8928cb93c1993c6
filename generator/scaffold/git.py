"""Run the git program, so that it runs nothing that a repository configures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from scaffold.errors import ScaffoldError
from scaffold.untrusted import GIT_FETCHES, GIT_RUNS_NOTHING, git_environment

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping

# What of a driver is a program, by the section of the configuration that names it.
_DRIVERS = {
    "diff": {"command": "", "textconv": ""},
    "filter": {"clean": "", "process": "", "required": "false", "smudge": ""},
    "merge": {"driver": ""},
}


def run_git(
    *arguments: str | Path,
    folder: Path | None = None,
    stdin: bytes | None = None,
    drivers: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """Run git and return its result, whatever its exit status; it never asks for a password.

    With a folder, git stays on this machine. Without one it may fetch, from outside of any
    repository: one around the current folder could name the program for that.
    """
    import subprocess

    settings = GIT_FETCHES if folder is None else {**GIT_RUNS_NOTHING, **(drivers or {})}
    try:
        return subprocess.run(
            ["git", "--no-pager", *map(str, arguments)],
            cwd=outside() if folder is None else folder,
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            env=git_environment(settings),
            check=False,
        )
    except FileNotFoundError as error:
        if folder is not None and not folder.is_dir():
            raise
        raise ScaffoldError(
            "the `git` program was not found",
            note="scaffold uses it to fetch templates and to merge files",
            help="install git, and make sure that it is on PATH",
        ) from error


def outside() -> Path:
    """Return a folder that is in no repository of anybody's."""
    return Path(Path.cwd().anchor)


def without_drivers(folder: Path) -> dict[str, str]:
    """Return the settings by which no driver that the repository names is run."""
    listed = run_git("config", "--list", "--name-only", "-z", folder=folder)
    found = {}
    for name in listed.stdout.decode("utf-8", "surrogateescape").split("\0"):
        section, variable = name.partition(".")[0], name.rpartition(".")[2]
        if variable in _DRIVERS.get(section, ()):
            found[name] = _DRIVERS[section][variable]
    return found
