"""Keep values by their key in a file of the cache folder, from one command to the next."""

from __future__ import annotations

import marshal
from contextlib import suppress
from typing import TYPE_CHECKING, Generic, TypeVar

from scaffold.cache.files import read_cached, write_cached

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Value = TypeVar("Value", str, bytes)


class Kept(Generic[Value]):
    """At most so many values; those that the last command had no use for go first.

    Equal keys must mean equal values. A file that is missing, damaged or cannot be written costs
    time only.
    """

    def __init__(self, path: Path, most: int) -> None:
        self._path = path
        self._most = most
        self._used: dict[bytes, Value] = {}
        self._former: dict[bytes, Value] | None = None
        self._is_new = False

    def get(self, key: bytes, make: Callable[[], Value]) -> Value:
        """Return the value of a key, which `make` gives if it is not known."""
        value = self.find(key)
        if value is None:
            value = make()
            self.put(key, value)
        return value

    def find(self, key: bytes) -> Value | None:
        """Return the value of a key if it is known."""
        value = self._used.get(key)
        if value is None:
            if self._former is None:
                self._former = self._read()
            value = self._former.get(key)
            if value is not None:
                self._used[key] = value
        return value

    def put(self, key: bytes, value: Value) -> None:
        """Remember a value."""
        self._used[key] = value
        self._is_new = True

    def save(self) -> None:
        """Write the values to the file, if there are new ones."""
        if not self._is_new:
            return
        self._is_new = False
        # Another render or command may have saved its own meanwhile.
        unused = [item for item in self._read().items() if item[0] not in self._used]
        room = max(self._most - len(self._used), 0)
        write_cached(self._path, marshal.dumps({**self._used, **dict(unused[:room])}))

    def _read(self) -> dict[bytes, Value]:
        content = read_cached(self._path)
        with suppress(ValueError, EOFError, TypeError):
            if content is not None:
                found = marshal.loads(content)  # noqa: S302 (`save` wrote it)
                return found if isinstance(found, dict) else {}
        return {}
