"""Lay out a Python expression as `ruff format` would, without a formatter at hand."""

import ast
from collections.abc import Sequence

WIDTH = 120
_STEP = 4
_Part = ast.expr | ast.keyword


def lay_out(source: str, indent: int) -> str:
    """Return the expression on one line where it fits, one argument a line otherwise.

    `source` is one line that starts at column `indent` and is followed by a comma. An exploded
    call ends in a comma, so that the formatter keeps it exploded whatever the width.
    """
    if _fits(source, indent):
        return source
    return _Layout(source).explode(ast.parse(source, mode="eval").body, indent)


def _fits(text: str, indent: int) -> bool:
    # What is not ASCII may be two columns wide; a call exploded too early is stable all the same.
    width = len(text) if text.isascii() else sum(1 if char.isascii() else 2 for char in text)
    return indent + width + len(",") <= WIDTH


class _Layout:
    """The layout of the parts of one expression."""

    def __init__(self, source: str) -> None:
        self._source = source.encode()

    def explode(  # noqa: PLR0911 (one line a kind of node)
        self, node: _Part, indent: int
    ) -> str:
        """Return the node over several lines if it has parts to put on them."""
        match node:
            case ast.keyword(arg=str(name), value=value):
                return f"{name}={self._part(value, indent, len(name) + 1)}"
            case ast.Call(func=ast.Attribute(value=ast.Call() as inner)) if _calls(inner) > 1:
                return self._chain(node, indent)
            case ast.Call(func=function):
                return self._bracketed(f"{self._flat(function)}(", _parts(node), ")", indent)
            case ast.List(elts=elements):
                return self._bracketed("[", elements, "]", indent)
            case ast.Dict(keys=[ast.expr() as key], values=[value]):
                lead = f"{' ' * (indent + _STEP)}{self._flat(key)}: "
                part = self._part(value, indent + _STEP, len(lead) - indent - _STEP)
                return f"{{\n{lead}{part},\n{' ' * indent}}}"
            case ast.Compare(left=left, comparators=[right]):
                sign = self._source[left.end_col_offset : right.col_offset].decode().strip()
                line = f"{sign} {self._part(right, indent, len(sign) + 1)}"
                return f"{self._part(left, indent)}\n{' ' * indent}{line}"
            case _:
                return self._flat(node)

    def _part(self, node: _Part, indent: int, before: int = 0) -> str:
        flat = self._flat(node)
        return flat if _fits(flat, indent + before) else self.explode(node, indent)

    def _bracketed(self, opening: str, parts: Sequence[_Part], closing: str, indent: int) -> str:
        inner = " " * (indent + _STEP)
        lines = "".join(f"{inner}{self._part(part, indent + _STEP)},\n" for part in parts)
        return f"{opening}\n{lines}{' ' * indent}{closing}"

    def _chain(self, node: ast.Call, indent: int) -> str:
        """Lay out `a.b(...).c(...).d(...)` with a method a line."""
        links: list[str] = []
        link: ast.expr = node
        while isinstance(link, ast.Call) and isinstance(link.func, ast.Attribute):
            if not isinstance(link.func.value, ast.Call):
                break
            flat = self._source[link.func.value.end_col_offset : link.end_col_offset].decode()
            if not _fits(flat, indent):
                flat = self._bracketed(f".{link.func.attr}(", _parts(link), ")", indent)
            links.append(flat)
            link = link.func.value
        return f"\n{' ' * indent}".join([self._part(link, indent), *reversed(links)])

    def _flat(self, node: _Part) -> str:
        return self._source[node.col_offset : node.end_col_offset].decode()


def _parts(call: ast.Call) -> list[_Part]:
    return [*call.args, *call.keywords]


def _calls(node: ast.expr) -> int:
    """Return how many calls follow each other in `a(...).b(...).c(...)`."""
    match node:
        case ast.Call(func=ast.Attribute(value=value)):
            return 1 + _calls(value)
        case ast.Call():
            return 1
        case _:
            return 0
