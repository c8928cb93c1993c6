# path: src/shop/persistence/repositories/user.py
"""Repositories that end transactions."""
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession as Session
from sqlalchemy.ext.asyncio import async_sessionmaker


class Base:
    def __init__(self, session: Session):
        self.session = session


class UserRepository(Base):
    async def add(self, user):
        self.session.add(user)
        await self.session.commit()  # ! SCA003

    async def remove(self, user):
        await self.session.delete(user)
        await self.session.flush()

    async def undo(self):
        db = self.session
        await self.session.rollback()  # ! SCA003
        await self.session.close()  # ! SCA003

    async def move(self):
        async with self.session.begin():  # ! SCA003
            pass
        async with self.session.begin_nested():
            pass


@dataclass
class Posts:
    session: "Session"

    async def add(self, post):
        await self.session.commit()  # ! SCA003


class OwnRepository:
    def __init__(self, factory: async_sessionmaker[Session]):
        self.factory = factory

    async def add(self, user):
        async with self.factory() as session:
            session.add(user)
            await session.commit()


class SqlUnitOfWork:
    def __init__(self, session: Session):
        self.session = session

    async def commit(self):
        await self.session.commit()


async def create(session: Session, user):
    session.add(user)
    await session.commit()  # ! SCA003


async def post(channel):
    await channel.commit()
