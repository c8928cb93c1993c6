"""Render a template version with answers to files in memory, each one only when asked for.

What former commands worked out is in the cache, by keys that cover all that it depends on: the
outline of a render by its answers, the bytes of a file by the values that it reads. So what a
command does not change costs it no more than comparing digests.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from scaffold.cache.digests import dump, short
from scaffold.cache.files import keep_newest
from scaffold.cache.store import Kept
from scaffold.render.files import Family, Render
from scaffold.render.outline import Outline
from scaffold.render.patterns import matcher
from scaffold.template.index import derived_folder, load_index

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scaffold.render.with_jinja import Making
    from scaffold.template.index import Index
    from scaffold.template.source import Template

# Two renders a command, and room for a dry run before it.
_OUTLINES = 8
# Files of bodies: one for each state of an entity, and one for what entities share.
_STATES = 500
_BODIES = 120


def render(template: Template, data: Mapping[str, Any]) -> Render:
    """Render the template with the recorded answers `data`, `_commit` and `_src_path` included.

    What a template raises, and answers that do not fit its questions, are errors.
    """
    index = load_index(template)
    if index.unsupported:
        from scaffold.render.with_copier import render_with_copier

        return render_with_copier(template, data, index)
    rendering = _Rendering(template, index, data)
    outline = rendering.outline
    return Render(outline.families, rendering, outline.variables, matcher(outline.once))


class _Rendering:
    """One render: from the cache where former commands left it there, else made with Jinja."""

    def __init__(self, template: Template, index: Index, data: Mapping[str, Any]) -> None:
        self._template = template
        self._index = index
        self._data = data
        self._folder = derived_folder(template)
        self._bodies: dict[bytes, Kept[bytes]] = {}
        place = self._folder / "outlines" / short(dump(data)).hex()
        self._former = Outline.read(place)
        self._making: Making | None = None
        self.outline = self._former or self._made().outline()
        if self._former is None:
            self.outline.write(place)
            keep_newest(place.parent, _OUTLINES)

    def body(self, family: Family, name: str) -> bytes:
        """Return the bytes of a file."""
        digest = family.names[name]
        bodies = self._bodies.get(digest)
        if bodies is None:
            place = self._folder / "bodies" / (digest.hex() or "shared")
            bodies = self._bodies[digest] = Kept(place, _BODIES)
        return bodies.get(family.key, partial(self._fill, family.source, digest))

    def save(self) -> None:
        """Keep the bytes that were made for the commands to come."""
        if self._making is None:
            return
        self._making.save()
        for bodies in self._bodies.values():
            bodies.save()
        keep_newest(self._folder / "bodies", _STATES)

    def _fill(self, path: str, digest: bytes) -> bytes:
        return self._made().fill(path, digest)

    def _made(self) -> Making:
        if self._making is None:
            from scaffold.render.with_jinja import Making

            known = self._former.variables if self._former else None
            self._making = Making(self._template, self._index, self._data, known)
        return self._making
