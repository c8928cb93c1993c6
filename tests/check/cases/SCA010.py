"""Transactions that end while a stream is read."""
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession


async def streams(session: AsyncSession, other: AsyncSession, users, channel):
    async for user in await session.stream_scalars(select(users)):
        await session.commit()  # ! SCA010
        await other.commit()
    result = await session.stream(select(users))
    async for user in result.scalars():
        user.seen = True
        if user.bad:
            await session.rollback()  # ! SCA010
    async for part in result.scalars().partitions(100):
        await session.commit()  # ! SCA010
    async with session.stream(select(users)) as rows:
        async for row in rows:
            await session.commit()  # ! SCA010
    await session.commit()
    async for message in channel.stream():
        await session.commit()
    for user in await session.scalars(select(users)):
        await session.commit()
