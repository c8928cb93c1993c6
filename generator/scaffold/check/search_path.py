"""Which file a dotted name means, and from which folder a file is imported."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class SearchPath:
    """The folders that imports begin at; what is in them is as it was when first asked for."""

    def __init__(self, root: Path, files: Iterable[str]) -> None:
        """Begin at `src`, the root, and wherever one of the files is imported from."""
        self._names: dict[str, frozenset[str]] = {}
        self._bases: dict[str, str] = {}
        self._files: dict[tuple[str, str], str | None] = {}
        starts = sorted(set(map(self.base, files)))
        self._starts = [*dict.fromkeys((str(root / "src"), str(root), *starts))]
        self._starts_of: dict[str, list[str]] = {}

    def base(self, file: str) -> str:
        """Return the folder that a file's package is imported from."""
        folder = file.rpartition(os.sep)[0]
        if folder not in self._bases:
            base = Path(file).parent
            while self._is_file(str(base), "__init__.py") and base.parent != base:
                base = base.parent
            self._bases[folder] = str(base)
        return self._bases[folder]

    def file(self, module: str, base: str) -> str | None:
        """Return the file of a module that one with this base imports: beside it, or elsewhere."""
        if (module, base) not in self._files:
            *inner, last = module.split(".")
            found = (
                file
                for start in self._beginning(module.partition(".")[0], base)
                if (file := self._in(f"{os.sep}".join((start, *inner)), last))
            )
            self._files[module, base] = next(found, None)
        return self._files[module, base]

    def _beginning(self, first: str, base: str) -> list[str]:
        """Return the folders that have something of this name; most names are of libraries."""
        if first not in self._starts_of:
            self._starts_of[first] = [each for each in self._starts if self._has(each, first)]
        found = self._starts_of[first]
        return [base, *found] if self._has(base, first) else found

    def _has(self, folder: str, first: str) -> bool:
        names = self._names_in(folder)
        return first in names or f"{first}.py" in names

    def _in(self, folder: str, name: str) -> str | None:
        """Return the file of a module in a folder."""
        if self._is_file(folder, f"{name}.py"):
            return f"{folder}{os.sep}{name}.py"
        package = f"{folder}{os.sep}{name}"
        is_package = name in self._names_in(folder) and self._is_file(package, "__init__.py")
        return f"{package}{os.sep}__init__.py" if is_package else None

    def _is_file(self, folder: str, name: str) -> bool:
        return name in self._names_in(folder) and Path(folder, name).is_file()

    def _names_in(self, folder: str) -> frozenset[str]:
        if folder not in self._names:
            try:
                self._names[folder] = frozenset(each.name for each in os.scandir(folder))
            except OSError:
                self._names[folder] = frozenset()
        return self._names[folder]
