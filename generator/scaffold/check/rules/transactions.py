"""Rules of who ends a transaction, and when."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from scaffold.check.kind import Kind
from scaffold.check.layers import OUTSIDE
from scaffold.check.names import VALUE, WITH
from scaffold.check.rule import Place, Rule
from scaffold.check.statements import beginning
from scaffold.check.syntax import body_of, dotted, inside, last_name, owner_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.check.module import Module

ENDS = ("commit", "rollback", "close")


def in_repository(module: Module) -> Iterator[Place]:
    """Find repositories that end the transaction of a session that they were given."""
    for call in module.method_calls(*ENDS, "begin", on=Kind.SESSION):
        if module.in_repository(call) and _is_given(module, call):
            yield Place(call, last_name(call.func))


def _is_given(module: Module, call: ast.Call) -> bool:
    """Tell whether the session of a call was opened elsewhere: a parameter, or an attribute."""
    owner = owner_of(call)
    if isinstance(owner, ast.Name):
        bound = module.names.bound(owner)
        return bool(bound) and bound[-1].how not in {WITH, VALUE}
    return isinstance(owner, ast.Attribute)


def in_stream(module: Module) -> Iterator[Place]:
    """Find transactions that end while their rows are still being read."""
    for loop in module.tree.all(ast.AsyncFor):
        source = _stream_owner(module, loop.iter)
        if not source:
            continue
        for node in body_of(loop):
            if dotted(owner_of(node)) == source and (name := _end(node)):
                yield Place(node, name)


def _end(node: ast.AST) -> str:
    """Return `commit`, `rollback` or `close` of a call of it."""
    name = last_name(node.func) if isinstance(node, ast.Call) else ""
    return name if name in ENDS else ""


def _stream_owner(module: Module, node: ast.AST | None) -> str:
    """Return the name of the session whose stream is iterated over."""
    for _ in range(10):
        if isinstance(node, ast.Await):
            node = node.value
        elif isinstance(node, ast.Name):
            bound = module.names.bound(node)
            node = bound[-1].value if bound and bound[-1].how in {VALUE, WITH} else None
        elif isinstance(node, ast.Call) and (owner := owner_of(node)):
            if last_name(node.func) in {"stream", "stream_scalars"}:
                is_database = module.kinds.of(owner) in {Kind.SESSION, Kind.CONNECTION}
                return dotted(owner) if is_database else ""
            node = owner
        else:
            break
    return ""


def inside_begin(module: Module) -> Iterator[Place]:
    """Find commits and rollbacks inside a block that ends the transaction itself."""
    for block in module.tree.all(ast.AsyncWith):
        for item in beginning(module, block):
            owner = _transaction_owner(item)
            for node in (each for statement in block.body for each in inside(statement)):
                if dotted(owner_of(node)) == owner and (name := _end(node)) != "close" and name:
                    yield Place(node, name)


def _transaction_owner(item: ast.withitem) -> str:
    """Return the name of the session of `session.begin()`, or of `factory.begin() as session`."""
    call = item.context_expr
    if isinstance(item.optional_vars, ast.Name):
        return item.optional_vars.id
    return dotted(owner_of(call)) or "?"


RULES = (
    Rule(
        code="SCA003",
        name="ends-in-repository",
        title="a repository ends the transaction of a session that it was given",
        message="a repository calls `{}` on a session that it was given",
        why="""
            Two repositories in one use case must succeed or fail together. Measured: with a commit in
            the first, a failure in the second leaves the first one's row behind. `begin()` on a
            session that has already been used raises InvalidRequestError ("a transaction is already
            begun"), and `close()` takes the session from everybody else.
        """,
        fix="flush in the repository; commit in the unit of work, once per use case",
        bad="""
            from sqlalchemy.ext.asyncio import AsyncSession


            class UserRepository:
                def __init__(self, session: AsyncSession) -> None:
                    self._session = session

                async def add(self, user: object) -> None:
                    self._session.add(user)
                    await self._session.commit()
        """,
        good="""
            from sqlalchemy.ext.asyncio import AsyncSession


            class UserRepository:
                def __init__(self, session: AsyncSession) -> None:
                    self._session = session

                async def add(self, user: object) -> None:
                    self._session.add(user)
                    await self._session.flush()
        """,
        find=in_repository,
        skips=OUTSIDE,
    ),
    Rule(
        code="SCA010",
        name="ends-in-stream",
        title="a transaction ends while the rows of a stream are being read",
        message="`{}` while the rows of a stream are being read",
        why="""
            The cursor ends with its transaction. Measured with 100 rows, `yield_per=10` and a commit
            after each row: PostgreSQL raises NoActiveSQLTransactionError after 50 rows, MariaDB stops
            after 10 of 100 without an error.
        """,
        fix="let the stream own its unit of work; write in another, or read in batches by key",
        bad="""
            from sqlalchemy import Select
            from sqlalchemy.ext.asyncio import AsyncSession


            async def close_all(session: AsyncSession, unpaid: Select) -> None:
                async for order in await session.stream_scalars(unpaid):
                    order.closed = True
                    await session.commit()
        """,
        good="""
            from sqlalchemy import Select
            from sqlalchemy.ext.asyncio import AsyncSession


            async def close_all(session: AsyncSession, unpaid: Select) -> None:
                async for order in await session.stream_scalars(unpaid):
                    order.closed = True
                await session.commit()
        """,
        find=in_stream,
    ),
    Rule(
        code="SCA020",
        name="ends-inside-begin",
        title="a commit or a rollback inside a block that ends the transaction itself",
        message="`{}` inside a block that ends the transaction itself",
        why="""
            `begin()` commits at the end of its block, and rolls back when it is left by an exception.
            Measured: after a commit inside it, the next statement of the block raises
            InvalidRequestError ("Can't operate on closed transaction inside context manager").
        """,
        fix="leave it out, or use the session without `begin()`",
        bad="""
            from sqlalchemy.ext.asyncio import AsyncSession


            async def rename(session: AsyncSession, user: object) -> None:
                async with session.begin():
                    session.add(user)
                    await session.commit()
        """,
        good="""
            from sqlalchemy.ext.asyncio import AsyncSession


            async def rename(session: AsyncSession, user: object) -> None:
                async with session.begin():
                    session.add(user)
        """,
        find=inside_begin,
    ),
)
