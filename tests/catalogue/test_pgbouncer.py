"""The application behind PgBouncer, which gives each transaction another connection of PostgreSQL."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import make_url

from catalogue.blog_project import BLOG, FOLDER
from catalogue.running import running
from catalogue.sockets import Client, connected
from servers import Servers, behind_pgbouncer, fresh

pytestmark = pytest.mark.asyncio

CLIENTS, REQUESTS = 10, 20
NAMES = [f"tag-{number}" for number in range(50)]


@pytest.fixture(scope="module")
def direct(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the URL of a migrated database, past PgBouncer."""
    with fresh(servers, "postgresql", tmp_path_factory.mktemp("database")) as url:
        BLOG.alembic(url, "upgrade", "heads")
        yield url


@contextmanager
def running_behind(direct: str, parameters: str, **settings: str) -> Iterator[tuple[str, Path]]:
    """Run the application behind PgBouncer; give its address and the file of its errors."""
    with behind_pgbouncer(make_url(direct)) as (url, folder):
        errors = folder / "errors"
        shared = url.render_as_string(hide_password=False) + parameters
        with running(FOLDER, shared, settings=settings, errors=errors) as (address, _):
            yield address, errors


@pytest.mark.parametrize(
    ("parameters", "settings"),
    [("?pgbouncer=true", {}), ("", {"DATABASE_PREPARED_STATEMENTS": "false"})],
)
async def test_requests_at_once_share_connections(direct: str, parameters: str, settings: dict[str, str]) -> None:
    with running_behind(direct, parameters, DATABASE_POOL_SIZE="10", **settings) as (address, errors):

        async def use(number: int) -> list[int]:
            async with connected(address) as client:
                found = []
                for each in range(REQUESTS):
                    found += [
                        await client.send("POST", "/tags", {"name": f"tag{parameters[:1]}{number}-{each}".replace("?", "x")}),
                        await client.send("GET", "/tags?limit=20&order=-name"),
                        await client.send("GET", "/posts?include=author,tags"),
                        await client.send("GET", f"/tags/export?id=lt:{each}"),
                    ]
                return found

        found = await asyncio.gather(*(use(number) for number in range(CLIENTS)))

        assert {status for one in found for status in one} == {200, 201}
        assert errors.read_text() == ""


async def test_its_transactions_have_limits(direct: str) -> None:
    with running_behind(direct, "?pgbouncer=true", DATABASE_LOCK_TIMEOUT="1") as (address, _):
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
    with running_behind(direct, "") as (address, errors):
        async with connected(address) as client:
            assert await client.send("GET", "/tags") == 503

        (line,) = errors.read_text().splitlines()
        assert "DATABASE_PREPARED_STATEMENTS=false" in line
