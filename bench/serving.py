"""What the measurements of a running application share: its database, its process, its requests."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from urllib.parse import urlsplit

import asyncpg

from workplace import REPOSITORY, blog

SERVER = os.environ.get(
    "SCAFFOLD_TEST_POSTGRESQL_URL", "postgresql://postgres@127.0.0.1:5432/postgres"
).replace("postgresql+asyncpg:", "postgresql:")
ENTITIES = (
    ("User", "email:email:unique", "name:str,80"),
    (
        "Post",
        "title:str,200:index",
        "body:text",
        "price:decimal,10,2:default=0",
        "status:enum,draft,live:default=draft",
        "author:User",
    ),
)
START_SECONDS = 30


def make(folder: Path, variables: dict[str, str], tree: Path = REPOSITORY) -> Path:
    """Make the project with the entities from a working tree."""
    return blog(folder, variables, ENTITIES, tree)


def of_project(project: Path, variables: dict[str, str], url: str) -> dict[str, str]:
    """Return the environment of the project on a database."""
    paths = os.pathsep.join(str(project / part) for part in ("src", "."))
    url = url.replace("postgresql:", "postgresql+asyncpg:").replace("sqlite:", "sqlite+aiosqlite:")
    return {**variables, "PYTHONPATH": paths, "DATABASE_URL": url}


@contextmanager
def database() -> Iterator[str]:
    """Make an empty database on the server, and drop it at the end."""
    name = f"scaffold_bench_{os.getpid()}_{token_hex(2)}"
    try:
        asyncio.run(execute(SERVER, f"CREATE DATABASE {name}"))
    except OSError as error:
        sys.exit(f"no PostgreSQL at {urlsplit(SERVER).hostname}: {error}")
    try:
        yield urlsplit(SERVER)._replace(path=f"/{name}").geturl()
    finally:
        asyncio.run(execute(SERVER, f"DROP DATABASE {name} WITH (FORCE)"))


async def execute(url: str, statements: str) -> None:
    """Run statements."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statements)
    finally:
        await connection.close()


async def fetch(url: str, query: str) -> int:
    """Return a number that a query finds."""
    connection = await asyncpg.connect(url)
    try:
        return int(await connection.fetchval(query))
    finally:
        await connection.close()


@contextmanager
def serving(
    folder: Path, variables: dict[str, str], *application: str
) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """Run an application with uvicorn, and return its port and process once it listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ("--port", str(port), "--no-access-log", "--log-level", "warning")
    command = [sys.executable, "-m", "uvicorn", *options, *application]
    with subprocess.Popen(command, cwd=folder, env=variables) as process:
        try:
            _wait_for(port, process)
            yield port, process
        finally:
            process.terminate()


def processor_time(process: subprocess.Popen[bytes]) -> float:
    """Return how many seconds of processor time a process took so far, by itself and for it in the kernel."""
    status = (
        Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    )
    return (int(status[11]) + int(status[12])) / os.sysconf("SC_CLK_TCK")


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    sys.exit("an application did not start")
