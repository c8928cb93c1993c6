"""Rules of how often a query is sent."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from scaffold.check.kind import Kind
from scaffold.check.layers import OUTSIDE
from scaffold.check.portions import is_portioned, mentions
from scaffold.check.rule import Place, Rule
from scaffold.check.syntax import (
    COMPREHENSIONS,
    FUNCTIONS,
    dotted,
    is_constant,
    last_name,
    owner_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.check.module import Module

QUERIES = ("execute", "scalar", "scalars", "get", "get_one", "refresh", "merge")

# Of repositories: what reads one entity by something of the loop's.
READS = re.compile(r"^(?:get|find|first|fetch|load|exists|count|read)(?:_|$)")


def in_loop(module: Module) -> Iterator[Place]:
    """Find queries that are awaited once for each item of a loop, for that item."""
    seen: set[ast.AST] = set()
    for call in _queries(module):
        loop = _loop_of(module, call)
        if loop is None or loop in seen or _runs_once(module, call, loop):
            continue
        given = [*call.args, *(each.value for each in call.keywords)]
        if _depends(given, _names_of(loop), loop):
            seen.add(loop)
            yield Place(call, last_name(call.func))


def _queries(module: Module) -> Iterator[ast.Call]:
    for node in module.tree.all(ast.Await):
        call = node.value
        if not isinstance(call, ast.Call):
            continue
        name = last_name(call.func)
        if name in QUERIES or READS.match(name):
            kind = module.kinds.of(owner_of(call))
            is_query = name in QUERIES and kind == Kind.SESSION and not _loads_nothing(call)
            if is_query or (READS.match(name) and kind == Kind.REPOSITORY):
                yield call


def _loads_nothing(call: ast.Call) -> bool:
    return any(
        each.arg == "load" and is_constant(each.value, value=False) for each in call.keywords
    )


def _loop_of(module: Module, call: ast.Call) -> ast.AST | None:
    """Return the loop over items that runs a query each time, unless it runs over portions."""
    for above, below in module.tree.above(call):
        if isinstance(above, (*FUNCTIONS, ast.Lambda, ast.ClassDef)):
            return None
        if isinstance(above, ast.For) and below in above.body:
            return None if is_portioned(above.target, above.iter) else above
        if isinstance(above, (ast.While, ast.AsyncFor)) and below in above.body:
            return None
        if isinstance(above, COMPREHENSIONS):
            first = above.generators[0]
            own = below is not first or call not in ast.walk(first.iter)
            if own and not is_portioned(first.target, first.iter):
                return None if first.is_async else above
            return None
    return None


def _runs_once(module: Module, call: ast.Call, loop: ast.AST) -> bool:
    """Tell whether the loop ends after the query, or each round has a session of its own."""
    owner = dotted(owner_of(call))
    for above, below in module.tree.above(call):
        if above is loop:
            return False
        items = above.items if isinstance(above, (ast.With, ast.AsyncWith)) else []
        if owner in {last_name(item.optional_vars) for item in items}:
            return True
        blocks = [getattr(above, "body", None), getattr(above, "orelse", None)]
        around = [each for each in blocks if isinstance(each, list) and below in each]
        if around and isinstance(around[0][-1], (ast.Return, ast.Break, ast.Raise)):
            return True
    return False


def _names_of(loop: ast.AST) -> set[str]:
    targets = [loop.target] if isinstance(loop, ast.For) else []
    targets += [each.target for each in getattr(loop, "generators", ())]
    return {node.id for each in targets for node in ast.walk(each) if isinstance(node, ast.Name)}


def _depends(given: list[ast.expr], names: set[str], loop: ast.AST) -> bool:
    """Tell whether arguments hold something of the loop's item, also by names set in its body."""
    names = set(names)
    for node in sorted(ast.walk(loop), key=lambda node: getattr(node, "lineno", 0)):
        if isinstance(node, ast.Assign) and mentions(node.value, names):
            names |= {each.id for each in node.targets if isinstance(each, ast.Name)}
    return any(mentions(each, names) for each in given)


RULES = (
    Rule(
        code="SCA008",
        name="query-in-loop",
        title="a query is awaited once for each item of a loop",
        message="`{}` is awaited once for each item of the loop",
        why="""
            Each round waits for the database. Measured on one machine, without a network: 100 queries by
            key took 24 to 28 ms, one with IN 0.6 to 0.8 ms, 34 to 43 times less.
        """,
        fix="ask once for all items (`in_`), write with one `execute(statement, list)`",
        bad="""
            from sqlalchemy.ext.asyncio import AsyncSession


            async def owners(session: AsyncSession, posts: list, users: type) -> list:
                found = []
                for post in posts:
                    found.append(await session.get(users, post.author_id))
                return found
        """,
        good="""
            from sqlalchemy import select
            from sqlalchemy.ext.asyncio import AsyncSession


            async def owners(session: AsyncSession, posts: list, users: type) -> list:
                keys = {post.author_id for post in posts}
                return list(await session.scalars(select(users).where(users.id.in_(keys))))
        """,
        find=in_loop,
        skips=OUTSIDE,
    ),
)
