"""Rules of the columns of tables."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from scaffold.check.kind import Kind
from scaffold.check.layers import OUTSIDE
from scaffold.check.rule import Place, Rule
from scaffold.check.syntax import (
    body_of,
    has_more_keywords,
    is_constant,
    keyword,
)
from scaffold.check.tables import COLUMNS, base_of, mapped_attributes, python_types

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.check.module import Module

TEXTS = frozenset({"String", "Unicode", "VARCHAR", "NVARCHAR"})

NAIVE = frozenset(f"datetime.datetime.{name}" for name in ("now", "utcnow", "today"))

TIMES = frozenset({"DateTime", "TIMESTAMP", "DATETIME"})


def naive(module: Module) -> Iterator[Place]:
    """Find columns that keep a time without its zone, and such times on their way to one."""
    for node in _types(module, TIMES):
        zone = keyword(node, "timezone") if isinstance(node, ast.Call) else None
        given = node.args[0] if isinstance(node, ast.Call) and node.args else zone
        if given is None or is_constant(given, value=False):
            yield Place(node, "a column of times without `timezone=True`")
    for mapped in _untyped(module, "datetime"):
        yield Place(mapped, "a column of times without `timezone=True`")
    for node in module.tree.all(ast.Attribute):
        if node.attr in {"now", "utcnow", "today"} and _is_naive(module, node):
            yield Place(node, f"`datetime.{node.attr}` gives a time without a zone")


def _is_naive(module: Module, node: ast.Attribute) -> bool:
    """Tell whether `datetime.now` without a zone is the default of a column, or near a query."""
    if module.names.origin(node) not in NAIVE:
        return False
    call = module.tree.parent(node)
    if isinstance(call, ast.Call) and call.func is node and (call.args or call.keywords):
        return False
    for above, _ in module.tree.above(node):
        if isinstance(above, ast.Call) and module.sqlalchemy_name(above.func) in COLUMNS:
            return True
    function = module.tree.function_of(node)
    return function is not None and any(
        isinstance(each, ast.Attribute) and module.kinds.of(each.value) == Kind.SESSION
        for each in body_of(function)
    )


def endless_text(module: Module) -> Iterator[Place]:
    """Find columns of text that say no length."""
    for node in (*_endless(module), *_untyped(module, "str")):
        # It takes all files to tell, so it is asked only where it matters.
        if module.project.is_for_postgresql:
            return
        yield Place(node)


def _endless(module: Module) -> Iterator[ast.expr]:
    for node in _types(module, TEXTS):
        if not isinstance(node, ast.Call) or not (node.args or keyword(node, "length")):
            yield node


def _types(module: Module, names: frozenset[str]) -> Iterator[ast.expr]:
    """Yield where columns name one of these types, called or not."""
    for column in module.sqlalchemy_calls(*COLUMNS):
        type_ = keyword(column, "type_")
        for each in (*column.args[:2], *([type_] if type_ else [])):
            named = each.func if isinstance(each, ast.Call) else each
            if module.sqlalchemy_name(named) in names:
                yield each


def _untyped(module: Module, python: str) -> Iterator[ast.AST]:
    """Yield attributes whose column type follows from this Python type alone."""
    for mapped in mapped_attributes(module):
        if python_types(mapped.python) != {python} or _has_type(mapped.column):
            continue
        class_ = module.tree.class_of(mapped.statement)
        if class_ is None:
            continue
        base = base_of(module, class_)
        if base.known and base.declarative and python not in base.types:
            yield mapped.statement


def _has_type(column: ast.Call | None) -> bool:
    """Tell whether a column has a type: its own, or that of the column it refers to."""
    if column is None:
        return False
    positional = [each for each in column.args if not _is_name(each)]
    return bool(positional) or keyword(column, "type_") is not None or has_more_keywords(column)


def _is_name(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


RULES = (
    Rule(
        code="SCA014",
        name="naive-time",
        title="a column of times without a zone, or such a time on its way to one",
        message="{}",
        why="""
            Measured with a time at 12:00+02:00: SQLite and MariaDB store 12:00 and lose the zone, asyncpg
            raises DataError ("can't subtract offset-naive and offset-aware datetimes").
        """,
        fix="`DateTime(timezone=True)`, or a type of your own that stores UTC everywhere",
        bad="""
            from datetime import datetime

            from sqlalchemy import DateTime
            from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


            class Base(DeclarativeBase):
                pass


            class User(Base):
                __tablename__ = "users"

                joined_at: Mapped[datetime] = mapped_column(DateTime)
        """,
        good="""
            from datetime import datetime

            from sqlalchemy import DateTime
            from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


            class Base(DeclarativeBase):
                pass


            class User(Base):
                __tablename__ = "users"

                joined_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
        """,
        find=naive,
        skips=OUTSIDE,
    ),
    Rule(
        code="SCA015",
        name="endless-text",
        title="a column of text without a length",
        message="a column of text without a length{}",
        why="""
            Measured: MariaDB raises CompileError ("VARCHAR requires a length"), so the table cannot be
            created there. A project that uses PostgreSQL's own types, and never names MySQL or MariaDB,
            is left alone.
        """,
        fix="`String(255)`, or `Text()`; for all `Mapped[str]` at once, a `type_annotation_map`",
        bad="""
            from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


            class Base(DeclarativeBase):
                pass


            class User(Base):
                __tablename__ = "users"

                name: Mapped[str] = mapped_column(unique=True)
        """,
        good="""
            from sqlalchemy import String
            from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


            class Base(DeclarativeBase):
                pass


            class User(Base):
                __tablename__ = "users"

                name: Mapped[str] = mapped_column(String(80), unique=True)
        """,
        find=endless_text,
        skips=OUTSIDE,
    ),
)
