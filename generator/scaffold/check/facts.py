"""What holds for all files of a project together, by the words that some of them say."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from scaffold.check.memory import Memory
    from scaffold.check.sources import Sources

Fact: TypeAlias = Literal["is_async", "is_for_postgresql"]

# Compiled where a file is news.
WORDS = {
    "async": rb"sqlalchemy\.ext\.asyncio|sqlmodel\.ext\.asyncio|ext\.asyncio import",
    "sync": rb"\b(?:create_engine|sessionmaker|scoped_session)\s*\(|\bSession\s*\(\s*\w*engine",
    "postgresql": rb"sqlalchemy\.dialects(?:\.postgresql| import [\w, ]*postgresql)",
    "mysql": rb"dialects[. ][\w, ]*(?:mysql|mariadb)|(?:mysql|mariadb)\+"
    rb"|[\"'](?:mysql|mariadb)[\"']|asyncmy|aiomysql",
}


class Facts:
    """What kind of project this is."""

    def __init__(
        self, files: Callable[[], Iterable[str]], sources: Sources, memory: Memory
    ) -> None:
        """Take what lists the files that tell; they are read when a rule asks."""
        self._list = files
        self._sources = sources
        self._memory = memory

    @cached_property
    def is_async(self) -> bool:
        """Tell whether this is asynchronous code: some of it says so, or none says otherwise."""
        return self._mention("async") or not self._mention("sync")

    @cached_property
    def is_for_postgresql(self) -> bool:
        """Tell whether the project is tied to PostgreSQL, and to no other server."""
        return self._mention("postgresql") and not self._mention("mysql")

    def _mention(self, word: str) -> bool:
        return any(self._says(path, word) for path in self._files)

    @cached_property
    def _files(self) -> list[str]:
        return [*self._list()]

    def _says(self, path: str, word: str) -> bool:
        mark = self._sources.mark(path)
        said = self._memory.said(path, mark, word)
        if said is None:
            said = self._reads(path, WORDS[word])
            self._memory.remember_said(path, mark, word, is_said=said)
        return said

    def _reads(self, path: str, words: bytes) -> bool:
        try:
            content = self._sources.read(path)
        except OSError:
            return False
        if b"sqlalchemy" not in content and b"sqlmodel" not in content:
            return False
        return re.search(words, content) is not None
