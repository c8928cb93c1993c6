"""Rules of parts of a result."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from scaffold.check.layers import Layer
from scaffold.check.portions import NAMES, mentions
from scaffold.check.rule import Place, Rule
from scaffold.check.statements import chain_of, whole
from scaffold.check.syntax import last_name, owner_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.check.module import Module


ANY_ROWS = frozenset({("limit", 0), ("limit", 1), ("limit", 2), ("offset", 0)})

# A subquery that says which rows, not in what order they come; `select(exists(...))`.
ORDERED = frozenset({"order_by", "from_statement", "scalar_subquery", "subquery", "cte", "exists"})

SENDS = frozenset({"execute", "scalar", "scalars", "stream", "stream_scalars"})


def unordered(module: Module) -> Iterator[Place]:
    """Find `limit` and `offset` on a SELECT that nothing orders."""
    seen: set[ast.AST] = set()
    for call in (*module.tree.called("limit"), *module.tree.called("offset")):
        if not isinstance(call.func, ast.Attribute) or _takes_any(call):
            continue
        chain = chain_of(module, whole(module, call))
        if chain is None or chain.verb != "select" or chain.root in seen:
            continue
        if chain.methods & ORDERED or _is_used_otherwise(module, call):
            continue
        seen.add(chain.root)
        yield Place(call, call.func.attr)


def _takes_any(call: ast.Call) -> bool:
    """Tell whether any rows will do: one, whether there is a second, or a portion of a job."""
    given = call.args[0] if call.args else None
    name = last_name(call.func)
    if isinstance(given, ast.Constant):
        return (name, given.value) in ANY_ROWS
    return name == "limit" and bool(NAMES.search(last_name(given)) or last_name(given).isupper())


def _is_used_otherwise(module: Module, call: ast.Call) -> bool:
    """Tell whether the statement gets its order elsewhere, takes rows off a queue, or is a part.

    A function that gets it may order it, and `in_(...)` does not care.
    """
    function = module.tree.function_of(call)
    names = _assigned(module.tree.statement_of(call))
    whole_statement = whole(module, call)
    parent = module.tree.parent(whole_statement)
    if isinstance(parent, ast.Call) and last_name(parent.func) not in SENDS:
        return True
    for each in module.tree.all(ast.Call):
        if module.tree.function_of(each) is not function:
            continue
        if any(keyword.arg == "skip_locked" for keyword in each.keywords):
            return True
        given = [*each.args, *(keyword.value for keyword in each.keywords)]
        is_given = any(isinstance(node, ast.Name) and node.id in names for node in given)
        if is_given and last_name(each.func) not in SENDS:
            return True
        owner = owner_of(each)
        if owner is not None and last_name(each.func) in ORDERED and mentions(owner, names):
            return True
    return False


def _assigned(statement: ast.stmt) -> set[str]:
    """Return the names that a statement gives a value to."""
    if isinstance(statement, ast.Assign):
        return {each.id for each in statement.targets if isinstance(each, ast.Name)}
    target = statement.target if isinstance(statement, ast.AnnAssign) else None
    return {target.id} if isinstance(target, ast.Name) else set()


RULES = (
    Rule(
        code="SCA007",
        name="unordered-page",
        title="`limit` or `offset` without `order_by`",
        message="`{}` without `order_by`",
        why="""
            Without an order the database returns any rows, and others the next time. Measured on
            PostgreSQL: reading 100 rows in pages of 10, each page updated before the next is read,
            missed 50 of them. One row (`limit(1)`), portions of a job and queues are left alone.
        """,
        fix="order by something unique, such as the key; for batches, continue after the last key",
        bad="""
            from sqlalchemy import Select, select


            def page(users: type, number: int) -> Select:
                return select(users).offset(number * 20).limit(20)
        """,
        good="""
            from sqlalchemy import Select, select


            def page(users: type, number: int) -> Select:
                return select(users).order_by(users.id).offset(number * 20).limit(20)
        """,
        find=unordered,
        skips=frozenset({Layer.TESTS}),
    ),
)
