"""Rules of how related rows are loaded."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from scaffold.check.layers import OUTSIDE
from scaffold.check.rule import Place, Rule
from scaffold.check.syntax import (
    has_more_keywords,
    keyword,
    last_name,
)
from scaffold.check.tables import base_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.check.module import Module

# What never loads by itself: it raises, or its query is written out.
EXPLICIT = frozenset({"raise", "raise_on_sql", "write_only", "noload"})

EAGER = frozenset({"selectin", "joined", "subquery", "immediate"})


def lazy(module: Module) -> Iterator[Place]:
    """Find relationships that send a query when they are read."""
    for name, call in _relationships(module):
        way = keyword(call, "lazy")
        if way is None and has_more_keywords(call):
            continue
        value = way.value if isinstance(way, ast.Constant) else "select" if way is None else None
        is_lazy = value in {"select", "dynamic", True}
        if is_lazy and not _loads_otherwise(module, call):
            yield Place(call, name)


def eager(module: Module) -> Iterator[Place]:
    """Find relationships that are loaded with every row, whether anybody reads them or not."""
    for name, call in _relationships(module):
        way = keyword(call, "lazy")
        if isinstance(way, ast.Constant) and way.value in EAGER:
            yield Place(way, name)


def _relationships(module: Module) -> Iterator[tuple[str, ast.Call]]:
    for call in module.sqlalchemy_calls("relationship"):
        if not module.project.is_async:
            return
        statement = module.tree.parent(call)
        target: ast.expr | None = None
        if isinstance(statement, ast.AnnAssign):
            target = statement.target
            if last_name(statement.annotation) in {"WriteOnlyMapped", "DynamicMapped"}:
                continue
        elif isinstance(statement, ast.Assign):
            target = statement.targets[0]
        yield last_name(target) or "relationship", call


def _loads_otherwise(module: Module, call: ast.Call) -> bool:
    """Tell whether the class lets its attributes be awaited, by AsyncAttrs."""
    class_ = module.tree.class_of(call)
    return class_ is not None and base_of(module, class_).awaitable


RULES = (
    Rule(
        code="SCA009",
        name="lazy-relationship",
        title="a relationship that is loaded when it is read",
        message="`{}` sends a query when it is read, where nothing can await it",
        why="""
            Measured: reading a relationship that is not loaded raises MissingGreenlet on all three
            databases, with lazy="select" and lazy="dynamic" alike, somewhere in SQLAlchemy and about
            greenlets. With lazy="raise" the error names the attribute. Classes with AsyncAttrs are
            left alone.
        """,
        fix='`lazy="raise"`, and `selectinload` or `joinedload` in the queries that need it',
        bad="""
            from sqlalchemy.orm import DeclarativeBase, Mapped, relationship


            class Base(DeclarativeBase):
                pass


            class User(Base):
                __tablename__ = "users"

                posts: Mapped[list["Post"]] = relationship(back_populates="author")
        """,
        good="""
            from sqlalchemy.orm import DeclarativeBase, Mapped, relationship


            class Base(DeclarativeBase):
                pass


            class User(Base):
                __tablename__ = "users"

                posts: Mapped[list["Post"]] = relationship(back_populates="author", lazy="raise")
        """,
        find=lazy,
        skips=OUTSIDE,
    ),
    Rule(
        code="SCA022",
        name="eager-model",
        title="a relationship that is loaded with every row",
        message="`{}` is loaded with every row, whether anybody reads it or not",
        why="""
            The model decides for every query. Measured: with lazy="selectin", listing users sends two
            statements instead of one, and reads the posts of all of them.
        """,
        fix='`lazy="raise"`, and `selectinload` or `joinedload` in the queries that need it',
        bad="""
            from sqlalchemy.orm import DeclarativeBase, Mapped, relationship


            class Base(DeclarativeBase):
                pass


            class User(Base):
                __tablename__ = "users"

                posts: Mapped[list["Post"]] = relationship(back_populates="author", lazy="selectin")
        """,
        good="""
            from sqlalchemy.orm import DeclarativeBase, Mapped, relationship


            class Base(DeclarativeBase):
                pass


            class User(Base):
                __tablename__ = "users"

                posts: Mapped[list["Post"]] = relationship(back_populates="author", lazy="raise")
        """,
        find=eager,
        skips=OUTSIDE,
    ),
)
