"""Run the git program."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from scaffold.errors import ScaffoldError

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

# What a hook or an alias may have set would point git at the user's repository.
_INHERITED = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX")


def run_git(
    *arguments: str | Path, folder: Path | None = None, stdin: bytes | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run git and return its result, whatever its exit status; it never asks for a password."""
    import subprocess

    environment = {name: value for name, value in os.environ.items() if name not in _INHERITED}
    environment.update(GIT_TERMINAL_PROMPT="0", LC_ALL="C")
    try:
        return subprocess.run(
            ["git", *map(str, arguments)],
            cwd=folder,
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            env=environment,
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
