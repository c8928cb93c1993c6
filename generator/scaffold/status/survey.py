"""Find out what a person did to the generated files since they were rendered; writes nothing."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Literal

from scaffold.answers.reading import ANSWERS_FILE
from scaffold.cache.digests import short
from scaffold.cache.store import Kept
from scaffold.frozen import dataclass
from scaffold.markers import conflicts_in
from scaffold.plan.tree import Tree
from scaffold.template.index import derived_folder
from scaffold.untrusted import read_regular

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from scaffold.plan.tree import File
    from scaffold.project.project import Project
    from scaffold.render.files import Rendered

_TABLE_NAME = b"__tablename__"
State = Literal["changed", "deleted", "moved"]

_KEPT = 20_000  # digests of one template version: those of several projects
_ALIKE = 0.6  # of the lines: a file that was moved and edited


@dataclass(frozen=True, slots=True)
class Finding:
    """A generated file that is not as it was rendered.

    `rendered` are the bytes of the render, `own` those of the person's file, at `moved_to` where
    it was moved; `markers` are the lines at which a conflict begins that nobody resolved.
    """

    path: str
    state: State
    rendered: bytes
    own: bytes | None = None
    rendered_mode: int = 0o644
    own_mode: int | None = None
    moved_to: str | None = None
    markers: tuple[int, ...] = ()

    @property
    def place(self) -> str:
        """Return where the file is now."""
        return self.moved_to or self.path


@dataclass(frozen=True, slots=True)
class Survey:
    """The findings sorted by path, and the folders of the files that declare tables.

    `own` are files that are written only once, with the conflicts that are left in them; `rejected`
    are those that Copier left beside generated files.
    """

    findings: tuple[Finding, ...]
    table_folders: frozenset[str]
    own: Mapping[str, tuple[int, ...]]
    rejected: tuple[str, ...]

    @property
    def unresolved(self) -> Mapping[str, tuple[int, ...]]:
        """Return the files in which conflicts are left, with the lines."""
        found = {**{each.place: each.markers for each in self.findings}, **self.own}
        return {path: lines for path, lines in sorted(found.items()) if lines}


def survey(project: Project, wanted: Callable[[str], bool] = lambda _: True) -> Survey:
    """Return the generated files that a person changed, deleted or moved.

    The answers are left out, and files that are written only once: they are the person's own.
    """
    tree = Tree(project.root)
    digests: Kept[bytes] = Kept(derived_folder(project.template) / "digests", _KEPT)
    is_union = _union_matcher(project)
    folders = set()
    found = []
    own = {}
    rejected = []
    for path, rendered in project.rendered.items():
        if path == ANSWERS_FILE or not wanted(path):
            continue
        if os.path.lexists(f"{project.root}/{path}.rej"):
            rejected.append(f"{path}.rej")
        file = tree.read(path)
        if rendered.once:
            own[path] = conflicts_in(file.body) if file else ()
            continue
        if file is not None and declares_tables(path, file.body):
            folders.add(path.rpartition("/")[0])
        if file is None:
            found.append(Finding(path, "deleted", rendered.body(), None, rendered.mode))
        elif not _is_same(file, rendered, digests) and not (
            is_union(path) and _is_same_set(file.body, rendered.body())
        ):
            found.append(_changed(path, rendered, file))
    digests.save()
    project.rendered.save()
    findings = sorted(_with_moves(found, project), key=lambda each: each.path)
    return Survey(tuple(findings), frozenset(folders), own, tuple(sorted(rejected)))


def declares_tables(path: str, content: bytes) -> bool:
    """Tell whether a file declares tables of the project; those of its tests have no migrations."""
    return _TABLE_NAME in content and not path.startswith("tests/")


def _changed(path: str, rendered: Rendered, file: File) -> Finding:
    markers = conflicts_in(file.body)
    return Finding(
        path, "changed", rendered.body(), file.body, rendered.mode, file.mode, markers=markers
    )


def _is_same(file: File, rendered: Rendered, digests: Kept[bytes]) -> bool:
    if bool(file.mode & 0o100) is not bool(rendered.mode & 0o100):
        return False
    digest = digests.get(rendered.key, lambda: short(rendered.body()))
    # A checkout may have given the file other line ends.
    return short(file.body) == digest or (
        b"\r\n" in file.body and short(file.body.replace(b"\r\n", b"\n")) == digest
    )


def _is_same_set(one: bytes, other: bytes) -> bool:
    """Tell whether git, which merged two sets of lines, left nothing but another order."""
    return sorted(one.splitlines()) == sorted(other.splitlines())


def _union_matcher(project: Project) -> Callable[[str], bool]:
    from scaffold.plan.attributes import union_matcher

    rendered = project.rendered.get(".gitattributes")
    return union_matcher(rendered.body() if rendered else b"")


# Files that were moved.


def _with_moves(found: list[Finding], project: Project) -> Iterator[Finding]:
    gone = [each for each in found if each.state == "deleted"]
    if not gone:
        yield from found
        return
    strangers = _strangers(project, {PurePosixPath(each.path).suffix for each in gone})
    for each in found:
        moved = _moved(each, strangers) if each.state == "deleted" else None
        yield moved or each


def _moved(gone: Finding, strangers: dict[str, Path]) -> Finding | None:
    alike = {path: _likeness(gone, path, file) for path, file in strangers.items()}
    best = max(alike, key=alike.__getitem__, default=None)
    if best is None or alike[best] < _ALIKE:
        return None
    file = strangers.pop(best)
    own, mode = read_regular(file), file.stat().st_mode & 0o777
    return replace(
        gone, state="moved", own=own, own_mode=mode, moved_to=best, markers=conflicts_in(own)
    )


def _likeness(gone: Finding, path: str, file: Path) -> float:
    """Return how much of a file's lines are those of the render, at most 1."""
    try:
        content = read_regular(file)
    except OSError:
        return 0.0
    if content == gone.rendered:
        # Of several files that are equal, such as empty ones, the one of the same name.
        same_name = PurePosixPath(path).name == PurePosixPath(gone.path).name
        return 1.0 if same_name else 0.99 if content.strip() else 0.0
    rendered, own = set(gone.rendered.splitlines()), set(content.splitlines())
    return len(rendered & own) / max(len(rendered | own), 1)


def _strangers(project: Project, suffixes: Iterable[str]) -> dict[str, Path]:
    """Return the files in the project's own folders that no template renders."""
    wanted = set(suffixes)
    rendered = project.rendered
    tops = {path.split("/")[0] for path in rendered if "/" in path}
    found: dict[str, Path] = {}
    for top in sorted(tops):
        for folder, names, files in os.walk(project.root / top):
            names[:] = sorted(name for name in names if name[0] != "." and name != "__pycache__")
            for name in sorted(files):
                file = project.root / folder / name
                path = file.relative_to(project.root).as_posix()
                if file.suffix in wanted and path not in rendered:
                    found[path] = file
    return found
