"""The files to check: those given, and the Python files of the folders given."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from scaffold.check.errors import CheckError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

# Made by tools, or somebody else's; folders that begin with a dot are skipped as well.
SKIPPED = frozenset({"__pycache__", "__pypackages__", "build", "dist", "node_modules", "site-packages", "venv"})  # fmt: skip
ROOTS = ("pyproject.toml", ".git")
DEFAULT = ("src", "tests")


def root_of(path: Path) -> Path:
    """Return the project that a path is in: the nearest folder above with a pyproject.toml."""
    start = path if path.is_dir() else path.parent
    for marker in ROOTS:
        for folder in (start, *start.parents):
            if (folder / marker).exists():
                return folder
    return start


def is_project(root: Path) -> bool:
    """Tell whether a folder is more than the one that a file happens to be in."""
    return any((root / marker).exists() for marker in ROOTS)


def default_paths(folder: Path) -> list[Path]:
    """Return `src` and `tests` of the project at or above a folder; else the folder."""
    root = root_of(folder)
    found = [root / name for name in DEFAULT if (root / name).is_dir()]
    return found if found and (root / ROOTS[0]).exists() else [folder]


def checked(paths: Iterable[Path]) -> list[Path]:
    """Return whole paths, each of which exists."""
    found = []
    for path in paths:
        whole = Path(os.path.normpath(Path.cwd() / path))
        if not whole.exists():
            raise CheckError(f"`{path}` does not exist")
        found.append(whole)
    return found


def python_files(path: Path, leaves_out: Callable[[str], bool]) -> Iterator[str]:
    """Yield a file as it is given, or the Python files below a folder, in order."""
    if path.is_dir():
        yield from _below(str(path), leaves_out, set())
    else:
        yield str(path)


def _below(
    folder: str, leaves_out: Callable[[str], bool], seen: set[tuple[int, int]]
) -> Iterator[str]:
    try:
        state = Path(folder).stat()
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    # A link may lead to a folder above, and so on for ever.
    if (state.st_dev, state.st_ino) in seen:
        return
    seen.add((state.st_dev, state.st_ino))
    for entry in entries:
        name, path = entry.name, entry.path
        if name.startswith(".") or leaves_out(path):
            continue
        if _is_folder(entry):
            if name not in SKIPPED and not Path(path, "pyvenv.cfg").exists():
                yield from _below(path, leaves_out, seen)
        elif name.endswith(".py"):
            yield path


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def ignored_by_git(root: Path) -> frozenset[str]:
    """Return the files and folders of a project that git ignores; none where there is no git."""
    if not any((folder / ".git").exists() for folder in (root, *root.parents)):
        return frozenset()
    import subprocess

    from scaffold.untrusted import GIT_RUNS_NOTHING, git_environment

    environment = git_environment(GIT_RUNS_NOTHING)
    options = ("--others", "--ignored", "--exclude-standard", "--directory", "-z")
    try:
        done = subprocess.run(
            ["git", "ls-files", *options],
            cwd=root,
            env=environment,
            capture_output=True,
            check=False,
        )
    except OSError:
        return frozenset()
    names = done.stdout.decode("utf-8", "surrogateescape").split("\0")
    return frozenset(str(root / name.rstrip("/")) for name in names if name)
