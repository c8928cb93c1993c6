"""The files around a file: what its imports lead to, and what holds for all of them."""

from __future__ import annotations

import ast
import re
import warnings
from collections import OrderedDict
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from scaffold.check.module import Module

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import PurePath

KEPT = 64  # parsed files; what many import stays
ASYNC = re.compile(rb"sqlalchemy\.ext\.asyncio|sqlmodel\.ext\.asyncio|ext\.asyncio import")
SYNC = re.compile(
    rb"\b(?:create_engine|sessionmaker|scoped_session)\s*\(|\bSession\s*\(\s*\w*engine"
)
POSTGRESQL = re.compile(rb"sqlalchemy\.dialects(?:\.postgresql| import [\w, ]*postgresql)")
MYSQL = re.compile(
    rb"dialects[. ][\w, ]*(?:mysql|mariadb)|(?:mysql|mariadb)\+|[\"'](?:mysql|mariadb)[\"']|asyncmy|aiomysql"
)
TYPE_MAP = re.compile(rb"type_annotation_map")


class Project:
    """A folder of Python files that may import each other."""

    def __init__(self, root: Path, files: Callable[[], Iterable[Path]]) -> None:
        """Take the root, and what lists the files that tell what kind of project this is."""
        self.root = root
        self._files = files
        self._modules: OrderedDict[Path, Module | None] = OrderedDict()
        self._found: dict[str, Path | None] = {}
        self._roots: list[Path] = []
        for each in (root / "src", root):
            if each.is_dir():
                self._roots.append(each)

    # Files.

    def module(self, path: Path, root: ast.Module) -> Module:
        """Return a parsed file as a part of this project."""
        base = self._base(path)
        if base not in self._roots:
            self._roots.append(base)
            self._found.clear()
        parts = list(path.relative_to(base).with_suffix("").parts)
        if parts[-1:] == ["__init__"]:
            parts.pop()
        module = Module(root, self.inside(path), ".".join(parts), self)
        self._keep(path, module)
        return module

    def inside(self, path: Path) -> PurePath:
        """Return a path as seen from the root."""
        return path.relative_to(self.root) if path.is_relative_to(self.root) else path

    def find(self, origin: str) -> tuple[Module, str] | None:
        """Return the file of the project that defines `package.module.name`, and the name."""
        module, _, name = origin.rpartition(".")
        if not module:
            return None
        path = self._file(module)
        loaded = self._load(path) if path is not None else None
        return (loaded, name) if loaded is not None else None

    def _file(self, module: str) -> Path | None:
        if module not in self._found:
            inner = Path(*module.split("."))
            candidates = (
                candidate
                for root in self._roots
                for candidate in (root / f"{inner}.py", root / inner / "__init__.py")
            )
            self._found[module] = next((each for each in candidates if each.is_file()), None)
        return self._found[module]

    def _load(self, path: Path) -> Module | None:
        if path in self._modules:
            self._modules.move_to_end(path)
            return self._modules[path]
        try:
            root = parse(path.read_bytes())
        except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
            self._keep(path, None)
            return None
        return self.module(path, root)

    def _keep(self, path: Path, module: Module | None) -> None:
        self._modules[path] = module

    def forget(self) -> None:
        """Let go of the files that were not asked for lately; call it between two files."""
        while len(self._modules) > KEPT:
            _, module = self._modules.popitem(last=False)
            if module is not None:
                # A module knows its kinds and they know it: without this, garbage would stay.
                vars(module).clear()

    @staticmethod
    def _base(path: Path) -> Path:
        """Return the folder that a file's package is imported from."""
        folder = path.parent
        while (folder / "__init__.py").is_file() and folder.parent != folder:
            folder = folder.parent
        return folder

    # What holds for all.

    @cached_property
    def is_async(self) -> bool:
        """Tell whether this is asynchronous code: some of it says so, or none says otherwise."""
        return self._mentions(ASYNC) or not self._mentions(SYNC)

    @cached_property
    def is_for_postgresql(self) -> bool:
        """Tell whether the project is tied to PostgreSQL, and to no other server."""
        return self._mentions(POSTGRESQL) and not self._mentions(MYSQL)

    def _mentions(self, pattern: re.Pattern[bytes]) -> bool:
        return any(pattern.search(content) for content in self._contents)

    @cached_property
    def _contents(self) -> list[bytes]:
        found = []
        for path in self._files():
            try:
                content = path.read_bytes()
            except OSError:
                continue
            if b"sqlalchemy" in content or b"sqlmodel" in content:
                found.append(content)
        return found


def parse(source: bytes) -> ast.Module:
    """Parse a file in the encoding that it declares; its own warnings are not ours to print."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(source)
