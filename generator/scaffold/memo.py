"""Remember what a template's pure macros returned, from one command to the next.

A macro whose name begins with `pure_` promises that its result depends on its arguments and on the
template's files alone, and that it changes none of them. As with files, equal keys then mean equal
bytes. Copier knows nothing of this, and calls such a macro each time.
"""

from __future__ import annotations

import marshal
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from scaffold.cache import read_cached, write_cached
from scaffold.digests import short

if TYPE_CHECKING:
    from pathlib import Path

    from jinja2.runtime import Macro

PREFIX = "pure_"
# Whatever a template passes.
Value = Any
# Results of one file; those that the last command had no use for go first.
_KEPT = 1000


class Memo:
    """The results of pure macros of one template version, kept in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._used: dict[bytes, str] = {}
        self._former: dict[bytes, str] = {}
        self._is_new = False
        with suppress(ValueError, EOFError, TypeError):
            # `save` wrote it.
            self._former = marshal.loads(read_cached(path) or marshal.dumps({}))  # noqa: S302

    def call(self, macro: Macro, evaluation: object, *args: Value, **named: Value) -> str:
        """Return what the macro returns for these arguments; it is called if that is not known."""
        try:
            # The globals of a compiled template hold its name, which is a digest if it has no file.
            place = (macro._func.__globals__["name"], macro.name)  # noqa: SLF001
            # Version 2 writes equal values alike.
            key = short(marshal.dumps((place, args, list(named.items())), 2))
        except ValueError:  # not plain data
            return macro(evaluation, *args, **named)
        result = self._used.get(key, self._former.get(key))
        if result is None:
            result = macro(evaluation, *args, **named)
            if type(result) is not str:  # marked as escaped
                return result
            self._is_new = True
        self._used[key] = result
        return result

    def save(self) -> None:
        """Write the results to the file, if there are new ones."""
        if not self._is_new:
            return
        unused = [item for item in self._former.items() if item[0] not in self._used]
        room = max(_KEPT - len(self._used), 0)
        write_cached(self._path, marshal.dumps({**self._used, **dict(unused[:room])}))
