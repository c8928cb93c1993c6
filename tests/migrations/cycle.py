"""Migrate a project up, down and up, and compare its schema with what its models would create.

Runs in a project, with its package importable. Takes pairs of URLs of empty databases: one to
migrate, one for `create_all`. Prints the schemas as JSON, and exits 1 when anything fails.
"""

import asyncio
import json
import os
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, MetaData, inspect, text

Result = TypeVar("Result")


def main() -> None:
    package, *urls = sys.argv[1:]
    schemas = []
    for migrated, created in zip(urls[::2], urls[1::2], strict=True):
        os.environ["DATABASE_URL"] = migrated
        config = Config("alembic.ini")
        command.upgrade(config, "heads")
        command.check(config)
        command.downgrade(config, "base")
        left = asyncio.run(over(package, tables))
        command.upgrade(config, "heads")
        after = asyncio.run(over(package, schema))
        os.environ["DATABASE_URL"] = created
        schemas.append(
            {
                "left": left,
                "migrated": after,
                "created": asyncio.run(over(package, create)),
            }
        )
    sys.stdout.write(json.dumps(schemas))


async def over(package: str, work: Callable[[Connection, str], Result]) -> Result:
    """Do the work over the project's own engine."""
    settings = import_module(f"{package}.settings").Settings()
    engine = import_module(f"{package}.persistence.database").create_engine(settings)
    try:
        async with engine.begin() as connection:
            done: Result = await connection.run_sync(work, package)
            return done
    finally:
        await engine.dispose()


def create(connection: Connection, package: str) -> dict[str, Any]:
    import_module(f"{package}.persistence.models")
    metadata: MetaData = import_module(f"{package}.persistence.base").Base.metadata
    metadata.create_all(connection)
    return schema(connection, package)


def tables(connection: Connection, _: str) -> list[str]:
    return sorted(set(inspect(connection).get_table_names()) - {"alembic_version"})


def schema(connection: Connection, package: str) -> dict[str, Any]:
    return {name: table(connection, name) for name in tables(connection, package)}


def table(connection: Connection, name: str) -> dict[str, Any]:
    """Return all that the database says of a table, in an order that does not depend on history."""
    inspector = inspect(connection)
    return {
        "columns": [
            column | {"type": repr(column["type"])} for column in inspector.get_columns(name)
        ],
        "primary key": inspector.get_pk_constraint(name),
        "foreign keys": by_name(inspector.get_foreign_keys(name)),
        "uniques": by_name(inspector.get_unique_constraints(name)),
        "indexes": by_name(inspector.get_indexes(name)),
        "checks": by_name(inspector.get_check_constraints(name)),
        "source": source(connection, name),
    }


def by_name(parts: list[Any]) -> list[Any]:
    return sorted(parts, key=lambda part: str(part["name"]))


def source(connection: Connection, name: str) -> list[str]:
    """Return the lines of the statement that makes the table, where the database keeps one."""
    match connection.dialect.name:
        case "sqlite":
            query = "SELECT sql FROM sqlite_master WHERE tbl_name = :name AND sql IS NOT NULL"
            made = connection.scalars(text(query), {"name": name}).all()
        case "mysql" | "mariadb":
            quoted = connection.dialect.identifier_preparer.quote(name)
            made = [row[1] for row in connection.execute(text(f"SHOW CREATE TABLE {quoted}"))]
        case _:
            query = """
                SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = to_regclass(:name)
                UNION ALL SELECT indexdef FROM pg_indexes WHERE tablename = :plain
            """
            quoted = connection.dialect.identifier_preparer.quote(name)
            made = connection.scalars(text(query), {"name": quoted, "plain": name}).all()
    return sorted(line.strip().rstrip(",") for part in made for line in part.splitlines())


main()
