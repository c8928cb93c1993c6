"""What values are: a session, a factory of sessions, the result of a query, ..."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from scaffold.check.annotations import annotated, named, of_class, of_member
from scaffold.check.kind import (
    FACTORY_NAMES,
    LIBRARIES,
    MAKERS,
    METHODS,
    SESSION_NAMES,
    TYPES,
    WORK_NAMES,
    Kind,
)
from scaffold.check.names import FOR, OTHER, PARAMETER, WITH
from scaffold.check.syntax import body_of, last_name

if TYPE_CHECKING:
    from scaffold.check.module import Module
    from scaffold.check.names import Binding
    from scaffold.check.syntax import Function

DEPTH = 12
OWN = frozenset({"self", "cls"})


class Kinds:
    """What the values of one file are, as far as the file and its project tell."""

    def __init__(self, module: Module) -> None:
        """Begin with nothing known."""
        self._module = module
        self._known: dict[ast.AST, Kind | None] = {}
        self._depth = 0

    def forget(self) -> None:
        """Begin anew: what is known depends on where the questions began."""
        self._known.clear()
        self._depth = 0  # more where an error ended them

    def of(self, node: ast.AST | None) -> Kind | None:
        """Return what an expression gives; none for what nobody can tell."""
        if node is None or self._depth > DEPTH:
            return None
        if node not in self._known:
            self._known[node] = None  # for an expression that leads back to itself
            self._depth += 1
            self._known[node] = self._work_out(node)
            self._depth -= 1
        return self._known[node]

    def annotated(self, node: ast.AST | None) -> Kind | None:
        """Return what an annotation says that something is."""
        return annotated(self._module, node)

    def _work_out(self, node: ast.AST) -> Kind | None:
        found: Kind | None = None
        match node:
            case ast.Await() | ast.NamedExpr() | ast.Starred():
                found = self.of(node.value)
            case ast.IfExp():
                found = self.of(node.body) or self.of(node.orelse)
            case ast.BoolOp():
                found = next(filter(None, map(self.of, node.values)), None)
            case ast.Call():
                found = self._made(node) or self._of_method(node) or self._of_called(node.func)
            case ast.Name():
                found = self._of_name(node)
            case ast.Attribute():
                found = self._of_attribute(node)
            case ast.Constant() | ast.List() | ast.Dict() | ast.Tuple() | ast.JoinedStr():
                found = Kind.UNKNOWN
        return found

    # Calls.

    def _made(self, call: ast.Call) -> Kind | None:
        """Return what a function or class of a library makes."""
        name = self._module.sqlalchemy_name(call.func)
        if name == "sessionmaker":
            classes = (each.value for each in call.keywords if each.arg == "class_")
            is_async = any(self.annotated(each) == Kind.SESSION for each in classes)
            return Kind.FACTORY if is_async else None
        if self._module.names.origin(call.func) == "asyncio.TaskGroup":
            return Kind.TASKS
        if last_name(call.func) == "create_task_group":
            return Kind.TASKS
        return MAKERS.get(name) or TYPES.get(name)

    def _of_method(self, call: ast.Call) -> Kind | None:
        if isinstance(call.func, ast.Attribute):
            owner = self.of(call.func.value)
            if owner is not None and (found := METHODS.get((owner, call.func.attr))):
                return found
        return Kind.SESSION if self.of(call.func) == Kind.FACTORY else None

    def _of_called(self, called: ast.expr) -> Kind | None:
        """Return what a function of the project returns or yields, and what a class is."""
        found = self._module.definition(called)
        if found is None:
            return named(last_name(called))
        module, node = found
        if isinstance(node, ast.ClassDef):
            return of_class(module, node)
        return module.kinds.returned(node)

    def returned(self, function: Function) -> Kind | None:
        """Return what a function returns, or what a generator yields."""
        if kind := self.annotated(function.returns):
            return kind
        for node in body_of(function):
            if isinstance(node, (ast.Yield, ast.Return)) and node.value is not None:
                return self.of(node.value)
        return None

    # Names.

    def _of_name(self, name: ast.Name) -> Kind | None:
        bound = self._module.names.bound(name)
        origin = self._module.names.imports.get(name.id, "")
        if bound:
            found = self._bound(bound[-1])
            if found is None and name.id == "db" and bound[-1].how == PARAMETER:
                return Kind.SESSION if self._module.knows_sqlalchemy else None
        elif origin.partition(".")[0] in LIBRARIES:
            return None
        else:
            found = self._imported(origin)
        return found or self._by_name(name.id)

    def _imported(self, origin: str) -> Kind | None:
        found = self._module.find(origin)
        return found[0].kinds.exported(found[1]) if found is not None else None

    def exported(self, name: str) -> Kind | None:
        """Return what another file gets when it imports this name."""
        bound = self._module.names.bindings(self._module.tree.root).get(name)
        if bound:
            return self._bound(bound[-1])
        if self._depth > DEPTH or name not in self._module.names.imports:
            return None
        self._depth += 1
        found = self._imported(self._module.names.imports[name])
        self._depth -= 1
        return found

    def _bound(self, binding: Binding) -> Kind | None:
        if binding.annotation is not None:
            return self.annotated(binding.annotation) or Kind.UNKNOWN
        if binding.how == OTHER:
            return Kind.UNKNOWN
        if binding.how == FOR:
            return self._of_each(binding.value)
        if binding.how == PARAMETER:
            return self._injected(binding.value)
        found = self.of(binding.value)
        if found is None and self._is_foreign(binding.value):
            return Kind.UNKNOWN
        return Kind.SESSION if (found, binding.how) == (Kind.FACTORY, WITH) else found

    def _of_each(self, iterated: ast.expr | None) -> Kind:
        """Return what a loop runs over: `async for session in get_session()`."""
        found = self.of(iterated) if isinstance(iterated, ast.Call) else None
        return found if found in {Kind.SESSION, Kind.WORK} else Kind.UNKNOWN

    def _injected(self, default: ast.expr | None) -> Kind | None:
        """Return what a dependency gives: `session=Depends(get_session)`."""
        if isinstance(default, ast.Call) and last_name(default.func) == "Depends" and default.args:
            return self._of_called(default.args[0])
        return None

    def _is_foreign(self, value: ast.expr | None) -> bool:
        """Tell whether a value comes from a library that is not SQLAlchemy."""
        while isinstance(value, (ast.Call, ast.Await, ast.Attribute)):
            value = value.func if isinstance(value, ast.Call) else value.value
        if not isinstance(value, ast.Name):
            return True
        origin = self._module.names.imports.get(value.id, "")
        is_library = origin.partition(".")[0] in LIBRARIES
        return bool(origin) and not is_library and self._module.find(origin) is None

    # Attributes.

    def _of_attribute(self, node: ast.Attribute) -> Kind | None:
        if isinstance(node.value, ast.Name) and node.value.id in OWN:
            class_ = self._module.tree.class_of(node)
            found = of_member(self._module, class_, node.attr) if class_ is not None else None
            return found or self._by_name(node.attr)
        if origin := self._module.names.origin(node):
            return self._imported(origin)
        owner = self.of(node.value)
        if owner == Kind.WORK:
            return Kind.SESSION if SESSION_NAMES.match(node.attr) else Kind.REPOSITORY
        is_unknown = owner is None and not isinstance(node.value, ast.Call)
        return self._by_name(node.attr) if is_unknown else None

    def _by_name(self, name: str) -> Kind | None:
        if WORK_NAMES.match(name):
            return Kind.WORK
        if not self._module.knows_sqlalchemy:
            return None
        if SESSION_NAMES.match(name):
            return Kind.SESSION
        return Kind.FACTORY if FACTORY_NAMES.match(name) else None
