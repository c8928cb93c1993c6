"""The line ends of a file, and the mark at its beginning: what a person's editor chose stays."""

from __future__ import annotations

import re
from collections import Counter

_BOM = b"\xef\xbb\xbf"
_LINE = re.compile(rb"([^\r\n]*)(\r\n|\n|\r|\Z)")
_LINE_OF_LF = re.compile(rb"([^\n]*?)(\r?\n|\Z)")


def plain(content: bytes) -> bytes:
    """Return the content with LF at the end of each line, and without a byte order mark."""
    content = content.removeprefix(_BOM)
    if b"\r" not in content:
        return content
    return b"".join(line + (b"\n" if end else b"") for line, end in _lines(content))


def written_as(ours: bytes, content: bytes) -> bytes:
    """Return plain content with the mark and the line ends of the person's file.

    Where these are mixed, a line keeps its own, and a new one gets those that most lines have.
    """
    mark = _BOM if ours.startswith(_BOM) and not content.startswith(_BOM) else b""
    ends = Counter(end for _, end in _lines(ours.removeprefix(_BOM)) if end)
    if ends.keys() <= {b"\n"}:
        return mark + content
    usual = ends.most_common(1)[0][0]
    if len(ends) == 1:
        return mark + content.replace(b"\n", usual)
    return mark + _mixed(_lines(ours.removeprefix(_BOM)), content, usual)


def _mixed(mine: list[tuple[bytes, bytes]], content: bytes, usual: bytes) -> bytes:
    from difflib import SequenceMatcher

    lines = _lines(content)
    ends = [usual if end else b"" for _, end in lines]
    texts = ([line for line, _ in mine], [line for line, _ in lines])
    matcher = SequenceMatcher(None, *texts, autojunk=False)
    for block in matcher.get_matching_blocks():
        for number in range(block.size):
            if ends[block.b + number]:
                ends[block.b + number] = mine[block.a + number][1] or usual
    return b"".join(line + end for (line, _), end in zip(lines, ends, strict=True))


def _lines(content: bytes) -> list[tuple[bytes, bytes]]:
    """Return the lines with their ends; a CR ends a line only where no LF does."""
    pattern = _LINE_OF_LF if b"\n" in content else _LINE
    return [found.groups() for found in pattern.finditer(content) if found.group()]  # type: ignore[misc]
