"""What annotations, classes and their attributes say that values are."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from scaffold.check.kind import REPOSITORY_NAME, TYPES, WORK_NAME, WRAPPERS, Kind
from scaffold.check.syntax import body_of, last_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.check.module import Module

DEPTH = 12  # aliases of aliases, bases of bases


def annotated(module: Module, node: ast.AST | None, depth: int = 0) -> Kind | None:
    """Return what an annotation, or the base of a class, says that something is."""
    match node:
        case _ if depth > DEPTH:
            return None
        case ast.Constant(value=str(text)):
            return annotated(module, _parsed(text), depth + 1)
        case ast.BinOp():
            return annotated(module, node.left, depth) or annotated(module, node.right, depth)
        case ast.Subscript():
            return _subscripted(module, node, depth)
        case ast.Name() | ast.Attribute():
            return _library(module, node) or _named(module, node, depth)
    return None


def _parsed(text: str) -> ast.expr | None:
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError):
        return None


def _subscripted(module: Module, node: ast.Subscript, depth: int) -> Kind | None:
    name = last_name(node)
    inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if name == "Callable":
        made = annotated(module, inner[-1], depth + 1)
        return Kind.FACTORY if made == Kind.SESSION else None
    if name in WRAPPERS:
        kept = inner[:1] if name == "Annotated" else inner
        found = (annotated(module, each, depth + 1) for each in kept)
        return next(filter(None, found), None)
    return annotated(module, node.value, depth + 1)


def _library(module: Module, node: ast.Name | ast.Attribute) -> Kind | None:
    if module.names.origin(node) == "asyncio.TaskGroup":
        return Kind.TASKS
    return TYPES.get(module.sqlalchemy_name(node))


def _named(module: Module, node: ast.Name | ast.Attribute, depth: int) -> Kind | None:
    """Return what a class of the project is, or what an alias stands for."""
    if module.sqlalchemy_name(node):
        return None
    if definition := module.definition(node):
        owner, found = definition
        return of_class(owner, found, depth + 1) if isinstance(found, ast.ClassDef) else None
    if alias := module.alias(node):
        return annotated(*alias, depth + 1)
    return named(last_name(node))


def named(name: str) -> Kind | None:
    """Return what a class is by its name alone."""
    if WORK_NAME.search(name):
        return Kind.WORK
    return Kind.REPOSITORY if REPOSITORY_NAME.search(name) else None


def of_class(module: Module, class_: ast.ClassDef, depth: int = 0) -> Kind | None:
    """Return what the objects of a class are, by its name and its bases."""
    bases = (annotated(module, base, depth + 1) for base in class_.bases)
    return named(class_.name) or next(filter(None, bases), None)


def of_member(module: Module, class_: ast.ClassDef, name: str, depth: int = 0) -> Kind | None:
    """Return what an attribute of a class is, looking at its bases too."""
    for annotation, value in _members(class_, name):
        if found := annotated(module, annotation) or module.kinds.of(value):
            return found
    for base in class_.bases if depth < DEPTH else ():
        owner, node = module.definition(base) or (module, None)
        if not isinstance(node, ast.ClassDef):
            continue
        if found := of_member(owner, node, name, depth + 1):
            return found
    return None


Member = tuple[ast.expr | None, ast.expr | None]


def _members(class_: ast.ClassDef, name: str) -> Iterator[Member]:
    """Yield the annotations and the values that a class gives to an attribute of its objects."""
    for statement in class_.body:
        match statement:
            case ast.AnnAssign(target=ast.Name(id=found)) if found == name:
                yield statement.annotation, statement.value
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                if statement.name == name and statement.decorator_list:
                    yield statement.returns, None  # a property
                for node in body_of(statement):
                    yield from _assigned(node, name)


def _assigned(node: ast.AST, name: str) -> Iterator[Member]:
    match node:
        case ast.AnnAssign(target=target) if _is_own(target, name):
            yield node.annotation, node.value
        case ast.Assign(targets=targets) if any(_is_own(target, name) for target in targets):
            yield None, node.value


def _is_own(target: ast.expr, name: str) -> bool:
    match target:
        case ast.Attribute(value=ast.Name(id="self"), attr=found):
            return found == name
    return False
