"""Merge around the code that people write below the lines that ask for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scaffold.plan.merge import Merged, merge

if TYPE_CHECKING:
    from collections.abc import Sequence

_ASKS = "go below this line"
# So many lines of the render tell where the person's code ends.
_ENOUGH = 4


def merge_around_places(ours: str, base: str, theirs: str) -> Merged:
    """Merge by lines; code below a line that asks for it stays there, whatever follows it."""
    mine, old, new = (text.split("\n") for text in (ours, base, theirs))
    counts = {sum(_ASKS in line for line in lines) for lines in (mine, old, new)}
    taken = _taken_out(mine, old) if len(counts) == 1 else None
    if not taken or not any(taken):
        return merge(ours.encode(), base.encode(), theirs.encode())
    left = _without(mine, old, taken)
    made = merge("\n".join(left).encode(), base.encode(), theirs.encode())
    lines = made.content.decode().split("\n")
    if sum(_ASKS in line for line in lines) != len(taken):  # one is in a conflict
        return merge(ours.encode(), base.encode(), theirs.encode())
    return Merged("\n".join(_with(lines, taken)).encode(), made.conflicts)


def _taken_out(mine: Sequence[str], old: Sequence[str]) -> list[list[str]] | None:
    """Return the code below each line that asks for it; None where it is not clear what that is."""
    found = []
    for start, was in zip(_places(mine), _places(old), strict=True):
        size = _size(mine[start:], old[was:])
        if size is None:
            return None
        found.append(_trimmed(mine[start : start + size]))
    return found


def _places(lines: Sequence[str]) -> list[int]:
    """Return the numbers of the lines behind those that ask."""
    return [number for number, line in enumerate(lines, 1) if _ASKS in line]


def _size(mine: Sequence[str], old: Sequence[str]) -> int | None:
    """Return how many lines come before those that follow in the render; None where that is unclear."""
    begins = next((number for number, line in enumerate(old) if line.strip()), None)
    if begins is None:
        return len(mine)
    following = list(old[begins : begins + _ENOUGH])
    found = [n for n in range(len(mine)) if list(mine[n : n + len(following)]) == following]
    return found[0] if len(found) == 1 else None


def _trimmed(lines: Sequence[str]) -> list[str]:
    """Return lines without the empty ones at their end; none where all are empty."""
    last = max((number for number, line in enumerate(lines, 1) if line.strip()), default=0)
    return list(lines[:last])


def _without(mine: Sequence[str], old: Sequence[str], taken: Sequence[Sequence[str]]) -> list[str]:
    """Return the person's lines, with what was there before in place of what is taken out."""
    left: list[str] = []
    place = 0
    for start, was, code in zip(_places(mine), _places(old), taken, strict=True):
        left += mine[place:start]
        place = start
        if code:
            left += _empty(old[was:])
            place += len(code)
            place += len(_empty(mine[place:]))
    return left + list(mine[place:])


def _empty(lines: Sequence[str]) -> list[str]:
    """Return the empty lines at the beginning."""
    first = next((number for number, line in enumerate(lines) if line.strip()), len(lines))
    return list(lines[:first])


def _with(lines: Sequence[str], taken: Sequence[Sequence[str]]) -> list[str]:
    """Put the code back, each below its line."""
    result: list[str] = []
    place = 0
    for start, code in zip(_places(lines), taken, strict=True):
        result += [*lines[place:start], *code]
        place = start
    return result + list(lines[place:])
