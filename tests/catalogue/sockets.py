"""Both ends of the application: clients that send to it, and a relay between it and its database."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import make_url

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
GONE = (asyncio.IncompleteReadError, ConnectionError)
"""What a client meets when the application is no more."""


@dataclass(frozen=True, slots=True)
class Client:
    """A connection that is kept; one of a library would be the slowest part of a load."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def begin(self, method: str, path: str, body: object = None) -> bytes:
        """Send a request, and return the head of the answer."""
        content = b"" if body is None else json.dumps(body).encode()
        head = f"{method} {path} HTTP/1.1\r\nHost: blog\r\nContent-Length: {len(content)}\r\n"
        self.writer.write(f"{head}Content-Type: application/json\r\n\r\n".encode() + content)
        return await self.reader.readuntil(b"\r\n\r\n")

    async def send(self, method: str, path: str, body: object = None) -> int:
        """Send a request, and return the status once all of the answer is there."""
        return (await self.ask(method, path, body)).status

    async def ask(self, method: str, path: str, body: object = None) -> "Answer":
        """Send a request, and return the answer."""
        head = await self.begin(method, path, body)
        if length := LENGTH.search(head):
            content = await self.reader.readexactly(int(length[1]))
        else:
            content = await self.reader.readuntil(b"0\r\n\r\n")
        return Answer(int(head.split(maxsplit=2)[1]), head.decode().lower(), content)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a client was answered; its head is in lower case."""

    status: int
    head: str
    body: bytes


@asynccontextmanager
async def connected(address: str) -> AsyncIterator[Client]:
    """Connect a client, which goes away at the end, whatever is still being sent to it."""
    where = urlsplit(address)
    client = Client(*await asyncio.open_connection(where.hostname, where.port))
    try:
        yield client
    finally:
        client.writer.transport.abort()


class Relay:
    """A way to a database, over which each message takes a while; it counts who connected."""

    def __init__(self, database_url: str, delay: float = 0) -> None:
        self.there = make_url(database_url)
        self.delay = delay
        self.opened = 0
        self.is_cut = False

    @asynccontextmanager
    async def open(self) -> AsyncIterator[str]:
        """Give the URL of the database over this way; whoever uses it is to end first."""
        server = await asyncio.start_server(self._accept, "127.0.0.1")
        async with asyncio.TaskGroup() as self._pipes, server:
            here = self.there.set(host="127.0.0.1", port=server.sockets[0].getsockname()[1])
            yield here.render_as_string(hide_password=False)

    def cut(self) -> None:
        """Lose what is on its way to the database."""
        self.is_cut = True

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.opened += 1
        back, forth = await asyncio.open_connection(self.there.host, self.there.port)
        self._pipes.create_task(self._pipe(reader, forth, self.delay))
        self._pipes.create_task(self._pipe(back, writer))

    async def _pipe(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: float = 0
    ) -> None:
        with suppress(ConnectionError):
            while some := await reader.read(1 << 16):
                await asyncio.sleep(delay)
                if self.is_cut:
                    break
                writer.write(some)
                await writer.drain()
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
