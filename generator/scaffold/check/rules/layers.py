"""Rules of which layer may know what."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from scaffold.check.kind import LIBRARIES
from scaffold.check.layers import Layer
from scaffold.check.rule import Place, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.check.module import Module

# What a route may name, to say what it is given.
INJECTED = frozenset({"AsyncSession", "AsyncEngine", "async_sessionmaker"})
WHERE = {
    Layer.SERVICES: "a service",
    Layer.ROUTES: "a route",
    Layer.DOMAIN: "the domain",
}


def out_of_place(module: Module) -> Iterator[Place]:
    """Find imports of SQLAlchemy where business logic or HTTP is at home."""
    where = WHERE.get(module.layer)
    if where is None:
        return
    nodes: list[ast.Import | ast.ImportFrom] = [*module.tree.all(ast.Import)]
    for node in [*nodes, *module.tree.all(ast.ImportFrom)]:
        if name := _imported(module, node):
            yield Place(node, f"{where} imports `{name}`")


def _imported(module: Module, node: ast.Import | ast.ImportFrom) -> str:
    """Return what an import takes from SQLAlchemy that this layer may not."""
    if isinstance(node, ast.Import):
        found = [each.name for each in node.names if _is_library(each.name)]
        return found[0] if found else ""
    if node.level or not _is_library(node.module or ""):
        return ""
    allowed = INJECTED if module.layer == Layer.ROUTES else frozenset()
    left = [each.name for each in node.names if each.name not in allowed]
    # SQLModel's classes are Pydantic's as well: only what talks to the database is out of place.
    if (node.module or "").partition(".")[0] == "sqlmodel":
        left = [each for each in left if each.islower() or "Session" in each]
    return f"{node.module}.{left[0]}" if left else ""


def _is_library(name: str) -> bool:
    return name.partition(".")[0] in LIBRARIES


RULES = (
    Rule(
        code="SCA005",
        name="sql-out-of-place",
        title="SQLAlchemy in a service, a route or the domain",
        message="{}",
        why="""
            A query in a service or a route cannot be tested without a database, and every change of the
            tables is one of the use cases. Measured in a generated blog: a test of a service, on fakes,
            takes under a millisecond; one of a repository, on SQLite, 14.
        """,
        fix="move the query to a repository; a route may name AsyncSession where it is injected",
        bad="""
            from sqlalchemy import select
            from sqlalchemy.ext.asyncio import AsyncSession


            async def active_users(session: AsyncSession, users: type) -> object:
                return await session.scalars(select(users).where(users.active))
        """,
        good="""
            from shop.ports import UserRepository


            async def active_users(users: UserRepository) -> object:
                return await users.active()
        """,
        find=out_of_place,
        path="src/shop/services/user.py",
    ),
)
