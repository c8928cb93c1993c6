"""Remember what a template's pure macros returned, from one command to the next.

A macro whose name begins with `pure_` promises that its result depends on its arguments and on the
template's files alone, and that it changes none of them. As with files, equal keys then mean equal
bytes. Copier knows nothing of this, and calls such a macro each time.
"""

from __future__ import annotations

import marshal
from typing import TYPE_CHECKING, Any

from scaffold.cache.digests import short
from scaffold.cache.store import Kept

if TYPE_CHECKING:
    from pathlib import Path

    from jinja2.runtime import Macro

PREFIX = "pure_"
# Whatever a template passes.
Value = Any
MOST = 1000


class Memo:
    """The results of pure macros of one template version, kept in a file."""

    def __init__(self, path: Path) -> None:
        self._kept: Kept[str] = Kept(path, MOST)

    def call(self, macro: Macro, evaluation: object, *args: Value, **named: Value) -> str:
        """Return what the macro returns for these arguments; it is called if that is not known."""
        try:
            # The globals of a compiled template hold its name, which is a digest if it has no file.
            place = (macro._func.__globals__["name"], macro.name)  # noqa: SLF001
            # Version 2 writes equal values alike.
            key = short(marshal.dumps((place, args, list(named.items())), 2))
        except ValueError:  # not plain data
            return macro(evaluation, *args, **named)
        result = self._kept.find(key)
        if result is None:
            result = macro(evaluation, *args, **named)
            if type(result) is str:  # not one marked as escaped
                self._kept.put(key, result)
        return result

    def save(self) -> None:
        """Write the results to the file, if there are new ones."""
        self._kept.save()
