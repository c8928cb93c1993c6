"""Let one scaffold command at a time work in a project."""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from scaffold.errors import ScaffoldError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STATE_FOLDER = ".scaffold"


def state_folder(root: Path) -> Path:
    """Return the folder for scaffold's own state, made and ignored by git; the user commits none."""
    folder = root / STATE_FOLDER
    try:
        if not (folder / ".gitignore").exists():
            folder.mkdir(exist_ok=True)
            (folder / ".gitignore").write_text("*\n")
    except OSError as error:
        raise ScaffoldError(
            f"the project `{root}` cannot be written to: {error.strerror}; nothing was written",
            help="check who owns the folder, and its permissions",
        ) from error
    return folder


@contextmanager
def lock(root: Path, wait: float = 5.0) -> Iterator[None]:
    """Hold the project's lock; raise an error when another command keeps it for `wait` seconds."""
    if not root.stat().st_mode & 0o222:
        raise ScaffoldError(
            f"the project `{root}` is read-only; nothing was written",
            help=f"allow writing: chmod u+w {root}",
        )
    path = state_folder(root) / "lock"
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise ScaffoldError(
            f"the project `{root}` cannot be written to: {error.strerror}; nothing was written",
            help=f"check who owns `{path}`, and its permissions",
        ) from error
    try:
        _wait_for(descriptor, wait)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        # Closing gives the lock back, and so does the end of the process, however it ends.
        os.close(descriptor)


def _wait_for(descriptor: int, wait: float) -> None:
    end = time.monotonic() + wait
    while not _try_lock(descriptor):
        if time.monotonic() >= end:
            holder = os.pread(descriptor, 20, 0).decode(errors="replace").strip()
            raise ScaffoldError(
                "another scaffold command is at work in this project; nothing was written",
                note=f"it is the process {holder}" if holder else None,
                help="wait until it is done, then try again",
            )
        time.sleep(0.02)


if sys.platform == "win32":

    def _try_lock(descriptor: int) -> bool:
        import msvcrt

        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:

    def _try_lock(descriptor: int) -> bool:
        import fcntl

        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
