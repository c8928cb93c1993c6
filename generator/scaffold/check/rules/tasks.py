"""Rules of tasks that run at the same time."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from scaffold.check.kind import Kind
from scaffold.check.rule import Place, Rule
from scaffold.check.syntax import dotted, owner_of, position

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.check.module import Module


def shared(module: Module) -> Iterator[Place]:
    """Find sessions and units of work that several tasks use at the same time."""
    for call in module.names.calls("gather"):
        is_gather = module.names.origin(call.func) == "asyncio.gather"
        if is_gather and (name := _shared_by_arguments(module, call.args)):
            yield Place(call, name)
    begun: dict[tuple[ast.AST | None, str], ast.Call] = {}
    for call in sorted(_starts(module), key=position):
        scope = module.tree.function_of(call)
        for used in _used(module, call.args):
            if _repeats(module, call, used) or (scope, used) in begun:
                yield Place(call, used)
                break
            begun[scope, used] = call


def _starts(module: Module) -> Iterator[ast.Call]:
    """Yield the calls that start a task."""
    for name in ("create_task", "start_soon", "ensure_future"):
        yield from (call for call in module.names.calls(name) if _starts_task(module, call))


def _starts_task(module: Module, call: ast.Call) -> bool:
    if module.names.origin(call.func) in {"asyncio.create_task", "asyncio.ensure_future"}:
        return True
    return module.kinds.of(owner_of(call)) == Kind.TASKS


def _shared_by_arguments(module: Module, arguments: list[ast.expr]) -> str:
    """Return the name of what two arguments use, or all that one argument stands for."""
    seen: set[str] = set()
    for each in arguments:
        used = _used(module, [each])
        if isinstance(each, ast.Starred):
            if several := _shared_by_each(module, each.value):
                return several
            continue
        if both := seen & used:
            return min(both)
        seen |= used
    return ""


def _shared_by_each(module: Module, node: ast.expr) -> str:
    """Return what every item of a list uses that is not made for each item."""
    if isinstance(node, ast.Name):
        found = module.names.bound(node)
        appended = [
            call
            for call in module.tree.called("append")
            if dotted(owner_of(call)) == node.id
            and module.tree.function_of(call) is module.tree.function_of(node)
        ]
        for call in appended:
            for used in sorted(_used(module, call.args)):
                if _repeats(module, call, used):
                    return used
        value = found[-1].value if found else None
        return _shared_by_each(module, value) if value is not None else ""
    if isinstance(node, (ast.ListComp, ast.GeneratorExp)):
        own = set(module.names.bindings(node))
        return min((each for each in _used(module, [node.elt]) if each not in own), default="")
    if isinstance(node, (ast.List, ast.Tuple)):
        return _shared_by_arguments(module, node.elts)
    return ""


def _used(module: Module, nodes: list[ast.expr]) -> set[str]:
    """Return the names of the sessions and units of work that are used."""
    found: set[str] = set()
    for node in nodes:
        for each in ast.walk(node):
            name = dotted(each)
            if name and module.kinds.of(each) in {Kind.SESSION, Kind.WORK}:
                found.add(name)
    return found


def _repeats(module: Module, call: ast.Call, used: str) -> bool:
    """Tell whether a call happens again and again with the same session: in a loop outside it."""
    for above, _ in module.tree.above(call):
        if isinstance(above, (ast.For, ast.AsyncFor, ast.While)):
            root = used.partition(".")[0]
            return not any(
                isinstance(node, ast.Name) and node.id == root and isinstance(node.ctx, ast.Store)
                for node in ast.walk(above)
            )
        if isinstance(above, (ast.ListComp, ast.GeneratorExp, ast.SetComp)):
            return used.partition(".")[0] not in module.names.bindings(above)
        if isinstance(above, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            break
    return False


RULES = (
    Rule(
        code="SCA006",
        name="shared-by-tasks",
        title="several tasks use one session or unit of work",
        message="several tasks use `{}` at the same time",
        why="""
            A session is one connection, and no task is alone with it. Measured with five tasks that add
            and flush: 20 of 20 runs failed, with "Session is already flushing" on SQLite, where a later
            `commit()` stored rows although `gather` had raised, and with InterfaceError on PostgreSQL.
            Ten reads raised nothing: they wait for each other, so that nothing is gained.
        """,
        fix="open a unit of work in each task, or await one after the other",
        bad="""
            import asyncio

            from sqlalchemy.ext.asyncio import AsyncSession


            async def load(session: AsyncSession, users: object, posts: object) -> None:
                await asyncio.gather(session.execute(users), session.execute(posts))
        """,
        good="""
            from sqlalchemy.ext.asyncio import AsyncSession


            async def load(session: AsyncSession, users: object, posts: object) -> None:
                await session.execute(users)
                await session.execute(posts)
        """,
        find=shared,
    ),
)
