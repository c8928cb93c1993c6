"""Compare two renders with a person's files, and say what would be done; writes nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from scaffold.answers.reading import ANSWERS_FILE
from scaffold.frozen import dataclass
from scaffold.plan.line_ends import plain, written_as
from scaffold.plan.merge import is_binary, is_frame_kept, merge, unite
from scaffold.plan.merge_file import merge_file
from scaffold.plan.tree import File, Tree
from scaffold.render.files import differing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from scaffold.plan.renaming import Renaming
    from scaffold.render.files import Render, Rendered

Kind = Literal["create", "update", "merge", "delete", "keep", "conflict", "unchanged"]

IN_THE_WAY = "a file that you wrote is there"
_NO_TEXT = "you changed it, and so does the new version"
_BOTH_CHANGED = "you changed lines that the new version changes, too"


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to one file.

    `before` and `after` are its bytes, None where there is no file; `mode` and `before_mode` are
    permission bits, None where there is no file. A new file has no `mode`: its bits follow from
    the umask and from `executable`. The kinds `keep` and `unchanged` write nothing; `conflict`
    is what `with_markers` makes of a conflict.
    """

    path: str
    kind: Kind
    before: bytes | None = None
    after: bytes | None = None
    before_mode: int | None = None
    mode: int | None = None
    executable: bool = False
    note: str = ""

    @property
    def writes(self) -> bool:
        """Tell whether the file changes."""
        return self.kind in {"create", "update", "merge", "delete", "conflict"}


@dataclass(frozen=True, slots=True)
class Conflict:
    """A file that a person's version and the new render both claim.

    `marked` is the file with conflict markers, None where markers cannot show the conflict; it
    takes the place of `before`.
    """

    path: str
    reason: str
    base: bytes | None = None
    ours: bytes | None = None
    theirs: bytes | None = None
    marked: bytes | None = None
    mode: int | None = None
    before: bytes | None = None
    before_mode: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """All changes, sorted by path, and the conflicts in the way of more."""

    changes: tuple[Change, ...]
    conflicts: tuple[Conflict, ...] = ()

    @property
    def writes(self) -> tuple[Change, ...]:
        """Return the changes that write, create or delete a file."""
        return tuple(change for change in self.changes if change.writes)


def make_plan(
    old: Render,
    new: Render,
    root: Path,
    created: Mapping[str, bytes] | None = None,
    renaming: Renaming | None = None,
) -> Plan:
    """Plan the way from the old render to the new one, keeping what a person did since.

    `created` are further new files that no template renders.
    """
    planner = Planner(Tree(root), new, renaming)
    found: list[Change | Conflict | None] = [
        planner.plan(path, before, after) for path, before, after in differing(old, new)
    ]
    found.extend(planner.create(path, body) for path, body in (created or {}).items())
    old.save()
    new.save()
    return plan_of(found)


def plan_of(found: Iterable[Change | Conflict | None]) -> Plan:
    """Return what was found out about files as a plan."""
    items = [each for each in found if each is not None]
    changes = sorted((each for each in items if isinstance(each, Change)), key=_path)
    conflicts = sorted((each for each in items if isinstance(each, Conflict)), key=_path)
    return Plan(tuple(changes), tuple(conflicts))


def with_markers(plan: Plan) -> Plan:
    """Turn each conflict that markers can show into a change that writes them."""
    marked = [
        Change(
            each.path,
            "conflict",
            each.before,
            each.marked,
            each.before_mode,
            each.mode,
            note=each.reason,
        )
        for each in plan.conflicts
        if each.marked is not None
    ]
    rest = tuple(each for each in plan.conflicts if each.marked is None)
    return Plan(tuple(sorted((*plan.changes, *marked), key=_path)), rest)


def _path(item: Change | Conflict) -> str:
    return item.path


def union_matcher_of(new: Render) -> Callable[[str], bool]:
    """Return a function that tells whether the project's git attributes call a file a union."""
    known: list[Callable[[str], bool]] = []

    def is_union(path: str) -> bool:
        if not known:
            from scaffold.plan.attributes import union_matcher

            rendered = new.get(".gitattributes")
            known.append(union_matcher(rendered.body() if rendered else b""))
        return known[0](path)

    return is_union


def packages_of(new: Render) -> frozenset[str]:
    """Return the packages of a project, of which its imports come last."""
    return frozenset({str(new.context.get("package_name")), "tests"})


class Planner:
    """Decide for one file after the other; `tree` is what is there."""

    def __init__(self, tree: Tree, new: Render, renaming: Renaming | None = None) -> None:
        self.tree = tree
        self._is_union = union_matcher_of(new)
        self._packages = packages_of(new)
        self._renaming = renaming

    def plan(
        self, path: str, old: Rendered | None, new: Rendered | None
    ) -> Change | Conflict | None:
        """Say what becomes of a path whose two renders differ."""
        if old is None or new is None:
            return self._of_one(path, old, new)
        if old.mode == new.mode and old.body() == new.body():
            return None
        obstacle = self.tree.obstacle(path)
        if obstacle:
            return Conflict(path, obstacle, old.body(), None, new.body())
        file = self.tree.read(path)
        if file is None:
            return Change(path, "keep", note="you deleted it")
        if new.once:
            return _same(path, file, "it is written only once")
        return self._with_edits(path, file, old, new)

    def create(
        self, path: str, body: bytes, *, executable: bool = False, once: bool = False
    ) -> Change | Conflict:
        """Plan a file that was not there before."""
        obstacle = self.tree.obstacle(path) or self.tree.other_case(path)
        if obstacle:
            return Conflict(path, obstacle, None, None, body)
        file = self.tree.read(path)
        if file is None:
            return Change(path, "create", after=body, executable=executable)
        if once:
            return _same(path, file, "it is written only once")
        (theirs,) = with_line_ends_of(file, body)
        if file.body == theirs:
            return _same(path, file, "it is there already")
        is_text = not is_binary(file.body, theirs)
        # By lines alone: nothing says that these two are versions of one file.
        made = merge(plain(file.body), b"", plain(theirs)).content if is_text else None
        marked = None if made is None else written_as(file.body, made)
        return conflict(path, IN_THE_WAY, None, file, theirs, marked)

    def _of_one(
        self, path: str, old: Rendered | None, new: Rendered | None
    ) -> Change | Conflict | None:
        if new is not None:
            executable = bool(new.mode & 0o111)
            return self.create(path, new.body(), executable=executable, once=new.once)
        return None if old is None else self._remove(path, old)

    def _remove(self, path: str, old: Rendered) -> Change:
        obstacle = self.tree.obstacle(path)
        if obstacle:
            return Change(path, "keep", note=obstacle)
        file = self.tree.read(path)
        if file is None:
            return Change(path, "unchanged", note="you deleted it already")
        if file.body in (old.body(), *with_line_ends_of(file, old.body())):
            return Change(path, "delete", file.body, None, file.mode, None)
        note = "you changed it, so it stays; delete it by hand when you no longer need it"
        return replace(_same(path, file, note), kind="keep")

    def _with_edits(self, path: str, file: File, old: Rendered, new: Rendered) -> Change | Conflict:
        mode = mode_of(file, old, new)
        if path == ANSWERS_FILE:
            return _update(path, file, new.body(), mode)
        base, theirs = with_line_ends_of(file, old.body(), new.body())
        if file.body in {base, theirs}:
            return _update(path, file, theirs, mode)
        if theirs == base:  # only the permission bits differ
            return _update(path, file, file.body, mode)
        after, reason = self.merged(path, file, base, theirs)
        if reason:
            return conflict(path, reason, base, file, theirs, after)
        change = _update(path, file, after or b"", mode)
        return replace(change, kind="merge") if change.writes and after != theirs else change

    def merged(self, path: str, file: File, base: bytes, theirs: bytes) -> tuple[bytes | None, str]:
        """Return the merge of a person's file, and what is in its way, if anything is.

        With a reason, the content holds conflict markers, and is None where these cannot be.
        """
        if is_binary(file.body, base, theirs):
            return None, _NO_TEXT
        versions = plain(file.body), plain(base), plain(theirs)
        if self._is_union(path) and is_frame_kept(*versions):
            return written_as(file.body, unite(*versions)), ""
        made = merge_file(path, file.body, base, theirs, self._packages, self._renaming)
        return made.content, _BOTH_CHANGED if made.conflicts else ""


def conflict(  # noqa: PLR0913, PLR0917  # both sides, and what they come from
    path: str,
    reason: str,
    base: bytes | None,
    file: File,
    theirs: bytes,
    marked: bytes | None,
) -> Conflict:
    """Return the conflict over a file that is there."""
    return Conflict(path, reason, base, file.body, theirs, marked, file.mode, file.body, file.mode)


def _update(path: str, file: File, after: bytes, mode: int) -> Change:
    if after == file.body and mode == file.mode:
        return _same(path, file, "it is up to date already")
    return Change(path, "update", file.body, after, file.mode, mode)


def _same(path: str, file: File, note: str) -> Change:
    return Change(path, "unchanged", file.body, file.body, file.mode, file.mode, note=note)


def mode_of(file: File, old: Rendered, new: Rendered) -> int:
    """Return the person's permission bits, changed only where the template's own changed."""
    if old.mode == new.mode:
        return file.mode
    if new.mode & 0o111:
        return file.mode | (file.mode & 0o444) >> 2
    return file.mode & ~0o111


def with_line_ends_of(file: File, *bodies: bytes) -> tuple[bytes, ...]:
    """Give rendered bodies the line ends that the person's file has."""
    if is_binary(file.body, *bodies):
        return bodies
    return tuple(written_as(file.body, plain(body)) for body in bodies)
