"""Put a template under git, as the sources of projects are."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

LIBRARY = Path(__file__).parent / "templates" / "library"

_ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    **{
        f"GIT_{who}_{what}": "tester@example.org"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    },
}


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder, whatever the user's own settings are."""
    result = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        env={**os.environ, **_ENVIRONMENT},
        check=True,
        capture_output=True,
    )
    return result.stdout.decode().strip()


def commit(folder: Path, tag: str | None = "v1.0.0") -> str:
    """Commit all files of a folder, tag the commit, and return its full hash."""
    if not (folder / ".git").exists():
        git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", tag or "more")
    if tag:
        git(folder, "tag", tag)
    return git(folder, "rev-parse", "HEAD")


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files below a folder, making what is missing."""
    for path, content in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def template(folder: Path, files: Mapping[str, str | bytes], tag: str = "v1.0.0") -> Path:
    """Make a template repository of these files."""
    folder.mkdir(parents=True, exist_ok=True)
    write(folder, files)
    commit(folder, tag)
    return folder


def library(folder: Path) -> Path:
    """Make a repository of the small template that the tests share."""
    shutil.copytree(LIBRARY, folder)
    commit(folder)
    return folder


def tree(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Return every file of a folder with its bytes and permission bits, scaffold's state left out."""
    found = {}
    for file in sorted(folder.rglob("*")):
        path = file.relative_to(folder).as_posix()
        if path.split("/")[0] not in {".git", ".scaffold"} and file.is_file():
            found[path] = (file.read_bytes(), file.stat().st_mode & 0o777)
    return found
