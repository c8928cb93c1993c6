"""Check files: what is found in each, remembered or new, as far as the settings ask for it."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from scaffold.check import files
from scaffold.check.facts import Facts
from scaffold.check.memory import Memory
from scaffold.check.rule import Finding
from scaffold.check.scope import Scope
from scaffold.check.search_path import SearchPath
from scaffold.check.sources import Sources

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from scaffold.check.analysis import Analysis
    from scaffold.check.memory import Found, Store


class Checked(NamedTuple):
    """What was found, in how many files."""

    findings: tuple[Finding, ...]
    files: int


def check(
    paths: Sequence[Path] = (),
    select: tuple[str, ...] = (),
    ignore: tuple[str, ...] = (),
    store: Store | None = None,
) -> Checked:
    """Check files and folders; none means `src` and `tests` of the project that this is in.

    What the store has of former runs is believed where nothing has changed.
    """
    scopes: dict[Path, Scope] = {}
    scope_of: dict[str, Scope] = {}
    for path in files.checked(paths) or files.default_paths(Path.cwd()):
        root = files.root_of(path)
        if root not in scopes:
            scopes[root] = Scope(root, select, ignore)
        for each in scopes[root].files_at(path):
            scope_of.setdefault(each, scopes[root])
    found: dict[Path, list[Finding]] = {}
    for scope in scopes.values():
        inside = [each for each, its in scope_of.items() if its is scope]
        found.update(Checker(scope, inside, store).found())
    return Checked(tuple(each for path in sorted(found) for each in found[path]), len(scope_of))


class Checker:
    """The files of one project, and what is known of them."""

    def __init__(self, scope: Scope, paths: Sequence[str], store: Store | None) -> None:
        """Take the files to check."""
        self._scope = scope
        self._paths = paths
        self._search_path = SearchPath(scope.root, paths)
        self._sources = Sources(self._search_path)
        self._memory = Memory(scope.root, store, self._search_path, self._sources)
        self._facts = Facts(scope.around, self._sources, self._memory)

    def found(self) -> Iterator[tuple[Path, list[Finding]]]:
        """Yield the files with findings, and these."""
        for path in self._paths:
            remembered = self._memory.found(path, self._facts)
            found = self._analysis.found(path) if remembered is None else remembered
            if findings := [*self._wanted(path, found)]:
                yield Path(path), findings
        self._memory.save()

    def _wanted(self, path: str, found: Iterable[Found]) -> Iterator[Finding]:
        for line, column, code, message, fix in found:
            if self._scope.holds(code, path):
                yield Finding(_shown(path), line, column, code, message, fix)

    @cached_property
    def _analysis(self) -> Analysis:
        """The rules, which take time to load, and are needed only for what is new."""
        from scaffold.check.analysis import Analysis

        return Analysis(
            self._scope.root, self._sources, self._search_path, self._facts, self._memory
        )


def _shown(path: str) -> str:
    """Return a path as people name it: from the current folder."""
    return Path(os.path.relpath(path)).as_posix()
