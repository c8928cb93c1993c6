"""Merge three versions of a file, each kind in its own way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scaffold.plan.line_ends import plain, written_as
from scaffold.plan.merge import Merged, merge

if TYPE_CHECKING:
    from collections.abc import Collection

    from scaffold.plan.renaming import Renaming


def merge_file(  # noqa: PLR0913, PLR0917  # three versions, and what is known of them
    path: str,
    ours: bytes,
    base: bytes,
    theirs: bytes,
    own: Collection[str] = (),
    renaming: Renaming | None = None,
) -> Merged:
    """Merge what a person made of `base` with what the new render made of it.

    `own` are the packages of the project. The result has the line ends of the person's file.
    """
    mine, old, new = plain(ours), plain(base), plain(theirs)
    versions = _ended(mine), _ended(old), _ended(new)
    made = _merged(path, versions, own, renaming) or merge(*versions)
    content = made.content
    if not made.conflicts and not _has_end(new if _has_end(mine) == _has_end(old) else mine):
        content = content.removesuffix(b"\n")
    return Merged(written_as(ours, content), made.conflicts)


def _has_end(content: bytes) -> bool:
    return not content or content.endswith(b"\n")


def _ended(content: bytes) -> bytes:
    """Return the content with an end of its last line, which need not have one."""
    return content if _has_end(content) else content + b"\n"


def _merged(
    path: str,
    versions: tuple[bytes, bytes, bytes],
    own: Collection[str],
    renaming: Renaming | None,
) -> Merged | None:
    """Merge what is more than lines; None for any other file."""
    is_python = path.endswith(".py")
    if not is_python and path != "pyproject.toml":
        return None
    try:
        ours, base, theirs = (each.decode() for each in versions)
    except UnicodeDecodeError:
        return None
    if is_python:
        from scaffold.plan.imports import merge_python

        if renaming:
            ours, base = (renaming.applied(each, own) for each in (ours, base))
        return merge_python(ours, base, theirs, own)
    from scaffold.plan.requirements import merge_requirements

    return merge_requirements(ours, base, theirs)
