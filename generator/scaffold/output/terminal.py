"""Lay out reports for a terminal; the only module that knows Rich, imported only for one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TextIO

from rich import tree as rich_tree
from rich.console import Console
from rich.text import Text
from rich.theme import Theme

from scaffold.output.parts import Diff, Outline, Tree, shown, shown_name, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from contextlib import AbstractContextManager

    from scaffold.output.parts import Branch, Line, Look, Part, Report

# The terminal's own 16 colors, so that they fit a light background as well as a dark one.
STYLES: Final[dict[Look, str]] = {
    "title": "bold",
    "error": "bold red",
    "note": "cyan",
    "help": "green",
    "typed": "cyan",
    "path": "bold",
    "faint": "dim",
    "side": "cyan",
    "added": "green",
    "removed": "red",
    "type": "cyan",
    "option": "yellow",
    "create": "green",
    "update": "cyan",
    "merge": "cyan",
    "delete": "red",
    "keep": "yellow",
    "conflict": "bold red",
    "unchanged": "dim",
}
_THEME = Theme({f"scaffold.{look}": style for look, style in STYLES.items()})
_GUIDES = "scaffold.faint"


class Terminal:
    """A screen that shows colors, trees and diffs, as far as the terminal and NO_COLOR allow."""

    def __init__(self, stream: TextIO) -> None:
        self._console = Console(
            file=stream, theme=_THEME, highlight=False, markup=False, emoji=False
        )

    def layout(self, report: Report) -> str:
        """Return the report as text with control sequences; the last line has no end."""
        with self._console.capture() as captured:
            for part in report:
                self._add(part)
        return captured.get().removesuffix("\n")

    def spinner(self, doing: str) -> AbstractContextManager[object] | None:
        """Return what shows something as going on, unless nothing moves on this terminal."""
        return self._console.status(f"{doing} ...") if self._console.is_interactive else None

    def _add(self, part: Part) -> None:
        match part:
            case Tree():
                self._console.print(self._tree(part))
            case Outline():
                self._console.print(_outline(part))
            case Diff():
                # Left to the terminal to wrap: what is copied from it is still a diff.
                self._console.print(_highlighted(part), soft_wrap=True)
            case _:
                self._console.print(_text(part), soft_wrap=True)

    def _tree(self, tree: Tree) -> rich_tree.Tree:
        """Return the tree with what is said in a column, if there is room for one."""
        room = self._console.width - tree.width - 2
        aligned = _longest(tree.branches) <= room
        root = rich_tree.Tree(Text(shown_name(tree.name), "scaffold.title"), guide_style=_GUIDES)
        _grow(root, tree.branches, tree.width if aligned else 0)
        return root


def _grow(parent: rich_tree.Tree, branches: Iterable[Branch], width: int) -> None:
    for branch in branches:
        label = Text(shown_name(branch.name), overflow="fold")
        if branch.aside:
            label.pad_right(max(0, width - 4 - label.cell_len))
            label.append("  ").append_text(_text(branch.aside))
        _grow(parent.add(label), branch.below, width - 4)


def _longest(branches: Iterable[Branch]) -> int:
    lengths = (max(len(text_of(each.aside)), _longest(each.below)) for each in branches)
    return max(lengths, default=0)


def _outline(outline: Outline) -> rich_tree.Tree:
    root = rich_tree.Tree(_text(outline.head), guide_style=_GUIDES)
    for line in outline.lines:
        root.add(_text(line))
    return root


def _highlighted(diff: Diff) -> Text:
    from rich.syntax import Syntax

    code = shown(diff.readable.removesuffix("\n"))
    return Syntax(code, "diff", theme="ansi_light").highlight(code)


def _text(line: Line) -> Text:
    text = Text(overflow="fold")
    for span in line:
        if isinstance(span, str):
            text.append(shown(span))
        else:
            text.append(shown(span), f"scaffold.{span.look}")
    return text
