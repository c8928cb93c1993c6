"""Times without a zone."""
import datetime as dt
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy import TIMESTAMP, Column, DateTime, Table, cast, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator):
    impl = DateTime


class Base(DeclarativeBase):
    pass


class Typed(DeclarativeBase):
    type_annotation_map = {datetime: DateTime(timezone=True)}


class User(Base):
    __tablename__ = "users"

    a: Mapped[datetime] = mapped_column(DateTime)  # ! SCA014
    b: Mapped[datetime] = mapped_column(sa.DateTime())  # ! SCA014
    c: Mapped[datetime | None]  # ! SCA014
    d: Mapped[datetime] = mapped_column(index=True)  # ! SCA014
    e = Column("e", TIMESTAMP)  # ! SCA014
    f: Mapped[datetime] = mapped_column(DateTime(timezone=False))  # ! SCA014
    g: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    h: Mapped[datetime] = mapped_column(DateTime(True))
    i: Mapped[datetime] = mapped_column(UtcDateTime)
    j: Mapped[dt.date]
    k: Mapped[datetime] = mapped_column(UtcDateTime(), default=datetime.utcnow)  # ! SCA014
    l: Mapped[datetime] = mapped_column(UtcDateTime(), default=lambda: datetime.now())  # ! SCA014
    m: Mapped[datetime] = mapped_column(UtcDateTime(), default=lambda: datetime.now(UTC))


class Post(Typed):
    __tablename__ = "posts"

    a: Mapped[datetime]


class Mixin:
    a: Mapped[datetime]


async def old(session: AsyncSession, users):
    limit = dt.datetime.now() - dt.timedelta(days=1)  # ! SCA014
    await session.execute(select(cast(users.a, DateTime)).where(users.a < limit))
    await session.execute(select(users).where(users.a < datetime.now(UTC)))


def duration(begin):
    return datetime.now() - begin
