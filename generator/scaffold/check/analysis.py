"""Let the rules look at a file, and leave out what its comments allow."""

from __future__ import annotations

import io
import re
import tokenize
from typing import TYPE_CHECKING

from scaffold.check.noqa import allowed, passes
from scaffold.check.project import TOO_DEEP, Project, parse
from scaffold.check.rule import SYNTAX
from scaffold.check.rules import RULES
from scaffold.check.syntax import position

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from scaffold.check.facts import Facts
    from scaffold.check.memory import Found, Memory
    from scaffold.check.module import Module
    from scaffold.check.project import Asked
    from scaffold.check.rule import Place, Rule
    from scaffold.check.search_path import SearchPath
    from scaffold.check.sources import Sources

# No rule finds anything in a file without one of these words.
RELEVANT = re.compile(
    rb"sqlalchemy|sqlmodel|fastapi|starlette|[Ss]ession|[Uu][Oo][Ww]|[Uu]nit_?[Oo]f_?[Ww]ork"
    rb"|Mapped|relationship|Service|UseCase|Interactor|Repositor|Depends|StreamingResponse"
    rb"|create_all|gather|create_task|start_soon|commit|rollback"
)
MAX_PROBLEM = 200  # characters of what Python says of a file


class Analysis:
    """All rules, on the files of one project; what is found is remembered."""

    def __init__(
        self, root: Path, sources: Sources, search_path: SearchPath, facts: Facts, memory: Memory
    ) -> None:
        """Begin with no file looked at."""
        self._sources = sources
        self._memory = memory
        self._project = Project(root, sources, search_path, facts)

    def found(self, path: str) -> tuple[Found, ...]:
        """Return what is found in a file; what cannot be read or parsed is a finding as well."""
        asked = self._project.begin()
        found = tuple(sorted(set(self._found(path, asked))))
        if asked.is_certain:
            self._memory.remember_found(path, found, asked.lookups, asked.facts)
        return found

    def _found(self, path: str, asked: Asked) -> Iterable[Found]:
        try:
            source = self._sources.read(path)
            module = self._module(path, source)
        except (SyntaxError, ValueError) as error:
            return (_problem(error),)
        except (OSError, *TOO_DEEP) as error:
            asked.is_certain = False
            return (_problem(error),)
        try:
            return [*_findings(module, source)] if module is not None else ()
        except TOO_DEEP:
            asked.is_certain = False
            return ((1, 1, SYNTAX, "nested too deeply to be checked", ""),)

    def _module(self, path: str, source: bytes) -> Module | None:
        """Return a file if rules may find anything in it."""
        if RELEVANT.search(source):
            return self._project.module(path, source)
        parse(source)
        return None


def _findings(module: Module, source: bytes) -> Iterator[Found]:
    lines: list[bytes] | None = None
    comments: dict[int, frozenset[str]] | None = None
    for rule in RULES:
        if module.layer in rule.skips:
            continue
        for place in rule.find(module):
            lines = lines or _utf8_lines(source)
            comments = allowed(source) if comments is None else comments
            line, column = position(place.node)
            if not passes(comments, rule.code, *_lines(place.node)):
                characters = _characters(lines, line, column)
                yield line, characters, rule.code, _message(rule, place), rule.fix


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


def _problem(error: Exception) -> Found:
    line, column = 1, 1
    if isinstance(error, SyntaxError):
        line, column = error.lineno or 1, max(error.offset or 1, 1)
        problem, fix = error.msg, "mend the syntax; the other files were checked"
    elif isinstance(error, OSError):
        problem, fix = f"cannot be read: {error.strerror}", "make the file readable, or exclude it"
    else:
        problem, fix = str(error) or type(error).__name__, "mend the file, or exclude it"
    return line, column, SYNTAX, problem[:MAX_PROBLEM], fix
