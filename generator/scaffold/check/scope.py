"""What is checked in one project, and which findings count there."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from scaffold.check import files, settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Scope:
    """A project's settings, and its files."""

    def __init__(self, root: Path, select: tuple[str, ...], ignore: tuple[str, ...]) -> None:
        """Read the project's settings; `select` of the command line replaces its own."""
        given = settings.read(root)
        self._settings = given._replace(
            select=select or given.select, ignore=(*given.ignore, *ignore)
        )
        self.root = root
        self._prefix = f"{str(root).rstrip(os.sep)}{os.sep}"
        self._ignored = files.ignored_by_git(root)

    def files_at(self, path: Path) -> Iterator[str]:
        """Yield the Python files at a path."""
        return files.python_files(path, self._leaves_out)

    def around(self) -> Iterator[str]:
        """Yield the files that tell what kind of project this is; beside a lone file, few."""
        if files.is_project(self.root):
            yield from files.python_files(self.root, self._leaves_out)
        else:
            yield from sorted(map(str, self.root.glob("*.py")))

    def holds(self, code: str, path: str) -> bool:
        """Tell whether a rule is to be checked in a file."""
        return self._settings.holds(code, self._inside(path))

    def _leaves_out(self, path: str) -> bool:
        if path in self._ignored:
            return True
        return bool(self._settings.exclude) and self._settings.excludes(self._inside(path))

    def _inside(self, path: str) -> str:
        """Return a path as seen from the root."""
        return path.removeprefix(self._prefix).replace(os.sep, "/")
