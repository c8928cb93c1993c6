"""Where a tree after `scaffold model` may differ from one after `copier update`, and nowhere else.

All arguments but the path are the bytes of one file, None where there is no file: in the render of the
old answers, in that of the new ones, in the project before, and in the project after either command.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Literal

from scaffold.plan.merge import Merged, merge, unite
from scaffold.plan.merge_file import merge_file

Reason = Literal[
    "keeps an edited file", "puts lines where they belong", "unites a registry", "merges names"
]


@dataclass(frozen=True, slots=True)
class Versions:
    """One file in all its versions."""

    path: str
    old: bytes | None
    new: bytes | None
    before: bytes | None
    by_scaffold: bytes | None
    by_copier: bytes | None


def divergence(file: Versions, *, is_union: bool = False) -> Reason | None:
    """Return why the two results may differ, or None when they may not."""
    if file.before is None or file.before == file.old:
        return None
    if file.old is not None and file.new is None:
        kept = file.by_scaffold == file.before and file.by_copier is None
        return "keeps an edited file" if kept else None
    if file.old is None or file.new is None or file.by_copier is None:
        return None
    three = file.before, file.old, file.new
    if is_union and file.by_scaffold == unite(*three):
        return "unites a registry"
    return _of_merge(file, merge_file(file.path, *three, {"blog", "tests"}), merge(*three))


def _of_merge(file: Versions, by_name: Merged, by_line: Merged) -> Reason | None:
    if by_name != by_line:
        fits = not by_name.conflicts and file.by_scaffold == by_name.content
        return "merges names" if fits else None
    if by_line.conflicts or file.by_scaffold != by_line.content or file.by_copier is None:
        return None
    misplaced = _lines(file.by_copier) == _lines(by_line.content) or _has_markers(file.by_copier)
    return "puts lines where they belong" if misplaced else None


def _lines(content: bytes) -> Counter[bytes]:
    return Counter(content.splitlines())


def _has_markers(content: bytes) -> bool:
    return any(line.startswith(b"<<<<<<< ") for line in content.splitlines())
