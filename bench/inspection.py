"""Look into single requests of a generated application, in its folder: their statements, or a profile.

inspection.py statements|profile TIMES '["name", "GET", "/posts/1", ""]' ...
"""

import asyncio
import cProfile
import json
import pstats
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

from blog.api.app import create_app  # type: ignore[import-not-found]  # the project of the folder
from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from starlette.types import ASGIApp as Application
from starlette.types import Receive, Scope, Send

BUILT_IN = "~"
LAYERS = {
    "fastapi": "FastAPI and Starlette",
    "starlette": "FastAPI and Starlette",
    "pydantic": "Pydantic",
    "sqlalchemy": "SQLAlchemy",
    "asyncpg": "asyncpg",
}


def main() -> None:
    """Print what is asked for."""
    look = {"statements": statements, "profile": profile}[sys.argv[1]]
    asyncio.run(with_application(look))


async def with_application(look: Callable[[Application], Awaitable[None]]) -> None:
    """Start the application in this process."""
    app = create_app()
    async with app.router.lifespan_context(app) as state:

        async def with_state(scope: Scope, receive: Receive, send: Send) -> None:
            await app({**scope, "state": dict(state)}, receive, send)

        await look(with_state)


async def statements(app: Application) -> None:
    """Print how many statements each request sends, with those that begin and end a transaction."""
    sent: list[str] = []
    event.listen(Engine, "before_cursor_execute", lambda *arguments: sent.append(arguments[2]))

    @event.listens_for(Engine, "connect")
    def listen_to_driver(connection: DBAPIConnection, _entry: object) -> None:
        # It tells of what is not prepared: of BEGIN, COMMIT and ROLLBACK, where they are really sent.
        connection.driver_connection.add_query_logger(lambda one: sent.append(one.query))

    for name, method, path, body in map(json.loads, sys.argv[3:]):
        for _ in range(int(sys.argv[2])):  # the first one also sets up its connection
            sent.clear()
            await call(app, method, path, body)
        words = Counter(statement.split()[0].strip(";").upper() for statement in sent)
        print(f"  {name:28}{', '.join(f'{count} {word}' for word, count in words.items())}")


async def profile(app: Application) -> None:
    """Print which layers take how much of the time of a request, without that of waiting."""
    times = int(sys.argv[2])
    for name, method, path, body in map(json.loads, sys.argv[3:]):
        await call(app, method, path, body)
        profiler = cProfile.Profile()
        profiler.enable()
        for _ in range(times):
            await call(app, method, path, body)
        profiler.disable()
        shares = shares_of(pstats.Stats(profiler))
        total = sum(shares.values())
        print(f"\nprofile of {name}: {total / times * 1e6:.0f} us a request with the profiler on")
        for layer, seconds in shares.most_common():
            print(f"  {layer:28}{seconds / total:6.1%}")


def shares_of(stats: pstats.Stats) -> Counter[str]:
    """Return the seconds of each layer: what is built in counts for those that call it."""
    shares: Counter[str] = Counter()
    for (file, _, function), (_, _, seconds, _, callers) in stats.stats.items():  # type: ignore[attr-defined]
        if file != BUILT_IN:
            shares[layer_of(file)] += seconds
        elif "of 'select." not in function:
            for (caller, _, _), numbers in callers.items():
                shares[layer_of(caller)] += numbers[2]
    return shares


async def call(app: Application, method: str, path: str, body: str) -> None:
    """Send a request that must succeed, past any client or server."""
    route, _, query = path.partition("?")
    headers = [(b"host", b"bench"), (b"content-type", b"application/json")]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": route,
        "raw_path": route.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": [*headers, (b"content-length", str(len(body)).encode())],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 2),
    }

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": body.encode(), "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        status = message.get("status", 200)
        if status >= 300:  # noqa: PLR2004  # not a success
            sys.exit(f"{method} {path}: {status}")

    await app(scope, receive, send)


def layer_of(file: str) -> str:
    """Return the layer that a file belongs to."""
    parts = Path(file).parts
    if "site-packages" in parts:
        package = parts[parts.index("site-packages") + 1]
        return LAYERS.get(package, "other packages")
    if "blog" in parts:
        return "the project"
    return "asyncio and its sockets" if "asyncio" in parts else "the rest of Python"


if __name__ == "__main__":
    main()
