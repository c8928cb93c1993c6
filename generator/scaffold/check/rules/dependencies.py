"""Rules of FastAPI's dependencies."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from scaffold.check.kind import Kind
from scaffold.check.layers import OUTSIDE
from scaffold.check.rule import Place, Rule
from scaffold.check.syntax import body_of, has_more_keywords, keyword, last_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.check.module import Module

# What a function may call without waiting for anything.
QUICK = frozenset({
    "HTTPException", "Depends", "bool", "cast", "dict", "float", "get", "getattr", "hasattr", "int",
    "isinstance", "len", "list", "lower", "max", "min", "partition", "removeprefix", "removesuffix",
    "replace", "set", "sorted", "split", "startswith", "str", "strip", "tuple", "upper",
})  # fmt: skip


def outliving(module: Module) -> Iterator[Place]:
    """Find dependencies that keep a session open until the response has been sent."""
    for call in module.fastapi_calls("Depends"):
        if not call.args or keyword(call, "scope") or has_more_keywords(call):
            continue
        owner, function = module.definition(call.args[0]) or (module, None)
        kind = _yielded(owner, function)
        if kind is not None:
            yield Place(call, f"`{last_name(call.args[0])}` yields a {kind}")


def _yielded(module: Module, function: ast.AST | None) -> Kind | None:
    """Return what a generator of a session or a unit of work yields."""
    if not isinstance(function, ast.AsyncFunctionDef):
        return None
    yields = [node for node in body_of(function) if isinstance(node, ast.Yield)]
    if not yields:
        return None
    kinds = (module.kinds.of(yields[0].value), module.kinds.annotated(function.returns))
    return next((kind for kind in kinds if kind in {Kind.SESSION, Kind.WORK}), None)


def threaded(module: Module) -> Iterator[Place]:
    """Find dependencies that go through the thread pool although they wait for nothing."""
    seen: set[ast.AST] = set()
    for call in module.fastapi_calls("Depends"):
        found = module.definition(call.args[0]) if call.args else None
        owner, function = found or (module, None)
        if not isinstance(function, ast.FunctionDef) or function in seen:
            continue
        if not _is_quick(owner, function):
            continue
        seen.add(function)
        yield Place(function if owner is module else call, function.name)


def _is_quick(module: Module, function: ast.FunctionDef) -> bool:
    """Tell whether nothing that a function does can keep the event loop waiting."""
    if function.decorator_list:
        return False
    for node in body_of(function):
        if isinstance(node, (ast.With, ast.Yield, ast.YieldFrom, ast.For, ast.While)):
            return False
        if isinstance(node, ast.Call):
            name = last_name(node.func)
            if not (name in QUICK or name[:1].isupper()) or name.endswith("Settings"):
                return False
            if module.kinds.of(node) in {Kind.SYNC_SESSION, Kind.SYNC_ENGINE}:
                return False
    return True


RULES = (
    Rule(
        code="SCA011",
        name="request-scope",
        title="a dependency keeps a session until the response has been sent",
        message='{}, and is used without `scope="function"`',
        why="""
            Without it, the session is closed after the response has been sent: a slow client keeps a
            connection of the pool. Measured with FastAPI 0.165: while the body is being sent, the
            connection is still checked out; with `scope="function"` it has been given back.
        """,
        fix='`Depends(..., scope="function")` (FastAPI 0.121 or later)',
        bad="""
            from collections.abc import AsyncGenerator
            from typing import Annotated

            from fastapi import Depends, Request
            from sqlalchemy.ext.asyncio import AsyncSession


            async def get_session(request: Request) -> AsyncGenerator[AsyncSession]:
                async with request.state.session_factory() as session:
                    yield session


            Session = Annotated[AsyncSession, Depends(get_session)]
        """,
        good="""
            from collections.abc import AsyncGenerator
            from typing import Annotated

            from fastapi import Depends, Request
            from sqlalchemy.ext.asyncio import AsyncSession


            async def get_session(request: Request) -> AsyncGenerator[AsyncSession]:
                async with request.state.session_factory() as session:
                    yield session


            Session = Annotated[AsyncSession, Depends(get_session, scope="function")]
        """,
        find=outliving,
        skips=OUTSIDE,
    ),
    Rule(
        code="SCA012",
        name="threaded-dependency",
        title="a dependency that waits for nothing is a plain `def`",
        message="the dependency `{}` is a plain `def`: each request goes through the thread pool for it",
        why="""
            FastAPI runs a plain function in one of 40 threads, and waits for one to be free. Measured: a
            function that returns an attribute takes about 0.2 ms through the thread pool, and 0.0001 ms
            awaited. Functions that may block (files, queries, anything unknown) are left alone: they
            belong in a thread.
        """,
        fix="make it `async def`",
        bad="""
            from fastapi import Depends, FastAPI, Request

            app = FastAPI()


            def tenant(request: Request) -> str:
                return request.state.tenant


            @app.get("/")
            async def home(tenant: str = Depends(tenant)) -> str:
                return tenant
        """,
        good="""
            from fastapi import Depends, FastAPI, Request

            app = FastAPI()


            async def tenant(request: Request) -> str:
                return request.state.tenant


            @app.get("/")
            async def home(tenant: str = Depends(tenant)) -> str:
                return tenant
        """,
        find=threaded,
        skips=OUTSIDE,
    ),
)
