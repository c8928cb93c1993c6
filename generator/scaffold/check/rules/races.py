"""Rules of what is read first and written later."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from scaffold.check.kind import Kind
from scaffold.check.layers import OUTSIDE
from scaffold.check.names import VALUE
from scaffold.check.rule import Place, Rule
from scaffold.check.statements import chain_of
from scaffold.check.syntax import (
    body_of,
    keyword,
    last_name,
    position,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.check.module import Module
    from scaffold.check.syntax import Function

READS = frozenset({"scalar", "scalar_one_or_none", "one_or_none", "first", "get"})


def lost_update(module: Module) -> Iterator[Place]:
    """Find values that are read, changed in Python and written back, with nothing held meanwhile."""
    for node in module.tree.all(ast.AugAssign):
        target = node.target
        if not isinstance(target, ast.Attribute) or not isinstance(target.value, ast.Name):
            continue
        if not isinstance(node.op, (ast.Add, ast.Sub, ast.Mult)) or _is_text(node.value):
            continue
        if _is_read_unlocked(module, target.value):
            yield Place(node, f"{target.value.id}.{target.attr}")


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, (ast.JoinedStr, ast.List)) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def _is_read_unlocked(module: Module, name: ast.Name) -> bool:
    """Tell whether a name holds an object that a session of this function read without a lock."""
    bound = module.names.bound(name)
    if not bound or bound[-1].how != VALUE:
        return False
    value = bound[-1].value
    if not isinstance(value, ast.Await) or not isinstance(value.value, ast.Call):
        return False
    call = value.value
    if not isinstance(call.func, ast.Attribute) or module.kinds.of(call.func.value) != Kind.SESSION:
        return False
    if call.func.attr not in {"get", "get_one", "scalar"} or keyword(call, "with_for_update"):
        return False
    if call.func.attr == "scalar":
        chain = chain_of(module, call.args[0] if call.args else None)
        if chain is None or "with_for_update" in chain.methods:
            return False
    model = call.args[0] if call.args else None
    return model is None or not _counts_versions(module, model)


def _counts_versions(module: Module, model: ast.expr) -> bool:
    found = module.definition(model)
    return found is not None and "version_id_col" in ast.unparse(found[1])


def racing_upsert(module: Module) -> Iterator[Place]:
    """Find rows that are looked for, and then either changed or added."""
    for node in module.tree.all(ast.If):
        name = _tested(node.test)
        model = _selected(module, name) if name is not None else ""
        if name is None or not model or not _writes_either_way(module, node, name.id, model):
            continue
        function = module.tree.function_of(node)
        if isinstance(function, ast.AsyncFunctionDef) and not _catches_integrity(function):
            yield Place(node, model)


def _catches_integrity(function: Function) -> bool:
    return any(
        isinstance(node, ast.ExceptHandler) and "IntegrityError" in ast.unparse(node.type or node)
        for node in body_of(function)
    )


def _tested(test: ast.expr) -> ast.Name | None:
    """Return the name that a test asks for: `x`, `not x`, `x is None`, `x is not None`."""
    match test:
        case ast.Name():
            return test
        case ast.UnaryOp(op=ast.Not(), operand=ast.Name()):
            return test.operand  # type: ignore[return-value]
        case ast.Compare(left=ast.Name(), comparators=[ast.Constant(value=None)]):
            return test.left  # type: ignore[return-value]
    return None


def _selected(module: Module, name: ast.Name) -> str:
    """Return the class of the row that a name holds, if a query of this function found it."""
    bound = module.names.bound(name)
    value = bound[-1].value if bound and bound[-1].how == VALUE else None
    for _ in range(6):
        if isinstance(value, ast.Await):
            value = value.value
        if isinstance(value, ast.Name):
            inner = module.names.bound(value)
            value = inner[-1].value if inner else None
            continue
        if not isinstance(value, ast.Call) or not isinstance(value.func, ast.Attribute):
            return ""
        if module.kinds.of(value.func.value) == Kind.SESSION:
            if value.func.attr == "get" and value.args:
                return last_name(value.args[0])
            chain = chain_of(module, value.args[0] if value.args else None)
            if chain is None or chain.verb != "select" or "with_for_update" in chain.methods:
                return ""
            return last_name(chain.root.args[0]) if len(chain.root.args) == 1 else ""
        value = value.func.value
    return ""


def _writes_either_way(module: Module, node: ast.If, name: str, model: str) -> bool:
    """Tell whether one branch changes the row, and the other adds one of the same class."""
    rest = node.orelse or _following(module, node)
    branches = (node.body, rest)
    changes = [any(_changes(each, name) for each in branch) for branch in branches]
    adds = [any(_adds(each, model) for each in branch) for branch in branches]
    return (changes[0] and adds[1]) or (changes[1] and adds[0])


def _following(module: Module, node: ast.If) -> list[ast.stmt]:
    """Return what runs when a branch that ends in `return` was not taken."""
    if not isinstance(node.body[-1], ast.Return):
        return []
    parent = module.tree.parent(node)
    siblings = getattr(parent, "body", [])
    return [each for each in siblings if position(each) > position(node)]


def _changes(statement: ast.stmt, name: str) -> bool:
    for node in ast.walk(statement):
        match node:
            case ast.Attribute(value=ast.Name(id=found), ctx=ast.Store()) if found == name:
                return True
            case ast.Call(func=ast.Name(id="setattr"), args=[ast.Name(id=found), *_]):
                if found == name:
                    return True
    return False


def _adds(statement: ast.stmt, model: str) -> bool:
    made = [node for node in ast.walk(statement) if isinstance(node, ast.Call)]
    return any(last_name(each.func) == model for each in made)


RULES = (
    Rule(
        code="SCA023",
        name="lost-update",
        title="a value is read, changed and written back with nothing held meanwhile",
        message="`{}` is read and written back, and what others wrote meanwhile is lost",
        why="""
            Two transactions read the same value, and the second overwrites what the first wrote. Measured
            with ten concurrent increments by 1: the counter ended at 1 on SQLite, 2 on PostgreSQL and 3
            on MariaDB, without an error.
        """,
        fix="change it in the database (`update(...).values(n=Model.n + 1)`), or read `with_for_update`",
        bad="""
            from sqlalchemy.ext.asyncio import AsyncSession


            async def pay(session: AsyncSession, accounts: type, key: int, amount: int) -> None:
                account = await session.get(accounts, key)
                account.balance -= amount
        """,
        good="""
            from sqlalchemy.ext.asyncio import AsyncSession


            async def pay(session: AsyncSession, accounts: type, key: int, amount: int) -> None:
                account = await session.get(accounts, key, with_for_update=True)
                account.balance -= amount
        """,
        find=lost_update,
        skips=OUTSIDE,
    ),
    Rule(
        code="SCA024",
        name="racing-upsert",
        title="a row is looked for, and then changed or added",
        message="another transaction can add the same `{}` between this query and its INSERT",
        why="""
            Measured with ten concurrent calls for one new key: 4 failed with IntegrityError on PostgreSQL
            and MariaDB, 9 on SQLite. Without a unique constraint there would be ten rows.
        """,
        fix="one statement: ON CONFLICT or ON DUPLICATE KEY, or catch IntegrityError and read again",
        bad="""
            from sqlalchemy import select
            from sqlalchemy.ext.asyncio import AsyncSession
            from shop.models import User


            async def upsert(session: AsyncSession, email: str, name: str) -> None:
                user = await session.scalar(select(User).where(User.email == email))
                if user:
                    user.name = name
                else:
                    session.add(User(email=email, name=name))
        """,
        good="""
            from sqlalchemy.dialects.postgresql import insert
            from sqlalchemy.ext.asyncio import AsyncSession
            from shop.models import User


            async def upsert(session: AsyncSession, email: str, name: str) -> None:
                statement = insert(User).values(email=email, name=name)
                await session.execute(statement.on_conflict_do_update(["email"], set_={"name": name}))
        """,
        find=racing_upsert,
        skips=OUTSIDE,
    ),
)
