"""What breaking a rule leads to, on each database: the claims of docs/rules.md."""

import asyncio
import datetime as dt
import re
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from asyncpg.exceptions import NoActiveSQLTransactionError
from sqlalchemy import (
    Column,
    MetaData,
    String,
    Table,
    create_engine,
    delete,
    event,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import (
    CompileError,
    DBAPIError,
    IntegrityError,
    InvalidRequestError,
    MissingGreenlet,
    StatementError,
)
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import Session

from measured_tables import Base, EagerUser, Post, User
from servers import DATABASES, Servers, fresh

# What breaks a rule leaves coroutines and connections behind.
pytestmark = pytest.mark.filterwarnings("ignore")

Factory = async_sessionmaker[AsyncSession]
ROWS = 100


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(kind, marks=[pytest.mark.database] if kind != "sqlite" else [])
        for kind in DATABASES
    ],
)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def url(kind: str, servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with fresh(servers, kind, tmp_path_factory.mktemp("database")) as url:
        yield url


@pytest_asyncio.fixture
async def engine(url: str) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield engine
    await engine.dispose()
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.drop_all)
    await engine.dispose()


@pytest.fixture
def factory(engine: AsyncEngine) -> Factory:
    return async_sessionmaker(engine, expire_on_commit=False)


async def fill(factory: Factory, count: int = ROWS) -> None:
    async with factory() as session:
        session.add_all([User(number=number, posts=[Post()]) for number in range(count)])
        await session.commit()


async def count(factory: Factory, table: type[Base] = User) -> int:
    async with factory() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


def missing_greenlet(error: Exception) -> bool:
    """Tell whether an error is it, alone or in what drivers make of it."""
    return isinstance(error, MissingGreenlet) or "MissingGreenlet" in str(error)


def refused(read: Callable[[], object]) -> bool:
    """Tell whether reading needs a query that nobody can await."""
    with pytest.raises((MissingGreenlet, StatementError)) as raised:
        read()
    return missing_greenlet(raised.value)


TWO_LOOPS = """
import asyncio, sys
from sqlalchemy import select
from sqlalchemy.ext.asyncio import create_async_engine

engine = create_async_engine(sys.argv[1])

async def use():
    async with engine.connect() as connection:
        await connection.execute(select(1))

asyncio.run(use())
asyncio.run(use())
"""


def test_001_an_engine_belongs_to_one_event_loop(url: str, kind: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", TWO_LOOPS, url], capture_output=True, text=True, check=False
    )

    if kind == "sqlite":
        assert done.returncode == 0
    else:
        assert re.search("RuntimeError: .*(different loop|loop is closed)", done.stderr)


@pytest.mark.asyncio
async def test_002_attributes_expire_at_a_commit(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as session:
        user = User(name="Ada")
        session.add(user)
        await session.commit()

        assert refused(lambda: user.name)


@pytest.mark.asyncio
async def test_003_a_commit_in_a_repository_leaves_half_a_use_case(factory: Factory) -> None:
    async with factory() as session:
        session.add(User(name="Ada"))
        await session.commit()
        session.add(Post(user_id=None))
        with pytest.raises(IntegrityError):
            await session.commit()
    async with factory() as session:
        await session.scalar(select(1))
        with pytest.raises(InvalidRequestError, match="already begun"):
            await session.begin()

    assert await count(factory) == 1


@pytest.mark.asyncio
async def test_006_tasks_that_share_a_session_fail(factory: Factory, kind: str) -> None:
    async def add(session: AsyncSession) -> None:
        session.add(User())
        await session.flush()

    session = factory()
    results = await asyncio.gather(*[add(session) for _ in range(5)], return_exceptions=True)
    if kind == "sqlite":
        await session.commit()
        assert await count(factory) > 0
    with suppress(Exception):
        await session.invalidate()

    assert any(isinstance(each, (DBAPIError, InvalidRequestError)) for each in results)


@pytest.mark.asyncio
async def test_007_pages_without_an_order_miss_rows(factory: Factory, kind: str) -> None:
    await fill(factory)
    seen: set[int] = set()
    async with factory() as session:
        for offset in range(0, ROWS, 10):
            page = list(await session.scalars(select(User.id).offset(offset).limit(10)))
            seen |= set(page)
            await session.execute(update(User).where(User.id.in_(page)).values(name="seen"))
            await session.commit()

    assert len(seen) == (ROWS // 2 if kind == "postgresql" else ROWS)


@pytest.mark.asyncio
async def test_008_a_query_for_each_item_takes_many_times_as_long(factory: Factory) -> None:
    await fill(factory)
    async with factory() as session:
        keys = list(await session.scalars(select(User.id)))

        async def each() -> None:
            for key in keys:
                await session.scalar(select(User.name).where(User.id == key))

        async def once() -> None:
            await session.execute(select(User.id, User.name).where(User.id.in_(keys)))

        taken = []
        for way in (each, once, each, once):
            began = time.perf_counter()
            await way()
            taken.append(time.perf_counter() - began)

    assert taken[2] > 5 * taken[3]


@pytest.mark.asyncio
async def test_009_what_is_not_loaded_cannot_be_read(factory: Factory) -> None:
    await fill(factory, 1)
    async with factory() as session:
        user = await session.scalar(select(User))
        assert user is not None

        assert refused(lambda: user.posts)
        assert refused(lambda: list(user.dynamic))
        with pytest.raises(InvalidRequestError, match="raise"):
            _ = user.raising


@pytest.mark.asyncio
async def test_010_a_commit_ends_the_stream(factory: Factory, kind: str) -> None:
    await fill(factory)
    seen = 0

    async def read() -> None:
        nonlocal seen
        async with factory() as session:
            statement = select(User).execution_options(yield_per=10)
            async for _ in await session.stream_scalars(statement):
                seen += 1
                await session.commit()

    if kind == "postgresql":
        with pytest.raises(NoActiveSQLTransactionError):
            await read()
    else:
        await read()

    # What the driver had fetched by then: how much that is, is its own business.
    assert seen == ROWS if kind == "sqlite" else 0 < seen < ROWS


@pytest.mark.asyncio
async def test_013_a_statement_has_a_limit_of_parameters(factory: Factory, kind: str) -> None:
    async with factory() as session:
        if kind == "postgresql":
            rows = [{"name": "", "number": 1}] * 17_000
            with pytest.raises(DBAPIError, match="cannot exceed 32767"):
                await session.execute(insert(User).values(rows))
            await session.rollback()
        await session.execute(insert(User), [])
        await session.commit()

    assert await count(factory) == 1


@pytest.mark.asyncio
async def test_014_a_zone_is_lost_or_refused(factory: Factory, kind: str) -> None:
    noon = dt.datetime(2026, 1, 1, 12, tzinfo=dt.timezone(dt.timedelta(hours=2)))
    async with factory() as session:
        session.add(User(at=noon))
        if kind == "postgresql":
            with pytest.raises(DBAPIError, match="offset-naive and offset-aware"):
                await session.commit()
            return
        await session.commit()

        assert await session.scalar(select(User.at)) == noon.replace(tzinfo=None)


@pytest.mark.asyncio
async def test_015_a_text_without_length_is_no_column(engine: AsyncEngine, kind: str) -> None:
    table = Table("endless", MetaData(), Column("name", String))

    async with engine.connect() as connection:
        if kind == "mariadb":
            with pytest.raises(CompileError, match="VARCHAR requires a length"):
                await connection.run_sync(table.create)
        else:
            await connection.run_sync(table.create)
        await connection.rollback()


@pytest.mark.asyncio
async def test_017_some_results_have_no_rowcount(factory: Factory, kind: str) -> None:
    rows = [{"name": "a"}, {"name": "b"}]
    async with factory() as session:
        results: list[Any] = [await session.execute(insert(User), rows)]
        keys = list(await session.scalars(select(User.id)))
        results += [
            await session.execute(update(User), [{"id": key, "name": "c"} for key in keys]),
            await session.execute(select(User)),
            await session.execute(delete(User).returning(User.id)),
        ]
        table: Any = await session.execute(insert(User.metadata.tables["users"]), rows)
        whole: Any = await session.execute(update(User).values(name="d"))

    assert [hasattr(each, "rowcount") for each in results] == [False] * 4
    assert table.rowcount == (-1 if kind == "postgresql" else 2)
    assert whole.rowcount == 2


@pytest.mark.asyncio
async def test_019_a_commit_that_fails_leaks_a_connection(
    engine: AsyncEngine, factory: Factory
) -> None:
    async def leave(session: AsyncSession) -> None:
        await session.commit()
        await session.close()

    kept = []
    for _ in range(3):
        session = factory()
        kept.append(session)
        session.add(Post(user_id=None))
        with pytest.raises(IntegrityError):
            await leave(session)
    held = engine.pool.checkedout()  # type: ignore[attr-defined]
    for session in kept:
        await session.close()

    assert held == 3


@pytest.mark.asyncio
async def test_020_nothing_follows_a_commit_inside_begin(factory: Factory) -> None:
    async def use(session: AsyncSession) -> None:
        async with session.begin():
            await session.commit()
            await session.scalar(select(1))

    async with factory() as session:
        with pytest.raises(InvalidRequestError, match="closed transaction inside context manager"):
            await use(session)


@pytest.mark.asyncio
async def test_022_an_eager_relationship_costs_a_statement(
    engine: AsyncEngine, factory: Factory
) -> None:
    await fill(factory, 3)
    sent: list[str] = []

    @event.listens_for(engine.sync_engine, "before_cursor_execute")
    def note(*arguments: object) -> None:
        sent.append(str(arguments[2]))

    counts = []
    for model in (User, EagerUser):
        sent.clear()
        async with factory() as session:
            (await session.scalars(select(model))).all()
        counts.append(len([each for each in sent if each.startswith("SELECT")]))

    assert counts == [1, 2]


@pytest.mark.asyncio
async def test_023_the_second_write_wins(factory: Factory) -> None:
    await fill(factory, 1)

    async def add_one(session: AsyncSession, user: User) -> None:
        user.number += 1
        await session.commit()

    async with factory() as one, factory() as other:
        pairs = [(each, await each.scalar(select(User))) for each in (one, other)]
        # Reads are over: SQLite lets nobody write beside an open transaction that read.
        for session, user in pairs:
            assert user is not None
            session.expunge(user)
            await session.rollback()
        for session, user in pairs:
            assert user is not None
            session.add(user)
            await add_one(session, user)
    async with factory() as session:
        assert await session.scalar(select(User.number)) == 1


@pytest.mark.asyncio
async def test_024_two_that_found_nothing_both_insert(factory: Factory) -> None:
    looked = select(User).where(User.email == "ada@example.org")
    async with factory() as one, factory() as other:
        assert [await each.scalar(looked) for each in (one, other)] == [None, None]
        for each in (one, other):
            await each.rollback()
            each.add(User(email="ada@example.org"))
        await one.commit()
        with pytest.raises(IntegrityError):
            await other.commit()


@pytest.mark.asyncio
async def test_025_an_integrity_error_may_be_anything(factory: Factory, kind: str) -> None:
    async with factory() as session:
        if kind == "sqlite":
            await session.execute(text("PRAGMA foreign_keys = ON"))
        for post in (Post(user_id=None), Post(user_id=12345)):
            session.add(post)
            with pytest.raises(IntegrityError):
                await session.flush()
            await session.rollback()


@pytest.mark.asyncio
async def test_026_only_sqlite_knows_threads(url: str, kind: str) -> None:
    engine = create_async_engine(url, connect_args={"check_same_thread": False})
    try:
        if kind == "sqlite":
            async with engine.connect() as connection:
                await connection.execute(select(1))
        else:
            with pytest.raises(TypeError, match="check_same_thread"):
                await engine.connect()
    finally:
        await engine.dispose()


@pytest.mark.asyncio
async def test_027_a_synchronous_session_stops_the_event_loop(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'test.db'}")

    @event.listens_for(engine, "connect")
    def slow(connection: Any, _entry: object) -> None:  # noqa: ANN401
        connection.create_function("pause", 0, lambda: time.sleep(0.3))

    ran = 0

    async def tick() -> None:
        nonlocal ran
        while True:
            await asyncio.sleep(0.01)
            ran += 1

    task = asyncio.create_task(tick())
    await asyncio.sleep(0)
    with Session(engine) as session:
        session.execute(select(func.pause()))
    stopped = ran
    await asyncio.sleep(0.3)
    task.cancel()
    engine.dispose()

    assert stopped == 0
    assert ran > 5
