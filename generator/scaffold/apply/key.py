"""The key that this user's scaffold signs its records with."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING

from scaffold.cache.files import data_folder
from scaffold.errors import ScaffoldError
from scaffold.untrusted import MEGABYTE, read_regular

if TYPE_CHECKING:
    from pathlib import Path

_BYTES = 32


@cache
def user_key() -> bytes:
    """Return the key, made the first time; it is readable for its user only."""
    path = data_folder() / "journal.key"
    try:
        for _ in range(2):
            with suppress(FileNotFoundError):
                key = read_regular(path, most=MEGABYTE)
                if len(key) == _BYTES and not _is_shared(path.stat()):
                    return key
                path.unlink()
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = path.with_name(f".{path.name}.{os.getpid()}")
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(os.urandom(_BYTES))
            _publish(draft, path)
    except OSError as error:
        raise ScaffoldError(
            f"`{path}` cannot be written: {error.strerror}; nothing was written",
            note="it is the key by which scaffold knows the record of an interrupted command",
            help="set SCAFFOLD_DATA_DIR to a folder that can be written to",
        ) from error
    raise ScaffoldError(f"`{path}` changes while it is read", help="try again")


def _publish(draft: Path, path: Path) -> None:
    """Give the key its name, unless another command was quicker."""
    try:
        os.link(draft, path)
    except FileExistsError:
        draft.unlink()
    except OSError:  # a file system without hard links
        draft.replace(path)
    else:
        draft.unlink()


def _is_shared(status: os.stat_result) -> bool:
    return hasattr(os, "getuid") and (
        status.st_uid != os.getuid() or bool(stat.S_IMODE(status.st_mode) & 0o077)
    )
