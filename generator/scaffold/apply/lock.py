"""Let one scaffold command at a time work in a project."""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from scaffold.errors import ScaffoldError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STATE_FOLDER = ".scaffold"
_RECORD = 40  # bytes of a lock


def state_folder(root: Path) -> Path:
    """Return the folder for scaffold's own state, made and ignored by git; the user commits none."""
    folder = root / STATE_FOLDER
    ignored = folder / ".gitignore"
    try:
        if not ignored.exists() or not ignored.stat().st_size:  # empty: the disk was full
            folder.mkdir(exist_ok=True)
            ignored.write_text("*\n")
    except OSError as error:
        raise _unwritable(root, error, folder) from error
    return folder


def turn(root: Path) -> int:
    """Return how many commands had the lock and gave it back: what is read between two is whole."""
    try:
        return _record((root / STATE_FOLDER / "lock").read_bytes())[1]
    except FileNotFoundError:
        return 0


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
        raise _unwritable(root, error, path) from error
    try:
        _wait_for(descriptor, wait)
        _, former = _record(os.pread(descriptor, _RECORD, 0))
        try:
            _write(descriptor, former)
        except OSError as error:
            raise _unwritable(root, error, path) from error
        try:
            yield
        finally:
            with suppress(OSError):
                _write(descriptor, former + 1)
    finally:
        # Closing gives the lock back, and so does the end of the process, however it ends.
        os.close(descriptor)


def _unwritable(root: Path, error: OSError, path: Path) -> ScaffoldError:
    return ScaffoldError(
        f"the project `{root}` cannot be written to: {error.strerror}; nothing was written",
        help=f"check who owns `{path}`, its permissions, and the space on the disk",
    )


def _record(content: bytes) -> tuple[str, int]:
    """Return which process has the lock or had it last, and how many had it before."""
    process, former = (*content.decode(errors="replace").split(), "", "")[:2]
    return process, int(former) if former.isdecimal() else 0


def _write(descriptor: int, former: int) -> None:
    # Always as long: where it was written once, a full disk is no hindrance.
    os.pwrite(descriptor, f"{os.getpid():<19} {former:<19}\n".encode(), 0)


def _wait_for(descriptor: int, wait: float) -> None:
    end = time.monotonic() + wait
    while not _try_lock(descriptor):
        if time.monotonic() >= end:
            holder, _ = _record(os.pread(descriptor, _RECORD, 0))
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
