"""Load Chinook through a project's repositories, read it back through them, and compare.

Runs in the project, with its package importable and DATABASE_URL naming a migrated database.
Takes the path of the original SQLite file, and prints how many rows came back equal, by table.
"""

import asyncio
import json
import re
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal
from importlib import import_module
from typing import Any

from chinook.persistence.database import (  # type: ignore[import-not-found]
    create_engine,
    create_session_factory,
)
from chinook.persistence.unit_of_work import SqlUnitOfWork  # type: ignore[import-not-found]
from chinook.settings import Settings  # type: ignore[import-not-found]
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

# Each table after those it refers to: its repository, and what its keys refer to.
TABLES: dict[str, tuple[str, dict[str, str]]] = {
    "Artist": ("artists", {}),
    "Album": ("albums", {"ArtistId": "Artist"}),
    "Genre": ("genres", {}),
    "MediaType": ("media_types", {}),
    "Track": (
        "tracks",
        {"AlbumId": "Album", "MediaTypeId": "MediaType", "GenreId": "Genre"},
    ),
    "Playlist": ("playlists", {}),
    "Employee": ("employees", {"ReportsTo": "Employee"}),
    "Customer": ("customers", {"SupportRepId": "Employee"}),
    "Invoice": ("invoices", {"CustomerId": "Customer"}),
    "InvoiceLine": ("invoice_lines", {"InvoiceId": "Invoice", "TrackId": "Track"}),
}
RENAMED = {"Bytes": "size_in_bytes"}  # `bytes` is a type of Python
Row = dict[str, Any]
Keys = dict[str, dict[int, Any]]


def snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def attribute(table: str, column: str) -> str:
    """Return what a column of the original is called in the project."""
    if column == f"{table}Id":
        return "id"
    name = RENAMED.get(column) or snake(column)
    return name if column not in TABLES[table][1] or name.endswith("_id") else f"{name}_id"


def value(kind: str, found: object) -> object:
    """Return what SQLite keeps as the type that its column declares."""
    if found is None:
        return None
    if kind.startswith("NUMERIC"):
        return Decimal(str(found)).quantize(Decimal("0.01"))
    return datetime.fromisoformat(str(found)).replace(tzinfo=UTC) if kind == "DATETIME" else found


def original(path: str) -> dict[str, list[Row]]:
    """Read all rows, with the project's names for the columns."""
    connection = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    tables = {}
    for table in TABLES:
        kinds = {
            name: kind for _, name, kind, *_ in connection.execute(f'PRAGMA table_info("{table}")')
        }
        rows = connection.execute(f'SELECT * FROM "{table}" ORDER BY 1')  # noqa: S608
        tables[table] = [
            {
                attribute(table, name): value(kind, found)
                for (name, kind), found in zip(kinds.items(), row, strict=True)
            }
            for row in rows
        ]
    connection.close()
    return tables


def batches(table: str, rows: list[Row], keys: Keys) -> Iterator[list[Row]]:
    """Give rows whose references are stored by then: those to the same table come in several rounds."""
    own = [attribute(table, column) for column, to in TABLES[table][1].items() if to == table]
    while rows:
        ready = [
            row
            for row in rows
            if all(row[name] is None or row[name] in keys[table] for name in own)
        ]
        yield ready
        rows = [row for row in rows if row not in ready]


def mapped(table: str, row: Row, keys: Keys) -> Row:
    """Return the row with the references that the project gave."""
    references = {attribute(table, column): to for column, to in TABLES[table][1].items()}
    return {
        name: keys[references[name]][found] if name in references and found is not None else found
        for name, found in row.items()
        if name != "id"
    }


async def store(tables: dict[str, list[Row]], factory: async_sessionmaker[AsyncSession]) -> Keys:
    """Store all rows in one unit of work a table, and return the new key of each old one."""
    keys: Keys = {table: {} for table in TABLES}
    for table, rows in tables.items():
        new = getattr(import_module(f"chinook.domain.{snake(table)}"), f"New{table}")
        async with SqlUnitOfWork(factory) as work:
            repository = getattr(work, TABLES[table][0])
            for batch in batches(table, rows, keys):
                stored = await repository.add_many(
                    [new(**mapped(table, row, keys)) for row in batch]
                )
                keys[table] |= {row["id"]: one.id for row, one in zip(batch, stored, strict=True)}
            await work.commit()
    return keys


async def read(table: str, factory: async_sessionmaker[AsyncSession]) -> list[Row]:
    """Read the whole table, a page at a time."""
    found: list[Row] = []
    async with SqlUnitOfWork(factory) as work:
        repository = getattr(work, TABLES[table][0])
        page = await repository.page(limit=100)
        found += map(asdict, page.items)
        while page.next is not None:
            page = await repository.page(after=page.next, limit=100)
            found += map(asdict, page.items)
        assert await repository.count() == len(found)
    return found


def exact(row: Row) -> list[tuple[str, str]]:
    """Return a row so that 1, 1.0, 1.00 and True differ, and so do equal moments in two zones."""
    return sorted((name, repr(found)) for name, found in row.items())


async def main() -> None:
    tables = original(sys.argv[1])
    engine = create_engine(Settings())
    factory = create_session_factory(engine)
    keys = await store(tables, factory)
    for table, rows in tables.items():
        expected = [
            exact({**mapped(table, row, keys), "id": keys[table][row["id"]]}) for row in rows
        ]
        found = [exact(row) for row in await read(table, factory)]
        assert sorted(found) == sorted(expected), table
        assert len(set(keys[table].values())) == len(rows), table
    await engine.dispose()
    sys.stdout.write(json.dumps({table: len(rows) for table, rows in tables.items()}))


asyncio.run(main())
