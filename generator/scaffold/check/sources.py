"""The files as they are read: what each says, and a mark of that."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from scaffold.untrusted import read_regular

if TYPE_CHECKING:
    from scaffold.check.search_path import SearchPath

UNREADABLE = b""


class Sources:
    """Reads files; equal marks mean equal contents, imported from the same folder."""

    def __init__(self, search_path: SearchPath) -> None:
        """Begin with nothing read."""
        self._search_path = search_path
        self._marks: dict[str, bytes] = {}
        self.is_torn = False

    def read(self, path: str) -> bytes:
        """Return the content of a file, or raise an OSError."""
        former = self._marks.get(path)
        self._marks[path] = UNREADABLE
        try:
            content = read_regular(path)
            base = os.fsencode(self._search_path.base(path))
            self._marks[path] = digest(b"%d " % len(base), base, content)
        finally:
            # Somebody edits it meanwhile: what was found rests on both contents.
            self.is_torn |= former is not None and former != self._marks[path]
        return content

    def mark(self, path: str) -> bytes:
        """Return the mark of what a file says, as it was last read."""
        if path not in self._marks:
            try:
                self.read(path)
            except OSError:
                return UNREADABLE
        return self._marks[path]


def digest(*parts: bytes) -> bytes:
    """Return what is equal for equal bytes only."""
    made = hashlib.blake2b(digest_size=16)
    for each in parts:
        made.update(each)
    return made.digest()
