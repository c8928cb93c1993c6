"""Show conflicts: the file, the place, and both sides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scaffold.output.parts import BLANK, Line, Report, Span
from scaffold.plan.conflicts import Place, places_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scaffold.output.parts import Look
    from scaffold.plan.plan import Conflict, Plan

_SHOWN = 12  # lines of each side


def conflicts_report(plan: Plan) -> Report:
    """Return every conflict with its file and both sides."""
    return tuple(line for each in plan.conflicts for line in (*_of(each), BLANK))


def _of(conflict: Conflict) -> Iterator[Line]:
    places = places_of(conflict)
    if not places:
        yield _head(conflict.path, conflict.reason)
        yield from _content("yours", conflict.ours)
        yield from _content("new", conflict.theirs)
    for place in places:
        yield _head(f"{conflict.path}:{place.line}", conflict.reason)
        yield from _side("yours", _differences(place, place.yours))
        yield from _side("new", _differences(place, place.new))


def _head(place: str, reason: str) -> Line:
    return Span("conflict:", "conflict"), " ", Span(place, "path"), f": {reason}"


def _content(title: str, content: bytes | None) -> Iterator[Line]:
    if content is None:
        return
    if b"\0" in content:
        yield "  ", Span(title, "side"), f": {len(content)} bytes that are no text"
        return
    yield from _side(title, content.decode("utf-8", "replace").splitlines())


def _differences(place: Place, lines: Sequence[str]) -> list[Span | str]:
    """Return the lines of a side as what it adds to the ones before, and takes out of them."""
    from difflib import SequenceMatcher

    found: list[Span | str] = []
    for tag, start, end, other_start, other_end in SequenceMatcher(
        None, place.before, lines, autojunk=False
    ).get_opcodes():
        if tag == "equal":
            found += [f" {line}" for line in lines[other_start:other_end]]
            continue
        found += [_signed("-", line, "removed") for line in place.before[start:end]]
        found += [_signed("+", line, "added") for line in lines[other_start:other_end]]
    return found


def _signed(sign: str, line: str, look: Look) -> Span:
    return Span(f"{sign}{line}", look)


def _side(title: str, lines: Sequence[Span | str]) -> Iterator[Line]:
    yield "  ", Span(title, "side"), ":"
    yield from (("    ", line) for line in lines[:_SHOWN])
    if len(lines) > _SHOWN:
        more = f"    ... and {len(lines) - _SHOWN} more lines; --json has all of them"
        yield (Span(more, "faint"),)
