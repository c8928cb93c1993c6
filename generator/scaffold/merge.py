"""Merge three versions of a file by lines, with git."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from scaffold.errors import ScaffoldError
from scaffold.git import run_git

LABELS = ("your file", "before", "after")


@dataclass(frozen=True, slots=True)
class Merged:
    """The result of a merge; with `conflicts`, `content` holds markers."""

    content: bytes
    conflicts: int


def is_binary(*contents: bytes) -> bool:
    """Tell whether one of the contents is no text, so that lines mean nothing."""
    return any(b"\0" in content for content in contents)


def uses_crlf(content: bytes) -> bool:
    """Tell whether every line of the file ends in CR LF."""
    return b"\r\n" in content and content.count(b"\r\n") == content.count(b"\n")


def merge(ours: bytes, base: bytes, theirs: bytes, *, union: bool = False) -> Merged:
    """Merge what a person made of `base` with what the new render made of it.

    A `union` file is a set of lines whose order means nothing: both sides' lines are kept.
    """
    if not union:
        return _merge_file(ours, base, theirs)
    mine = _in_order_of(ours, base)
    if mine == base:
        return Merged(theirs, 0)
    merged = _merge_file(mine, base, theirs)
    if merged.conflicts:
        both = _merge_file(mine, base, theirs, "--union")
        return Merged(_without_repeats(both.content, ours, theirs), 0)
    return merged


def _merge_file(ours: bytes, base: bytes, theirs: bytes, style: str = "--diff3") -> Merged:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="scaffold-merge-") as name:
        folder = Path(name)
        for label, content in (("ours", ours), ("base", base), ("theirs", theirs)):
            (folder / label).write_bytes(content)
        labels = [part for label in LABELS for part in ("-L", label)]
        result = run_git(
            "merge-file", "-p", style, *labels, "ours", "base", "theirs", folder=folder
        )
    if result.returncode > 127:
        reason = result.stderr.decode(errors="replace").strip()
        raise ScaffoldError(f"git could not merge a file: {reason}")
    return Merged(result.stdout, result.returncode)


def _in_order_of(ours: bytes, base: bytes) -> bytes:
    """Put the lines that `ours` shares with `base` back into the order of `base`.

    A line of ours alone stays after the line it follows.
    """
    base_lines = base.splitlines(keepends=True)
    places: dict[bytes, list[int]] = {}
    for place, line in enumerate(base_lines):
        places.setdefault(line, []).append(place)
    shared: set[int] = set()
    added: dict[int, list[bytes]] = {}
    last = -1
    for line in ours.splitlines(keepends=True):
        if places.get(line):
            last = places[line].pop(0)
            shared.add(last)
        else:
            added.setdefault(last, []).append(line)
    ordered = list(added.get(-1, ()))
    for place, line in enumerate(base_lines):
        if place in shared:
            ordered.append(line)
        ordered.extend(added.get(place, ()))
    return b"".join(ordered)


def _without_repeats(content: bytes, ours: bytes, theirs: bytes) -> bytes:
    """Drop a line that the union holds more often than either side does."""
    mine, other = (Counter(side.splitlines(keepends=True)) for side in (ours, theirs))
    seen: Counter[bytes] = Counter()
    kept: list[bytes] = []
    for line in content.splitlines(keepends=True):
        seen[line] += 1
        if seen[line] <= max(mine[line], other[line], 0) or line not in mine | other:
            kept.append(line)
    return b"".join(kept)
