"""Migrate tables with rows up, down and up, and tell what the databases have after each step.

Runs in a project without entities, for its environment. Takes a JSON file of scenarios, each with
a folder of revisions, one that makes the new tables from nothing, and rows; and URLs of empty
databases. Prints, for each scenario and database, schemas and rows as JSON.
"""

# ruff: noqa: S307 (the sources come from the test)

import asyncio
import datetime as dt
import json
import os
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from blog.persistence.database import create_engine  # type: ignore[import-not-found]
from blog.settings import Settings  # type: ignore[import-not-found]
from reflected import schema, tables
from sqlalchemy.dialects import mysql, postgresql

Result = TypeVar("Result")
NAMES = {
    "sa": sa,
    "mysql": mysql,
    "postgresql": postgresql,
    "dt": dt,
    "Decimal": Decimal,
    "UUID": UUID,
}


def main() -> None:
    file, *urls = sys.argv[1:]
    scenarios = json.loads(Path(file).read_text(encoding="utf-8"))
    told = [[run(scenario, url) for url in urls] for scenario in scenarios]
    sys.stdout.write(json.dumps(told))


def run(scenario: dict[str, Any], url: str) -> dict[str, Any]:
    """Return what there is to tell; what a step raises ends the scenario, and is told."""
    os.environ["DATABASE_URL"] = url
    told: dict[str, Any] = {}
    try:
        take_steps(scenario, told)
    except Exception as error:  # noqa: BLE001  # whatever it is
        told["refused"] = f"{type(error).__name__}: {error}"
        told["rows after"] = over(rows)
        over(empty)
    return told


def take_steps(scenario: dict[str, Any], told: dict[str, Any]) -> None:
    steps, anew = (config(scenario[key]) for key in ("steps", "anew"))
    command.upgrade(anew, "heads")
    told["created"] = over(schema)
    command.downgrade(anew, "base")
    command.upgrade(steps, scenario["first"])
    told["old"] = over(schema)
    over(lambda connection: fill(connection, scenario["rows"]))
    told["old rows"] = over(rows)
    command.upgrade(steps, "heads")
    told["new"], told["new rows"] = over(schema), over(rows)
    command.downgrade(steps, scenario["first"])
    told["old again"], told["old rows again"] = over(schema), over(rows)
    command.upgrade(steps, "heads")
    told["new again"], told["new rows again"] = over(schema), over(rows)
    command.downgrade(steps, "base")
    told["left"] = over(tables)


def config(versions: str) -> Config:
    made = Config("alembic.ini")
    made.set_main_option("version_locations", versions)
    return made


def over(work: Callable[[sa.Connection], Result]) -> Result:
    """Do the work over the project's own engine."""

    async def run() -> Result:
        engine = create_engine(Settings())
        try:
            async with engine.begin() as connection:
                done: Result = await connection.run_sync(work)
                return done
        finally:
            await engine.dispose()

    return asyncio.run(run())


def fill(connection: sa.Connection, given: list[dict[str, Any]]) -> None:
    """Insert rows; their values are Python source, by dialect where they differ."""
    for item in given:
        columns = [sa.column(name, eval(kind, NAMES)) for name, kind in item["columns"].items()]
        table = sa.table(item["table"], *columns)
        for row in item["rows"]:
            values = {name: chosen(connection, sources) for name, sources in row.items()}
            connection.execute(table.insert().values(values))
    if connection.dialect.name == "postgresql":
        count_on(connection, [item["table"] for item in given])


def chosen(connection: sa.Connection, sources: list[list[str | None]]) -> object:
    name = connection.dialect.name
    for source, dialect in sources:
        if dialect is None or dialect == name or (dialect[0] == "!" and dialect[1:] != name):
            return eval(source or "None", NAMES)
    return None


def count_on(connection: sa.Connection, names: list[str]) -> None:
    """Let the sequences go on behind the keys that were given."""
    for name in names:
        quoted = connection.dialect.identifier_preparer.quote(name)
        key = sa.inspect(connection).get_pk_constraint(name)["constrained_columns"][0]
        sequence = connection.scalar(
            sa.text("SELECT pg_get_serial_sequence(:table, :key)"), {"table": quoted, "key": key}
        )
        if sequence:
            connection.execute(sa.text("SELECT setval(:name, 1000)"), {"name": sequence})


def rows(connection: sa.Connection) -> dict[str, list[dict[str, str]]]:
    """Return what the tables hold, each value as Python shows it."""
    found = {}
    for name in tables(connection):
        table = sa.Table(name, sa.MetaData(), autoload_with=connection, resolve_fks=False)
        listed = connection.execute(sa.select(table).order_by(*table.primary_key)).mappings()
        found[name] = [{key: shown(value) for key, value in row.items()} for row in listed]
    return found


def shown(value: object) -> str:
    """Write a value in the same way whatever the database makes of it."""
    if isinstance(value, bool | Decimal | float):
        number = Decimal(str(value * 1)).normalize()
        return f"{number:f}"
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None).isoformat()
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, dt.timedelta):
        return str(value // dt.timedelta(microseconds=1))
    return str(value)


def empty(connection: sa.Connection) -> None:
    """Drop whatever there is, after a revision that was refused."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    metadata = sa.MetaData()
    metadata.reflect(connection)
    metadata.drop_all(connection)


if __name__ == "__main__":
    main()
