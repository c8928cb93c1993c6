"""Check files: read each, let the rules look at it, and leave out what is allowed."""

from __future__ import annotations

import io
import os
import re
import tokenize
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from scaffold.check import files, settings
from scaffold.check.noqa import allowed, passes
from scaffold.check.project import Project, parse
from scaffold.check.rule import SYNTAX, Finding
from scaffold.check.rules import RULES
from scaffold.check.syntax import position

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator, Sequence

    from scaffold.check.module import Module
    from scaffold.check.rule import Place, Rule
    from scaffold.check.settings import Settings

# No rule finds anything in a file without one of these words.
RELEVANT = re.compile(
    rb"sqlalchemy|sqlmodel|fastapi|starlette|[Ss]ession|[Uu][Oo][Ww]|[Uu]nit_?[Oo]f_?[Ww]ork"
    rb"|Mapped|relationship|Service|UseCase|Interactor|Repositor|Depends|StreamingResponse"
    rb"|create_all|gather|create_task|start_soon|commit|rollback"
)
MAX_PROBLEM = 200  # characters of what Python says of a file


class Checked(NamedTuple):
    """What was found, in how many files."""

    findings: tuple[Finding, ...]
    files: int


def check(
    paths: Sequence[Path] = (), select: tuple[str, ...] = (), ignore: tuple[str, ...] = ()
) -> Checked:
    """Check files and folders; none means `src` and `tests` of the project that this is in."""
    found: dict[Path, list[Finding]] = {}
    projects: dict[Path, Checker] = {}
    for path in files.checked(paths) or files.default_paths(Path.cwd()):
        root = files.root_of(path)
        if root not in projects:
            projects[root] = Checker(root, select, ignore)
        for each in projects[root].files_at(path):
            if each not in found:
                found[each] = sorted(set(projects[root].check(each)))
    return Checked(tuple(each for path in sorted(found) for each in found[path]), len(found))


class Checker:
    """The rules that hold in one project."""

    def __init__(self, root: Path, select: tuple[str, ...], ignore: tuple[str, ...]) -> None:
        """Read the project's settings; `select` of the command line replaces its own."""
        given = settings.read(root)
        self._settings: Settings = given._replace(
            select=select or given.select, ignore=(*given.ignore, *ignore)
        )
        self._root = root
        self._ignored = files.ignored_by_git(root)
        self._project = Project(root, self._around)

    def _around(self) -> Iterator[Path]:
        """Yield the files that tell what kind of project this is; beside a lone file, few."""
        if files.is_project(self._root):
            yield from files.python_files(self._root, self._leaves_out)
        else:
            yield from sorted(self._root.glob("*.py"))

    def files_at(self, path: Path) -> Iterator[Path]:
        """Yield the Python files at a path."""
        return files.python_files(path, self._leaves_out)

    def _leaves_out(self, path: Path) -> bool:
        return path in self._ignored or self._settings.excludes(self._inside(path))

    def _inside(self, path: Path) -> str:
        return self._project.inside(path).as_posix()

    def check(self, path: Path) -> list[Finding]:
        """Check one file; what cannot be read or parsed is a finding as well."""
        inside, shown = self._inside(path), _shown(path)
        rules = [rule for rule in RULES if self._settings.holds(rule.code, inside)]
        try:
            source = path.read_bytes()
            if not RELEVANT.search(source):
                parse(source)
                return []
            tree = parse(source)
        except (OSError, SyntaxError, ValueError, RecursionError, MemoryError) as error:
            problem = _unread(shown, error)
            return [problem] if self._settings.holds(SYNTAX, inside) else []
        try:
            module = self._project.module(path, tree)
            return list(_findings(module, rules, source, shown))
        except RecursionError:
            return [Finding(shown, 1, 1, SYNTAX, "nested too deeply to be checked", "")]
        finally:
            self._project.forget()


def _findings(
    module: Module, rules: Sequence[Rule], source: bytes, shown: str
) -> Iterator[Finding]:
    lines: list[bytes] | None = None
    comments: dict[int, frozenset[str]] | None = None
    for rule in rules:
        if module.layer in rule.skips:
            continue
        for place in rule.find(module):
            lines = lines or _utf8_lines(source)
            comments = allowed(source) if comments is None else comments
            line, column = position(place.node)
            if not passes(comments, rule.code, *_lines(place.node)):
                characters = _characters(lines, line, column)
                yield Finding(shown, line, characters, rule.code, _message(rule, place), rule.fix)


def _lines(node: ast.AST) -> tuple[int, ...]:
    """Return the lines where a comment allows a finding: where it begins, and where it ends."""
    first = position(node)[0]
    return first, getattr(node, "end_lineno", None) or first


def _utf8_lines(source: bytes) -> list[bytes]:
    """Return the lines of a file as trees count them: in UTF-8, whatever it is written in."""
    encoding, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
    return source.decode(encoding).encode().splitlines()


def _characters(lines: Sequence[bytes], line: int, column: int) -> int:
    """Return a column in characters, from 1; trees count bytes, from 0."""
    text = lines[line - 1][:column] if 0 < line <= len(lines) else b""
    return len(text.decode("utf-8", "replace")) + 1


def _message(rule: Rule, place: Place) -> str:
    return rule.message.format(place.subject)


def _unread(shown: str, error: Exception) -> Finding:
    line, column = 1, 1
    if isinstance(error, SyntaxError):
        line, column = error.lineno or 1, max(error.offset or 1, 1)
        problem, fix = error.msg, "mend the syntax; the other files were checked"
    elif isinstance(error, OSError):
        problem, fix = f"cannot be read: {error.strerror}", "make the file readable, or exclude it"
    else:
        problem, fix = str(error) or type(error).__name__, "mend the file, or exclude it"
    return Finding(shown, line, column, SYNTAX, problem[:MAX_PROBLEM], fix)


def _shown(path: Path) -> str:
    """Return a path as people name it: from the current folder."""
    return Path(os.path.relpath(path)).as_posix()
