"""Let one scaffold command at a time work in a project."""

from __future__ import annotations

import os
import stat
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from scaffold.apply.places import place
from scaffold.cache.locks import try_lock
from scaffold.errors import ScaffoldError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STATE_FOLDER = ".scaffold"
LOCK = f"{STATE_FOLDER}/lock"
_RECORD = 40  # bytes of a lock


def state_folder(root: Path) -> Path:
    """Return the folder for scaffold's own state, made and ignored by git; the user commits none."""
    refuse_linked_state(root)
    try:
        with place(root, STATE_FOLDER) as folder:
            folder.make_folder()
        with place(root, f"{STATE_FOLDER}/.gitignore") as ignored:
            status = ignored.status()
            if status is None or not status.st_size:  # empty: the disk was full
                descriptor = ignored.open(os.O_WRONLY | os.O_CREAT, 0o644)
                with os.fdopen(descriptor, "wb") as file:
                    file.write(b"*\n")
    except OSError as error:
        raise _unwritable(root, error, root / STATE_FOLDER) from error
    return root / STATE_FOLDER


def refuse_linked_state(root: Path) -> None:
    """Raise an error where the folder for scaffold's own state, or a file in it, is a link."""
    kinds = {STATE_FOLDER: stat.S_ISDIR, f"{STATE_FOLDER}/staging": stat.S_ISDIR}
    kinds |= dict.fromkeys((f"{STATE_FOLDER}/{each}" for each in _FILES), stat.S_ISREG)
    for path, is_right in kinds.items():
        try:
            mode = os.lstat(root / path).st_mode
        except OSError:
            continue
        if not is_right(mode):
            kind = "a link" if stat.S_ISLNK(mode) else "not of the right kind"
            raise ScaffoldError(
                f"`{path}` is {kind}: scaffold did not make it; nothing was written",
                note="it came with the repository, or somebody put it there",
                help=f"remove it: rm {path}" if kind == "a link" else f"look at it: ls -la {path}",
            )


_FILES = (".gitignore", "journal", "lock", "undo")


def turn(root: Path) -> int:
    """Return how many commands had the lock and gave it back: what is read between two is whole."""
    try:
        with place(root, LOCK) as path:
            return _record(path.read())[1]
    except OSError:
        return 0


@contextmanager
def lock(root: Path, wait: float = 5.0) -> Iterator[None]:
    """Hold the project's lock; raise an error when another command keeps it for `wait` seconds."""
    if not root.stat().st_mode & 0o222:
        raise ScaffoldError(
            f"the project `{root}` is read-only; nothing was written",
            help=f"allow writing: chmod u+w {root}",
        )
    state_folder(root)
    try:
        with place(root, LOCK) as path:
            descriptor = path.open(os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise _unwritable(root, error, root / LOCK) from error
    try:
        _wait_for(descriptor, wait)
        _, former = _record(os.pread(descriptor, _RECORD, 0))
        try:
            _write(descriptor, former)
        except OSError as error:
            raise _unwritable(root, error, root / LOCK) from error
        try:
            yield
        finally:
            with suppress(OSError):
                _write(descriptor, former + 1)
    finally:
        # Closing gives the lock back, and so does the end of the process, however it ends.
        os.close(descriptor)


def wait_for_writer(root: Path, wait: float = 5.0) -> None:
    """Return once no command is at work; writes nothing."""
    try:
        with place(root, LOCK) as path:
            descriptor = path.open(os.O_RDONLY)
    except OSError:  # there never was one
        return
    try:
        _wait_for(descriptor, wait, shared=True)
    finally:
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


def _wait_for(descriptor: int, wait: float, *, shared: bool = False) -> None:
    end = time.monotonic() + wait
    while not try_lock(descriptor, shared=shared):
        if time.monotonic() >= end:
            holder, _ = _record(os.pread(descriptor, _RECORD, 0))
            raise ScaffoldError(
                "another scaffold command is at work in this project; nothing was written",
                note=f"it is the process {holder}" if holder else None,
                help="wait until it is done, then try again",
            )
        time.sleep(0.02)
