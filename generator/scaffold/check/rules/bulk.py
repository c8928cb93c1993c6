"""Rules of many rows in one statement."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from scaffold.check.portions import is_portioned
from scaffold.check.rule import Place, Rule
from scaffold.check.statements import chain_of, statement_of_result
from scaffold.check.syntax import (
    last_name,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.check.module import Module


def values_list(module: Module) -> Iterator[Place]:
    """Find INSERTs that take a list as one statement with a parameter for each value."""
    for call in module.tree.called("values"):
        if not isinstance(call.func, ast.Attribute) or len(call.args) != 1:
            continue
        if not _is_long_list(module, call.args[0]):
            continue
        chain = chain_of(module, call.func.value)
        if chain is not None and chain.verb == "insert" and not _is_in_portions(module, call):
            yield Place(call)


def _is_in_portions(module: Module, call: ast.Call) -> bool:
    """Tell whether a loop around it already takes a limited number of rows at a time."""
    return any(
        isinstance(above, ast.For) and is_portioned(above.target, above.iter)
        for above, _ in module.tree.above(call)
    )


def _is_long_list(module: Module, node: ast.expr | None) -> bool:
    """Tell whether an expression is a list whose length the code does not show."""
    match node:
        case ast.ListComp():
            return True
        case ast.Call(func=ast.Name(id="list")):
            return True
        case ast.Name():
            bound = module.names.bound(node)
            if not bound:
                return False
            annotation = bound[-1].annotation
            if annotation is not None:
                named = last_name(annotation)
                return named in {"list", "List", "Sequence", "Iterable"} and not (
                    isinstance(bound[-1].value, ast.List) and bound[-1].value.elts
                )
            value = bound[-1].value
            is_filled = isinstance(value, ast.List) and not value.elts
            return is_filled or (not isinstance(value, ast.Name) and _is_long_list(module, value))
    return False


def missing_count(module: Module) -> Iterator[Place]:
    """Find `rowcount` on results that have none."""
    for node in module.tree.all(ast.Attribute):
        if node.attr != "rowcount":
            continue
        found = statement_of_result(module, node.value)
        if found is None:
            continue
        chain, call = found
        has_list = len(call.args) > 1 and not isinstance(call.args[1], ast.Dict)
        if chain.verb == "select":
            yield Place(node, "a SELECT")
        elif "returning" in chain.methods:
            yield Place(node, f"{chain.verb} with `returning`")
        elif has_list and chain.verb in {"insert", "update"} and _takes_many(module, call):
            yield Place(node, f"{chain.verb} of a list")


def _takes_many(module: Module, call: ast.Call) -> bool:
    """Tell whether the second argument is a list, and the table a class."""
    given = call.args[1]
    if isinstance(given, (ast.List, ast.ListComp)):
        return True
    if isinstance(given, ast.Name):
        bound = module.names.bound(given)
        if bound and bound[-1].annotation is not None:
            return last_name(bound[-1].annotation) in {"list", "List", "Sequence", "Iterable"}
        return bool(bound) and isinstance(bound[-1].value, (ast.List, ast.ListComp))
    return False


RULES = (
    Rule(
        code="SCA013",
        name="values-list",
        title="`insert().values(list)` of any length",
        message="`insert().values(list)` is one statement with a parameter for each value{}",
        why="""
            Databases limit the parameters of a statement. Measured with two values a row: 17,000 rows fail
            on PostgreSQL ("the number of query arguments cannot exceed 32767") and 300,000 on SQLite
            ("too many SQL variables"). A list that is written out is left alone.
        """,
        fix="`execute(insert(...), rows)`, if there are rows: an empty list inserts a row of defaults",
        bad="""
            from sqlalchemy import insert
            from sqlalchemy.ext.asyncio import AsyncSession


            async def store(session: AsyncSession, users: type, rows: list[dict]) -> None:
                await session.execute(insert(users).values(rows))
        """,
        good="""
            from sqlalchemy import insert
            from sqlalchemy.ext.asyncio import AsyncSession


            async def store(session: AsyncSession, users: type, rows: list[dict]) -> None:
                if rows:
                    await session.execute(insert(users), rows)
        """,
        find=values_list,
    ),
    Rule(
        code="SCA017",
        name="missing-rowcount",
        title="`rowcount` of a result that has none",
        message="the result of {} has no `rowcount`",
        why="""
            Measured with SQLAlchemy 2.1.9: `insert(Model)` and `update(Model)` with a list, everything with
            `returning`, and SELECT give a result without it, and reading it raises AttributeError on all
            three databases; `insert(table)` with a list gives -1 on PostgreSQL.
        """,
        fix="count the list that you sent, or the rows that came back",
        bad="""
            from sqlalchemy import insert
            from sqlalchemy.ext.asyncio import AsyncSession


            async def store(session: AsyncSession, users: type, rows: list[dict]) -> int:
                result = await session.execute(insert(users), rows)
                return result.rowcount
        """,
        good="""
            from sqlalchemy import insert
            from sqlalchemy.ext.asyncio import AsyncSession


            async def store(session: AsyncSession, users: type, rows: list[dict]) -> int:
                await session.execute(insert(users), rows)
                return len(rows)
        """,
        find=missing_count,
    ),
)
