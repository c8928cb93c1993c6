"""What breaking a rule of dependencies and responses leads to, in FastAPI itself."""

import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

import pytest
import pytest_asyncio
from fastapi import Depends, FastAPI
from fastapi.responses import StreamingResponse
from httpx import ASGITransport, AsyncClient
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from starlette.concurrency import run_in_threadpool

from measured_tables import Base, Post

# A connection that was never given back is told of by a warning.
pytestmark = [pytest.mark.asyncio, pytest.mark.filterwarnings("ignore")]

FUNCTION = {"scope": "function"}


@pytest_asyncio.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path / 'test.db'}")
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield engine
    await engine.dispose()


class Watched:
    """An application that says how many connections are out when a part of a body is sent."""

    def __init__(self, app: FastAPI, engine: AsyncEngine) -> None:
        self._app = app
        self._engine = engine
        self.held: list[int] = []

    @property
    def checked_out(self) -> int:
        return int(self._engine.pool.checkedout())  # type: ignore[attr-defined]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401
        async def watched(message: Any) -> None:  # noqa: ANN401
            if message["type"] == "http.response.body":
                self.held.append(self.checked_out)
            await send(message)

        await self._app(scope, receive, watched)

    async def get(self, path: str) -> int:
        """Return the status of an answer."""
        transport = ASGITransport(self, raise_app_exceptions=False)
        async with AsyncClient(transport=transport, base_url="http://test") as client:
            return (await client.get(path)).status_code


async def test_018_a_commit_after_yield_is_too_late_for_an_error(engine: AsyncEngine) -> None:
    factory = async_sessionmaker(engine, expire_on_commit=False)
    app = FastAPI()

    async def get_session() -> AsyncIterator[AsyncSession]:
        async with factory() as session:
            yield session
            await session.commit()

    @app.get("/", status_code=201)
    async def add(session: Annotated[AsyncSession, Depends(get_session)]) -> None:
        session.add(Post(user_id=None))

    status = await Watched(app, engine).get("/")

    async with factory() as session:
        rows = await session.scalar(select(func.count()).select_from(Post))
    assert (status, rows) == (201, 0)


@pytest.mark.parametrize(("scope", "held"), [({}, 1), (FUNCTION, 0)], ids=["request", "function"])
async def test_011_a_session_of_the_request_is_open_while_the_body_is_sent(
    engine: AsyncEngine, scope: dict[str, Any], held: int
) -> None:
    factory = async_sessionmaker(engine, expire_on_commit=False)
    app = FastAPI()

    async def get_session() -> AsyncIterator[AsyncSession]:
        async with factory() as session:
            yield session

    @app.get("/")
    async def read(session: Annotated[AsyncSession, Depends(get_session, **scope)]) -> int:
        return await session.scalar(select(1)) or 0

    watched = Watched(app, engine)
    await watched.get("/")

    assert watched.held == [held]


@pytest.mark.parametrize(
    ("scope", "held", "left"), [({}, 1, 0), (FUNCTION, 1, 1)], ids=["request", "function"]
)
async def test_016_a_body_holds_or_leaks_the_connection_that_it_reads_from(
    engine: AsyncEngine, scope: dict[str, Any], held: int, left: int
) -> None:
    factory = async_sessionmaker(engine, expire_on_commit=False)
    app = FastAPI()
    kept: list[AsyncSession] = []

    async def get_session() -> AsyncIterator[AsyncSession]:
        async with factory() as session:
            kept.append(session)
            yield session

    @app.get("/")
    async def stream(
        session: Annotated[AsyncSession, Depends(get_session, **scope)],
    ) -> StreamingResponse:
        async def lines() -> AsyncIterator[str]:
            for _ in range(3):
                yield f"{await session.scalar(select(1))}\n"

        return StreamingResponse(lines())

    watched = Watched(app, engine)
    await watched.get("/")
    checked_out = watched.checked_out
    for session in kept:
        await session.close()

    assert watched.held[:3] == [held] * 3
    assert checked_out == left


async def test_012_a_plain_function_runs_in_another_thread(engine: AsyncEngine) -> None:
    app = FastAPI()
    threads: dict[str, int] = {}

    def plain() -> None:
        threads["plain"] = threading.get_ident()

    async def awaited() -> None:
        threads["awaited"] = threading.get_ident()

    @app.get("/", dependencies=[Depends(plain), Depends(awaited)])
    async def read() -> None:
        pass

    await Watched(app, engine).get("/")
    taken = []
    began = time.perf_counter()
    for _ in range(200):
        await run_in_threadpool(plain)
    taken.append(time.perf_counter() - began)
    began = time.perf_counter()
    for _ in range(200):
        await awaited()
    taken.append(time.perf_counter() - began)

    assert threads["awaited"] == threading.get_ident() != threads["plain"]
    assert taken[0] > 10 * taken[1]
