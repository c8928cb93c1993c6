# path: tests/conftest.py
"""Sessions of tests."""
import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker


@pytest.fixture
async def session(engine):
    async with AsyncSession(engine) as session:  # ! SCA002
        yield session


@pytest.fixture
def factory(engine):
    return async_sessionmaker(engine)  # ! SCA002


async def test_store(engine, user, store):
    async_sessionmaker(engine)
    async with AsyncSession(engine) as session:
        await store(session, user)
        await session.commit()
