"""Merge three versions of a file by lines, with git."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from scaffold.errors import ScaffoldError
from scaffold.frozen import dataclass
from scaffold.git import run_git

if TYPE_CHECKING:
    from collections.abc import Iterable

LABELS = ("your file", "before", "after")
# What git answers for a file in more conflicts than that is an error.
_MOST_CONFLICTS = 127

# A line that ends so begins a list or a class: it is no item of one.
_OPENING = (b"[", b"(", b"{", b":")

Line = tuple[bytes, int]


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


def merge(ours: bytes, base: bytes, theirs: bytes) -> Merged:
    """Merge what a person made of `base` with what the new render made of it."""
    from tempfile import TemporaryDirectory

    if base in {ours, theirs}:
        return Merged(theirs if ours == base else ours, 0)
    with TemporaryDirectory(prefix="scaffold-merge-") as name:
        folder = Path(name)
        for label, content in (("ours", ours), ("base", base), ("theirs", theirs)):
            (folder / label).write_bytes(content)
        labels = [part for label in LABELS for part in ("-L", label)]
        files = ("ours", "base", "theirs")
        result = run_git("merge-file", "-p", "--diff3", *labels, *files, folder=folder)
    if result.returncode > _MOST_CONFLICTS:
        reason = result.stderr.decode(errors="replace").strip()
        raise ScaffoldError(f"git could not merge a file: {reason}")
    return Merged(result.stdout, result.returncode)


def is_frame_kept(ours: bytes, base: bytes, theirs: bytes) -> bool:
    """Tell whether a person kept all lines that the renders agree on, so that only items differ."""
    return set(_numbered(base)) & set(_numbered(theirs)) <= set(_numbered(ours))


def unite(ours: bytes, base: bytes, theirs: bytes) -> bytes:
    """Merge files that are sets of lines, whose order means nothing; there are no conflicts.

    That holds while `is_frame_kept`: a list that a person wrote another way is no set of lines.

    The result is `theirs` without the lines that a person took out of `base`, and with those that
    a person added, each after the line it followed and the new items there: a method by hand ends
    the list before it. Unlike git's own union, this brings back no line that one side removed, and
    repeats none that both sides added.
    """
    mine, old = _numbered(ours), set(_numbered(base))
    wanted = set(mine)
    kept = [line for line in _numbered(theirs) if line in wanted or line not in old]
    added = _added(mine, set(kept), old)
    result = list(added.get(None, ()))
    waiting: list[bytes] = []
    for line in kept:
        if line in old or line[0].endswith(_OPENING):
            result += waiting
            waiting = []
        result.append(line[0])
        waiting += added.get(line, ())
    result += waiting
    return b"\n".join(result) + (b"\n" if theirs.endswith(b"\n") and result else b"")


def _added(
    mine: Iterable[Line], present: set[Line], old: set[Line]
) -> dict[Line | None, list[bytes]]:
    """Return a person's lines by the line before them, with the blank lines that set them apart."""
    added: dict[Line | None, list[bytes]] = {}
    anchor: Line | None = None
    before: list[bytes] = []
    is_apart = False
    for line in mine:
        if line in present:
            anchor, before, is_apart = line, [], False
        elif line not in old or (is_apart and not line[0].strip()):
            added.setdefault(anchor, []).extend((*before, line[0]))
            before, is_apart = [], True
        elif not line[0].strip():
            before.append(line[0])
    return added


def without_repeats(ours: bytes, rendered: bytes, words: Iterable[str]) -> bytes:
    """Leave out lines that git's union of two branches repeats.

    These are imports, and lines that say one of the `words`, that the render has once. Git takes
    changes that are less than four lines apart for one, and keeps what is between them twice.
    """
    known = tuple(word.encode() for word in words)
    once = {line for line, times in Counter(rendered.splitlines()).items() if times == 1}
    items = {
        line
        for line in once
        if line.startswith((b"from ", b"import ")) or any(word in line for word in known)
    }
    seen: set[bytes] = set()
    kept: list[bytes] = []
    for line in ours.splitlines(keepends=True):
        bare = line.rstrip(b"\r\n")
        if bare not in seen:
            kept.append(line)
        if bare in items:
            seen.add(bare)
    return b"".join(kept)


def with_line_of_both(ours: bytes, rendered: bytes, words: Iterable[str]) -> bytes:
    """Put what the render says of an entity in place of what each of two branches made of its line.

    A line belongs to the first of the `words` in it, as far as the render has no other that begins
    alike. What is there once is no merge's, but a person's, and stays.
    """
    known = sorted((word.encode() for word in words), key=len, reverse=True)
    new = rendered.splitlines()
    mine = ours.splitlines(keepends=True)
    there = {line.rstrip(b"\r\n") for line in mine}
    begins = Counter(_beginning(line, known) for line in new)
    missing = {
        begin: line
        for line in new
        if line not in there and (begin := _beginning(line, known)) and begins[begin] == 1
    }
    versions: dict[bytes, list[int]] = {}
    for number, line in enumerate(mine):
        if line.rstrip(b"\r\n") not in new and (begin := _beginning(line, known)) in missing:
            versions.setdefault(begin, []).append(number)
    for begin, (first, *others) in versions.items():
        if others:
            bare = mine[first].rstrip(b"\r\n")
            mine[first] = missing[begin] + mine[first][len(bare) :]
            for number in others:
                mine[number] = b""
    return b"".join(mine)


def _beginning(line: bytes, words: Iterable[bytes]) -> bytes:
    """Return a line up to the first word in it and the next character that is no space, or nothing."""
    found = [(line.find(word), word) for word in words if word in line]
    if not found:
        return b""
    at, word = min(found, key=lambda each: each[0])  # of several there, the longest
    end = at + len(word)
    spaces = len(line[end:]) - len(line[end:].lstrip())
    return line[: end + spaces + 1]


def _numbered(content: bytes) -> list[Line]:
    """Return the lines, each with how often it came before, so that equal ones are told apart."""
    seen: Counter[bytes] = Counter()
    lines: list[Line] = []
    for line in content.removesuffix(b"\n").split(b"\n") if content else ():
        lines.append((line, seen[line]))
        seen[line] += 1
    return lines
