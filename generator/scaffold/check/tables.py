"""Declarative classes: which a class is built on, and what their `Mapped[...]` says."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from scaffold.check.syntax import keyword, last_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.check.module import Module

COLUMNS = ("mapped_column", "Column")
DECLARATIVE = frozenset({"DeclarativeBase", "DeclarativeBaseNoMeta"})
BASES = frozenset({"DeclarativeBase", "MappedAsDataclass", "DeclarativeBaseNoMeta", "AsyncAttrs"})
PLAIN = frozenset({"object", "ABC", "Generic", "Protocol"})
DEPTH = 8
ANY = frozenset({"str", "datetime"})


class Mapped(NamedTuple):
    """An attribute annotated as `Mapped[python]`, and the call that says more of it."""

    statement: ast.AnnAssign
    python: ast.expr
    column: ast.Call | None


class Base(NamedTuple):
    """What the bases of a class say together; `known` if none of them is out of sight."""

    known: bool
    types: frozenset[str] = frozenset()
    declarative: bool = False
    awaitable: bool = False

    def joined(self, other: Base) -> Base:
        """Return what two bases say together."""
        return Base(
            self.known and other.known,
            self.types | other.types,
            self.declarative or other.declarative,
            self.awaitable or other.awaitable,
        )


def mapped_attributes(module: Module) -> Iterator[Mapped]:
    """Yield the attributes of the file's classes that are annotated as `Mapped[...]`."""
    for statement in module.tree.all(ast.AnnAssign):
        annotation = _parsed(statement.annotation)
        if not isinstance(annotation, ast.Subscript) or last_name(annotation) != "Mapped":
            continue
        if not isinstance(module.tree.parent(statement), ast.ClassDef):
            continue
        value = statement.value
        column = value if isinstance(value, ast.Call) else None
        if value is None or (column and last_name(column.func) in COLUMNS):
            yield Mapped(statement, annotation.slice, column)


def _parsed(annotation: ast.expr) -> ast.expr:
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        try:
            return ast.parse(annotation.value, mode="eval").body
        except SyntaxError:
            return annotation
    return annotation


def python_types(node: ast.expr) -> set[str]:
    """Return the last names of the types in an annotation, without None."""
    node = _parsed(node)
    match node:
        case ast.BinOp():
            return python_types(node.left) | python_types(node.right)
        case ast.Subscript() if last_name(node) in {"Optional", "Union"}:
            inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            return set().union(*map(python_types, inner))
        case ast.Name() | ast.Attribute():
            return {last_name(node)}
        case ast.Constant(value=None):
            return set()
    return {"?"}


def base_of(module: Module, class_: ast.ClassDef, depth: int = 0) -> Base:
    """Return what is known of the declarative base that a class is built on."""
    found = Base(known=True, types=frozenset(_mapped_types(class_)))
    for base in class_.bases:
        if last_name(base) not in PLAIN:
            found = found.joined(_base(module, base, depth))
    return found


def _base(module: Module, base: ast.expr, depth: int) -> Base:
    if name := module.sqlalchemy_name(base):
        is_declarative = name in DECLARATIVE
        return Base(name in BASES, frozenset(), is_declarative, awaitable=name == "AsyncAttrs")
    owner, node = module.definition(base) or (module, None)
    if isinstance(node, ast.ClassDef) and depth < DEPTH:
        return base_of(owner, node, depth + 1)
    owner, value = module.alias(base) or (module, None)
    if isinstance(value, ast.Call) and owner.sqlalchemy_name(value.func) == "declarative_base":
        types = frozenset(_keys(keyword(value, "type_annotation_map")))
        return Base(known=True, types=types, declarative=True)
    return Base(known=False)


def _mapped_types(class_: ast.ClassDef) -> Iterator[str]:
    """Yield the Python types that a base gives a column type to."""
    for statement in class_.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                if name == "type_annotation_map":
                    yield from _keys(statement.value)
                elif name == "registry":
                    yield from _registered(statement.value)


def _registered(node: ast.expr | None) -> set[str]:
    """Return the types of `registry(type_annotation_map=...)`; of a registry from elsewhere, any."""
    if isinstance(node, ast.Call) and last_name(node.func) == "registry":
        return _keys(keyword(node, "type_annotation_map"))
    return set(ANY)


def _keys(node: ast.expr | None) -> set[str]:
    if isinstance(node, ast.Dict) and None not in node.keys:
        return {last_name(key) for key in node.keys if key is not None}
    # A map from elsewhere may hold any type.
    return set() if node is None else set(ANY)
