"""What names mean: imports and their aliases, and what each scope binds."""

from __future__ import annotations

import ast
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from scaffold.check.syntax import (
    COMPREHENSIONS,
    FUNCTIONS,
    end_position,
    position,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.check.syntax import Tree

# How a value comes to its name.
VALUE, WITH, FOR, PARAMETER, OTHER = "value", "with", "for", "parameter", "other"


BINDING: tuple[type[ast.AST], ...] = (
    ast.Assign,
    ast.AnnAssign,
    ast.AugAssign,
    ast.NamedExpr,
    ast.For,
    ast.AsyncFor,
    ast.With,
    ast.AsyncWith,
    ast.ExceptHandler,
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
)


class Binding(NamedTuple):
    """One place where a name gets a value, and what is known of that value."""

    how: str
    at: tuple[int, int]
    value: ast.expr | None = None
    annotation: ast.expr | None = None
    node: ast.AST | None = None


class Names:
    """The names of a file: where they come from."""

    def __init__(self, tree: Tree, module: str, *, is_package: bool = False) -> None:
        """Collect the imports; `module` is the file's own dotted name, for relative ones."""
        self._tree = tree
        self._bindings: dict[ast.AST, dict[str, list[Binding]]] = {}
        self.imports = dict(_imports(tree, module, is_package=is_package))
        self.aliases: dict[str, list[str]] = {}
        for local, origin in self.imports.items():
            name = origin.rpartition(".")[2]
            if local != name:
                self.aliases.setdefault(name, []).append(local)

    def origin(self, node: ast.AST) -> str:
        """Return `sqlalchemy.select` for `sa.select`; nothing for what is not imported."""
        if isinstance(node, ast.Subscript):
            node = node.value
        attributes: list[str] = []
        while isinstance(node, ast.Attribute):
            attributes.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or node.id not in self.imports:
            return ""
        if self._is_shadowed(node):
            return ""
        return ".".join([self.imports[node.id], *reversed(attributes)])

    def calls(self, name: str) -> Iterator[ast.Call]:
        """Yield the calls of a name, under whatever name it was imported."""
        for local in (name, *self.aliases.get(name, ())):
            yield from self._tree.called(local)

    def _is_shadowed(self, name: ast.Name) -> bool:
        """Tell whether a function gives another value to a name that the file imports."""
        function = self._tree.function_of(name)
        if function is None:
            return False
        found = self.bindings(function).get(name.id, ())
        return any(each.how != OTHER for each in found)

    def bindings(self, scope: ast.AST) -> dict[str, list[Binding]]:
        """Return what the names of a function, class or file are bound to, in the file's order."""
        if scope not in self._bindings:
            found: dict[str, list[Binding]] = {}
            statements = self._statements.get(scope, ())
            bound = (each for statement in statements for each in _bound_by(statement))
            for name, binding in (*_given(scope), *bound):
                found.setdefault(name, []).append(binding)
            for each in found.values():
                each.sort(key=lambda binding: binding.at)
            self._bindings[scope] = found
        return self._bindings[scope]

    @cached_property
    def _statements(self) -> dict[ast.AST, list[ast.AST]]:
        """The statements that bind names, by the scope whose names they are."""
        found: dict[ast.AST, list[ast.AST]] = {}
        for kind in BINDING:
            for node in self._tree.all(kind):
                found.setdefault(self._tree.scope_of(node), []).append(node)
        return found

    def bound(self, name: ast.Name) -> tuple[Binding, ...]:
        """Return what a name may be bound to where it is used: the last place before, in its scope.

        A name that a function only reads is looked up in the functions around it, and in the file.
        """
        here = position(name)
        for parent, below in self._tree.above(name):
            if isinstance(parent, COMPREHENSIONS) or _runs_in(parent, below):
                found = self.bindings(parent).get(name.id)
                if found:
                    own = self._is_own(name, parent)
                    return _latest(found, here) if own else tuple(found[-1:])
        return ()

    def _is_own(self, name: ast.Name, scope: ast.AST) -> bool:
        """Tell whether a name is used right in its scope, and so at a known time."""
        if isinstance(scope, COMPREHENSIONS):
            return False
        function = self._tree.function_of(name)
        return function is scope or (function is None and isinstance(scope, ast.Module))


def _runs_in(scope: ast.AST, below: ast.AST) -> bool:
    if isinstance(scope, ast.Module):
        return True
    if isinstance(scope, FUNCTIONS):
        return below in scope.body
    return isinstance(scope, ast.Lambda) and below is scope.body


def _latest(found: list[Binding], here: tuple[int, int]) -> tuple[Binding, ...]:
    before = [each for each in found if each.at <= here]
    return tuple(before[-1:] or found[:1])


def _imports(tree: Tree, module: str, *, is_package: bool) -> Iterator[tuple[str, str]]:
    for node in tree.all(ast.Import):
        for each in node.names:
            # `import a.b` binds `a`, and leads to `a.b` by its attributes.
            yield (each.asname, each.name) if each.asname else (each.name.partition(".")[0],) * 2
    for source in tree.all(ast.ImportFrom):
        base = _absolute(source, module, is_package=is_package)
        for each in source.names:
            if each.name != "*":
                yield each.asname or each.name, f"{base}.{each.name}"


def _absolute(node: ast.ImportFrom, module: str, *, is_package: bool) -> str:
    if not node.level:
        return node.module or ""
    parts = module.split(".")
    kept = parts[: len(parts) - node.level + is_package]
    return ".".join([*kept, *([node.module] if node.module else [])])


def _given(scope: ast.AST) -> Iterator[tuple[str, Binding]]:
    """Yield the names that a scope has from its beginning."""
    if isinstance(scope, (*FUNCTIONS, ast.Lambda)):
        yield from _parameters(scope.args)
    elif isinstance(scope, COMPREHENSIONS):
        for each in scope.generators:
            yield from _targets(each.target, FOR, each.iter)


def _parameters(arguments: ast.arguments) -> Iterator[tuple[str, Binding]]:
    positional = [*arguments.posonlyargs, *arguments.args]
    missing = [None] * (len(positional) - len(arguments.defaults))
    pairs = [
        *zip(positional, [*missing, *arguments.defaults], strict=True),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    for each, default in pairs:
        yield each.arg, Binding(PARAMETER, position(each), default, each.annotation, each)
    for more in (arguments.vararg, arguments.kwarg):
        if more is not None:
            yield more.arg, Binding(OTHER, position(more), node=more)


def _bound_by(node: ast.AST) -> Iterator[tuple[str, Binding]]:
    for target, how, value in _assignments(node):
        yield from _targets(target, how, value, node)
    match node:
        case ast.AnnAssign(target=ast.Name(id=name)):
            yield name, Binding(VALUE, end_position(node), node.value, node.annotation, node)
        case ast.AugAssign(target=ast.Name(id=name)):
            yield name, Binding(OTHER, end_position(node), node=node)
        case ast.ExceptHandler(name=str(name)):
            yield name, Binding(OTHER, position(node), node=node)
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield node.name, Binding(OTHER, position(node), node=node)


def _assignments(node: ast.AST) -> Iterator[tuple[ast.expr, str, ast.expr]]:
    """Yield the targets that a statement gives a value to, how, and which."""
    match node:
        case ast.Assign():
            yield from ((target, VALUE, node.value) for target in node.targets)
        case ast.NamedExpr():
            yield node.target, VALUE, node.value
        case ast.For() | ast.AsyncFor():
            yield node.target, FOR, node.iter
        case ast.With() | ast.AsyncWith():
            for item in node.items:
                if item.optional_vars is not None:
                    yield item.optional_vars, WITH, item.context_expr


def _targets(
    target: ast.expr, how: str, value: ast.expr, node: ast.AST | None = None
) -> Iterator[tuple[str, Binding]]:
    at = end_position(value)
    if isinstance(target, ast.Name):
        yield target.id, Binding(how, at, value, node=node)
    elif isinstance(target, (ast.Tuple, ast.List)):
        values = value.elts if isinstance(value, (ast.Tuple, ast.List)) else []
        is_known = how == VALUE and len(values) == len(target.elts)
        for index, each in enumerate(target.elts):
            if isinstance(each, ast.Name):
                known = Binding(VALUE, at, values[index], node=node) if is_known else None
                yield each.id, known or Binding(OTHER, at, node=node)
