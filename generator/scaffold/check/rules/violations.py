"""Rules of violated constraints."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from scaffold.check.layers import OUTSIDE
from scaffold.check.rule import Place, Rule
from scaffold.check.syntax import body_of, dotted, last_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.check.module import Module

LOGS = frozenset({"debug", "error", "exception", "info", "warning"})
ALREADY = re.compile(r"already|exist|duplicate|taken|unique|in use", re.IGNORECASE)


def mislabelled(module: Module) -> Iterator[Place]:
    """Find handlers that call every violated constraint a duplicate."""
    for handler in module.tree.all(ast.ExceptHandler):
        if handler.type is None or module.sqlalchemy_name(handler.type) != "IntegrityError":
            continue
        if handler.name and _looks_at(handler):
            continue
        for node in body_of(handler):
            if isinstance(node, ast.Raise) and node.exc is not None and _says_already(node.exc):
                yield Place(handler)
                break


def _looks_at(handler: ast.ExceptHandler) -> bool:
    """Tell whether a handler reads the error, other than to chain or to log it."""
    for node in body_of(handler):
        if isinstance(node, ast.Attribute) and dotted(node.value) == handler.name:
            return True
        is_call = isinstance(node, ast.Call) and last_name(node.func) not in LOGS
        if is_call and _is_given(handler, node):
            return True
    return False


def _is_given(handler: ast.ExceptHandler, call: ast.AST) -> bool:
    return isinstance(call, ast.Call) and any(dotted(each) == handler.name for each in call.args)


def _says_already(error: ast.expr) -> bool:
    return any(
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and ALREADY.search(node.value)
        for node in ast.walk(error)
    )


RULES = (
    Rule(
        code="SCA025",
        name="mislabelled-violation",
        title="every violated constraint is called a duplicate",
        message="every violated constraint is called a duplicate here{}",
        why="""
            IntegrityError is raised for missing values, foreign keys and checks too. Measured: a NOT NULL
            and a FOREIGN KEY violation both arrive in this handler on all three databases, and the client
            is told that something exists already.
        """,
        fix="look at `error.driver_exception` (SQLSTATE 23505, errno 1062, SQLITE_CONSTRAINT_UNIQUE)",
        bad="""
            from sqlalchemy.exc import IntegrityError
            from sqlalchemy.ext.asyncio import AsyncSession


            async def add(session: AsyncSession, user: object) -> None:
                session.add(user)
                try:
                    await session.flush()
                except IntegrityError as error:
                    raise ValueError("this user already exists") from error
        """,
        good="""
            from shop.errors import is_duplicate
            from sqlalchemy.exc import IntegrityError
            from sqlalchemy.ext.asyncio import AsyncSession


            async def add(session: AsyncSession, user: object) -> None:
                session.add(user)
                try:
                    await session.flush()
                except IntegrityError as error:
                    if is_duplicate(error):
                        raise ValueError("this user already exists") from error
                    raise
        """,
        find=mislabelled,
        skips=OUTSIDE,
    ),
)
