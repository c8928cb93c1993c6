"""Factories and sessions that expire."""
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import sessionmaker


def factories(engine, options, expires):
    async_sessionmaker(engine)  # ! SCA002
    async_sessionmaker[AsyncSession](engine)  # ! SCA002
    async_sessionmaker(engine, expire_on_commit=True)  # ! SCA002
    sessionmaker(engine, class_=AsyncSession)  # ! SCA002
    async_sessionmaker(engine, expire_on_commit=False)
    async_sessionmaker(engine, expire_on_commit=expires)
    async_sessionmaker(engine, **options)
    sessionmaker(engine)


async def store(engine, user):
    async with AsyncSession(engine) as session:  # ! SCA002
        session.add(user)
        await session.commit()


async def delegate(engine, use):
    async with AsyncSession(engine) as session:  # ! SCA002
        await use(session)


async def look(engine, query):
    async with AsyncSession(engine) as session:
        return (await session.scalars(query)).all()
