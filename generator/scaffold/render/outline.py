"""The outline of a render: its variables, and which files it has, without their bytes; cached."""

from __future__ import annotations

import marshal
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from scaffold.cache.files import read_cached, write_cached
from scaffold.frozen import dataclass
from scaffold.render.files import Family

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Outline:
    """What a render has: its families of files, and the variables that the template saw.

    `once` are the patterns of paths that are written only where there is no file.
    """

    families: tuple[Family, ...]
    variables: Mapping[str, Any]
    once: tuple[str, ...]

    @classmethod
    def read(cls, path: Path) -> Outline | None:
        """Return the outline in a file of the cache, or None when it is not there or not whole."""
        content = read_cached(path)
        if content is None:
            return None
        try:
            tables, families, variables, once = marshal.loads(content)  # noqa: S302 (from `write`)
            made = tuple(
                Family(source, folder, tables[number], key, mode)
                for source, folder, number, key, mode in families
            )
            return cls(made, Packed(variables), once)
        except (ValueError, EOFError, TypeError, LookupError):
            return None

    def write(self, path: Path) -> None:
        """Write the outline to a file of the cache, unless it holds what only YAML knows."""
        named = {id(each.names): each.names for each in self.families}
        tables = {place: number for number, place in enumerate(named)}
        families = [
            (each.source, each.folder, tables[id(each.names)], each.key, each.mode)
            for each in self.families
        ]
        with suppress(ValueError):
            variables = {name: marshal.dumps(value) for name, value in self.variables.items()}
            content = (list(named.values()), families, variables, self.once)
            write_cached(path, marshal.dumps(content))


class Packed(Mapping[str, Any]):
    """Variables of which each is unpacked only when asked for."""

    def __init__(self, packed: Mapping[str, bytes]) -> None:
        self._packed = packed
        self._values: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 (whatever a template sees)
        if name not in self._values:
            self._values[name] = marshal.loads(self._packed[name])  # noqa: S302 (see `Outline`)
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._packed)

    def __len__(self) -> int:
        return len(self._packed)
