"""Match paths against gitignore-style patterns, as Copier does for its settings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scaffold.errors import ScaffoldError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

# Patterns of these characters mean the same to pathspec and to the translation below.
_SIMPLE = re.compile(r"/?[\w.~*?\[\]{}@+,=%-]+(?:/[\w.~*?\[\]{}@+,=%-]+)*/?", re.ASCII)
_SIMPLE_SET = re.compile(r"\[\w+\]", re.ASCII)


def matcher(patterns: Iterable[str]) -> Callable[[str], bool] | None:
    """Return a function that tells whether a path matches, or None when nothing could."""
    lines = [line for line in patterns if line.strip() and not line.startswith("#")]
    if not lines:
        return None
    translated = [_translate(line) for line in lines]
    if None not in translated:
        expression = re.compile("|".join(f"(?:{each})" for each in translated))
        return lambda path: expression.fullmatch(path) is not None
    return _with_pathspec(lines)


def _with_pathspec(lines: list[str]) -> Callable[[str], bool]:
    from unicodedata import normalize

    from pathspec import PathSpec

    normal = [normalize("NFD", line) for line in lines]
    try:
        return PathSpec.from_lines("gitignore", normal).match_file
    except LookupError:  # before pathspec 1.0
        return PathSpec.from_lines("gitwildmatch", normal).match_file
    except ValueError as error:
        raise ScaffoldError(f"the template has a pattern that means nothing: {error}") from error


def _translate(pattern: str) -> str | None:
    """Return the regular expression of a simple pattern, or None for any other."""
    if "**" in pattern or not _SIMPLE.fullmatch(pattern) or pattern == "/":
        return None
    if len(_SIMPLE_SET.findall(pattern)) != pattern.count("[") or (
        pattern.count("[") != pattern.count("]")
    ):
        return None
    body = pattern.strip("/")
    if pattern == "*" or body == "*":
        return None
    anchored = "/" in pattern.rstrip("/")
    parts = re.split(r"(\[\w+\]|\*|\?)", body)
    middle = "".join(_PIECES.get(part) or _piece(part) for part in parts)
    start = "" if anchored else "(?:.+/)?"
    end = "/.*" if pattern.endswith("/") else "(?:/.*)?"
    return f"{start}{middle}{end}"


_PIECES = {"*": "[^/]*", "?": "[^/]"}


def _piece(part: str) -> str:
    return part if part.startswith("[") else re.escape(part)
