# path: src/shop/api/routes/orders.py
"""Bodies that read from what belongs to the request."""
from fastapi import Depends
from fastapi.responses import StreamingResponse
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from shop.ports import UnitOfWork


async def closure(work: UnitOfWork):
    async def lines():
        async for order in work.orders.stream():
            yield order

    return StreamingResponse(lines())  # ! SCA016


async def argument(session: AsyncSession, lines):
    return StreamingResponse(lines(session), media_type="text/csv")  # ! SCA016


async def named(session: AsyncSession, lines):
    body = lines(session)
    return StreamingResponse(content=body)  # ! SCA016


async def own(factory: async_sessionmaker[AsyncSession], lines):
    async def rows():
        async with factory() as session:
            async for row in lines(session):
                yield row

    return StreamingResponse(rows())


async def checked(work: UnitOfWork, lines):
    await work.users.get(1)
    return StreamingResponse(lines())
