"""Compare two renders with a person's files, and say what would be done; writes nothing."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from scaffold.answers import ANSWERS_FILE
from scaffold.errors import ScaffoldError
from scaffold.merge import is_binary, merge, unite, uses_crlf

if TYPE_CHECKING:
    from scaffold.render import Render, Rendered

Kind = Literal["create", "update", "merge", "delete", "keep", "conflict", "unchanged"]


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to one file.

    `before` and `after` are its bytes, None where there is no file; `mode` and `before_mode` are
    permission bits, None where there is no file, or where a new file's bits follow from the umask
    and from whether `executable` is set. Kinds `keep` and `unchanged` write nothing.
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

    `marked` is the file with conflict markers, None where markers cannot show the conflict.
    """

    path: str
    reason: str
    base: bytes | None = None
    ours: bytes | None = None
    theirs: bytes | None = None
    marked: bytes | None = None
    mode: int | None = None


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
    old: Render, new: Render, root: Path, created: Mapping[str, bytes] | None = None
) -> Plan:
    """Plan the way from the old render to the new one, keeping what a person did since.

    `created` are further new files that no template renders.
    """
    planner = _Planner(old, new, root)
    found = [planner.plan(path) for path in sorted({*_differing(old, new)})]
    found.extend(planner.create(path, body, False) for path, body in (created or {}).items())
    changes = sorted((each for each in found if isinstance(each, Change)), key=_path)
    conflicts = sorted((each for each in found if isinstance(each, Conflict)), key=_path)
    return Plan(tuple(changes), tuple(conflicts))


def with_markers(plan: Plan) -> Plan:
    """Turn each conflict that markers can show into a change that writes them."""
    marked = [each for each in plan.conflicts if each.marked is not None]
    changes = [
        Change(
            each.path,
            "conflict",
            before=each.ours,
            after=each.marked,
            before_mode=each.mode,
            mode=each.mode,
            note=each.reason,
        )
        for each in marked
    ]
    rest = tuple(each for each in plan.conflicts if each.marked is None)
    return replace(
        plan, changes=tuple(sorted((*plan.changes, *changes), key=_path)), conflicts=rest
    )


def _path(item: Change | Conflict) -> str:
    return item.path


def _differing(old: Render, new: Render) -> Iterator[str]:
    before, after = old.files, new.files
    for path, rendered in after.items():
        known = before.get(path)
        if known is None or known.key != rendered.key or known.mode != rendered.mode:
            yield path
    for path in before:
        if path not in after:
            yield path


@dataclass(frozen=True, slots=True)
class _File:
    body: bytes
    mode: int

    @property
    def executable(self) -> bool:
        return bool(self.mode & 0o111)


class _Planner:
    def __init__(self, old: Render, new: Render, root: Path) -> None:
        self._old = old
        self._new = new
        self._root = root
        self._names: dict[str, dict[str, str]] = {}
        self._union: list[str] | None = None

    def plan(self, path: str) -> Change | Conflict | None:
        """Say what becomes of a path whose two renders differ."""
        old, new = self._old.files.get(path), self._new.files.get(path)
        if new is None:
            assert old is not None
            return self._remove(path, old)
        executable = bool(new.mode & 0o111)
        if old is None or path == ANSWERS_FILE:
            return self._write(path, old, new, executable)
        if old.mode == new.mode and old.body() == new.body():
            return None
        return self._write(path, old, new, executable)

    def _write(
        self, path: str, old: Rendered | None, new: Rendered, executable: bool
    ) -> Change | Conflict:
        if old is None:
            return self.create(path, new.body(), executable, once=new.once)
        obstacle = self._obstacle(path)
        if obstacle:
            return Conflict(path, obstacle, old.body(), None, new.body())
        file = self._read(path)
        if file is None:
            return Change(path, "keep", note="you deleted it")
        mode = _mode(file, old, new)
        body = new.body()
        if new.once:
            return self._same(path, file, "written only once")
        if path == ANSWERS_FILE:
            return self._update(path, file, body, mode)
        if uses_crlf(file.body) and not is_binary(body) and b"\r\n" not in body:
            return self._merge(path, file, _crlf(old.body()), _crlf(body), mode)
        return self._merge(path, file, old.body(), body, mode)

    def create(
        self, path: str, body: bytes, executable: bool, *, once: bool = False
    ) -> Change | Conflict:
        """Plan a file that was not there before."""
        obstacle = self._obstacle(path) or self._other_case(path)
        if obstacle:
            return Conflict(path, obstacle, None, None, body)
        file = self._read(path)
        if file is None:
            return Change(path, "create", after=body, executable=executable)
        if once:
            return self._same(path, file, "written only once")
        theirs = _crlf(body) if uses_crlf(file.body) and b"\r\n" not in body else body
        if file.body == theirs:
            return self._same(path, file, "it is there already")
        return self._conflict(path, "a file that you wrote is there", file, None, theirs)

    def _merge(
        self, path: str, file: _File, base: bytes, theirs: bytes, mode: int
    ) -> Change | Conflict:
        if theirs in (file.body, base) or file.body == base:
            after = theirs if file.body == base else file.body
            return self._update(path, file, after, mode)
        if is_binary(file.body, base, theirs):
            reason = "you changed it, and so does the new version"
            return Conflict(path, reason, base, file.body, theirs, None, file.mode)
        if self._is_union(path):
            return self._merged(path, file, unite(file.body, base, theirs), theirs, mode)
        merged = merge(file.body, base, theirs)
        if merged.conflicts:
            reason = "you changed lines that the new version changes, too"
            return Conflict(path, reason, base, file.body, theirs, merged.content, file.mode)
        return self._merged(path, file, merged.content, theirs, mode)

    def _merged(self, path: str, file: _File, after: bytes, theirs: bytes, mode: int) -> Change:
        change = self._update(path, file, after, mode)
        return replace(change, kind="merge") if change.writes and after != theirs else change

    def _conflict(
        self, path: str, reason: str, file: _File, base: bytes | None, theirs: bytes
    ) -> Conflict:
        marked = None
        if not is_binary(file.body, theirs):
            marked = merge(file.body, base or b"", theirs).content
        return Conflict(path, reason, base, file.body, theirs, marked, file.mode)

    def _update(self, path: str, file: _File, after: bytes, mode: int) -> Change:
        if after == file.body and mode == file.mode:
            return self._same(path, file, "it is up to date already")
        return Change(path, "update", file.body, after, file.mode, mode)

    def _same(self, path: str, file: _File, note: str) -> Change:
        return Change(path, "unchanged", file.body, file.body, file.mode, file.mode, note=note)

    def _remove(self, path: str, old: Rendered) -> Change | Conflict:
        obstacle = self._obstacle(path)
        if obstacle:
            return Change(path, "keep", note=obstacle)
        file = self._read(path)
        if file is None:
            return Change(path, "unchanged", note="you deleted it already")
        body = old.body()
        if file.body == body or (uses_crlf(file.body) and file.body == _crlf(body)):
            return Change(path, "delete", file.body, None, file.mode, None)
        note = "you changed it, so it stays; delete it by hand when you no longer need it"
        return Change(path, "keep", file.body, file.body, file.mode, file.mode, note=note)

    def _read(self, path: str) -> _File | None:
        file = self._root / path
        try:
            mode = stat.S_IMODE(file.stat().st_mode)
            return _File(file.read_bytes(), mode)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise ScaffoldError(f"`{path}` cannot be read: {error.strerror}") from error

    def _obstacle(self, path: str) -> str:
        """Say what stands where a file should be: a folder, a link, a file instead of a folder."""
        parts = path.split("/")
        current = str(self._root)
        for place, part in enumerate(parts, 1):
            current = f"{current}/{part}"
            try:
                mode = os.lstat(current).st_mode
            except (FileNotFoundError, NotADirectoryError):
                return ""
            shown = "/".join(parts[:place])
            if stat.S_ISLNK(mode):
                if place == len(parts):
                    return "it is a symbolic link"
                if not self._inside(current):
                    return f"the folder `{shown}` is a symbolic link that leads elsewhere"
            elif place < len(parts) and not stat.S_ISDIR(mode):
                return f"`{shown}` is a file, and should be a folder"
            elif place == len(parts) and not stat.S_ISREG(mode):
                return "a folder of that name is there"
        return ""

    def _inside(self, link: str) -> bool:
        root = os.path.realpath(self._root)
        target = os.path.realpath(link)
        return os.path.isdir(target) and (target == root or target.startswith(root + os.sep))

    def _other_case(self, path: str) -> str:
        """Say which file has this name but for upper and lower case, which some systems mix up."""
        folder = ""
        for part in path.split("/"):
            names = self._listing(folder)
            known = names.get(part) or names.get(part.casefold(), part)
            if known != part:
                other = f"{folder}/{known}" if folder else known
                return f"`{other}` differs from it only in upper and lower case"
            folder = f"{folder}/{part}" if folder else part
        return ""

    def _listing(self, folder: str) -> dict[str, str]:
        names = self._names.get(folder)
        if names is None:
            try:
                entries = os.listdir(self._root / folder)
            except OSError:
                entries = []
            # Where both spellings exist, the exact one counts: the person lives with it already.
            names = {name.casefold(): name for name in entries} | {name: name for name in entries}
            self._names[folder] = names
        return names

    def _is_union(self, path: str) -> bool:
        if self._union is None:
            rendered = self._new.files.get(".gitattributes")
            self._union = union_patterns(rendered.body()) if rendered else []
        name = path.rsplit("/", 1)[-1]
        return any(
            fnmatchcase(path, pattern.lstrip("/")) if "/" in pattern else fnmatchcase(name, pattern)
            for pattern in self._union
        )


def union_patterns(attributes: bytes) -> list[str]:
    """Return the patterns that a `.gitattributes` file marks `merge=union`."""
    patterns: list[str] = []
    for line in attributes.decode("utf-8", "replace").splitlines():
        pattern, *words = line.split() or [""]
        if pattern.startswith("#"):
            continue
        if "merge=union" in words:
            patterns.append(pattern)
    return patterns


def _mode(file: _File, old: Rendered, new: Rendered) -> int:
    """Return the person's permission bits, changed only where the template's own changed."""
    if old.mode == new.mode or file.executable == bool(new.mode & 0o111):
        return file.mode
    if not new.mode & 0o111:
        return file.mode & ~0o111
    return file.mode | (file.mode & 0o444) >> 2


def _crlf(content: bytes) -> bytes:
    return content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
