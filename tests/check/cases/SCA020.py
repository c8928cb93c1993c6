"""Commits inside what commits, and tables made at start-up."""
from contextlib import asynccontextmanager

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from shop.database import Base, engine

app = FastAPI()


async def inside(session: AsyncSession, factory: async_sessionmaker[AsyncSession], user):
    async with session.begin():
        await session.commit()  # ! SCA020
    async with factory.begin() as own:
        await own.rollback()  # ! SCA020
    async with factory() as other, other.begin():
        if user:
            await other.commit()  # ! SCA020
    async with session.begin_nested() as savepoint:
        await savepoint.rollback()
    async with factory() as last:
        await last.commit()


@asynccontextmanager
async def lifespan(app):
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)  # ! SCA021
    await create_tables()
    yield


async def create_tables():
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)  # ! SCA021


@app.on_event("startup")
async def begin():
    await engine.run_sync(Base.metadata.create_all)  # ! SCA021


async def command():
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
