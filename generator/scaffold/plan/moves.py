"""Carry the files of a renamed entity, with what a person did to them, to their new paths."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from scaffold.plan.plan import (
    Change,
    Conflict,
    Kind,
    Plan,
    Planner,
    conflict,
    mode_of,
    plan_of,
    with_line_ends_of,
)
from scaffold.plan.tree import File, Tree
from scaffold.render.files import differing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from scaffold.plan.renaming import Renaming
    from scaffold.render.files import Render, Rendered

Found = Change | Conflict | None


def make_plan_with_moves(  # noqa: PLR0913, PLR0917  # both renders, and what is known of the way
    old: Render,
    new: Render,
    root: Path,
    renames: Mapping[str, str],
    created: Mapping[str, bytes],
    renaming: Renaming | None = None,
) -> Plan:
    """Plan as `make_plan` does; files of entities with a new name come from where they were."""
    origins = moved_files(old, new, renames)
    mover = _Mover(old, new, root, origins, renaming)
    found = list(mover.all(created))
    old.save()
    new.save()
    return plan_of(mover.on_what_is_there(found))


def moved_files(old: Render, new: Render, renames: Mapping[str, str]) -> dict[str, str]:
    """Return where files of renamed entities were, by their new paths where these differ."""
    before, after = _digests(old), _digests(new)
    moved = {}
    for former, name in renames.items():
        was, will_be = (_places(old, before.get(former)), _places(new, after.get(name)))
        for source in was.keys() & will_be.keys():
            if was[source] != will_be[source]:
                moved[will_be[source]] = was[source]
    return moved


def _digests(render: Render) -> dict[str, bytes]:
    """Return what stands for each entity in the names of files, found where all have a module."""
    model = render.context.get("model") or {}
    entities = {f"{each['module']}.py": each["name"] for each in model.get("entities", ())}
    for family in render.families.values():
        if family.names.keys() == entities.keys() and all(family.names.values()):
            return {entities[name]: digest for name, digest in family.names.items()}
    return {}


def _places(render: Render, digest: bytes | None) -> dict[str, str]:
    """Return the paths of an entity by the files of the template that they are made from."""
    found: dict[str, list[str]] = {}
    for family in render.families.values() if digest else ():
        paths = [family.path(name) for name, each in family.names.items() if each == digest]
        found.setdefault(family.source, []).extend(paths)
    return {source: paths[0] for source, paths in found.items() if len(paths) == 1}


class _Mover:
    """The plan for files of which some go elsewhere; `origins` are their old paths by the new."""

    def __init__(  # as above
        self,
        old: Render,
        new: Render,
        root: Path,
        origins: Mapping[str, str],
        renaming: Renaming | None,
    ) -> None:
        self._old = old
        self._new = new
        self._origins = origins
        self._there = Tree(root)
        self._leaving = dict(self._files_that_leave())
        self._planner = Planner(Tree(root, self._leaving), new, renaming)

    def all(self, created: Mapping[str, bytes]) -> Iterator[Found]:
        """Yield what becomes of each file, as if those that leave were gone already."""
        left = set(self._origins.values())
        for target, origin in self._origins.items():
            yield self._move(target, origin, self._old[origin], self._new[target])
        for origin in left - self._origins.keys():
            yield self._planner.plan(origin, None, self._new.get(origin))
        for path, before, after in differing(self._old, self._new):
            if path not in left and path not in self._origins:
                yield self._planner.plan(path, before, after)
        for path, body in created.items():
            yield self._planner.create(path, body)

    def on_what_is_there(self, found: list[Found]) -> Iterator[Found]:
        """Yield the same for files as they are: those that leave are replaced, or go."""
        replaced = set()
        for each in found:
            file = self._leaving.get(each.path) if each is not None else None
            if each is None or file is None:
                yield each
                continue
            if isinstance(each, Change):
                if not each.writes:
                    continue
                each = replace(each, kind="update" if each.kind == "create" else each.kind)  # noqa: PLW2901
            replaced.add(each.path)
            yield replace(each, before=file.body, before_mode=file.mode)
        targets = {origin: target for target, origin in self._origins.items()}
        for path, file in self._leaving.items():
            if path not in replaced:
                note = f"now {_shown(targets[path], path)}"
                yield Change(path, "delete", file.body, None, file.mode, None, note=note)

    def _files_that_leave(self) -> Iterator[tuple[str, File]]:
        for origin in self._origins.values():
            file = None if self._there.obstacle(origin) else self._there.read(origin)
            if file is not None:
                yield origin, file

    def _move(self, target: str, origin: str, old: Rendered, new: Rendered) -> Change | Conflict:
        note = f"from {_shown(origin, target)}"
        file = self._leaving.get(origin)
        if file is None:
            if obstacle := self._there.obstacle(origin):
                reason = f"it should come from `{origin}`: {obstacle}"
                return Conflict(target, reason, old.body(), None, new.body())
            return Change(target, "keep", note=f"you deleted it as {_shown(origin, target)}")
        base, theirs = with_line_ends_of(file, old.body(), new.body())
        after, reason = self._carried(target, file, base, theirs, once=new.once)
        there = self._overwritten(target)
        if there is None:
            whole = theirs if reason or after is None else after
            made = self._planner.create(target, whole)
            if isinstance(made, Conflict) or not made.writes:
                return made
        before = (there.body, there.mode) if there else (None, None)
        if reason:
            found = conflict(target, reason, base, file, theirs, after)
            return replace(found, before=before[0], before_mode=before[1])
        kind: Kind = "merge" if after != theirs else "update" if there else "create"
        mode = mode_of(file, old, new)
        return Change(target, kind, before[0], after, before[1], mode, note=note)

    def _carried(
        self, target: str, file: File, base: bytes, theirs: bytes, *, once: bool
    ) -> tuple[bytes | None, str]:
        if once or theirs == base:
            return file.body, ""
        if file.body in {base, theirs}:
            return theirs, ""
        return self._planner.merged(target, file, base, theirs)

    def _overwritten(self, target: str) -> File | None:
        """Return the file of an entity that goes, whose path another one gets."""
        file = self._planner.tree.read(target)
        old = self._old.get(target)
        if file is None or old is None or self._planner.tree.obstacle(target):
            return None
        return file if file.body in (old.body(), *with_line_ends_of(file, old.body())) else None


def _shown(path: str, beside: str) -> str:
    """Return a path as it is seen from beside another."""
    one, other = PurePosixPath(path), PurePosixPath(beside)
    return one.name if one.parent == other.parent else path
