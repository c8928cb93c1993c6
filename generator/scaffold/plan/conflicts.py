"""The places of a file in which a person's lines and new ones are in each other's way."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.plan.plan import Conflict

_YOURS, _BEFORE, _NEW, _END = (b"<" * 7, b"|" * 7, b"=" * 7, b">" * 7)


class Place(NamedTuple):
    """One place: its first line in the person's file, and its lines on each side and before."""

    line: int
    yours: tuple[str, ...]
    before: tuple[str, ...]
    new: tuple[str, ...]


def places_of(conflict: Conflict) -> tuple[Place, ...]:
    """Return the places of a conflict between edits; none where whole files are in the way."""
    if conflict.marked is None or conflict.base is None or conflict.ours is None:
        return ()
    return tuple(_places(conflict.marked))


def _places(marked: bytes) -> Iterator[Place]:
    """Yield the places between the markers that git writes, in the style that has what was before."""
    line, first = 1, 1
    side: bytes | None = None
    lines: dict[bytes, list[str]] = {}
    for content in marked.split(b"\n"):
        marker = content[:7]
        if side is None and marker == _YOURS:
            side, first, lines = _YOURS, line, {_YOURS: [], _BEFORE: [], _NEW: []}
        elif side is not None and marker in (_BEFORE, _NEW) and marker != side:
            side = marker
        elif side == _NEW and marker == _END:
            yield Place(first, *(tuple(lines[each]) for each in (_YOURS, _BEFORE, _NEW)))
            side = None
        else:
            if side is not None:
                lines[side].append(content.decode("utf-8", "replace"))
            line += side in (None, _YOURS)
