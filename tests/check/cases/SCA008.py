"""Queries in loops."""
from itertools import batched

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from shop.ports import UnitOfWork


async def found(session: AsyncSession, users, keys, factory: async_sessionmaker[AsyncSession]):
    for key in keys:
        await session.get(users, key)  # ! SCA008
    for key in keys:
        query = select(users).where(users.id == key)
        await session.execute(query)  # ! SCA008
    for key in keys:
        session.add(key)
        await session.refresh(key)  # ! SCA008
    some = [await session.scalar(select(users).where(users.id == key)) for key in keys]  # ! SCA008
    for name in keys:
        await session.execute(insert(users).values(name=name))  # ! SCA008


async def works(work: UnitOfWork, keys):
    for key in keys:
        await work.users.get(key)  # ! SCA008
    for key in keys:
        await work.mail.send(key)


async def fine(session: AsyncSession, users, keys, factory: async_sessionmaker[AsyncSession], cache):
    for chunk in batched(keys, 100):
        await session.execute(select(users).where(users.id.in_(chunk)))
    for attempt in range(3):
        await session.execute(select(users).where(users.id == attempt))
    while True:
        await session.execute(select(users))
    for key in keys:
        async with factory() as own:
            await own.get(users, key)
    for key in keys:
        if key.wanted:
            return await session.get(users, key)
    for key in await session.scalars(select(users)):
        print(key)
    for table in ("one", "two"):
        await session.execute(select(table))
    for key in keys:
        await session.execute(select(users))
    for key in keys:
        await cache.get(key)
    rows = [row for row in await session.execute(select(users).where(users.id.in_(keys)))]
