"""Find the folder for what can be made again, and write files there that others may read."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from zlib import crc32

_CHECKSUM = 9  # bytes: 8 digits and the end of the line


def cache_folder() -> Path:
    """Return the cache folder: `SCAFFOLD_CACHE_DIR`, or the platform's own for this user."""
    override = os.environ.get("SCAFFOLD_CACHE_DIR")
    if override:
        return Path(override).absolute()
    if sys.platform.startswith("linux"):
        return _of_linux("XDG_CACHE_HOME", "~/.cache")
    from platformdirs import user_cache_dir

    return Path(user_cache_dir("scaffold", appauthor=False))


def data_folder() -> Path:
    """Return the platform's folder for files that scaffold keeps for this user."""
    override = os.environ.get("SCAFFOLD_DATA_DIR")
    if override:
        return Path(override).absolute()
    if sys.platform.startswith("linux"):
        return _of_linux("XDG_DATA_HOME", "~/.local/share")
    from platformdirs import user_data_dir

    return Path(user_data_dir("scaffold", appauthor=False))


def _of_linux(variable: str, usual: str) -> Path:
    """Return what platformdirs answers on Linux, without the 10 ms that its import takes."""
    base = os.environ.get(variable, "").strip() or Path(usual).expanduser()
    return Path(base, "scaffold")


def write_whole(path: Path, *parts: bytes) -> None:
    """Write a file of these folders in one step; one that cannot be written is no error."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.writelines(parts)
        temporary.replace(path)
    except OSError:
        with suppress(OSError):
            temporary.unlink()


def write_cached(path: Path, content: bytes) -> None:
    """Write a cache file, which begins with a checksum, so that a damaged one is not believed."""
    write_whole(path, _checksum(content), content)


def _checksum(content: bytes | memoryview) -> bytes:
    return b"%08x\n" % crc32(content)


def read_cached(path: Path) -> memoryview | None:
    """Return a cache file's content, or None when it is not there or not whole."""
    try:
        whole = memoryview(path.read_bytes())
    except OSError:
        return None
    # Some are of megabytes, and copies of that take longer than what is done with them.
    content = whole[_CHECKSUM:]
    if whole[:_CHECKSUM] != _checksum(content):
        return None
    with suppress(OSError):
        os.utime(path)  # so that `keep_newest` keeps it
    return content


def keep_newest(folder: Path, count: int) -> None:
    """Delete all files of a cache folder but those last written or read."""
    with suppress(OSError):
        files = sorted(os.scandir(folder), key=lambda entry: entry.stat().st_mtime_ns)
        for entry in files[:-count]:
            Path(entry.path).unlink()


class CachedFiles:
    """The files of a folder of the cache; those last written or read are kept."""

    def __init__(self, folder: Path, most: int) -> None:
        self._folder = folder
        self._most = most

    def read(self, name: str) -> memoryview | None:
        """Return a file's content, or None when it is not there or not whole."""
        return read_cached(self._folder / name)

    def write(self, name: str, content: bytes) -> None:
        """Write a file, if that is possible."""
        write_cached(self._folder / name, content)
        keep_newest(self._folder, self._most)
