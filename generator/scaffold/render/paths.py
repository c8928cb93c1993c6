"""Render the paths of a template, with what its `yield` tags introduce."""

from __future__ import annotations

import posixpath
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scaffold.answers.reading import ANSWERS_FILE
from scaffold.cache.digests import short
from scaffold.errors import ScaffoldError
from scaffold.template.environment import has_tags
from scaffold.template.errors import RAISED, readable
from scaffold.untrusted import fault_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scaffold.cache.digests import Digests
    from scaffold.template.environment import TemplateEnvironment
    from scaffold.template.index import Index, Source

# A rendered path, or a part of one, with a digest of the values that `yield` tags introduced.
Target = tuple[str, bytes]
# No value was introduced.
NONE = b""


class Paths:
    """The paths of one render. An undefined name in one is an error, unlike in Copier.

    The environment must be strict about undefined names. What is asked for twice is the same
    object, so files whose paths end alike share their list of targets.
    """

    def __init__(
        self,
        root: Path,
        index: Index,
        environment: TemplateEnvironment,
        context: Mapping[str, Any],
        digests: Digests,
    ) -> None:
        self._root = root
        self._index = index
        self._environment = environment
        self._context = context
        self._digests = digests
        self._values: dict[bytes, dict[str, Any]] = {NONE: {}}
        self._parts: dict[tuple[str, bytes], list[Target]] = {}
        self._folders: dict[tuple[str, ...], list[Target]] = {(): [("", NONE)]}

    def of(self, source: Source) -> Iterator[tuple[str, list[Target]]]:
        """Return the folders and the names in them that a file of the template renders to."""
        for folder, digest in self._joined(source.parts[:-1]):
            targets = self._part(source.parts[-1], digest)
            if not source.is_template:
                targets = [each for each in targets if not self._has_sibling(source, folder, each)]
            yield folder, targets

    def values(self, digest: bytes) -> dict[str, Any]:
        """Return the values that a digest of this render stands for."""
        if digest not in self._values:  # a former command got it
            for source in self._index.sources:
                list(self.of(source))
        return self._values[digest]

    def origin(self, digest: bytes) -> str:
        """Return what a person calls the last of the values."""
        for value in reversed(self._values[digest].values()):
            named = value["name"] if isinstance(value, dict) and "name" in value else value
            return f"`{named}`"
        return "a file of the template"

    def _joined(self, parts: tuple[str, ...]) -> list[Target]:
        found = self._folders.get(parts)
        if found is None:
            found = self._folders[parts] = [
                (join(folder, name), added)
                for folder, digest in self._joined(parts[:-1])
                for name, added in self._part(parts[-1], digest)
            ]
        return found

    def _has_sibling(self, source: Source, folder: str, target: Target) -> bool:
        """Tell whether Copier would skip a file because a template of its path is there, too."""
        path = join(folder, target[0])
        dynamic = "/".join(source.parts) != path
        return dynamic and Path(f"{self._root}/{path}{self._index.suffix}").exists()

    def _part(self, part: str, digest: bytes) -> list[Target]:
        found = self._parts.get((part, digest))
        if found is None:
            if has_tags(part, self._index.envops):
                try:
                    found = list(self._render(part, digest))
                except RAISED as error:
                    raise readable(error, f"the path `{part}`") from error
            else:
                found = [(part, digest)]
            self._parts[part, digest] = found
        return found

    def _render(self, part: str, digest: bytes) -> Iterator[Target]:
        environment = self._environment
        compiled = environment.from_text(part)
        # One context for all values, since making one takes longer than the rest.
        variables = {**compiled.globals, **self._context, **self._values[digest]}
        context = compiled.new_context(variables, shared=True)
        environment.captured = None
        text = "".join(compiled.root_render_func(context))
        if environment.captured is None:
            if text:
                yield text, digest
            return
        name, values = environment.captured
        environment.lenient = False
        try:
            for value in values or ():
                variables[name] = value
                environment.captured = None
                text = "".join(compiled.root_render_func(context))
                if text:
                    yield text, self._with(digest, name, value)
        finally:
            environment.lenient = True

    def _with(self, digest: bytes, name: str, value: object) -> bytes:
        added = short(digest + name.encode() + b"\0" + self._digests.of(value))
        if added not in self._values:
            self._values[added] = {**self._values[digest], name: value}
        return added


def join(folder: str, name: str) -> str:
    """Return the path of a file or folder in a folder of the project."""
    if name == ANSWERS_FILE:
        return name
    path = f"{folder}/{name}" if folder else name
    if "/." in path or "//" in path or path[0] in "./":
        path = posixpath.normpath(path)
        if path.startswith(("/", "../")) or path in {".", ".."}:
            raise ScaffoldError(f"the template renders a path outside the project: `{path}`")
    return path


def is_plain(name: str) -> bool:
    """Tell whether a name is just that: a file of its own in whatever folder it is put."""
    return "/" not in name and name != ANSWERS_FILE and not fault_of(name)


def refuse_fault(path: str) -> None:
    """Raise an error where a template renders a path that is git's, or no path in a project."""
    if fault := fault_of(path):
        raise ScaffoldError(f"the template renders `{path}`: {fault}")
