"""What clients meet while PostgreSQL is away, does not answer, is locked, or has no place left."""

import asyncio
import os
import signal
import time
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import asyncpg
import pytest

from catalogue.blog_project import BLOG, FOLDER
from catalogue.running import running
from catalogue.sockets import Answer, connected
from servers import Daemon, Server, private

pytestmark = pytest.mark.asyncio

CLIENTS = 8
# Fewer connections than clients: whoever waits for one waits for the database as well.
SETTINGS = {"DATABASE_POOL_SIZE": "5", "DATABASE_PING_AFTER": "1"}
LONGEST, BACK = 6, 2
PAUSE = 0.05
# One line for each, without values.
COMPLAINTS = r"(WARNING:blog\.persistence\.\w+:(?!.*(role|tag)-)[^\n]*\n)+"


@dataclass(slots=True)
class Load:
    """What clients of the application were answered."""

    answers: list[tuple[float, float, int]] = field(default_factory=list)
    """When each request was sent, when it was answered, and how."""
    promised: set[str] = field(default_factory=set)
    wrong: list[object] = field(default_factory=list)

    async def send(self, address: str, number: int, until: asyncio.Event) -> None:
        """Store and read tags, over one connection that is never to be closed."""
        async with connected(address) as client:
            assert (await client.ask("POST", "/roles", {"name": f"role-{number}"})).status == 201
            for each in count():
                if until.is_set():
                    return
                name = f"tag-{number}-{each}"
                if await self._note(client.ask("POST", "/tags", {"name": name})) == 201:
                    self.promised.add(name)
                await self._note(client.ask("GET", f"/roles?name=role-{number}"), f"role-{number}")
                await self._note(client.ask("GET", "/tags?limit=5"))

    async def _note(self, asked: Coroutine[Any, Any, Answer], expected: str = "") -> int:
        sent = time.monotonic()
        answer = await asked
        self.answers.append((sent, time.monotonic(), answer.status))
        if answer.status == 503:
            if "retry-after: " not in answer.head or "connection: close" in answer.head:
                self.wrong.append(answer)
            await asyncio.sleep(PAUSE)
        elif answer.status not in {200, 201} or expected not in answer.body.decode():
            self.wrong.append(answer)
        return answer.status


@pytest.fixture(scope="module")
def postgresql() -> Iterator[Server]:
    """Run a PostgreSQL that may be broken."""
    with private("postgresql") as server:
        yield server


@dataclass(frozen=True, slots=True)
class Outage:
    """A PostgreSQL to break, with the tables of the blog."""

    daemon: Daemon
    url: str

    async def connect(self) -> asyncpg.Connection:
        """Connect past the application."""
        return await asyncpg.connect(self.url.replace("+asyncpg", ""))

    async def restart(self) -> None:
        """Stop it and start it at once."""
        await asyncio.to_thread(self.daemon.stop, signal.SIGINT)
        await asyncio.to_thread(self.daemon.start)

    async def stop(self) -> None:
        """Stop it for a while."""
        await asyncio.to_thread(self.daemon.stop, signal.SIGINT)
        await asyncio.sleep(10)
        await asyncio.to_thread(self.daemon.start)

    async def kill(self) -> None:
        """Kill what serves a connection: PostgreSQL then starts anew by itself."""
        connection = await self.connect()
        backends = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        victim = await connection.fetchval(f"{backends} LIMIT 1")
        os.kill(victim, signal.SIGKILL)
        while True:
            try:
                await (await self.connect()).close()
            except (OSError, asyncpg.PostgresError):
                await asyncio.sleep(PAUSE)
            else:
                return

    async def freeze(self) -> None:
        """Let it take connections and answer nothing."""
        with self.daemon.frozen():
            await asyncio.sleep(7)

    async def lock(self) -> None:
        """Hold a table that the application reads and writes."""
        connection = await self.connect()
        async with connection.transaction():
            await connection.execute("LOCK TABLE tags IN ACCESS EXCLUSIVE MODE")
            await asyncio.sleep(30)
        await connection.close()

    async def fill(self) -> None:
        """Take all places of the server, those of the application as well."""
        taken = [await self.connect()]
        try:
            while True:
                taken.append(await self.connect())
        except asyncpg.TooManyConnectionsError:
            pass
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE NOT pid = ANY ($1)"
        ours = [connection.get_server_pid() for connection in taken]
        await taken[0].execute(others + " AND backend_type = 'client backend'", ours)
        until = time.monotonic() + 4
        while time.monotonic() < until:
            try:
                taken.append(await self.connect())
            except asyncpg.TooManyConnectionsError:
                await asyncio.sleep(PAUSE)
        for connection in taken:
            await connection.close()


Break = Callable[[Outage], Coroutine[Any, Any, None]]
BREAKS: dict[str, Break] = {
    "restarts": Outage.restart,
    "loses a backend": Outage.kill,
    "stops": Outage.stop,
    "does not answer": Outage.freeze,
    "is locked": Outage.lock,
    "is full": Outage.fill,
}


async def test_clients_meet_nothing_but_503_while_postgresql_is_away(postgresql: Server) -> None:
    assert postgresql.daemon is not None
    url = postgresql.create().render_as_string(hide_password=False)
    BLOG.alembic(url, "upgrade", "heads")
    outage = Outage(postgresql.daemon, url)
    load, until = Load(), asyncio.Event()
    times: dict[str, tuple[float, float]] = {}

    with running(FOLDER, url, complaints=COMPLAINTS, **SETTINGS) as (address, _):
        async with asyncio.TaskGroup() as group:
            for number in range(CLIENTS):
                group.create_task(load.send(address, number, until))
            for name, act in BREAKS.items():
                await asyncio.sleep(1)
                begin = time.monotonic()
                await act(outage)
                times[name] = begin, time.monotonic()
                await asyncio.sleep(BACK)
            await asyncio.sleep(1)
            until.set()

    connection = await outage.connect()
    stored = {row["name"] for row in await connection.fetch("SELECT name FROM tags")}
    await connection.close()
    healthy = [
        status
        for sent, _, status in load.answers
        if not any(begin - LONGEST < sent < end + BACK for begin, end in times.values())
    ]
    assert load.wrong == []
    assert load.promised <= stored
    assert set(healthy) <= {200, 201}
    assert max(answered - sent for sent, answered, _ in load.answers) < LONGEST
