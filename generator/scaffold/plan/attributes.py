"""Read from git attributes which files are sets of lines, to be merged as a union."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def union_patterns(attributes: bytes) -> list[str]:
    """Return the patterns that a `.gitattributes` file marks `merge=union`."""
    patterns: list[str] = []
    for line in attributes.decode("utf-8", "replace").splitlines():
        pattern, *words = line.split() or [""]
        if not pattern.startswith("#") and "merge=union" in words:
            patterns.append(pattern)
    return patterns


def union_matcher(attributes: bytes) -> Callable[[str], bool]:
    """Return a function that tells whether a path is marked `merge=union`."""
    patterns = union_patterns(attributes)

    def matches(path: str) -> bool:
        name = path.rsplit("/", 1)[-1]
        return any(
            fnmatchcase(path, pattern.lstrip("/")) if "/" in pattern else fnmatchcase(name, pattern)
            for pattern in patterns
        )

    return matches
