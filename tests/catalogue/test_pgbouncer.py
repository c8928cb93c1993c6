"""The application behind PgBouncer, which gives each transaction another connection of PostgreSQL."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
import pytest
from sqlalchemy import make_url

from catalogue.blog_project import BLOG, FOLDER
from catalogue.running import running
from catalogue.sockets import Client, connected
from servers import Servers, behind_pgbouncer, fresh

pytestmark = pytest.mark.asyncio

CLIENTS, REQUESTS = 10, 10


@pytest.fixture(scope="module")
def direct(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the URL of a migrated database, past PgBouncer."""
    with fresh(servers, "postgresql", tmp_path_factory.mktemp("database")) as url:
        BLOG.alembic(url, "upgrade", "heads")
        yield url


@contextmanager
def running_behind(direct: str, parameters: str, **options: str) -> Iterator[str]:
    """Run the application behind PgBouncer, and give its address."""
    with behind_pgbouncer(make_url(direct)) as url:
        shared = url.render_as_string(hide_password=False) + parameters
        with running(FOLDER, shared, **options) as (address, _):
            yield address


async def test_requests_at_once_share_connections(direct: str) -> None:
    async def use(address: str, number: int) -> set[int]:
        found = set()
        async with connected(address) as client:
            for each in range(REQUESTS):
                tag = {"name": f"tag-{number}-{each}"}
                found.add(await client.send("POST", "/tags", tag))
                found.add(await client.send("GET", "/tags?limit=20&order=-name"))
                found.add(await client.send("GET", "/posts?include=author,tags"))
                found.add(await client.send("GET", f"/tags/export?id=lt:{each}"))
        return found

    with running_behind(direct, "", DATABASE_PREPARED_STATEMENTS="false") as address:
        found = await asyncio.gather(*(use(address, number) for number in range(CLIENTS)))

    assert set().union(*found) == {200, 201}


async def test_its_transactions_have_limits(direct: str) -> None:
    limits = {"DATABASE_LOCK_TIMEOUT": "1"}
    with running_behind(direct, "?pgbouncer=true", **limits) as address:
        async with connected(address) as client:
            await _lock_and_read(direct, client)


async def _lock_and_read(direct: str, client: Client) -> None:
    other = await asyncpg.connect(direct.replace("+asyncpg", ""))
    async with other.transaction():
        await other.execute("LOCK TABLE tags IN ACCESS EXCLUSIVE MODE")
        begin = time.monotonic()

        assert await client.send("GET", "/tags") == 503
        assert 1 <= time.monotonic() - begin < 3
    await other.close()

    assert await client.send("GET", "/tags") == 200


async def test_who_did_not_say_so_is_told_what_to_set(direct: str) -> None:
    told = r"WARNING:[^\n]*DATABASE_PREPARED_STATEMENTS=false[^\n]*\n"
    with running_behind(direct, "", complaints=told) as address:
        async with connected(address) as client:
            assert await client.send("GET", "/tags") == 503
