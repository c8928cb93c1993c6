"""Lists as one statement, and counts that are not there."""
from collections.abc import Sequence
from itertools import batched

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession


async def store(session: AsyncSession, users, rows: list[dict], more: Sequence[dict], row: dict, name: str):
    await session.execute(insert(users).values(rows))  # ! SCA013
    await session.execute(upsert(users).values(more).on_conflict_do_nothing())  # ! SCA013
    await session.execute(insert(users).values([{"name": each} for each in rows]))  # ! SCA013
    found = []
    for each in rows:
        found.append({"name": each})
    statement = insert(users)
    await session.execute(statement.values(found))  # ! SCA013
    await session.execute(insert(users).values(row))
    await session.execute(insert(users).values(name=name))
    await session.execute(insert(users).values([{"name": "a"}, {"name": "b"}]))
    await session.execute(insert(users), rows)
    for chunk in batched(rows, 100):
        await session.execute(insert(users).values(list(chunk)))
    dict(rows).values()


async def count(session: AsyncSession, users, rows: list[dict], parameters: dict):
    result = await session.execute(insert(users), rows)
    print(result.rowcount)  # ! SCA017
    result = await session.execute(update(users).where(users.old))
    print(result.rowcount)
    result = await session.execute(delete(users).returning(users.id))
    print(result.rowcount)  # ! SCA017
    result = await session.execute(select(users))
    print(result.rowcount)  # ! SCA017
    print((await session.execute(update(users), [{"id": 1}])).rowcount)  # ! SCA017
    result = await session.execute(update(users), parameters)
    print(result.rowcount)
    query = delete(users)
    result = await session.execute(query)
    return result.rowcount
