"""Merge a pyproject.toml: its lists of requirements as sets, the rest by lines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from scaffold.plan.merge import Merged, merge, unite

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SECTION = re.compile(r"\[+\s*(?P<name>[^\]\s]+)\s*\]")
_LIST = re.compile(r"(?P<name>[\w-]+)\s*=\s*\[")
_TOKEN = re.compile(r"""(?P<text>"[^"\\\n]*"|'[^'\n]*')|(?P<comment>\#[^\n]*)|[\s,]""")
_NAME = re.compile(r"[\w.-]+")
_OF_REQUIREMENTS = {"project.optional-dependencies", "dependency-groups"}


class Requirements(NamedTuple):
    """A list: where it is in the file, its lines (of comments, too), and whether it is on one line."""

    start: int
    end: int
    lines: tuple[str, ...]
    is_inline: bool


def merge_requirements(ours: str, base: str, theirs: str) -> Merged:
    """Merge a file whose lists of requirements are sets of names.

    Where both sides say different things of one name, the lines are in conflict.
    """
    texts = [ours, base, theirs]
    mine, old, new = (dict(_lists(text)) for text in texts)
    merged = {
        name: text
        for name in mine.keys() & old.keys() & new.keys()
        if (text := _merged(mine[name], old[name], new[name])) is not None
    }
    result = merge(*(_with_marks(text, merged).encode() for text in texts))
    content = result.content.decode()
    if any(content.count(_mark(name)) != 1 for name in merged):
        return merge(*(text.encode() for text in texts))
    for name, text in merged.items():
        content = content.replace(_mark(name), text)
    return Merged(content.encode(), result.conflicts)


def _lists(text: str) -> Iterator[tuple[str, Requirements]]:
    """Yield the lists of requirements by the names that they have in the file."""
    section = ""
    place = 0
    for line in text.splitlines(keepends=True):
        if found := _SECTION.match(line):
            section = found["name"]
        elif found := _LIST.match(line):
            name = f"{section}.{found['name']}"
            if (section in _OF_REQUIREMENTS or name == "project.dependencies") and (
                read := _read(text, place + found.end())
            ):
                yield name, read
        place += len(line)


def _read(text: str, start: int) -> Requirements | None:
    """Read a list of texts from behind its bracket; None where it has something else."""
    lines: list[str] = []
    at = start
    has_comma = True
    while found := _TOKEN.match(text, at):
        at = found.end()
        if found["text"]:
            if not has_comma:
                return None
            lines.append(f"{found['text']},")
            has_comma = False
        elif found["comment"] and "\n" in text[start : found.start()].rpartition(",")[2]:
            lines.append(found["comment"])
        elif found["comment"]:
            lines[-1:] = [f"{lines[-1]}  {found['comment']}"] if lines else [found["comment"]]
        elif found.group() == ",":
            has_comma = True
    if text[at : at + 1] != "]":
        return None
    return Requirements(start, at, tuple(lines), "\n" not in text[start:at])


def _merged(mine: Requirements, old: Requirements, new: Requirements) -> str | None:
    """Return the list of both sides as it is written; None where they contradict each other."""
    named = [_by_name(each.lines) for each in (mine, old, new)]
    if any(each is None for each in named):
        return None
    ours, base, theirs = (each or {} for each in named)
    chosen: dict[str, str | None] = {}
    for name in {*ours, *base, *theirs}:
        own, was, will_be = ours.get(name), base.get(name), theirs.get(name)
        if own != was and will_be not in {was, own}:
            return None
        chosen[name] = will_be if own == was else own
    names = unite(*("\n".join(each).encode() for each in (ours, base, theirs)))
    lines = [line for name in names.decode().split("\n") if (line := chosen.get(name))]
    is_inline = mine.is_inline and new.is_inline and all("#" not in line for line in lines)
    if is_inline:
        return " ".join(lines).removesuffix(",")
    return "".join(f"\n    {line}" for line in lines) + "\n"


def _by_name(lines: Sequence[str]) -> dict[str, str] | None:
    """Return the lines by the name of what they require; None where one is there twice."""
    found: dict[str, str] = {}
    for line in lines:
        name = line
        if not line.startswith("#"):
            named = _NAME.match(line[1:])
            name = re.sub("[-_.]+", "-", named.group()).lower() if named else line
        if name in found:
            return None
        found[name] = line
    return found


def _with_marks(text: str, names: dict[str, str]) -> str:
    """Return the file with one text in place of what is in each of the lists."""
    for name, each in sorted(_lists(text), key=lambda item: item[1].start, reverse=True):
        if name in names:
            text = text[: each.start] + _mark(name) + text[each.end :]
    return text


def _mark(name: str) -> str:
    return f'"all of {name}"'
