"""Rules of how engines, factories and sessions are made."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from scaffold.check.kind import Kind
from scaffold.check.layers import OUTSIDE, Layer
from scaffold.check.rule import Place, Rule
from scaffold.check.syntax import (
    FUNCTIONS,
    body_of,
    has_more_keywords,
    inside,
    is_constant,
    keyword,
    last_name,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.check.module import Module

MAKERS = ("create_async_engine", "async_engine_from_config")


def at_import(module: Module) -> Iterator[Place]:
    """Find engines and sessions that importing the file makes."""
    for call in module.sqlalchemy_calls(*MAKERS):
        if _runs_at_import(module, call):
            yield Place(call, "an engine")
    for call in module.sqlalchemy_calls("AsyncSession"):
        if _runs_at_import(module, call):
            yield Place(call, "a session")
    for call in module.tree.all(ast.Call):
        is_at_import = isinstance(call.func, ast.Name) and _runs_at_import(module, call)
        if is_at_import and module.kinds.of(call.func) == Kind.FACTORY:
            yield Place(call, "a session")


def _runs_at_import(module: Module, call: ast.Call) -> bool:
    if module.tree.function_of(call) is not None:
        return False
    return not any(
        isinstance(above, ast.If) and "__main__" in ast.unparse(above.test)
        for above, _ in module.tree.above(call)
    )


def expiring(module: Module) -> Iterator[Place]:
    """Find factories and sessions whose objects expire at each commit."""
    if _is_configured_later(module):
        return
    for call in module.sqlalchemy_calls("async_sessionmaker", "sessionmaker"):
        is_factory = module.kinds.of(call) == Kind.FACTORY
        if is_factory and _expires(call) and not _is_of_one_test(module, call):
            yield Place(call, "factory")
    for call in module.sqlalchemy_calls("AsyncSession"):
        if _expires(call) and not _is_harmless(module, call):
            yield Place(call, "session")


def _expires(call: ast.Call) -> bool:
    given = keyword(call, "expire_on_commit")
    return is_constant(given, value=True) or (given is None and not has_more_keywords(call))


def _is_configured_later(module: Module) -> bool:
    return any(keyword(call, "expire_on_commit") for call in module.tree.called("configure"))


def _is_of_one_test(module: Module, call: ast.Call) -> bool:
    """Tell whether something is made by a test, for itself."""
    function = module.tree.function_of(call)
    return isinstance(function, FUNCTIONS) and function.name.startswith("test_")


def _is_harmless(module: Module, call: ast.Call) -> bool:
    """Tell whether a session is opened and closed in one place, and nothing is committed in it.

    What a test does in its own session is its own business; what a fixture yields is not.
    """
    around = module.tree.parent(module.tree.parent(call) or call)
    if not isinstance(around, (ast.With, ast.AsyncWith)):
        return False
    nodes = list(body_of(around))
    if any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in nodes):
        return False
    if _is_of_one_test(module, call):
        return True
    opened = {
        item.optional_vars.id for item in around.items if isinstance(item.optional_vars, ast.Name)
    }
    for node in nodes:
        if isinstance(node, ast.Attribute) and node.attr in {"commit", "begin", "rollback"}:
            return False
        if isinstance(node, ast.Call):
            given = [*node.args, *(each.value for each in node.keywords)]
            if any(isinstance(each, ast.Name) and each.id in opened for each in given):
                return False
    return True


def thread_argument(module: Module) -> Iterator[Place]:
    """Find `check_same_thread` where an asynchronous driver gets it, whatever the database."""
    for call in module.sqlalchemy_calls("create_async_engine"):
        given = keyword(call, "connect_args")
        if _is_for_sqlite(call):
            continue
        if isinstance(given, ast.Name):
            bound = module.names.bound(given)
            given = bound[-1].value if bound else None
        if given is not None and not isinstance(given, ast.IfExp):
            yield from map(Place, _thread_keys(given))
    for node in module.tree.all(ast.Assign):
        is_named = last_name(node.targets[0]) == "connect_args"
        if is_named and module.tree.parent(node) is module.tree.root:
            yield from map(Place, _thread_keys(node.value))


def _is_for_sqlite(call: ast.Call) -> bool:
    """Tell whether the address of the database shows that it is SQLite, and always will be."""
    return bool(call.args) and "sqlite" in ast.unparse(call.args[0]).lower()


def _thread_keys(given: ast.expr) -> Iterator[ast.AST]:
    for node in inside(given):
        if isinstance(node, ast.Dict):
            for key in node.keys:
                if isinstance(key, ast.Constant) and key.value == "check_same_thread":
                    yield key


RULES = (
    Rule(
        code="SCA001",
        name="made-at-import",
        title="an engine or a session is made at import",
        message="importing this file makes {}",
        why="""
            Whoever imports the file needs the database's settings and driver, tests and Alembic
            included. The pool belongs to the event loop that uses it first: measured, the second
            `asyncio.run` with one engine fails on PostgreSQL (asyncpg) and MariaDB (asyncmy) with
            RuntimeError ("attached to a different loop" or "Event loop is closed"); on SQLite it
            works. A session made at import is shared by all requests.
        """,
        fix="make the engine in the application's lifespan, and a session per unit of work",
        bad="""
            from sqlalchemy.ext.asyncio import create_async_engine

            engine = create_async_engine("postgresql+asyncpg://localhost/shop")
        """,
        good="""
            from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine


            def create_engine(url: str) -> AsyncEngine:
                return create_async_engine(url)
        """,
        find=at_import,
        skips=OUTSIDE,
    ),
    Rule(
        code="SCA002",
        name="expire-on-commit",
        title="a session factory or a session without `expire_on_commit=False`",
        message="a {} without `expire_on_commit=False`",
        why="""
            After a commit every attribute is loaded again when it is read, and an attribute cannot be
            awaited: measured, `user.name` after `commit()` raises MissingGreenlet on all three
            databases.
        """,
        fix="pass `expire_on_commit=False`",
        bad="""
            from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker


            def create_session_factory(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
                return async_sessionmaker(engine)
        """,
        good="""
            from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker


            def create_session_factory(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
                return async_sessionmaker(engine, expire_on_commit=False)
        """,
        find=expiring,
        skips=frozenset({Layer.MIGRATIONS}),
    ),
    Rule(
        code="SCA026",
        name="thread-argument",
        title="`check_same_thread` for drivers that do not know it",
        message="`check_same_thread` is an argument of sqlite3 alone{}",
        why="""
            The asynchronous SQLite driver keeps its connection in one thread and does not need it.
            Measured: asyncpg and asyncmy raise `TypeError: connect() got an unexpected keyword
            argument 'check_same_thread'`, so DATABASE_URL alone cannot change the database.
        """,
        fix="leave it out",
        bad="""
            from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine


            def create_engine(url: str) -> AsyncEngine:
                return create_async_engine(url, connect_args={"check_same_thread": False})
        """,
        good="""
            from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine


            def create_engine(url: str) -> AsyncEngine:
                return create_async_engine(url)
        """,
        find=thread_argument,
    ),
)
