"""Conflict markers in files: the one definition of what git, Copier and scaffold leave in them."""

from __future__ import annotations

import re

_MARKER = re.compile(rb"^(<{7}|\|{7}|={7}|>{7})(?: [^\r\n]*)?\r?$", re.MULTILINE)


def conflicts_in(content: bytes, *, has_headings: bool = True) -> tuple[int, ...]:
    """Return the lines at which a conflict begins, or what a person left of one.

    A line of seven `=` alone is a heading and no conflict, where there can be headings.
    """
    found: list[int] = []
    is_open = False
    for marker in _MARKER.finditer(content):
        kind = marker[1][:1]
        if kind == b"<" or (not is_open and not (has_headings and kind == b"=")):
            found.append(content.count(b"\n", 0, marker.start()) + 1)
        is_open = kind != b">" and (is_open or kind == b"<")
    return tuple(found)
