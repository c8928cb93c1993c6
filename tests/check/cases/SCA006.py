"""Sessions that several tasks use."""
import asyncio
from asyncio import TaskGroup, gather

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from shop.ports import UnitOfWork


async def two(session: AsyncSession, one, other, load):
    await asyncio.gather(session.execute(one), session.execute(other))  # ! SCA006
    await gather(load(session, 1), load(2, session=session))  # ! SCA006
    await asyncio.gather(load(session), load(None))
    await session.execute(one)


async def many(work: UnitOfWork, keys, load):
    await asyncio.gather(*[work.users.get(key) for key in keys])  # ! SCA006
    await asyncio.gather(*(load(work, key) for key in keys))  # ! SCA006
    jobs = [load(work, key) for key in keys]
    await asyncio.gather(*jobs)  # ! SCA006
    later = []
    for key in keys:
        later.append(load(work, key))
    await asyncio.gather(*later)  # ! SCA006
    await asyncio.gather(work.users.get(1), work.posts.get(1))  # ! SCA006


async def tasks(session: AsyncSession, keys, load):
    async with TaskGroup() as group:
        for key in keys:
            group.create_task(load(session, key))  # ! SCA006
    one = asyncio.create_task(load(session, 1))
    two = asyncio.create_task(load(session, 2))  # ! SCA006


async def apart(factory: async_sessionmaker[AsyncSession], keys, load):
    async def alone(key):
        async with factory() as session:
            await load(session, key)

    await asyncio.gather(*[alone(key) for key in keys])
    await asyncio.gather(*[load(factory, key) for key in keys])
    async with TaskGroup() as group:
        for key in keys:
            session = factory()
            group.create_task(load(session, key))


async def sessions(pool: list[AsyncSession], load):
    await asyncio.gather(*[load(session) for session in pool])
