"""What holds under load, and when a client or the application goes away in the middle."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from decimal import Decimal
from functools import partial
from itertools import count
from pathlib import Path
from subprocess import Popen
from typing import Any

import httpx
import pytest
import pytest_asyncio
from anyio import CancelScope
from blog.domain.account import AccountFields
from blog.persistence.models import AccountRow, PostRow, TagRow
from sqlalchemy import NullPool, String, cast, insert, literal, literal_column, select, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from catalogue import entries
from catalogue.blog_project import FOLDER, Make, Settings
from catalogue.running import running
from catalogue.sockets import GONE, Client, Relay, connected

pytestmark = pytest.mark.asyncio
ON_SERVERS = pytest.mark.parametrize("kind", ["postgresql", "mariadb"], indirect=True)
CLIENTS = 16
# MariaDB says the same again to who asks sooner than after a tenth of a second.
PAUSE, PATIENCE = 0.15, 100

NUMBERS = {
    "sqlite": "(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s LIMIT {rows})"
    " SELECT n FROM s) AS numbers",
    "postgresql": "generate_series(1, {rows}) AS numbers(n)",
    "mariadb": "(SELECT seq AS n FROM seq_1_to_{rows}) AS numbers",
}
OPEN_TRANSACTIONS = {
    # The log cannot be written back to the file while somebody reads from it.
    "sqlite": "PRAGMA wal_checkpoint(TRUNCATE)",
    "postgresql": "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND backend_type = 'client backend' AND state <> 'idle'",
    "mariadb": "SELECT count(*) FROM information_schema.innodb_trx"
    " JOIN information_schema.processlist ON id = trx_mysql_thread_id WHERE db = database()",
}

CUT_OFF = (
    ".*an export is cut off: its client does not read it\n"
    ".*ASGI callable returned without completing response.\n"
)

Fill = Callable[..., Awaitable[None]]
Count = Callable[[], Awaitable[int]]
Act = Callable[[int], Coroutine[Any, Any, None]]


@pytest.fixture
def fill(engine: AsyncEngine, kind: str) -> Fill:
    """Return what stores so many rows in one statement."""

    async def store(row: Any, rows: int, **columns: Any) -> None:
        numbers = text(NUMBERS[kind].format(rows=rows))
        chosen = select(*columns.values()).select_from(numbers)
        async with engine.begin() as connection:
            await connection.execute(insert(row.__table__).from_select([*columns], chosen))

    return store


@pytest_asyncio.fixture
async def open_transactions(database_url: str, kind: str) -> AsyncIterator[Count]:
    """Return what counts the transactions of others."""
    engine = create_async_engine(
        database_url,
        isolation_level="AUTOCOMMIT",
        poolclass=NullPool,
        connect_args={"timeout": 0} if kind == "sqlite" else {},
    )

    async def found() -> int:
        async with engine.connect() as connection:
            return int((await connection.execute(text(OPEN_TRANSACTIONS[kind]))).scalar_one())

    yield found
    await engine.dispose()


@asynccontextmanager
async def running_over(relay: Relay, **settings: str) -> AsyncIterator[tuple[str, Popen[bytes]]]:
    """Run the application, with this way to its database."""
    async with relay.open() as url:
        with running(FOLDER, url, **settings) as started:
            yield started


async def soon(found: Count, wanted: int) -> bool:
    """Return whether so many are found before long."""
    for _ in range(PATIENCE):
        if await found() == wanted:
            return True
        await asyncio.sleep(PAUSE)
    return False


async def all_at_once(act: Act, clients: int = CLIENTS) -> None:
    """Let so many clients do the same; none goes on where one fails."""
    async with asyncio.TaskGroup() as group:
        for number in range(clients):
            group.create_task(act(number))


@ON_SERVERS
@pytest.mark.parametrize("answers", [1, 150, 400])
async def test_what_was_answered_is_stored_when_the_application_is_killed(
    database_url: str, make_work: Make, answers: int
) -> None:
    relay = Relay(database_url, delay=0.005)
    promised: set[str] = set()

    async with running_over(relay) as (address, process):

        async def create(number: int) -> None:
            with suppress(*GONE):
                async with connected(address) as client:
                    for each in count():
                        name = f"tag-{number}-{each}"
                        assert await client.send("POST", "/tags", {"name": name}) == 201
                        promised.add(name)
                        if len(promised) == answers:
                            process.kill()
                            relay.cut()

        await all_at_once(create)

    async with make_work() as work:
        stored = {name for (name,) in await work.tags.values(entries.TAG_NAME)}
    assert len(promised) >= answers
    assert promised <= stored


@ON_SERVERS
@pytest.mark.usefixtures("engine")
async def test_steady_load_opens_no_connection(database_url: str) -> None:
    relay = Relay(database_url)

    async with running_over(relay) as (address, _):

        async def use(number: int) -> None:
            async with connected(address) as client:
                for each in range(10):
                    tag = {"name": f"tag-{number}-{each}"}
                    assert await client.send("POST", "/tags", tag) == 201
                    assert await client.send("POST", "/tags", tag) == 409
                    assert await client.send("GET", "/tags?limit=5&order=-id") == 200
                    assert await client.send("GET", "/tags/export?id=lt:5") == 200

        await all_at_once(use)

    assert 1 < relay.opened <= Settings().database_pool_size


@pytest_asyncio.fixture
async def many_posts(make_work: Make, fill: Fill) -> None:
    """Store more than the buffers of sockets hold."""
    async with make_work() as work:
        author = await work.users.add(entries.user())
        await work.commit()
    given = {
        "title": literal("T"),
        "body": literal("text " * 1000),
        "author_id": literal(author.id),
    }
    await fill(PostRow, 4000, **given, views=literal(0), status=literal("live"), price=literal(1))


@pytest.mark.usefixtures("many_posts")
async def test_a_client_that_goes_away_leaves_no_transaction(
    database_url: str, open_transactions: Count
) -> None:
    with running(FOLDER, database_url) as (address, _):
        for read in (0, 10_000, 1_000_000):
            async with connected(address) as client:
                # Only where there is something in SQLite's log does a reader keep others from emptying it.
                assert await client.send("POST", "/tags", {"name": f"tag-{read}"}) == 201
                await client.begin("GET", "/posts/export")
                await client.reader.readexactly(read)
                assert await soon(open_transactions, 1)
            assert await soon(open_transactions, 0)


@ON_SERVERS
@pytest.mark.usefixtures("many_posts")
async def test_clients_that_go_away_cost_no_connection(database_url: str) -> None:
    relay = Relay(database_url)

    async with running_over(relay) as (address, _):

        async def leave(number: int) -> None:
            for each in range(5):
                async with connected(address) as client:
                    await client.begin("GET", "/posts/export")
                    await client.reader.readexactly(50_000 * number * each)

        await all_at_once(leave, 4)

    assert 1 < relay.opened <= Settings().database_pool_size


@pytest.mark.usefixtures("many_posts")
async def test_clients_that_do_not_read_cost_no_connection_for_long(
    database_url: str, open_transactions: Count
) -> None:
    timeouts = {"EXPORT_PLACE_TIMEOUT": "0.1", "EXPORT_SEND_TIMEOUT": "2"}
    complaints = f"({CUT_OFF}){{3}}.*timeout graceful shutdown exceeded\n"
    with running(FOLDER, database_url, complaints=complaints, **timeouts) as started:
        address, process = started
        async with AsyncExitStack() as stack:

            async def connect() -> Client:
                return await stack.enter_async_context(connected(address))

            clients = [await connect() for _ in range(10)]
            exports = [client.begin("GET", "/posts/export") for client in clients]
            heads = await asyncio.gather(*exports)
            refused = [head for head in heads if b" 503 " in head]
            assert len(refused) == 7
            assert all(b"retry-after: 10" in head for head in refused)

            other = await connect()
            assert await other.send("GET", "/posts?limit=1") == 200
            assert await soon(partial(other.send, "GET", "/posts/export?id=lt:1"), 200)
            assert await soon(open_transactions, 0)

            process.terminate()
            await asyncio.to_thread(process.wait, 10)


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
async def test_no_request_takes_much(database_url: str, make_work: Make, fill: Fill) -> None:
    async with make_work() as work:
        author = await work.users.add(entries.user())
        await work.commit()
    given = {"title": literal("T"), "body": literal("text"), "author_id": literal(author.id)}
    await fill(
        PostRow, 100_000, **given, views=literal(0), status=literal("live"), price=literal(1)
    )
    post, get = partial(httpx.Request, "POST"), partial(httpx.Request, "GET")
    json_type = {"Content-Type": "application/json"}

    with running(FOLDER, database_url) as (address, process):
        async with httpx.AsyncClient(timeout=60) as client:
            assert (await client.get(f"{address}/posts?limit=200")).status_code == 200
            before = peak_memory(process)
            for request in (
                get(f"{address}/users?include=posts"),
                get(f"{address}/users/{author.id}?include=posts"),
                get(f"{address}/posts?" + "&".join(f"p{n}=1" for n in range(7000))),
                get(f"{address}/posts?" + "title=1&" * 7000),
                get(f"{address}/posts?id=in:" + "1," * 30_000),
                get(f"{address}/posts?order=" + "title," * 9000),
                post(f"{address}/tags", content=b" " * 100_000_000, headers=json_type),
                post(f"{address}/tags", content=spaces(100_000_000), headers=json_type),
                post(f"{address}/tags", content=b'{"name":[' + b"[]," * 2_700_000 + b"[]]}"),
                post(f"{address}/tags", json=[[]] * 500_000),
                post(f"{address}/tags", json={f"k{n}": 1 for n in range(40_000)}),
                post(f"{address}/tags", json={f"k{n}": 1 for n in range(300_000)}),
                post(f"{address}/tags/bulk", json=[{f"k{n}": 1 for n in range(40)}] * 1000),
                post(f"{address}/tags/bulk", json=[{}] * 400_000),
                post(f"{address}/tags", json={"k" * 1_000_000: 1}),
                post(f"{address}/tags", files=[(f"f{n}", (f"{n}", b"x")) for n in range(10_000)]),
            ):
                sent = asyncio.create_task(client.send(request))
                answers = [await client.get(f"{address}/health/live") for _ in range(3)]
                answer = await sent

                assert answer.status_code in {413, 422}
                assert answer.headers["Content-Type"] == "application/problem+json"
                assert len(answer.content) < 10_000
                assert {one.status_code for one in answers} == {200}
            assert peak_memory(process) - before < 120


async def spaces(count: int) -> AsyncIterator[bytes]:
    """Give so many spaces, piece by piece."""
    for _ in range(count // 100_000):
        yield b" " * 100_000


def peak_memory(process: Popen[bytes]) -> int:
    """Return the megabytes that a process has had at most."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) // 1024


async def test_a_stream_that_is_cancelled_ends_with_its_batch(make_work: Make, fill: Fill) -> None:
    await fill(TagRow, 100_000, name=cast(literal_column("n"), String(20)))
    seen = []

    async with make_work() as work:
        with CancelScope() as scope:
            async for tag in work.tags.stream(batch=2):
                seen.append(tag)
                scope.cancel()

        assert len(seen) == 2
        assert await work.tags.count() == 100_000  # the connection is as it was


async def test_batches_visit_each_row_once_while_rows_change(
    make_work: Make, make_reading: Make, fill: Fill
) -> None:
    rows = 100_000
    await fill(AccountRow, rows, owner=cast(literal_column("n"), String(20)), balance=literal(0))
    visited: list[int] = []

    async def visit() -> None:
        async with make_reading() as work:
            async for accounts in work.accounts.batches():
                visited.extend(account.id for account in accounts)

    async def change(until: asyncio.Task[None]) -> int:
        changed = 0
        while not until.done():
            owners = [str(1 + (changed * 19 + number * 1999) % rows) for number in range(50)]
            fit = AccountFields.owner.in_(owners)
            async with make_work() as work:
                changed += await work.accounts.update_where({"balance": Decimal(changed)}, fit)
                await work.commit()
        return changed

    async with asyncio.TaskGroup() as group:
        visiting = group.create_task(visit())
        changing = group.create_task(change(visiting))

    async with make_work() as work:
        keys = [key for (key,) in await work.accounts.values(AccountFields.id)]
    assert changing.result() > 100
    assert len(keys) == rows
    assert visited == sorted(keys)
