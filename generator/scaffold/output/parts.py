"""What a report is made of: lines, trees and diffs, with what they mean and not how they look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

from scaffold.errors import CONTROLS

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

# What a piece of text is; `terminal` gives each a style, `plain` none. The kinds of changes are in.
Look = Literal[
    "title", "error", "note", "help", "typed", "path", "faint", "side", "added", "removed",
    "type", "option",
    "create", "update", "merge", "delete", "keep", "conflict", "unchanged",
]  # fmt: skip


# Named tuples: every command loads these, and they take a seventh of the time of data classes.


class Span(NamedTuple):
    """A piece of a line that means something."""

    text: str
    look: Look


Line = tuple[Span | str, ...]
BLANK: Line = ()


class Branch(NamedTuple):
    """A name in a tree, what is said of it to the right, and what is below it."""

    name: str
    aside: Line = ()
    below: tuple[Branch, ...] = ()


class Tree(NamedTuple):
    """Names below names."""

    name: str
    branches: tuple[Branch, ...]

    @property
    def width(self) -> int:
        """Return the columns up to the end of the longest name, where what is said may begin."""
        return _width(self.branches)


class Outline(NamedTuple):
    """A line with the lines that belong to it."""

    head: Line
    lines: tuple[Line, ...]


class Diff(NamedTuple):
    """A unified diff; bytes that are no text are in it as lone surrogates, as Python reads them."""

    text: str

    @property
    def readable(self) -> str:
        """Return the diff with a replacement character for each byte that is no text."""
        return self.text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


Part = Line | Tree | Outline | Diff
Report = tuple[Part, ...]


class Screen(Protocol):
    """Where people read reports."""

    def layout(self, report: Report) -> str:
        """Return the report as it is to be printed, but for the end of its last line."""
        ...

    def spinner(self, doing: str) -> AbstractContextManager[object] | None:
        """Return what shows something as going on, if this screen can."""
        ...


# A name of a file may hold the end of a line, too.
_IN_NAMES = {**CONTROLS, 9: "\\t", 10: "\\n"}


def text_of(line: Line) -> str:
    """Return the words of a line."""
    return "".join(map(shown, line))


def shown(span: Span | str) -> str:
    """Return the words of a piece, with nothing in them that a terminal obeys."""
    if isinstance(span, str):
        return span.translate(CONTROLS)
    return shown_name(span.text) if span.look == "path" else span.text.translate(CONTROLS)


def shown_name(name: str) -> str:
    """Return a name, of a file for example, with nothing in it that a terminal obeys."""
    return name.translate(_IN_NAMES)


def _width(branches: tuple[Branch, ...], indent: int = 4) -> int:
    widths = (max(indent + len(each.name), _width(each.below, indent + 4)) for each in branches)
    return max(widths, default=0)
