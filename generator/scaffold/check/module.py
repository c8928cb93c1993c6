"""A parsed file, with what the rules ask of it."""

from __future__ import annotations

import ast
from functools import cached_property
from typing import TYPE_CHECKING

from scaffold.check.kind import LIBRARIES, REPOSITORY_NAME, WORK_NAME
from scaffold.check.kinds import Kinds
from scaffold.check.layers import Layer, layer_of
from scaffold.check.names import PARAMETER, Names
from scaffold.check.syntax import FUNCTIONS, Tree, last_name, owner_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import PurePath

    from scaffold.check.kind import Kind
    from scaffold.check.project import Project
    from scaffold.check.syntax import Function

# What a file means by these names where it neither imports nor defines them, as in a snippet.
KNOWN = frozenset({
    "AsyncEngine", "AsyncSession", "Column", "DateTime", "Mapped", "Session", "String",
    "async_sessionmaker", "create_async_engine", "create_engine", "delete", "insert",
    "mapped_column", "relationship", "select", "sessionmaker", "text", "update",
})  # fmt: skip
FASTAPI = frozenset({"fastapi", "starlette", "sse_starlette"})


class Module:
    """One file: its tree, its names, what its values are, and where it stands."""

    def __init__(self, root: ast.Module, path: PurePath, base: str, project: Project) -> None:
        """Index the tree; `base` is the folder that the file is imported from."""
        self.tree = Tree(root)
        self.project = project
        self.base = base
        self.layer = layer_of(project.inside(path))
        is_package = path.stem == "__init__"
        parts = path.relative_to(base).with_suffix("").parts
        name = ".".join(parts[:-1] if is_package else parts)
        self.names = Names(self.tree, name, is_package=is_package)
        self.kinds = Kinds(self)

    def find(self, origin: str) -> tuple[Module, str] | None:
        """Return the file of the project that defines `package.module.name`, and the name."""
        return self.project.find(origin, self.base)

    @cached_property
    def knows_sqlalchemy(self) -> bool:
        """Tell whether the file imports SQLAlchemy, or something that does."""
        return any(
            origin.partition(".")[0] in LIBRARIES or "sqlalchemy" in origin
            for origin in self.names.imports.values()
        )

    def sqlalchemy_name(self, node: ast.AST) -> str:
        """Return `select` where a name is SQLAlchemy's `select`, under whatever name."""
        if origin := self.names.origin(node):
            root, _, name = origin.rpartition(".")
            return name if root.partition(".")[0] in LIBRARIES else ""
        if isinstance(node, ast.Subscript):
            node = node.value
        if isinstance(node, ast.Name) and node.id in KNOWN and not self._is_defined(node.id):
            return node.id
        return ""

    def _is_defined(self, name: str) -> bool:
        return name in self.names.imports or name in self.names.bindings(self.tree.root)

    def sqlalchemy_calls(self, *names: str) -> Iterator[ast.Call]:
        """Yield the calls of SQLAlchemy's functions of these names."""
        for name in names:
            for call in self.names.calls(name):
                if self.sqlalchemy_name(call.func) == name:
                    yield call

    def fastapi_calls(self, *names: str) -> Iterator[ast.Call]:
        """Yield the calls of FastAPI's and Starlette's functions of these names."""
        for name in names:
            for call in self.names.calls(name):
                origin = self.names.origin(call.func)
                if origin.partition(".")[0] in FASTAPI or not origin:
                    yield call

    def method_calls(self, *names: str, on: Kind) -> Iterator[ast.Call]:
        """Yield the calls of these methods on values of one kind."""
        for name in names:
            for call in self.tree.called(name):
                if self.kinds.of(owner_of(call)) == on:
                    yield call

    def functions(self) -> Iterator[Function]:
        """Yield every function and method of the file."""
        yield from self.tree.all(ast.FunctionDef)
        yield from self.tree.all(ast.AsyncFunctionDef)

    def definition(self, node: ast.expr) -> tuple[Module, Function | ast.ClassDef] | None:
        """Return the function or class that a name means, in this file or in the project."""
        if isinstance(node, ast.Subscript):
            node = node.value
        match node:
            case ast.Attribute(value=ast.Name(id="self" | "cls")):
                class_ = self.tree.class_of(node)
                return self._method(class_, node.attr) if class_ is not None else None
        if isinstance(node, ast.Name):
            for each in self.names.bound(node):
                if isinstance(each.node, (*FUNCTIONS, ast.ClassDef)):
                    return self, each.node
                return None
        origin = self.names.imports.get(node.id, "") if isinstance(node, ast.Name) else ""
        found = self.find(origin or self.names.origin(node))
        return found[0].exported_definition(found[1]) if found else None

    def _method(self, class_: ast.ClassDef, name: str) -> tuple[Module, Function] | None:
        for each in class_.body:
            if isinstance(each, FUNCTIONS) and each.name == name:
                return self, each
        return None

    def exported_definition(
        self, name: str, depth: int = 4
    ) -> tuple[Module, Function | ast.ClassDef] | None:
        """Return the function or class that another file imports by this name."""
        for each in reversed(self.names.bindings(self.tree.root).get(name, [])):
            if isinstance(each.node, (*FUNCTIONS, ast.ClassDef)):
                return self, each.node
            return None
        origin = self.names.imports.get(name, "")
        found = self.find(origin) if depth else None
        return found[0].exported_definition(found[1], depth - 1) if found else None

    def alias(self, node: ast.expr) -> tuple[Module, ast.expr] | None:
        """Return what a name stands for: `Session` where `Session = Annotated[...]`."""
        if isinstance(node, ast.Name):
            for each in self.names.bound(node):
                usable = each.value is not None and each.how != PARAMETER
                return (self, each.value) if usable and each.value is not node else None  # type: ignore[return-value]
        found = self.find(self.names.origin(node))
        return found[0].exported_alias(found[1]) if found else None

    def exported_alias(self, name: str, depth: int = 4) -> tuple[Module, ast.expr] | None:
        """Return what another file gets for this name."""
        for each in reversed(self.names.bindings(self.tree.root).get(name, [])):
            return (self, each.value) if each.value is not None else None
        found = self.find(self.names.imports.get(name, "")) if depth else None
        return found[0].exported_alias(found[1], depth - 1) if found else None

    def in_repository(self, node: ast.AST) -> bool:
        """Tell whether a node is in a repository: by its class, or by its file."""
        class_ = self.tree.class_of(node)
        if class_ is not None:
            names = [class_.name, *map(last_name, class_.bases)]
            if any(map(WORK_NAME.search, names)):
                return False
            if any(map(REPOSITORY_NAME.search, names)):
                return True
        return self.layer == Layer.REPOSITORIES
