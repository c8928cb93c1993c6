"""The Alembic revisions of a project, read without importing them."""

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scaffold.errors import ScaffoldError
from scaffold.frozen import dataclass
from scaffold.untrusted import parse_python, read_regular

VERSIONS = Path("migrations/versions")

# What follows the header of a revision. Reading the header alone keeps a long history quick.
_BODY = re.compile(r"^(?:def|async def|class|@)", re.MULTILINE)
# What the header says as scaffold and Alembic write it, which needs no parser.
_USUAL = re.compile(
    r"""^(revision|down_revision)(?:: [^=\n]+)? = (?:(None)|"([^"\\\n]*)"|'([^'\\\n]*)')$""",
    re.MULTILINE,
)
_NAMED = re.compile(r"^(?:down_)?revision\b", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class PastRevision:
    """A revision file: its name, its id, and the ids that it follows."""

    file: str
    id: str
    parents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class History:
    """All revisions of a project."""

    revisions: tuple[PastRevision, ...]

    def head(self) -> PastRevision | None:
        """Return the revision that a new one follows; refuse a history that has no single end."""
        heads = self.heads()
        if len(heads) > 1:
            named = " and ".join(f"`{head.id}` ({head.file})" for head in heads)
            raise ScaffoldError(
                f"the migrations have {len(heads)} heads: {named}; nothing was written",
                note="two branches each added a revision",
                help="join them first: scaffold migrate --merge",
            )
        return heads[0] if heads else None

    def heads(self) -> tuple[PastRevision, ...]:
        """Return the revisions that none follows; refuse a history with a missing or a double one."""
        self._check()
        followed = {parent for revision in self.revisions for parent in revision.parents}
        heads = tuple(revision for revision in self.revisions if revision.id not in followed)
        if self.revisions and not heads:
            raise ScaffoldError(
                "the migrations follow each other in a circle, so none is the last",
                help=f"look at `down_revision` in the files of {VERSIONS}",
            )
        return heads

    def in_order(self) -> tuple[PastRevision, ...]:
        """Return the revisions, each after those that it follows; those of a circle are left out."""
        waiting = {revision.id: revision for revision in self.revisions}
        found: list[PastRevision] = []
        while ready := [
            each
            for each in waiting.values()
            if not any(parent in waiting for parent in each.parents)
        ]:
            found += ready
            for each in ready:
                del waiting[each.id]
        return tuple(found)

    def _check(self) -> None:
        files: dict[str, str] = {}
        for revision in self.revisions:
            if revision.id in files:
                raise ScaffoldError(
                    f"two migrations have the id `{revision.id}`: "
                    f"{files[revision.id]} and {revision.file}",
                    help="they make the same change: delete one of them",
                )
            files[revision.id] = revision.file
        for revision in self.revisions:
            for parent in revision.parents:
                if parent not in files:
                    raise ScaffoldError(
                        f"the migration {revision.file} follows `{parent}`, which is missing",
                        help=f"restore that revision in {VERSIONS}, or correct `down_revision`",
                    )


def read_history(root: Path) -> History:
    """Read the revisions of the project at `root`; a project without any has an empty history."""
    folder = root / VERSIONS
    names = sorted(entry.name for entry in os.scandir(folder)) if folder.is_dir() else ()
    files = (name for name in names if name.endswith(".py") and name != "__init__.py")
    return History(tuple(_read(folder / name) for name in files))


def _read(path: Path) -> PastRevision:
    try:
        source = read_regular(path).decode("utf-8").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ScaffoldError(f"{VERSIONS / path.name} cannot be read: {reason}") from error
    header = _BODY.split(source, maxsplit=1)[0]
    facts = _usual_facts(header) or _facts(header) or _facts(source)
    if facts is None:
        _refuse_broken(path.name, source)
        raise ScaffoldError(
            f"cannot read `revision` and `down_revision` in {VERSIONS / path.name}",
            help="every file in that folder has to be an Alembic revision",
        )
    revision, parents = facts
    return PastRevision(path.name, revision, parents)


def _refuse_broken(name: str, source: str) -> None:
    try:
        parse_python(source)
    except SyntaxError as error:
        raise broken(name, error.lineno or 1, error.msg) from error


def broken(name: str, line: int, message: str) -> ScaffoldError:
    """Return the error of a revision that is no Python."""
    path = (VERSIONS / name).as_posix()
    return ScaffoldError(
        f"{path}:{line}: this is no Python: {message}",
        help=f"correct the line, or take the last good version: git checkout {path}",
    )


def _usual_facts(header: str) -> tuple[str, tuple[str, ...]] | None:
    found = {name: (one or other, nothing) for name, nothing, one, other in _USUAL.findall(header)}
    if len(found) != len(_NAMED.findall(header)) or len(found) != 2:  # noqa: PLR2004
        return None
    (revision, is_none), (parent, has_none) = found["revision"], found["down_revision"]
    return None if is_none else (revision, () if has_none else (parent,))


def _facts(source: str) -> tuple[str, tuple[str, ...]] | None:
    try:
        values = dict(_constants(parse_python(source)))
    except (SyntaxError, ValueError, RecursionError):
        return None
    revision, parents = values.get("revision"), values.get("down_revision", ...)
    if not isinstance(revision, str) or parents is ...:
        return None
    if parents is None:
        return revision, ()
    return revision, (parents,) if isinstance(parents, str) else tuple(map(str, parents))


def _constants(module: ast.Module) -> Iterator[tuple[str, Any]]:
    for statement in module.body:
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ) if name in {"revision", "down_revision"}:
                yield name, ast.literal_eval(value)
