"""A generated blog that is imported here, migrated on each of the three databases."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from sqlalchemy import Engine, event
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.types import ASGIApp, Receive, Scope, Send

from catalogue.blog_project import (
    BLOG,
    FOLDER,
    Base,
    Make,
    Settings,
    SqlUnitOfWork,
    Statements,
    create_app,
    create_engine,
    create_session_factory,
    pool_of,
    reading,
)
from servers import DATABASES, Servers, fresh


@pytest.fixture(scope="session", params=DATABASES)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def database_url(kind: str, servers: Servers) -> Iterator[str]:
    """Return the URL of a migrated, empty database."""
    with TemporaryDirectory() as name, fresh(servers, kind, Path(name)) as url:
        BLOG.alembic(url, "upgrade", "heads")
        yield url


@pytest.fixture
def settings(database_url: str) -> Settings:
    return Settings(database_url=database_url, database_pool_size=20)


@pytest_asyncio.fixture
async def engine(settings: Settings) -> AsyncIterator[AsyncEngine]:
    """Return an engine; the tables are emptied after the test."""
    engine = create_engine(settings)
    yield engine
    async with engine.begin() as connection:
        for table in reversed(Base.metadata.sorted_tables):
            for key in table.foreign_keys:
                if key.column.table is table:
                    await connection.execute(table.update().values({key.parent: None}))
            await connection.execute(table.delete())
    await engine.dispose()


@pytest.fixture
def make_work(engine: AsyncEngine) -> Make:
    """Return what opens units of work that really commit."""
    factory = create_session_factory(engine)
    return lambda: SqlUnitOfWork(factory)


@pytest.fixture
def make_reading(engine: AsyncEngine) -> Make:
    """Return what opens units of work that only read."""
    factory = create_session_factory(engine, reading(engine))
    return lambda: SqlUnitOfWork(factory)


@pytest_asyncio.fixture
async def work(make_work: Make) -> AsyncIterator[SqlUnitOfWork]:
    """Return a unit of work that is rolled back."""
    async with make_work() as work:
        yield work


@pytest.fixture
def statements() -> Iterator[Statements]:
    """Listen to what all engines send."""
    heard = Statements()

    def listen(*arguments: object) -> None:
        heard.sent.append(str(arguments[2]).lstrip())

    event.listen(Engine, "before_cursor_execute", listen)
    yield heard
    event.remove(Engine, "before_cursor_execute", listen)


@pytest_asyncio.fixture
async def client(engine: AsyncEngine, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """Talk HTTP to the application, in this process, with its own lifespan and engine."""
    assert pool_of(engine).checkedout() == 0  # this one empties the tables afterwards
    app = create_app(settings)
    async with client_of(app, app) as client:
        yield client


@asynccontextmanager
async def client_of(blog: FastAPI, app: ASGIApp) -> AsyncIterator[httpx.AsyncClient]:
    """Talk HTTP to `app`, which is or contains this blog."""
    async with blog.router.lifespan_context(blog) as state:

        async def with_state(scope: Scope, receive: Receive, send: Send) -> None:
            await app({**scope, "state": dict(state or {})}, receive, send)

        transport = httpx.ASGITransport(with_state, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://blog") as client:
            yield client


@pytest.fixture(scope="session")
def blog_folder() -> Path:
    """Return the folder of the rendered project."""
    return FOLDER
