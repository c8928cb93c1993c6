"""The files of a render: which there are, their bytes, and in which of them two renders differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from scaffold.cache.digests import short

if TYPE_CHECKING:
    from collections.abc import Iterable

# Names of files, each with a digest of the values that paths introduced on the way to it.
Names = Mapping[str, bytes]


class Rendered:
    """One file of a render.

    Equal keys mean equal bytes, in whatever renders they appear. `mode` is 0o644 or 0o755;
    `once` says that the file is written only where there is none.
    """

    __slots__ = ("_body", "_make", "key", "mode", "once", "path")

    def __init__(
        self, path: str, mode: int, key: bytes, make: Callable[[], bytes], *, once: bool = False
    ) -> None:
        self.path = path
        self.mode = mode
        self.key = key
        self.once = once
        self._make = make
        self._body: bytes | None = None

    def body(self) -> bytes:
        """Return the file's bytes, rendering them the first time."""
        if self._body is None:
            self._body = self._make()
        return self._body

    def __repr__(self) -> str:
        return f"Rendered({self.path!r}, {self.mode:o})"


class Family:
    """All that one file of the template, `source`, renders to in one folder of the project.

    `key` is a digest of what the bytes depend on beyond the digests in `names`. Families of as
    many files as there are entities may share their names, so that comparing them is done once.
    """

    __slots__ = ("folder", "key", "mode", "names", "source")

    def __init__(self, source: str, folder: str, names: Names, key: bytes, mode: int) -> None:
        self.source = source
        self.folder = folder
        self.names = names
        self.key = key
        self.mode = mode

    def path(self, name: str) -> str:
        """Return the path of one of the files."""
        return f"{self.folder}/{name}" if self.folder else name


class Bodies(Protocol):
    """The bytes of the files of a render."""

    def body(self, family: Family, name: str) -> bytes:
        """Return the bytes of a file."""

    def save(self) -> None:
        """Keep the bytes that were made for the commands to come."""


class Render(Mapping[str, Rendered]):
    """All files of a render by their path, and the variables that the template saw.

    Only files that are asked for become objects: most commands look at few of very many.
    """

    def __init__(
        self,
        families: Iterable[Family],
        bodies: Bodies,
        context: Mapping[str, Any],
        is_once: Callable[[str], bool] | None = None,
    ) -> None:
        self.families = {(family.source, family.folder): family for family in families}
        self.context = context
        self._bodies = bodies
        self._is_once = is_once
        self._files: dict[str, Rendered] = {}
        self._folders: dict[str, list[Family]] = {}
        for family in self.families.values():
            self._folders.setdefault(family.folder, []).append(family)

    def file(self, family: Family, name: str) -> Rendered:
        """Return one file of a family."""
        path = family.path(name)
        known = self._files.get(path)
        if known is None:
            once = self._is_once is not None and self._is_once(path)
            make = partial(self._bodies.body, family, name)
            key = family.key + family.names[name]
            known = self._files[path] = Rendered(path, family.mode, key, make, once=once)
        return known

    def save(self) -> None:
        """Keep the bytes that were made for the commands to come."""
        self._bodies.save()

    def __getitem__(self, path: str) -> Rendered:
        folder, _, name = path.rpartition("/")
        for family in self._folders.get(folder, ()):
            if name in family.names:
                return self.file(family, name)
        raise KeyError(path)

    def __iter__(self) -> Iterator[str]:
        for family in self.families.values():
            yield from map(family.path, family.names)

    def __len__(self) -> int:
        return sum(len(family.names) for family in self.families.values())


def differing(old: Render, new: Render) -> Iterator[tuple[str, Rendered | None, Rendered | None]]:
    """Return the paths, with what is there before and after, at which two renders may differ."""
    before, after = _unlike(old, new), _unlike(new, old)
    for path in {**after, **before}:
        yield path, before.get(path), after.get(path)


def _unlike(one: Render, other: Render) -> dict[str, Rendered]:
    """Return the files of one render which the other has not, or not the same."""
    compared: dict[tuple[int, int], tuple[str, ...]] = {}
    found: dict[str, Rendered] = {}
    for place, family in one.families.items():
        counterpart = other.families.get(place)
        unlike: Iterable[str] = family.names
        if (
            counterpart is not None
            and counterpart.key == family.key
            and counterpart.mode == family.mode
        ):
            pair = (id(family.names), id(counterpart.names))
            if pair not in compared:
                compared[pair] = _unlike_names(family.names, counterpart.names)
            unlike = compared[pair]
        for name in unlike:
            file = one.file(family, name)
            found[file.path] = file
    return found


def _unlike_names(one: Names, other: Names) -> tuple[str, ...]:
    return tuple(name for name, digest in one.items() if other.get(name) != digest)


class _Given:
    def __init__(self, contents: Mapping[str, bytes]) -> None:
        self._contents = contents

    def body(self, family: Family, _: str) -> bytes:
        return self._contents[family.source]

    def save(self) -> None:
        """Do nothing: there is nothing that was made."""


def given(
    files: Mapping[str, tuple[bytes, int]],
    context: Mapping[str, Any],
    is_once: Callable[[str], bool] | None = None,
) -> Render:
    """Return a render of files that are known: their contents and modes."""
    families = []
    for path, (content, mode) in files.items():
        folder, _, name = path.rpartition("/")
        families.append(Family(path, folder, {name: b""}, short(content), mode))
    bodies = _Given({path: content for path, (content, _) in files.items()})
    return Render(families, bodies, context, is_once)
