"""What endpoints by hand do with a unit of work: write on GET, or go on behind the answer."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from blog.api.app import create_app
from blog.api.dependencies.services.tag import TagUse
from blog.api.dependencies.work import OpenWritingWork, Work, WritingWork
from blog.services.tag import TagService
from blog.settings import Settings
from fastapi import APIRouter, BackgroundTasks
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.types import Receive, Scope, Send

from catalogue import entries
from catalogue.blog_project import Make, pool_of

pytestmark = pytest.mark.asyncio
POOL = 3
failures: list[BaseException] = []
router = APIRouter()


@router.get("/add")
async def add(work: Work) -> None:
    await work.tags.add(entries.tag("a"))


@router.get("/fail")
async def fail(work: Work) -> None:
    await work.tags.add(entries.tag("a"))
    raise LookupError


@router.get("/rollback")
async def rollback(work: Work) -> None:
    await work.tags.add(entries.tag("a"))
    await work.rollback()


@router.get("/savepoint")
async def savepoint(work: Work) -> None:
    async with work.savepoint():
        await work.tags.add(entries.tag("a"))


@router.get("/use-case")
async def use_case(service: TagUse) -> None:
    await service.create(entries.tag("a"))


@router.get("/raw")
async def raw(work: Work) -> None:
    statement = text("INSERT INTO tags (name, created_at, updated_at) VALUES ('a', :now, :now)")
    repository: Any = work.tags  # the port does not show what a query by hand uses
    await repository._run(statement, {"now": entries.NOON})


@router.get("/written")
async def written(work: WritingWork) -> None:
    await TagService(work).create(entries.tag("a"))


@router.get("/behind")
async def behind(service: TagUse, tasks: BackgroundTasks) -> None:
    tasks.add_task(noted, service)


@router.post("/behind")
async def behind_a_write(service: TagUse, tasks: BackgroundTasks) -> None:
    await service.create(entries.tag("a"))
    tasks.add_task(noted, service)


@router.post("/behind-of-its-own")
async def behind_of_its_own(open_work: OpenWritingWork, tasks: BackgroundTasks) -> None:
    async def create() -> None:
        async with open_work() as work:
            await TagService(work).create(entries.tag("a"))

    tasks.add_task(create)


async def noted(service: TagService) -> None:
    try:
        await service.page()
    except RuntimeError as error:
        failures.append(error)


@pytest_asyncio.fixture
async def requested(settings: Settings, engine: AsyncEngine) -> AsyncIterator[Any]:  # noqa: ARG001
    """Give what asks the application, whose pool has few connections, and the application's engine."""
    failures.clear()
    few = {"database_pool_size": POOL, "database_max_overflow": 0, "database_pool_timeout": 2}
    app = create_app(settings.model_copy(update=few))
    app.include_router(router)
    async with app.router.lifespan_context(app) as state:

        async def with_state(scope: Scope, receive: Receive, send: Send) -> None:
            await app({**scope, "state": dict(state or {})}, receive, send)

        transport = httpx.ASGITransport(with_state, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://blog") as client:
            yield client
        assert state is not None
        assert pool_of(state["engine"]).checkedout() == 0


@pytest.mark.parametrize("path", ["add", "fail", "rollback", "savepoint", "use-case", "raw"])
async def test_a_get_that_writes_is_refused(
    requested: httpx.AsyncClient, make_work: Make, path: str
) -> None:
    answer = await requested.get(f"/{path}")

    assert answer.status_code == 500
    async with make_work() as work:
        assert await work.tags.count() == 0


async def test_a_get_writes_in_a_unit_of_work_that_may(
    requested: httpx.AsyncClient, make_work: Make
) -> None:
    answer = await requested.get("/written")

    assert answer.status_code == 200
    async with make_work() as work:
        assert await work.tags.count() == 1


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_task_behind_the_answer_keeps_no_connection(
    requested: httpx.AsyncClient, method: str
) -> None:
    first = await requested.request(method, "/behind")
    rest = [await requested.request(method, "/behind") for _ in range(POOL + 1)]

    assert first.status_code == 200
    assert {answer.status_code for answer in rest} <= {200, 409}
    assert {str(failure).partition(":")[0] for failure in failures} == {"this unit of work is over"}


async def test_a_task_behind_the_answer_has_a_unit_of_work_of_its_own(
    requested: httpx.AsyncClient, make_work: Make
) -> None:
    answer = await requested.post("/behind-of-its-own")

    assert answer.status_code == 200
    async with make_work() as work:
        assert await work.tags.count() == 1
