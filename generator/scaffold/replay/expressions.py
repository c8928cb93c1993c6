"""Read the parts of a revision's calls: names, lists of names, flags, and expressions as text."""

from __future__ import annotations

import ast
import re

_DIALECT = "sqlite"  # which has the same tables as the others, by plain operations alone
_BREAK = re.compile(r"(?P<text>\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')|,?\s*\n\s*")
_ROWS_ONLY = re.compile(r"\s*(?:update|insert|delete|select|pragma)\b", re.IGNORECASE)


class UnreadError(Exception):
    """Say that a piece of a revision is not understood."""


class Source:
    """The text of a revision, for the text of its expressions."""

    def __init__(self, text: str) -> None:
        self._bytes = text.encode()
        self._starts = [0]
        for line in self._bytes.split(b"\n"):
            self._starts.append(self._starts[-1] + len(line) + 1)

    def one_line(self, node: ast.expr) -> str:
        """Return an expression as it was before it was laid out over several lines."""
        start = self._starts[node.lineno - 1] + node.col_offset
        end = self._starts[(node.end_lineno or 1) - 1] + (node.end_col_offset or 0)
        text = self._bytes[start:end].decode()
        return _BREAK.sub(_joined, text) if "\n" in text else text


def _joined(match: re.Match[str]) -> str:
    if match["text"] is not None:
        return match["text"]
    before, after = match.string[match.start() - 1], match.string[match.end()]
    if before in "([{" or after in ")]}.":
        return ""
    return ", " if match[0][0] == "," else " "


def method_of(call: ast.Call) -> str:
    """Return the name of the method that is called, if one is."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def text_of(node: ast.expr) -> str:
    """Return a text, also of `op.f("...")`."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.Call(args=[inner]) if method_of(node) == "f":
            return text_of(inner)
        case _:
            raise UnreadError


def texts_of(node: ast.expr) -> list[str]:
    """Return a list of texts."""
    if not isinstance(node, ast.List | ast.Tuple | ast.Set):
        raise UnreadError
    return [text_of(each) for each in node.elts]


def flag_of(node: ast.expr) -> bool:
    """Return true or false."""
    if not isinstance(node, ast.Constant) or not isinstance(node.value, bool):
        raise UnreadError
    return node.value


def holds(test: ast.expr) -> bool:
    """Tell whether a condition on the dialect's name is true here."""
    match test:
        case ast.Compare(
            left=ast.Attribute(value=ast.Attribute(attr="dialect"), attr="name"),
            ops=[operator],
            comparators=[other],
        ):
            names = [other.value] if isinstance(other, ast.Constant) else texts_of(other)
            return (_DIALECT in names) is isinstance(operator, ast.Eq | ast.In)
        case _:
            raise UnreadError


def refuse_tables(statement: ast.expr) -> None:
    """Refuse SQL by hand that may change a table; what SQLAlchemy builds here changes rows."""
    if isinstance(statement, ast.Call) and method_of(statement) == "text":
        statement = statement.args[0]
    match statement:
        case ast.Constant(value=str(sql)) if _ROWS_ONLY.match(sql):
            return
        case ast.Call():
            return
        case _:
            raise UnreadError
