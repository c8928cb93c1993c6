"""Look at a project's files as a plan needs them; nothing here writes."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from scaffold.errors import ScaffoldError
from scaffold.frozen import dataclass
from scaffold.untrusted import fault_of, read_regular

if TYPE_CHECKING:
    from collections.abc import Container


@dataclass(frozen=True, slots=True)
class File:
    """A person's file: its bytes and permission bits."""

    body: bytes
    mode: int


class Tree:
    """The files of one project, named by their path below its root."""

    def __init__(self, root: Path, without: Container[str] = frozenset()) -> None:
        """Look at the files below `root` as if those `without` were not there."""
        self._root = root
        self._without = without
        self._names: dict[str, dict[str, str]] = {}

    def read(self, path: str) -> File | None:
        """Return a file, or None when there is none."""
        if path in self._without:
            return None
        file = self._root / path
        try:
            return File(read_regular(file), stat.S_IMODE(file.stat().st_mode))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise ScaffoldError(f"`{path}` cannot be read: {error.strerror}") from error

    def obstacle(self, path: str) -> str:
        """Say what stands where a file should be: a folder, a link, a file instead of a folder."""
        if path in self._without:
            return ""
        parts = path.split("/")
        current = str(self._root)
        for place, part in enumerate(parts, 1):
            current = f"{current}/{part}"
            try:
                mode = os.lstat(current).st_mode
            except (FileNotFoundError, NotADirectoryError):
                return ""
            found = _in_the_way(mode, is_last=place == len(parts))
            if found and (place == len(parts) or not self._leads_inside(current)):
                return found.format("/".join(parts[:place]))
        return ""

    def other_case(self, path: str) -> str:
        """Say which file has this name but for upper and lower case, which some systems mix up."""
        folder = ""
        for part in path.split("/"):
            names = self._listing(folder)
            known = names.get(part) or names.get(part.casefold(), part)
            if known != part:
                other = f"{folder}/{known}" if folder else known
                return f"`{other}` differs from it only in upper and lower case"
            folder = f"{folder}/{part}" if folder else part
        return ""

    def _leads_inside(self, link: str) -> bool:
        root, target = self._root.resolve(), Path(link).resolve()
        if not target.is_dir() or not target.is_relative_to(root):
            return False
        return target == root or not fault_of(target.relative_to(root).as_posix())

    def _listing(self, folder: str) -> dict[str, str]:
        if folder not in self._names:
            try:
                found = [path.name for path in (self._root / folder).iterdir()]
            except OSError:
                found = []
            # Where both spellings exist, the exact one counts: the person lives with it already.
            exact = {name: name for name in found}
            self._names[folder] = {name.casefold(): name for name in found} | exact
        return self._names[folder]


def _in_the_way(mode: int, *, is_last: bool) -> str:
    if stat.S_ISLNK(mode):
        if is_last:
            return "it is a symbolic link"
        return "the folder `{}` is a symbolic link that leads elsewhere"
    if not is_last:
        return "" if stat.S_ISDIR(mode) else "`{}` is a file, and should be a folder"
    return "" if stat.S_ISREG(mode) else "a folder of that name is there"
