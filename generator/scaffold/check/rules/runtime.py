"""Rules of what runs in the event loop, and at start-up."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from scaffold.check.kind import Kind
from scaffold.check.layers import OUTSIDE
from scaffold.check.rule import Place, Rule
from scaffold.check.syntax import last_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.check.module import Module
    from scaffold.check.syntax import Function

STARTING = re.compile(r"^(?:.*_)?(?:lifespan|startup|start_up)(?:_.*)?$")
BLOCKING = frozenset({
    "commit", "execute", "flush", "get", "merge", "query", "refresh", "rollback", "scalar", "scalars",
})  # fmt: skip


def creates_tables(module: Module) -> Iterator[Place]:
    """Find applications that create their tables each time they start."""
    for node in module.tree.all(ast.Attribute):
        if node.attr != "create_all" or last_name(node.value) != "metadata":
            continue
        function = module.tree.function_of(node)
        if function is None or isinstance(function, ast.Lambda):
            continue
        if _starts(function) or _is_called_at_start(module, function):
            yield Place(node)


def _starts(function: Function) -> bool:
    """Tell whether a function runs when the application starts."""
    if STARTING.match(function.name):
        return True
    return any(
        isinstance(each, ast.Call) and last_name(each.func) == "on_event"
        for each in function.decorator_list
    )


def _is_called_at_start(module: Module, function: Function) -> bool:
    return any(
        isinstance(above, (ast.FunctionDef, ast.AsyncFunctionDef)) and _starts(above)
        for call in module.tree.called(function.name)
        for above in [module.tree.function_of(call)]
    )


def blocks_loop(module: Module) -> Iterator[Place]:
    """Find queries that make the whole event loop wait."""
    for call in module.method_calls(*BLOCKING, on=Kind.SYNC_SESSION):
        # Where it is awaited, the annotation is what is wrong.
        is_awaited = isinstance(module.tree.parent(call), ast.Await)
        if not is_awaited and isinstance(module.tree.function_of(call), ast.AsyncFunctionDef):
            yield Place(call, last_name(call.func))


RULES = (
    Rule(
        code="SCA021",
        name="creates-tables",
        title="the application creates its tables when it starts",
        message="the application creates its tables when it starts{}",
        why="""
            Two workers that start together race: measured with four, one to three of them fail ("already
            exists", on PostgreSQL a UniqueViolationError) on each of the three databases. And a changed
            table is not changed: `create_all` only creates what is missing, behind Alembic's back.
        """,
        fix="migrate before the application starts (`alembic upgrade heads`)",
        bad="""
            from collections.abc import AsyncGenerator
            from contextlib import asynccontextmanager

            from fastapi import FastAPI
            from shop.database import Base, engine


            @asynccontextmanager
            async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
                async with engine.begin() as connection:
                    await connection.run_sync(Base.metadata.create_all)
                yield
        """,
        good="""
            from collections.abc import AsyncGenerator
            from contextlib import asynccontextmanager

            from fastapi import FastAPI
            from shop.database import create_engine


            @asynccontextmanager
            async def lifespan(app: FastAPI) -> AsyncGenerator[dict]:
                engine = create_engine()
                yield {"engine": engine}
                await engine.dispose()
        """,
        find=creates_tables,
        skips=OUTSIDE,
    ),
    Rule(
        code="SCA027",
        name="blocking-session",
        title="a synchronous session in the event loop",
        message="`{}` of a synchronous session stops the event loop",
        why="""
            While the database works, nothing else runs: no other request, no timeout. Measured: during a
            query of 0.3 seconds on a synchronous session, a task that wakes up every 10 ms did not run
            once; with AsyncSession it ran all the time.
        """,
        fix="use AsyncSession and await it, or make this function a plain `def`",
        bad="""
            from sqlalchemy.orm import Session


            async def rename(session: Session, user: object) -> None:
                session.add(user)
                session.commit()
        """,
        good="""
            from sqlalchemy.ext.asyncio import AsyncSession


            async def rename(session: AsyncSession, user: object) -> None:
                session.add(user)
                await session.commit()
        """,
        find=blocks_loop,
    ),
)
