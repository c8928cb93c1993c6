"""Folders that are gone when their command ends, or when the next one finds them."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from scaffold.cache.locks import try_lock

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOCK = ".lock"
_OLD = 3600  # seconds; a younger one without a lock may be about to get it


@contextmanager
def workplace(parent: Path, prefix: str) -> Iterator[Path]:
    """Give a new folder in `parent`, and remove those that killed commands left there."""
    _remove_abandoned(parent, prefix)
    with TemporaryDirectory(prefix=prefix, dir=parent, ignore_cleanup_errors=True) as name:
        descriptor = os.open(Path(name, _LOCK), os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            try_lock(descriptor)
            yield Path(name)
        finally:
            os.close(descriptor)


def _remove_abandoned(parent: Path, prefix: str) -> None:
    with suppress(OSError):
        for entry in list(os.scandir(parent)):
            if entry.name.startswith(prefix) and entry.is_dir(follow_symlinks=False):
                with suppress(OSError):
                    _remove(Path(entry.path), entry.stat(follow_symlinks=False))


def _remove(folder: Path, status: os.stat_result) -> None:
    if hasattr(os, "getuid") and status.st_uid != os.getuid():
        return
    flags = os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        descriptor = os.open(folder / _LOCK, flags)
    except FileNotFoundError:
        if status.st_mtime < time.time() - _OLD:
            folder.rmdir()  # where it is empty
        return
    try:
        if try_lock(descriptor):
            rmtree(folder, ignore_errors=True)
    finally:
        os.close(descriptor)
