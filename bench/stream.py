"""Measure the NDJSON export of a generated application: 500,000 rows, on PostgreSQL and on SQLite.

Goals: the process grows by less than 32 MiB over idle, and the first byte comes within 100 ms.
"""

import asyncio
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from serving import database, execute, make, of_project, serving
from workplace import command_line, environment, goal, options, run

GROWTH, FIRST = 32.0, 100.0  # MiB, milliseconds
LOOK = 1 << 20  # bytes between two looks at the memory
REQUEST = b"GET /posts/export HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
COLUMNS = "title, body, price, status, author_id, created_at, updated_at"
AUTHOR = """
INSERT INTO users (email, name, created_at, updated_at)
VALUES ('ada@example.org', 'Ada', '2026-01-01 00:00:00', '2026-01-01 00:00:00');
"""
VALUES = (
    "'Post ' || n, 'Some words of it.', 1, 'live', 1, '2026-01-01 00:00:00', '2026-01-01 00:00:00'"
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an export took: MiB, milliseconds, and how many lines there were in how many seconds."""

    growth: float
    first: float
    lines: int
    seconds: float


def main() -> None:
    """Make the project, fill its tables, and export them."""
    parser = command_line(__doc__)
    parser.add_argument("--rows", type=int, default=500_000)
    parser.add_argument("--only", choices=["postgresql", "sqlite"])
    arguments = options(parser, rows=2_000)
    with tempfile.TemporaryDirectory(prefix="scaffold-bench-") as name:
        folder = Path(name)
        variables = environment(folder)
        project = make(folder, variables)
        for kind, provided in (("postgresql", database), ("sqlite", lambda: file(folder))):
            if arguments.only in {None, kind}:
                with provided() as url:
                    own = of_project(project, variables, url)
                    run(project, own, sys.executable, "-m", "alembic", "upgrade", "heads")
                    fill(url, arguments.rows)
                    outcome = measure(project, own, arguments.rows)
                report(kind, outcome)


@contextmanager
def file(folder: Path) -> Iterator[str]:
    """Name a SQLite database in the folder."""
    yield f"sqlite:///{folder / 'blog.db'}"


def fill(url: str, rows: int) -> None:
    """Store so many posts."""
    insert = f"INSERT INTO posts ({COLUMNS}) SELECT {VALUES} FROM"  # our own words
    if url.startswith("postgresql"):
        asyncio.run(execute(url, f"{AUTHOR} {insert} generate_series(1, {rows}) n; ANALYZE;"))
        return
    numbers = f"WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {rows})"  # noqa: S608
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        connection.executescript(f"{AUTHOR} {numbers} {insert} s;")


def measure(project: Path, variables: dict[str, str], rows: int) -> Outcome:
    """Export all posts once, and look at the process meanwhile."""
    with serving(project, variables, "--factory", "blog.api.app:create_app") as (port, process):
        for _ in range(2):  # what is imported or prepared once is not what a stream costs
            export(port, process, at_most=100_000)
        idle = resident(process)
        outcome = export(port, process)
    if outcome.lines != rows:
        sys.exit(f"{outcome.lines} lines came of {rows} rows")
    return Outcome(outcome.growth - idle, outcome.first, outcome.lines, outcome.seconds)


def export(port: int, process: subprocess.Popen[bytes], at_most: int | None = None) -> Outcome:
    """Read the export, or its beginning; the growth is the largest size that was seen."""
    began = time.perf_counter()
    first, largest, received, looked, lines, cut = 0.0, 0.0, 0, 0, 0, b""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(REQUEST)
        begun = False
        while chunk := connection.recv(1 << 16):
            if not begun:
                head, found, chunk = chunk.partition(b"\r\n\r\n")
                if not head.startswith(b"HTTP/1.1 200"):
                    sys.exit(head.decode())
                begun = bool(found)
            if chunk and not first:
                first = (time.perf_counter() - began) * 1000
            received += len(chunk)
            lines += (cut + chunk).count(b"}\n")
            cut = b"}" if chunk.endswith(b"}") else b""
            if received - looked > LOOK:
                looked, largest = received, max(largest, resident(process))
            if at_most and received > at_most:
                break
    largest = max(largest, resident(process))
    return Outcome(largest, first, lines, time.perf_counter() - began)


def resident(process: subprocess.Popen[bytes]) -> float:
    """Return how much memory a process holds, in MiB."""
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
    (line,) = (line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def report(kind: str, outcome: Outcome) -> None:
    """Print what came of it, beside the goals."""
    rate = outcome.lines / outcome.seconds
    print(f"{kind}: {outcome.lines:,} rows in {outcome.seconds:.1f} s, {rate:,.0f} a second")
    for what, value, unit, most in (
        ("growth over idle", outcome.growth, "MiB", GROWTH),
        ("first byte", outcome.first, "ms", FIRST),
    ):
        print(
            f"  {what:<16} {value:6.1f} {unit:<3} {goal(f'{most:.0f} {unit}', is_met=value <= most)}"
        )


if __name__ == "__main__":
    main()
