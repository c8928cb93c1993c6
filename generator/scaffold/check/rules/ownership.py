"""Rules of who holds a session, and for how long."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from scaffold.check.kind import REPOSITORY_NAME, WORK_NAME, Kind
from scaffold.check.layers import OUTSIDE, Layer
from scaffold.check.rule import Place, Rule
from scaffold.check.syntax import dotted, last_name, owner_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.check.module import Module

HIDING = frozenset({Kind.SESSION, Kind.FACTORY})

# Objects that live as long as the application, or a request.
LONG_LIVED = re.compile(r"^(?:app|application|request|self\.app|_app)\.state$|^app\.ctx$")

SERVICE_NAME = re.compile(r"(?:Service|UseCase|Interactor)$")

LAYERS = frozenset({Layer.SERVICES, Layer.ROUTES, Layer.DOMAIN})

STREAMS = ("StreamingResponse", "EventSourceResponse")


def stored(module: Module) -> Iterator[Place]:
    """Find sessions kept by what is neither a repository nor a unit of work."""
    for node in module.tree.all(ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Attribute):
                yield from _kept(module, target, node.value)
    for annotated in module.tree.all(ast.AnnAssign):
        if isinstance(annotated.target, ast.Attribute) and annotated.value is not None:
            yield from _kept(module, annotated.target, annotated.value)
        elif isinstance(annotated.target, ast.Name):
            class_ = module.tree.parent(annotated)
            if isinstance(class_, ast.ClassDef) and _hides(module, class_):
                kind = module.kinds.annotated(annotated.annotation)
                if kind in HIDING:
                    yield Place(annotated, f"`{class_.name}` keeps a {kind}")


def hidden(module: Module) -> Iterator[Place]:
    """Find sessions that services keep or open, and such as are kept for longer than a request."""
    yield from stored(module)
    for block in module.tree.all(ast.AsyncWith):
        class_ = module.tree.class_of(block)
        in_service = module.layer == Layer.SERVICES if class_ is None else _hides(module, class_)
        for item in block.items if in_service else ():
            call = item.context_expr
            if isinstance(call, ast.Call) and _opens(module, call):
                yield Place(
                    call, f"{f'`{class_.name}`' if class_ else 'a service'} opens a session"
                )


def _opens(module: Module, call: ast.Call) -> bool:
    """Tell whether a call makes a session: by a factory, or by its class."""
    by_factory = module.kinds.of(call.func) == Kind.FACTORY
    by_begin = module.kinds.of(owner_of(call)) == Kind.FACTORY and last_name(call.func) == "begin"
    return by_factory or by_begin or module.sqlalchemy_name(call.func) == "AsyncSession"


def _kept(module: Module, target: ast.Attribute, value: ast.expr) -> Iterator[Place]:
    owner = dotted(target.value)
    if LONG_LIVED.match(owner):
        if module.kinds.of(value) == Kind.SESSION:
            yield Place(target, f"`{owner}` keeps a session")
        return
    class_ = module.tree.class_of(target)
    if owner == "self" and class_ is not None and _hides(module, class_):
        kind = module.kinds.of(value)
        if kind in HIDING:
            yield Place(target, f"`{class_.name}` keeps a {kind}")


def _hides(module: Module, class_: ast.ClassDef) -> bool:
    """Tell whether a class is one that a session would be hidden in: by its name, or its layer."""
    names = [class_.name, *map(last_name, class_.bases)]
    if any(REPOSITORY_NAME.search(name) or WORK_NAME.search(name) for name in names):
        return False
    return module.layer in LAYERS or any(map(SERVICE_NAME.search, names))


def outlived(module: Module) -> Iterator[Place]:
    """Find response bodies that read from a session of the request."""
    for call in module.fastapi_calls(*STREAMS):
        function = module.tree.function_of(call)
        if function is None or isinstance(function, ast.Lambda):
            continue
        given = {each.arg for each in (*function.args.args, *function.args.kwonlyargs)}
        body = call.args[0] if call.args else None
        if body is None:
            body = next((each.value for each in call.keywords if each.arg == "content"), None)
        if body is not None and (name := _reads(module, body, given)):
            yield Place(call, name)


def _reads(module: Module, body: ast.expr, given: set[str]) -> str:
    """Return the parameter of the endpoint that a body reads from, directly or by a function."""
    for node in _parts(module, body):
        is_given = isinstance(node, ast.Name) and node.id in given
        if is_given and module.kinds.of(node) in {Kind.SESSION, Kind.WORK}:
            return dotted(node)
    return ""


def _parts(module: Module, body: ast.expr) -> Iterator[ast.AST]:
    """Yield the nodes of a body, and those of the functions inside the endpoint that it calls."""
    if isinstance(body, ast.Name):
        bound = module.names.bound(body)
        if bound and bound[-1].value is not None:
            yield from ast.walk(bound[-1].value)
    for node in ast.walk(body):
        yield node
        if isinstance(node, ast.Call):
            found = module.definition(node.func)
            if found is not None and module.tree.function_of(found[1]) is not None:
                yield from ast.walk(found[1])


RULES = (
    Rule(
        code="SCA004",
        name="hidden-session",
        title="a session is kept or opened by a service, or kept by the application",
        message="{}: who calls it cannot see or end the transaction",
        why="""
            A session is one connection and one transaction. Kept by the application, requests share it,
            and SCA006 says what was measured then. Hidden in a service, two services take part in one
            transaction, or in two, without anybody having said so, and a test of the service needs a
            database.
        """,
        fix="give the service a unit of work (or repositories) for each call",
        bad="""
            from sqlalchemy.ext.asyncio import AsyncSession


            class OrderService:
                def __init__(self, session: AsyncSession) -> None:
                    self._session = session
        """,
        good="""
            from shop.ports import UnitOfWork


            class OrderService:
                def __init__(self, work: UnitOfWork) -> None:
                    self._work = work
        """,
        find=hidden,
        skips=OUTSIDE,
    ),
    Rule(
        code="SCA016",
        name="streams-from-request",
        title="the body of a response reads from a session of the request",
        message="the body of this response reads from `{}`, which belongs to the request",
        why="""
            The body is sent after the endpoint has returned. Measured with FastAPI 0.165: with
            `scope="function"` the session is closed before the first row is read, silently begins a new
            transaction, and its connection is still checked out when all is over; without it, the
            connection is held until the slowest client has read the last row.
        """,
        fix="open a unit of work inside the generator",
        bad="""
            from fastapi import APIRouter
            from fastapi.responses import StreamingResponse
            from shop.api.dependencies import Work
            from shop.ports import UnitOfWork

            router = APIRouter()


            @router.get("/orders/export")
            async def export(work: UnitOfWork) -> StreamingResponse:
                async def lines():
                    async for order in work.orders.stream():
                        yield order.as_json()

                return StreamingResponse(lines())
        """,
        good="""
            from collections.abc import Callable

            from fastapi import APIRouter
            from fastapi.responses import StreamingResponse
            from shop.ports import UnitOfWork

            router = APIRouter()


            @router.get("/orders/export")
            async def export(open_work: Callable[[], UnitOfWork]) -> StreamingResponse:
                async def lines():
                    async with open_work() as work:
                        async for order in work.orders.stream():
                            yield order.as_json()

                return StreamingResponse(lines())
        """,
        find=outlived,
        skips=OUTSIDE,
    ),
)
