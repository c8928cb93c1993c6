"""What is read first and written later."""
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shop.models import Account, User


class Base(DeclarativeBase):
    pass


class Versioned(Base):
    __tablename__ = "versioned"

    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


async def pay(session: AsyncSession, key, amount, other):
    account = await session.get(Account, key)
    account.balance -= amount  # ! SCA023
    found = await session.scalar(select(Account).where(Account.id == key))
    found.balance += amount  # ! SCA023
    locked = await session.get(Account, key, with_for_update=True)
    locked.balance -= amount
    held = await session.scalar(select(Account).with_for_update())
    held.balance -= amount
    versioned = await session.get(Versioned, key)
    versioned.balance -= amount
    account.name += "!"
    account.balance = 3
    other.balance -= amount


async def upsert(session: AsyncSession, email):
    user = await session.scalar(select(User).where(User.email == email))
    if user:  # ! SCA024
        user.name = "Ada"
    else:
        session.add(User(email=email))


async def early(session: AsyncSession, email):
    result = await session.execute(select(User).where(User.email == email))
    user = result.scalar_one_or_none()
    if user is not None:  # ! SCA024
        user.name = "Ada"
        return user
    user = User(email=email)
    session.add(user)
    return user


async def careful(session: AsyncSession, email):
    user = await session.scalar(select(User).where(User.email == email))
    if not user:
        try:
            session.add(User(email=email))
        except IntegrityError:
            pass
    else:
        user.name = "Ada"


async def refused(session: AsyncSession, email):
    user = await session.scalar(select(User).where(User.email == email))
    if user:
        raise ValueError(email)
    session.add(User(email=email))


async def other(session: AsyncSession, email):
    user = await session.scalar(select(User).where(User.email == email))
    if user:
        user.name = "Ada"
    else:
        session.add(Account())
