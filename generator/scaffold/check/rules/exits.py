"""Rules of what happens when a session is let go."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from scaffold.check.kind import Kind
from scaffold.check.layers import Layer
from scaffold.check.rule import Place, Rule
from scaffold.check.statements import beginning
from scaffold.check.syntax import body_of, dotted, last_name, owner_of, position

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.check.module import Module
from scaffold.check.syntax import Function


def after_yield(module: Module) -> Iterator[Place]:
    """Find dependencies that commit after their `yield`, which is after the response."""
    for yielded in module.tree.all(ast.Yield):
        function = module.tree.function_of(yielded)
        if not isinstance(function, ast.AsyncFunctionDef) or _is_no_dependency(function):
            continue
        if not _is_session(module, yielded) or _yields_more(function):
            continue
        for node in body_of(function):
            is_commit = isinstance(node, ast.Call) and last_name(node.func) == "commit"
            is_later = is_commit and position(node) > position(yielded)
            if is_later and module.kinds.of(owner_of(node)) in {Kind.SESSION, Kind.WORK}:
                yield Place(node)
        for above, _ in module.tree.above(yielded):
            if isinstance(above, ast.AsyncWith):
                yield from (Place(item.context_expr) for item in beginning(module, above))


def _is_session(module: Module, yielded: ast.Yield) -> bool:
    return module.kinds.of(yielded.value) in {Kind.SESSION, Kind.WORK}


def _yields_more(function: Function) -> bool:
    """Tell whether a function yields in several places, so that none of them is its middle."""
    return len([node for node in body_of(function) if isinstance(node, ast.Yield)]) > 1


def _is_no_dependency(function: Function) -> bool:
    """Tell whether a decorator makes a context manager or a fixture of a function."""
    return any(
        last_name(each.func if isinstance(each, ast.Call) else each)
        in {"asynccontextmanager", "fixture"}
        for each in function.decorator_list
    )


def leaking_exit(module: Module) -> Iterator[Place]:
    """Find exits that do not close the session when the commit fails."""
    for function in module.functions():
        if function.name != "__aexit__":
            continue
        calls = [
            node
            for node in body_of(function)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        ]
        commits = [each for each in calls if last_name(each.func) == "commit"]
        closes = [each for each in calls if last_name(each.func) == "close"]
        for commit in commits:
            if module.kinds.of(getattr(commit.func, "value", None)) != Kind.SESSION:
                continue
            own = [each for each in closes if _same_owner(each, commit)]
            later = [each for each in own if position(each) > position(commit)]
            if later and not any(_in_finally(module, each) for each in own):
                yield Place(commit)


def _same_owner(one: ast.Call, other: ast.Call) -> bool:
    owners = [each.func.value for each in (one, other) if isinstance(each.func, ast.Attribute)]
    return len(owners) == 2 and dotted(owners[0]) == dotted(owners[1])  # noqa: PLR2004


def _in_finally(module: Module, node: ast.AST) -> bool:
    return any(
        isinstance(above, ast.Try) and below in above.finalbody
        for above, below in module.tree.above(node)
    )


RULES = (
    Rule(
        code="SCA018",
        name="commit-after-yield",
        title="a dependency commits after its `yield`",
        message="a dependency commits after its `yield`, which is after the response{}",
        why="""
            What comes after `yield` runs when the response has been sent. Measured with FastAPI 0.165: a
            violation of a constraint at that commit gives the client 201, and no row.
        """,
        fix="commit in the endpoint or in its service; the dependency only opens and closes",
        bad="""
            from collections.abc import AsyncGenerator

            from fastapi import Request
            from sqlalchemy.ext.asyncio import AsyncSession


            async def get_session(request: Request) -> AsyncGenerator[AsyncSession]:
                async with request.state.session_factory() as session:
                    yield session
                    await session.commit()
        """,
        good="""
            from collections.abc import AsyncGenerator

            from fastapi import Request
            from sqlalchemy.ext.asyncio import AsyncSession


            async def get_session(request: Request) -> AsyncGenerator[AsyncSession]:
                async with request.state.session_factory() as session:
                    yield session
        """,
        find=after_yield,
        skips=frozenset({Layer.TESTS}),
    ),
    Rule(
        code="SCA019",
        name="leaking-exit",
        title="an `__aexit__` that does not close the session when the commit fails",
        message="when this commit fails, the session is not closed{}",
        why="""
            A commit can raise: a deferred constraint, a lost connection, a flush. Measured: after three
            such failures three connections of the pool are still checked out, on all three databases.
        """,
        fix="close in a `finally`, or call the session's own `__aexit__`, which is safe from cancellation",
        bad="""
            from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker


            class UnitOfWork:
                def __init__(self, session_factory: async_sessionmaker[AsyncSession]) -> None:
                    self._session_factory = session_factory

                async def __aenter__(self) -> None:
                    self.session = self._session_factory()

                async def __aexit__(self, exc_type: object, exc: object, traceback: object) -> None:
                    if exc is None:
                        await self.session.commit()
                    await self.session.close()
        """,
        good="""
            from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker


            class UnitOfWork:
                def __init__(self, session_factory: async_sessionmaker[AsyncSession]) -> None:
                    self._session_factory = session_factory

                async def __aenter__(self) -> None:
                    self.session = self._session_factory()

                async def __aexit__(self, exc_type: object, exc: object, traceback: object) -> None:
                    try:
                        if exc is None:
                            await self.session.commit()
                    finally:
                        await self.session.close()
        """,
        find=leaking_exit,
    ),
)
