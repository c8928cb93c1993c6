"""Reach the files of a project through its own folders only, never through a link.

Each folder is opened in the one before it, so that none can become a link in between. Where the
system cannot do that (Windows), paths are checked instead.
"""

from __future__ import annotations

import errno
import os
import stat
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from scaffold.errors import ScaffoldError
from scaffold.untrusted import MOST_BYTES, fault_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_HAS_FOLDERS = os.open in os.supports_dir_fd and os.rename in os.supports_dir_fd
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_BINARY = getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
_FOLDER = os.O_RDONLY | _NO_LINK | getattr(os, "O_DIRECTORY", 0)


class Place(NamedTuple):
    """A name in an open folder; a whole path where folders cannot be opened."""

    name: str
    folder: int | None

    def status(self) -> os.stat_result | None:
        """Return the status of what is there, a link's own where it is one; None for nothing."""
        try:
            return os.stat(self.name, dir_fd=self.folder, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def open(self, flags: int, mode: int = 0o600) -> int:
        """Open a regular file that is no link."""
        status = self.status()
        if status is not None and not stat.S_ISREG(status.st_mode):
            raise OSError(errno.ELOOP, "it is not a regular file", self.name)
        return os.open(self.name, flags | _NO_LINK | _BINARY, mode, dir_fd=self.folder)

    def read(self) -> bytes:
        """Return the content of a regular file; what has no end is an OSError."""
        with os.fdopen(self.open(os.O_RDONLY), "rb") as file:
            content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), self.name)
        return content

    def write(self, content: bytes, mode: int) -> None:
        """Write a new file with these permission bits, whatever the umask."""
        with os.fdopen(self.open(os.O_WRONLY | os.O_CREAT | os.O_EXCL), "wb") as file:
            file.write(content)
        # Not `fchmod`, which Windows has not; the staging folder is nobody else's.
        os.chmod(self.name, mode, dir_fd=self.folder)

    def make_folder(self) -> None:
        """Make a folder, unless it is there."""
        status = self.status()
        if status is None or not stat.S_ISDIR(status.st_mode):
            os.mkdir(self.name, dir_fd=self.folder)

    def move_to(self, other: Place) -> None:
        """Take the place of another file."""
        os.replace(self.name, other.name, src_dir_fd=self.folder, dst_dir_fd=other.folder)

    def link_to(self, other: Place) -> None:
        """Give the file a second name."""
        os.link(
            self.name,
            other.name,
            src_dir_fd=self.folder,
            dst_dir_fd=other.folder,
            follow_symlinks=False,
        )

    def unlink(self) -> None:
        """Remove the file, if it is there."""
        try:
            os.unlink(self.name, dir_fd=self.folder)
        except FileNotFoundError:
            return

    def remove_folder(self) -> None:
        """Remove an empty folder."""
        os.rmdir(self.name, dir_fd=self.folder)


@contextmanager
def place(root: Path, path: str) -> Iterator[Place]:
    """Open the folder of a path; a link or a file on the way is an OSError."""
    *folders, name = path.split("/")
    if not _HAS_FOLDERS:
        _refuse_links(root, folders)
        yield Place(str(root / path), None)
        return
    folder = os.open(root, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
    try:
        for part in folders:
            inner = os.open(part, _FOLDER, dir_fd=folder)
            os.close(folder)
            folder = inner
        yield Place(name, folder)
    finally:
        os.close(folder)


def _refuse_links(root: Path, folders: list[str]) -> None:
    current = root
    for part in folders:
        current /= part
        if not stat.S_ISDIR(os.lstat(current).st_mode):
            raise OSError(errno.ELOOP, "a folder on the way is a link", str(current))


def direct(root: Path, path: str) -> str:
    """Return a path with its folders as they are, where a link leads to another one inside.

    What leads out of the project, or to what is git's or scaffold's own, is refused.
    """
    if fault := fault_of(path):
        raise _refused(path, fault)
    folder, _, name = path.rpartition("/")
    inside = os.path.relpath((root / folder).resolve(), root.resolve()).replace(os.sep, "/")
    found = name if inside == "." else f"{inside}/{name}"
    if found != path and (inside.split("/")[0] == ".." or fault_of(found)):
        raise _refused(path, "a folder on the way is a link that leads elsewhere")
    return found


def _refused(path: str, reason: str) -> ScaffoldError:
    return ScaffoldError(f"`{path}` must not be written: {reason}; nothing was written")
