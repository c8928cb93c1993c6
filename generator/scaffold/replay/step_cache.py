"""The steps of revisions, kept from one command to the next."""

from __future__ import annotations

import marshal
from contextlib import suppress
from typing import TYPE_CHECKING

from scaffold.cache.digests import short
from scaffold.cache.files import cache_folder, read_cached, write_cached
from scaffold.replay.steps import steps_of

if TYPE_CHECKING:
    from scaffold.replay.steps import Step

_KEPT = 2000


class KnownSteps:
    """Knows the steps of texts that it has read before."""

    def __init__(self) -> None:
        """Read what is kept."""
        self._path = cache_folder() / "steps"
        self._known: dict[bytes, list[Step]] = {}
        with suppress(ValueError, EOFError, TypeError):
            # Written below.
            self._known = marshal.loads(read_cached(self._path) or marshal.dumps({}))  # noqa: S302

    def __call__(self, content: bytes) -> list[Step]:
        """Return what a revision does."""
        key = short(content)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = steps_of(content.decode("utf-8", "replace"))
            kept = dict(list(self._known.items())[-_KEPT:])
            write_cached(self._path, marshal.dumps(kept))
        return known
