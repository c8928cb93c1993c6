"""Send requests over HTTP for a while, as fast as they are answered; a process of its own.

Prints one JSON object: how many were answered, how many of these not with 2xx, and in how many seconds.
"""

import asyncio
import json
import random
import re
import sys
import time
from dataclasses import dataclass, field

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass(slots=True)
class Load:
    """What to send, until when, and what came of it."""

    method: str
    path: str
    body: str
    largest: int
    until: float
    answered: int = 0
    failed: int = 0
    first_failure: str = ""
    numbers: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311

    def request(self) -> bytes:
        """Return the next request; `{number}` in its path becomes another number each time."""
        path = self.path.replace("{number}", str(self.numbers.randint(1, self.largest)))
        head = f"{self.method} {path} HTTP/1.1\r\nHost: localhost\r\n"
        if self.body:
            head += f"Content-Type: application/json\r\nContent-Length: {len(self.body)}\r\n"
        return f"{head}\r\n{self.body}".encode()


class Connection(asyncio.Protocol):
    """One client that sends a request when the one before it is answered."""

    def __init__(self, load: Load) -> None:
        self.load = load
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101
        self.transport = transport
        transport.write(self.load.request())

    def data_received(self, data: bytes) -> None:
        """Count an answer when it is complete, and go on."""
        self.received += data
        head, separator, body = self.received.partition(b"\r\n\r\n")
        if not separator:
            return
        length = LENGTH.search(head)
        if len(body) < (int(length[1]) if length else 0):
            return
        self.load.answered += 1
        if head[9:10] != b"2":
            self.load.failed += 1
            self.load.first_failure = self.load.first_failure or self.received.decode()[:500]
        self.received = b""
        if time.perf_counter() < self.load.until:
            self.transport.write(self.load.request())
        else:
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        if not self.done.done():
            self.done.set_result(None)
        if exc:
            self.load.failed += 1
            self.load.first_failure = self.load.first_failure or str(exc)


async def send(load: Load, port: int, connections: int) -> None:
    """Send over this many connections until the time is over."""
    loop = asyncio.get_running_loop()
    clients = [
        (await loop.create_connection(lambda: Connection(load), "127.0.0.1", port))[1]
        for _ in range(connections)
    ]
    await asyncio.gather(*(client.done for client in clients))


def main() -> None:
    """Read what to do as JSON from the first argument, and print what came of it."""
    wanted = json.loads(sys.argv[1])
    port, connections = wanted.pop("port"), wanted.pop("connections")
    began = time.perf_counter()
    load = Load(until=began + wanted.pop("seconds"), **wanted)
    asyncio.run(send(load, port, connections))
    took = time.perf_counter() - began
    outcome = {"answered": load.answered, "failed": load.failed, "seconds": took}
    print(json.dumps({**outcome, "first_failure": load.first_failure}))


if __name__ == "__main__":
    main()
