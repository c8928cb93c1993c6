"""Render the paths of a template, with what its `yield` tags introduce."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import TemplateError

from scaffold.answers import ANSWERS_FILE
from scaffold.errors import ScaffoldError
from scaffold.jinja_env import has_tags
from scaffold.template_errors import readable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.digests import Digests
    from scaffold.index import Index, Source
    from scaffold.jinja_env import TemplateEnvironment


@dataclass(frozen=True, slots=True)
class Yielded:
    """The values that `yield` tags introduced on the way to a file.

    `digest` covers their names and values; the instance is shared by all files below one path.
    """

    values: dict[str, Any]
    digest: bytes

    def name(self) -> str:
        """Return what a person calls the last of the values."""
        for value in reversed(self.values.values()):
            return (
                f"`{value['name']}`"
                if isinstance(value, dict) and "name" in value
                else f"`{value}`"
            )
        return "a file of the template"


_NONE = Yielded({}, b"")
# A rendered path, or a part of one.
Target = tuple[str, Yielded]


class Paths:
    """The paths of one render. An undefined name in one is an error, unlike in Copier.

    The environment must be strict about undefined names.
    """

    def __init__(
        self,
        root: Path,
        index: Index,
        environment: TemplateEnvironment,
        context: dict[str, Any],
        digests: Digests,
    ) -> None:
        self._root = root
        self._index = index
        self._environment = environment
        self._context = context
        self._digests = digests
        self._parts: dict[tuple[str, bytes], list[Target]] = {}
        self._folders: dict[tuple[str, ...], list[Target]] = {(): [("", _NONE)]}

    def of(self, source: Source) -> list[Target]:
        """Return the paths that a file of the template renders to."""
        targets = self._joined(source.parts)
        if source.is_template:
            return targets
        return [target for target in targets if not self._has_sibling(source, target[0])]

    def _joined(self, parts: tuple[str, ...]) -> list[Target]:
        folders = self._folders.get(parts[:-1])
        if folders is None:
            folders = self._folders[parts[:-1]] = self._joined(parts[:-1])
        return [
            (_join(folder, name), added)
            for folder, yielded in folders
            for name, added in self._part(parts[-1], yielded)
        ]

    def _has_sibling(self, source: Source, path: str) -> bool:
        """Tell whether Copier would skip a file because a template of its path is there, too."""
        dynamic = "/".join(source.parts) != path
        return dynamic and Path(f"{self._root}/{path}{self._index.suffix}").exists()

    def _part(self, part: str, yielded: Yielded) -> list[Target]:
        if not has_tags(part, self._index.envops):
            return [(part, yielded)]
        key = (part, yielded.digest)
        found = self._parts.get(key)
        if found is None:
            try:
                found = self._parts[key] = list(self._render(part, yielded))
            except TemplateError as error:
                raise readable(error, f"the path `{part}`") from error
        return found

    def _render(self, part: str, yielded: Yielded) -> Iterator[Target]:
        environment = self._environment
        compiled = environment.from_text(part)
        # One context for all values, since making one takes longer than the rest.
        variables = {**compiled.globals, **self._context, **yielded.values}
        context = compiled.new_context(variables, shared=True)
        environment.captured = None
        text = "".join(compiled.root_render_func(context))
        if environment.captured is None:
            if text:
                yield text, yielded
            return
        name, values = environment.captured
        environment.lenient = False
        try:
            for value in values or ():
                variables[name] = value
                environment.captured = None
                text = "".join(compiled.root_render_func(context))
                if text:
                    yield text, self._with(yielded, name, value)
        finally:
            environment.lenient = True

    def _with(self, yielded: Yielded, name: str, value: object) -> Yielded:
        digest = yielded.digest + name.encode() + self._digests.of(value)
        return Yielded({**yielded.values, name: value}, digest)


def _join(folder: str, name: str) -> str:
    if name == ANSWERS_FILE:
        return name
    path = f"{folder}/{name}" if folder else name
    if "/." in path or "//" in path or path[0] in "./":
        path = posixpath.normpath(path)
        if path.startswith(("/", "../")) or path in {".", ".."}:
            raise ScaffoldError(f"the template renders a path outside the project: `{path}`")
    return path


def same_path(path: str, first: Yielded, second: Yielded) -> ScaffoldError:
    """Return the error for two files of one path."""
    return ScaffoldError(
        f"{first.name()} and {second.name()} would both be written to `{path}`",
        help="give one of them another name",
    )
