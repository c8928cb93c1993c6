"""Lay out reports as plain text, for pipes, files and logs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scaffold.output.parts import Diff, Outline, Tree, shown_name, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.output.parts import Branch, Part, Report


class Plain:
    """A screen that shows words only."""

    def layout(self, report: Report) -> str:
        """Return the report as text; the last line has no end."""
        return "\n".join(line for part in report for line in _lines(part))

    def spinner(self, doing: str) -> None:
        """Return none: nothing moves."""


def _lines(part: Part) -> Iterator[str]:
    match part:
        case Tree():
            yield shown_name(part.name)
            yield from _rows(part.branches, part.width, "")
        case Outline():
            yield text_of(part.head)
            yield from (f"  {text_of(line)}" for line in part.lines)
        case Diff():
            yield part.text.removesuffix("\n")
        case _:
            yield text_of(part)


def _rows(branches: tuple[Branch, ...], width: int, indent: str) -> Iterator[str]:
    for branch in branches:
        guide, below = ("└── ", "    ") if branch is branches[-1] else ("├── ", "│   ")
        left = indent + guide + shown_name(branch.name)
        yield f"{left:<{width}}  {text_of(branch.aside)}" if branch.aside else left
        yield from _rows(branch.below, width, indent + below)
