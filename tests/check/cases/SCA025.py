"""What an IntegrityError is called, threads of SQLite, and sessions that block."""
import logging

from fastapi import HTTPException
from sqlalchemy import exc
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import Session

log = logging.getLogger()


async def add(session: AsyncSession, user, is_duplicate):
    try:
        await session.flush()
    except IntegrityError as error:  # ! SCA025
        log.warning("no", error)
        raise ValueError("user already exists") from error
    try:
        await session.flush()
    except exc.IntegrityError:  # ! SCA025
        raise HTTPException(409, f"{user} already exists")
    try:
        await session.flush()
    except IntegrityError as error:
        if is_duplicate(error):
            raise ValueError("user already exists") from error
        raise
    try:
        await session.flush()
    except IntegrityError as error:
        if "unique" in str(error.orig):
            raise ValueError("user already exists") from error
        raise
    try:
        await session.flush()
    except IntegrityError as error:
        raise ValueError("this breaks a rule of the database") from error
    try:
        await session.flush()
    except KeyError:
        raise ValueError("user already exists")


def engines(url, arguments, is_sqlite):
    create_async_engine(url, connect_args={"check_same_thread": False})  # ! SCA026
    given = {"check_same_thread": False}  # ! SCA026
    create_async_engine(url, connect_args=given)
    create_async_engine(url, connect_args={"check_same_thread": False} if is_sqlite else {})
    create_async_engine("sqlite+aiosqlite://", connect_args={"check_same_thread": False})
    create_async_engine(url, connect_args=arguments)


async def blocks(session: Session, user, engine, other: AsyncSession):
    session.add(user)
    session.commit()  # ! SCA027
    with Session(engine) as own:
        own.execute("SELECT 1")  # ! SCA027
    await other.commit()
    await session.execute("SELECT 1")

    def in_thread(connection: Session):
        connection.commit()

    await other.run_sync(lambda own: own.execute("SELECT 1"))


def waits(session: Session):
    session.commit()
