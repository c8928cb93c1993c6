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
from reflected import schema, tables
from sqlalchemy import Connection, MetaData

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
        left = asyncio.run(over(package, lambda connection, _: tables(connection)))
        command.upgrade(config, "heads")
        after = asyncio.run(over(package, lambda connection, _: schema(connection)))
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
    return schema(connection)


main()
