"""What happens after a dependency's yield, and in exits."""
from contextlib import asynccontextmanager

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

factory: async_sessionmaker[AsyncSession]


async def get_session():
    async with factory() as session:
        yield session
        await session.commit()  # ! SCA018


async def get_begun():
    async with factory.begin() as session:  # ! SCA018
        yield session


async def get_nested():
    async with factory() as session, session.begin():  # ! SCA018
        yield session


async def get_plain():
    async with factory() as session:
        await session.commit()
        yield session


@asynccontextmanager
async def transaction():
    async with factory() as session:
        yield session
        await session.commit()


@pytest.fixture
async def session():
    async with factory.begin() as session:
        yield session


async def rows():
    async with factory() as session:
        for row in range(3):
            yield row
        await session.commit()


class Leaking:
    def __init__(self, session: AsyncSession):
        self.session = session

    async def __aexit__(self, *error):
        await self.session.commit()  # ! SCA019
        await self.session.close()


class Closing(Leaking):
    async def __aexit__(self, *error):
        try:
            await self.session.commit()
        finally:
            await self.session.close()


class Delegating(Leaking):
    async def __aexit__(self, *error):
        await self.session.commit()
        await self.session.__aexit__(*error)
