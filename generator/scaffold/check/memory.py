"""Remember what was found in files, from one run to the next.

What is found in a file depends on what it says, on the files that its names lead to, through any
number of imports, on imports that lead nowhere, and on what holds for the whole project. All that
is recorded while the rules look at the file, and compared before it is believed again: by content,
since times of files are too coarse for it. So it may be older than the last run, and of another
choice of files. What settings leave out of the findings is found and remembered as well.
"""

from __future__ import annotations

import marshal
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias

from scaffold.check.sources import digest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scaffold.check.facts import Fact, Facts
    from scaffold.check.search_path import SearchPath
    from scaffold.check.sources import Sources

# A line, a column, a code, a message and a help.
Found: TypeAlias = tuple[int, int, str, str, str]
# A module, the base of what imports it, its file if there is one, and the mark of that.
Lookup: TypeAlias = tuple[str, str, str | None, bytes]
# The mark of a file, what was found in it, and the lookups and facts that this rests on.
Seen: TypeAlias = tuple[bytes, tuple[Found, ...], tuple[int, ...], tuple[tuple["Fact", bool], ...]]


class Store(Protocol):
    """Keeps bytes by their name; where it cannot, it says nothing and has none."""

    def read(self, name: str) -> bytes | memoryview | None:
        """Return what was written last, if it is whole."""

    def write(self, name: str, content: bytes) -> None:
        """Keep this, in one step."""


class Memory:
    """What is known of the files of one project."""

    def __init__(
        self, root: Path, store: Store | None, search_path: SearchPath, sources: Sources
    ) -> None:
        """Read what the store has for this project, this Python and these rules."""
        rules = _rules() if store is not None else None
        self._store = store if rules else None
        self._name = digest(rules or b"", sys.version.encode(), os.fsencode(root)).hex()
        self._search_path = search_path
        self._sources = sources
        self._lookups: list[Lookup] = []
        self._seen: dict[str, Seen] = {}
        self._said: dict[str, tuple[bytes, dict[str, bool]]] = {}
        self._read()
        self._hold: list[bool | None] = [None] * len(self._lookups)
        self._numbers: dict[Lookup, int] = {}
        self._is_new = False

    def _read(self) -> None:
        content = self._store.read(self._name) if self._store is not None else None
        if content is not None:
            with suppress(ValueError, EOFError, TypeError):
                self._lookups, self._seen, self._said = marshal.loads(content)  # noqa: S302 (see `save`)

    def found(self, path: str, facts: Facts) -> tuple[Found, ...] | None:
        """Return what was found in a file, if all is as it was then."""
        if path not in self._seen:
            return None
        mark, found, lookups, known = self._seen[path]
        if self._sources.mark(path) != mark or not all(map(self._holds, lookups)):
            return None
        return found if all(getattr(facts, fact) is value for fact, value in known) else None

    def _holds(self, number: int) -> bool:
        holds = self._hold[number]
        if holds is None:
            module, base, file, mark = self._lookups[number]
            holds = self._search_path.file(module, base) == file
            holds = holds and (file is None or self._sources.mark(file) == mark)
            self._hold[number] = holds
        return holds

    def remember_found(
        self,
        path: str,
        found: tuple[Found, ...],
        lookups: Mapping[tuple[str, str], str | None],
        facts: Mapping[Fact, bool],
    ) -> None:
        """Keep what was found in a file, and what it rests on."""
        numbers = tuple(self._number(*key, file) for key, file in lookups.items())
        mark = self._sources.mark(path)
        self._seen[path] = (mark, found, numbers, tuple(facts.items()))
        self._is_new = True

    def _number(self, module: str, base: str, file: str | None) -> int:
        if not self._numbers:
            self._numbers = {each: number for number, each in enumerate(self._lookups)}
        mark = b"" if file is None else self._sources.mark(file)
        lookup = (module, base, file, mark)
        number = self._numbers.setdefault(lookup, len(self._lookups))
        if number == len(self._lookups):
            self._lookups.append(lookup)
            self._hold.append(True)
        return number

    def said(self, path: str, mark: bytes, word: str) -> bool | None:
        """Tell whether a file says a word, if that is known."""
        former, words = self._said.get(path, (mark, {}))
        return words.get(word) if former == mark else None

    def remember_said(self, path: str, mark: bytes, word: str, *, is_said: bool) -> None:
        """Keep whether a file says a word."""
        former, words = self._said.get(path, (mark, {}))
        self._said[path] = (mark, {**(words if former == mark else {}), word: is_said})
        self._is_new = True

    def save(self) -> None:
        """Keep all for the next run, but what is no more, if there is something new."""
        if not self._is_new or self._store is None or self._sources.is_torn:
            return
        numbers: dict[int, int] = {}
        seen = {}
        for path, (mark, found, lookups, facts) in self._seen.items():
            if Path(path).exists():
                used = tuple(numbers.setdefault(each, len(numbers)) for each in lookups)
                seen[path] = (mark, found, used, facts)
        said = {path: words for path, words in self._said.items() if Path(path).exists()}
        kept = [self._lookups[each] for each in numbers]
        self._store.write(self._name, marshal.dumps((kept, seen, said)))


def _rules() -> bytes | None:
    """Return a digest of the rules and all that serves them; none where there is no source."""
    here = Path(__file__).parent
    try:
        found = {each.relative_to(here): each.read_bytes() for each in here.rglob("*.py")}
    except OSError:
        return None
    parts = (part for each in sorted(found) for part in (bytes(each), found[each]))
    return digest(*parts) if found else None
