"""SQL statements as chains of calls: `select(User).where(...).limit(10)`, over names as well."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from scaffold.check.kind import Kind
from scaffold.check.names import VALUE
from scaffold.check.syntax import last_name, owner_of, position

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.check.module import Module

ROOTS = frozenset({"select", "insert", "update", "delete", "union", "union_all", "text"})
DEPTH = 20


class Chain(NamedTuple):
    """A statement: what it begins with, and the methods called on it, wherever that is visible."""

    root: ast.Call
    verb: str
    methods: frozenset[str]

    def then(self, *methods: str) -> Chain:
        """Return the statement after more methods."""
        return Chain(self.root, self.verb, self.methods.union(methods))


def chain_of(module: Module, node: ast.AST | None, depth: int = 0) -> Chain | None:
    """Return the statement that an expression builds; none where a part of it is out of sight."""
    if isinstance(node, ast.Name) and depth < DEPTH:
        return _of_name(module, node, depth)
    if not isinstance(node, ast.Call) or depth > DEPTH:
        return None
    verb = module.sqlalchemy_name(node.func)
    if verb in ROOTS:
        return Chain(node, verb, frozenset())
    inner = chain_of(module, owner_of(node), depth + 1)
    return inner and inner.then(last_name(node.func))


def _of_name(module: Module, name: ast.Name, depth: int) -> Chain | None:
    """Return what a name holds after all that the function did to it so far."""
    scope = module.tree.function_of(name) or module.tree.root
    around = {above for above, _ in module.tree.above(name)}
    found: Chain | None = None
    for binding in module.names.bindings(scope).get(name.id, ()):
        if binding.at > position(name):
            break
        if binding.how != VALUE or binding.value is None:
            return None
        step = _step(module, name.id, binding.value, found, depth)
        if step is None:
            return None
        # What happened in a branch adds to what happened before; the rest replaces it.
        is_branch = binding.node is None or module.tree.parent(binding.node) not in around
        found = step.then(*found.methods) if found is not None and is_branch else step
    return found


def _step(
    module: Module, name: str, value: ast.expr, last: Chain | None, depth: int
) -> Chain | None:
    """Return the statement after one more assignment; `x = x.where(...)` goes on from the last."""
    if isinstance(value, ast.IfExp):
        one = _step(module, name, value.body, last, depth)
        other = _step(module, name, value.orelse, last, depth)
        return one.then(*other.methods) if one is not None and other is not None else None
    called: set[str] = set()
    inner: ast.expr = value
    while isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute):
        if module.sqlalchemy_name(inner.func) in ROOTS:
            break
        called.add(inner.func.attr)
        inner = inner.func.value
    if isinstance(inner, ast.Name) and inner.id == name:
        return last and last.then(*called)
    return chain_of(module, value, depth + 1)


def whole(module: Module, call: ast.Call) -> ast.Call:
    """Return the last call of the chain that a call is in."""
    while True:
        attribute = module.tree.parent(call)
        if not isinstance(attribute, ast.Attribute):
            return call
        above = module.tree.parent(attribute)
        if not isinstance(above, ast.Call) or above.func is not attribute:
            return call
        call = above


def statement_of_result(module: Module, node: ast.expr | None) -> tuple[Chain, ast.Call] | None:
    """Return the statement of `await session.execute(statement, ...)`, and that call."""
    if isinstance(node, ast.Name):
        bound = module.names.bound(node)
        node = bound[-1].value if bound and bound[-1].how == VALUE else None
    if isinstance(node, ast.Await):
        node = node.value
    if not isinstance(node, ast.Call) or last_name(node.func) != "execute" or not node.args:
        return None
    if module.kinds.of(owner_of(node)) not in {Kind.SESSION, Kind.CONNECTION}:
        return None
    chain = chain_of(module, node.args[0])
    return (chain, node) if chain is not None else None


def beginning(module: Module, around: ast.AsyncWith) -> Iterator[ast.withitem]:
    """Yield what commits when a `with` ends: `session.begin()` and `factory.begin()`."""
    for item in around.items:
        call = item.context_expr
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
            kind = module.kinds.of(call.func.value)
            if call.func.attr == "begin" and kind in {Kind.SESSION, Kind.FACTORY}:
                yield item
