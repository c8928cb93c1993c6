# path: src/shop/services/order.py
"""Sessions that services and the application keep."""
from dataclasses import dataclass

from shop.ports import UnitOfWork
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker  # ! SCA005


class OrderService:
    def __init__(self, session: AsyncSession, client):
        self._session = session  # ! SCA004
        self._client = client


@dataclass
class Billing:
    session: AsyncSession  # ! SCA004
    work: UnitOfWork
    rate: int


class Hidden:
    def __init__(self, factory: async_sessionmaker[AsyncSession]) -> None:
        self.factory: async_sessionmaker[AsyncSession] = factory  # ! SCA004


    async def pay(self, order):
        async with self.factory() as session:  # ! SCA004
            session.add(order)
        async with self.factory.begin() as session:  # ! SCA004
            session.add(order)


async def pay(factory: async_sessionmaker[AsyncSession], engine, order):
    async with factory() as session:  # ! SCA004
        session.add(order)
    async with AsyncSession(engine, expire_on_commit=False) as session:  # ! SCA004
        session.add(order)


class Honest:
    def __init__(self, work: UnitOfWork) -> None:
        self._work = work


class OrderRepository:
    def __init__(self, session: AsyncSession, factory: async_sessionmaker[AsyncSession]) -> None:
        self._session = session
        self._factory = factory

    async def store(self, order):
        async with self._factory() as session:
            session.add(order)


async def start(app, factory: async_sessionmaker[AsyncSession]):
    app.state.factory = factory
    app.state.session = factory()  # ! SCA004
