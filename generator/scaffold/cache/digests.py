"""Tell values apart, cheaply and exactly."""

from __future__ import annotations

import hashlib
import marshal
from typing import Any

_LONG = 20


def dump(value: Any) -> bytes:  # noqa: ANN401 (whatever a template sees)
    """Return bytes that are equal for values that print alike in whatever way.

    So `1` and `True` differ, and the order of keys counts.
    """
    try:
        # Version 2 writes no references between objects, so that equal values are written alike.
        return marshal.dumps(value, 2)
    except ValueError:
        return repr(value).encode()


def short(content: bytes) -> bytes:
    """Return a digest of 16 bytes."""
    return hashlib.blake2b(content, digest_size=16).digest()


class Digests:
    """Digests of values, each worked out once, as long as this object lives.

    A long list is digested by its elements, which are often asked for alone, too.
    """

    def __init__(self) -> None:
        self._known: dict[int, tuple[object, bytes]] = {}

    def of(self, value: Any) -> bytes:  # noqa: ANN401 (whatever a template sees)
        """Return a digest that is equal for equal values only."""
        known = self._known.get(id(value))
        if known is None:
            # The value is kept, so that no other one gets its id.
            known = self._known[id(value)] = (value, short(self._content(value)))
        return known[1]

    def _content(self, value: Any) -> bytes:  # noqa: ANN401 (whatever a template sees)
        if _is_long(value):
            return b"list" + b"".join(map(self.of, value))
        if type(value) is dict and any(map(_is_long, value.values())):
            return b"dict" + b"".join(short(dump(key)) + self.of(value[key]) for key in value)
        return b"one" + dump(value)


def _is_long(value: object) -> bool:
    return type(value) is list and len(value) > _LONG
