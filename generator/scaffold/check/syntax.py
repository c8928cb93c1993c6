"""A syntax tree, walked once: what is above each node, and the nodes of each kind."""

from __future__ import annotations

import ast
from collections import defaultdict
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Iterator

Node = TypeVar("Node", bound=ast.AST)
Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
Loop: TypeAlias = ast.For | ast.AsyncFor | ast.While
Comprehension: TypeAlias = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
# What a name belongs to: its first line is that of its body.
SCOPES = (*FUNCTIONS, ast.Lambda, ast.ClassDef, ast.Module)

# No rule asks for what these hold.
_BARE = frozenset({"ctx", "op", "ops", "type_comment", "type_ignores", "type_params"})


class _Fields(dict[type[ast.AST], tuple[str, ...]]):
    """The fields of each class of nodes that may hold nodes, worked out once."""

    def __missing__(self, kind: type[ast.AST]) -> tuple[str, ...]:
        bare = ast.Constant, ast.Name, ast.Global, ast.Nonlocal, ast.alias
        found = () if issubclass(kind, bare) else kind._fields
        self[kind] = tuple(field for field in found if field not in _BARE)
        return self[kind]


_FIELDS = _Fields()


class Tree:
    """The nodes of a file by what they are, and what is above each."""

    def __init__(self, root: ast.Module) -> None:
        """Walk the whole tree once."""
        self.root = root
        self._parents: dict[ast.AST, ast.AST] = {}
        self._nodes: defaultdict[type[ast.AST], list[ast.AST]] = defaultdict(list)
        self._calls: defaultdict[str, list[ast.Call]] = defaultdict(list)
        self._walk()
        for call in self.all(ast.Call):
            self._calls[last_name(call.func)].append(call)

    def _walk(self) -> None:
        parents, nodes, fields = self._parents, self._nodes, _FIELDS
        ahead: list[ast.AST] = [self.root]
        while ahead:
            node = ahead.pop()
            kind = type(node)
            nodes[kind].append(node)
            for field in fields[kind]:
                value = getattr(node, field)
                if isinstance(value, list):
                    for each in value:
                        if isinstance(each, ast.AST):
                            parents[each] = node
                            ahead.append(each)
                elif isinstance(value, ast.AST):
                    parents[value] = node
                    ahead.append(value)

    def all(self, kind: type[Node]) -> list[Node]:
        """Return every node of one class; the order is not that of the file."""
        return cast("list[Node]", self._nodes.get(kind, []))

    def called(self, name: str) -> list[ast.Call]:
        """Return every call of `name(...)` and `....name(...)`."""
        return self._calls.get(name, [])

    def parent(self, node: ast.AST) -> ast.AST | None:
        """Return what is right above a node."""
        return self._parents.get(node)

    def above(self, node: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
        """Yield each node above this one, with the child of it that leads here."""
        below, parent = node, self._parents.get(node)
        while parent is not None:
            yield parent, below
            below, parent = parent, self._parents.get(parent)

    def function_of(self, node: ast.AST) -> Function | ast.Lambda | None:
        """Return the function in whose body a node is: defaults and decorators run outside."""
        for parent, below in self.above(node):
            if isinstance(parent, FUNCTIONS) and below in parent.body:
                return parent
            if isinstance(parent, ast.Lambda) and below is parent.body:
                return parent
        return None

    def scope_of(self, node: ast.AST) -> ast.AST:
        """Return what a name that is bound here belongs to: a function, a class or the file."""
        for parent, below in self.above(node):
            if isinstance(parent, (*FUNCTIONS, ast.ClassDef)) and below in parent.body:
                return parent
        return self.root

    def class_of(self, node: ast.AST) -> ast.ClassDef | None:
        """Return the class in whose body a node is, methods included."""
        for parent, below in self.above(node):
            if isinstance(parent, ast.ClassDef) and below in parent.body:
                return parent
        return None

    def statement_of(self, node: ast.AST) -> ast.stmt:
        """Return the statement that a node belongs to."""
        if isinstance(node, ast.stmt):
            return node
        return next(parent for parent, _ in self.above(node) if isinstance(parent, ast.stmt))


def last_name(node: ast.AST | None) -> str:
    """Return `c` of `a.b.c` and of `a.b.c[T]`; nothing for what has no name."""
    if isinstance(node, ast.Subscript):
        node = node.value
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def owner_of(node: ast.AST | None) -> ast.expr | None:
    """Return what a method is called on: `a.b` of `a.b.c(...)`."""
    called = node.func if isinstance(node, ast.Call) else None
    return called.value if isinstance(called, ast.Attribute) else None


def dotted(node: ast.AST | None) -> str:
    """Return `a.b.c` as text; nothing for what is no name."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        left = dotted(node.value)
        return f"{left}.{node.attr}" if left else ""
    return ""


_LATER = frozenset({*FUNCTIONS, ast.Lambda, ast.ClassDef})


def inside(node: ast.AST) -> Iterator[ast.AST]:
    """Yield a node and all below it; of functions and classes, whose bodies run later, the node."""
    ahead = [node]
    while ahead:
        each = ahead.pop()
        yield each
        kind = type(each)
        if kind in _LATER:
            continue
        for field in _FIELDS[kind]:
            value = getattr(each, field)
            if isinstance(value, list):
                ahead += [child for child in value if isinstance(child, ast.AST)]
            elif isinstance(value, ast.AST):
                ahead.append(value)


def body_of(node: ast.AST) -> Iterator[ast.AST]:
    """Yield all nodes of the body of a function, a loop or a `with`, without what runs later."""
    body: Any = getattr(node, "body", ())
    for each in body if isinstance(body, list) else (body,):
        yield from inside(each)


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """Return the value of a keyword argument."""
    return next((each.value for each in call.keywords if each.arg == name), None)


def has_more_keywords(call: ast.Call) -> bool:
    """Tell whether a call has `**keywords`, which nobody can see into."""
    return any(each.arg is None for each in call.keywords)


def is_constant(node: ast.AST | None, value: object) -> bool:
    """Tell whether a node is this very constant."""
    return isinstance(node, ast.Constant) and node.value is value


def position(node: ast.AST) -> tuple[int, int]:
    """Return where a node begins."""
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)


def end_position(node: ast.AST) -> tuple[int, int]:
    """Return where a node ends."""
    return getattr(node, "end_lineno", None) or 0, getattr(node, "end_col_offset", None) or 0
