"""The imports at the top of a Python file: read them, and write them as the formatter would."""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from dataclasses import replace
from itertools import dropwhile, pairwise
from typing import TYPE_CHECKING, NamedTuple

from scaffold.frozen import dataclass
from scaffold.untrusted import parse_python

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence

WIDTH = 120
INDENT = " " * 4
_NUMBER_OR_CHARACTER = re.compile(r"[0-9]+|[^0-9]")


class Import(NamedTuple):
    """One name that is imported: `from module import name as alias`, or `import name as alias`."""

    module: str | None
    name: str
    alias: str | None
    for_types: bool

    @property
    def bound(self) -> str:
        """Return the name that the rest of the file uses."""
        return self.alias or (self.name if self.module is not None else self.name.split(".")[0])


@dataclass(frozen=True, slots=True)
class Part:
    """One name of a statement, with the comments above it and behind it."""

    name: str
    alias: str | None = None
    above: tuple[str, ...] = ()
    behind: str = ""

    @property
    def text(self) -> str:
        """Return the name as it is written."""
        return f"{self.name} as {self.alias}" if self.alias else self.name


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement: its lines, what is above it (comments and empty lines), and its names.

    `inside` are comments in its brackets that belong to no name, `behind` the one at its end.
    """

    module: str | None
    parts: tuple[Part, ...]
    above: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()
    behind: str = ""

    def imports(self, *, for_types: bool) -> Iterator[Import]:
        """Yield what it imports."""
        for part in self.parts:
            yield Import(self.module, part.name, part.alias, for_types)

    def with_parts(self, parts: Iterable[Part], indent: str) -> Statement:
        """Return it with other names, laid out again."""
        changed = replace(self, parts=tuple(sorted(parts, key=_name_key)))
        return replace(changed, lines=tuple(_laid_out(changed, indent)))


@dataclass(frozen=True, slots=True)
class Block:
    """The imports of a file: for the program, and below `if TYPE_CHECKING:`.

    `header` is the line of that `if` with what is above it; without one it is empty.
    """

    statements: tuple[Statement, ...] = ()
    header: tuple[str, ...] = ()
    for_types: tuple[Statement, ...] = ()

    def imports(self) -> dict[Import, Part]:
        """Return what is imported, with its comments."""
        found: dict[Import, Part] = {}
        for for_types, statements in ((False, self.statements), (True, self.for_types)):
            for each in statements:
                found.update(zip(each.imports(for_types=for_types), each.parts, strict=True))
        return found

    def lines(self) -> list[str]:
        """Return the block as it is written."""
        statements = [line for each in self.statements for line in (*each.above, *each.lines)]
        inner = [line for each in self.for_types for line in (*each.above, *each.lines)]
        return [*statements, *(self.header if inner else ()), *inner]


@dataclass(frozen=True, slots=True)
class Source:
    """A Python file in three: what is above its imports, these, and what is below."""

    head: tuple[str, ...]
    block: Block
    body: tuple[str, ...]
    tree: ast.Module


def read_source(text: str) -> Source | None:
    """Take a file apart; None where it is no Python, or its imports are written too freely."""
    try:
        tree = parse_python(text)
        comments = dict(_comments(text))
    except (SyntaxError, tokenize.TokenError):
        return None
    lines = text.split("\n")[: -1 if text.endswith("\n") else None]
    found, rest = _first_imports(tree.body)
    start = _end(found.docstring)
    if not found.statements and found.for_types is None:
        return Source(tuple(lines[:start]), Block(), tuple(lines[start:]), tree)
    if found.docstring is None:  # a comment at the very top is no import's
        start = _first_line_of_code(lines)
    end = _end(found.for_types or found.statements[-1])
    reader = _Reader(lines, comments)
    try:
        statements, place = reader.statements(found.statements, start)
        header: tuple[str, ...] = ()
        for_types: tuple[Statement, ...] = ()
        if found.for_types is not None:
            first = found.for_types.lineno
            header = tuple(lines[place:first])
            for_types, _ = reader.statements(found.for_types.body, first)
        if rest and rest[0].lineno <= end:
            return None
    except _TooFreeError:
        return None
    block = Block(statements, header, for_types)
    return Source(tuple(lines[:start]), block, tuple(lines[end:]), tree)


class _Found(NamedTuple):
    docstring: ast.stmt | None
    statements: list[ast.stmt]
    for_types: ast.If | None


def _first_imports(body: Sequence[ast.stmt]) -> tuple[_Found, Sequence[ast.stmt]]:
    docstring = body[0] if body and _is_text(body[0]) else None
    at = 1 if docstring else 0
    statements = []
    while at < len(body) and isinstance(body[at], ast.Import | ast.ImportFrom):
        statements.append(body[at])
        at += 1
    for_types = None
    if at < len(body) and isinstance(found := body[at], ast.If) and _is_for_types(found):
        for_types = found
        at += 1
    return _Found(docstring, statements, for_types), body[at:]


def _is_text(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def _is_for_types(statement: ast.If) -> bool:
    is_import = all(isinstance(each, ast.Import | ast.ImportFrom) for each in statement.body)
    name = ast.unparse(statement.test)
    return is_import and not statement.orelse and name in {"TYPE_CHECKING", "typing.TYPE_CHECKING"}


def _end(statement: ast.stmt | None) -> int:
    return (statement.end_lineno or 0) if statement else 0


def _first_line_of_code(lines: Sequence[str]) -> int:
    """Return how many lines of comments begin a file, with an empty one behind them."""
    at = 0
    while at < len(lines) and lines[at].startswith("#"):
        at += 1
    return at


def _comments(text: str) -> Iterator[tuple[int, tuple[int, str]]]:
    """Yield the comments by their line: the column, and the text."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], (token.start[1], token.string)


class _TooFreeError(Exception):
    """The imports are written in a way that is not taken apart."""


class _Reader:
    def __init__(self, lines: Sequence[str], comments: dict[int, tuple[int, str]]) -> None:
        self._lines = lines
        self._comments = comments

    def statements(
        self, found: Sequence[ast.stmt], place: int
    ) -> tuple[tuple[Statement, ...], int]:
        """Return statements that begin behind line `place`, and the line at which they end."""
        read = []
        for each in found:
            if each.lineno <= place or any("\\" in line for line in self._own(each)):
                raise _TooFreeError
            above = self._lines[place : each.lineno - 1]
            if any(line.strip() and not line.lstrip().startswith("#") for line in above):
                raise _TooFreeError
            read.append(self._statement(each, tuple(above)))
            place = _end(each)
        return tuple(read), place

    def _own(self, statement: ast.stmt) -> Sequence[str]:
        return self._lines[statement.lineno - 1 : _end(statement)]

    def _statement(self, statement: ast.stmt, above: tuple[str, ...]) -> Statement:
        assert isinstance(statement, ast.Import | ast.ImportFrom)  # noqa: S101  # as chosen above
        module = None
        if isinstance(statement, ast.ImportFrom):
            module = "." * statement.level + (statement.module or "")
        end = _end(statement)
        comments = {
            line: text
            for line, (_, text) in self._comments.items()
            if statement.lineno <= line <= end
        }
        behind = comments.pop(end, "")
        parts = []
        for name in statement.names:
            lines = range(statement.lineno + 1, name.lineno)
            own = [comments.pop(line) for line in lines if line in comments and self._is_bare(line)]
            after = comments.pop(name.lineno, "") if name.lineno != end else ""
            parts.append(Part(name.name, name.asname, tuple(own), after))
        inside = tuple(comments[line] for line in sorted(comments))
        return Statement(module, tuple(parts), above, tuple(self._own(statement)), inside, behind)

    def _is_bare(self, line: int) -> bool:
        return self._lines[line - 1].lstrip().startswith("#")


# How imports are sorted and laid out.


def natural(name: str) -> tuple[tuple[int, int], ...]:
    """Return a key by which names are sorted, with numbers in them by their value."""
    parts = _NUMBER_OR_CHARACTER.findall(name.lower())
    return tuple((ord("0"), int(part)) if part.isdigit() else (ord(part), 0) for part in parts)


def _name_key(part: Part) -> tuple[tuple[tuple[int, int], ...], str]:
    return natural(part.name), part.alias or ""


def place_of(statement: Statement, own: Container[str]) -> tuple[int, bool, object, object]:
    """Return a key by which statements are sorted, the section first."""
    module = _name(statement)
    first = min(map(_name_key, statement.parts))
    return section_of(module, own), statement.module is not None, natural(module), first


def section_of(module: str, own: Container[str]) -> int:
    """Return which part of the imports a module is in: future, standard, packages, own, relative."""
    first = module.split(".", 1)[0]
    if not first:
        return 4
    if first in own:
        return 3
    if first == "__future__":
        return 0
    return 1 if first in sys.stdlib_module_names else 2


def sorted_block(before: Block, block: Block, own: Container[str]) -> Block:
    """Return a block with new names in it sorted as it was before; unsorted where it was not."""

    def is_sorted(statements: Sequence[Statement]) -> bool:
        places = [place_of(each, own) for each in statements]
        return places == sorted(places)

    def arranged(statements: Sequence[Statement], indent: str) -> tuple[Statement, ...]:
        laid_out = [each.with_parts(each.parts, indent) for each in statements]
        same = {each.module: each for each in before.statements}
        laid_out = [
            one if same.get(one.module) == one else other
            for one, other in zip(statements, laid_out, strict=True)
        ]
        return spaced(sorted(laid_out, key=lambda each: place_of(each, own)), statements, own)

    if not is_sorted(before.statements) or not is_sorted(before.for_types):
        return block
    return replace(
        block,
        statements=arranged(block.statements, ""),
        for_types=arranged(block.for_types, INDENT),
    )


def spaced(
    statements: Sequence[Statement], before: Sequence[Statement], own: Container[str]
) -> tuple[Statement, ...]:
    """Put an empty line between the sections; between neighbors of before stays what was there."""
    known = {(_kind(one), _kind(two)): _split(two.above)[0] for one, two in pairwise(before)}
    result: list[Statement] = []
    for each in statements:
        empty: tuple[str, ...] = ()
        if result:
            is_new = place_of(result[-1], own)[0] != place_of(each, own)[0]
            empty = known.get((_kind(result[-1]), _kind(each)), ("",) if is_new else ())
        result.append(replace(each, above=(*empty, *_split(each.above)[1])))
    return tuple(result)


def _split(above: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the empty lines at the beginning, and the rest."""
    rest = tuple(dropwhile(lambda line: not line.strip(), above))
    return above[: len(above) - len(rest)], rest


def _kind(statement: Statement) -> tuple[bool, str]:
    return statement.module is None, _name(statement)


def _name(statement: Statement) -> str:
    return statement.module if statement.module is not None else statement.parts[0].name


def _laid_out(statement: Statement, indent: str) -> Iterator[str]:
    behind = f"  {statement.behind}" if statement.behind else ""
    if statement.module is None:
        yield f"{indent}import {', '.join(part.text for part in statement.parts)}{behind}"
        return
    start = f"{indent}from {statement.module} import "
    line = start + ", ".join(part.text for part in statement.parts)
    has_comments = statement.inside or any(part.above or part.behind for part in statement.parts)
    if len(line) <= WIDTH and not has_comments:
        yield line + behind
        return
    yield f"{start}("
    for part in statement.parts:
        yield from (f"{indent}    {comment}" for comment in part.above)
        yield f"{indent}    {part.text}," + (f"  {part.behind}" if part.behind else "")
    yield from (f"{indent}    {comment}" for comment in statement.inside)
    yield f"{indent}){behind}"
