"""The files around a file: what its imports lead to, and what holds for all of them."""

from __future__ import annotations

import ast
import warnings
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING

from scaffold.check.module import Module

if TYPE_CHECKING:
    from pathlib import PurePath

    from scaffold.check.facts import Fact, Facts
    from scaffold.check.search_path import SearchPath
    from scaffold.check.sources import Sources

KEPT = 64  # parsed files; what many import stays
# What says no more than that there was no room for it, this time.
TOO_DEEP = (RecursionError, MemoryError)


class Asked:
    """What was asked for while the rules looked at a file, and what the answers were."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.lookups: dict[tuple[str, str], str | None] = {}
        self.facts: dict[Fact, bool] = {}
        self.is_certain = True


class Project:
    """A folder of Python files that may import each other.

    What is found in a file is the same whichever files were looked at before: of these, no more is
    kept than their trees.
    """

    def __init__(self, root: Path, sources: Sources, search_path: SearchPath, facts: Facts) -> None:
        """Begin with no file parsed."""
        self._root = root
        self._sources = sources
        self._search_path = search_path
        self._facts = facts
        self._modules: OrderedDict[str, Module | None] = OrderedDict()
        self._uncertain: set[str] = set()
        self.asked = Asked()

    def module(self, path: str, source: bytes) -> Module:
        """Return a file that says this as a part of the project; raise what parsing it raises."""
        known = self._modules.get(path)
        if known is not None and not self._sources.is_torn:
            return known
        module = Module(parse(source), Path(path), self._search_path.base(path), self)
        self._modules[path] = module
        return module

    def inside(self, path: PurePath) -> PurePath:
        """Return a path as seen from the root."""
        return path.relative_to(self._root) if path.is_relative_to(self._root) else path

    def find(self, origin: str, base: str) -> tuple[Module, str] | None:
        """Return the file that defines `package.module.name` for one with this base, and the name."""
        module, _, name = origin.rpartition(".")
        if not module:
            return None
        path = self._search_path.file(module, base)
        self.asked.lookups[module, base] = path
        loaded = self._load(path) if path is not None else None
        return (loaded, name) if loaded is not None else None

    def _load(self, path: str) -> Module | None:
        if path not in self._modules:
            try:
                return self.module(path, self._sources.read(path))
            except TOO_DEEP:
                self._uncertain.add(path)
            except (OSError, SyntaxError, ValueError):
                pass
            self._modules[path] = None
        if path in self._uncertain:
            self.asked.is_certain = False
        self._modules.move_to_end(path)
        return self._modules[path]

    def begin(self) -> Asked:
        """Begin with another file: let go of what was worked out for the one before."""
        self.asked = Asked()
        while len(self._modules) > KEPT:
            _, module = self._modules.popitem(last=False)
            if module is not None:
                # A module knows its kinds and they know it: without this, garbage would stay.
                vars(module).clear()
        for module in self._modules.values():
            if module is not None:
                module.kinds.forget()
        return self.asked

    # What holds for all.

    @property
    def is_async(self) -> bool:
        """Tell whether this is asynchronous code: some of it says so, or none says otherwise."""
        return self._holds("is_async")

    @property
    def is_for_postgresql(self) -> bool:
        """Tell whether the project is tied to PostgreSQL, and to no other server."""
        return self._holds("is_for_postgresql")

    def _holds(self, fact: Fact) -> bool:
        holds: bool = getattr(self._facts, fact)
        self.asked.facts[fact] = holds
        return holds


def parse(source: bytes) -> ast.Module:
    """Parse a file in the encoding that it declares; its own warnings are not ours to print."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(source)
