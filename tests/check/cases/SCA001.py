"""Engines and sessions made at import."""
import sqlalchemy.ext.asyncio as aio
from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import AsyncSession as Session
from sqlalchemy.ext.asyncio import async_engine_from_config, async_sessionmaker, create_async_engine as make

engine = make("sqlite+aiosqlite://")  # ! SCA001
second = aio.create_async_engine("sqlite+aiosqlite://")  # ! SCA001
third = async_engine_from_config({})  # ! SCA001
factory = async_sessionmaker(engine, expire_on_commit=False)
session = factory()  # ! SCA001
other = Session(engine, expire_on_commit=False)  # ! SCA001
blocking = create_engine("sqlite://")

try:
    fourth = make("sqlite+aiosqlite://")  # ! SCA001
except ImportError:
    fourth = None


class Database:
    engine = make("sqlite+aiosqlite://")  # ! SCA001

    def __init__(self):
        self.engine = make("sqlite+aiosqlite://")


def create(engine=make("sqlite+aiosqlite://")):  # ! SCA001
    return make("sqlite+aiosqlite://")


later = lambda: make("sqlite+aiosqlite://")

if __name__ == "__main__":
    own = make("sqlite+aiosqlite://")
