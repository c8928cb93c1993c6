"""Dependencies that keep a session until the response has been sent."""
from collections.abc import AsyncGenerator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from shop.persistence import SqlUnitOfWork


async def get_session(request: Request) -> AsyncGenerator[AsyncSession]:
    async with request.state.factory() as session:
        yield session


async def get_work(factory: Annotated[async_sessionmaker[AsyncSession], Depends(lambda: None)]):
    async with SqlUnitOfWork(factory) as work:
        yield work


async def get_factory(request: Request):
    return request.state.factory


async def get_client(request: Request):
    async with request.state.client() as client:
        yield client


Session = Annotated[AsyncSession, Depends(get_session)]  # ! SCA011
Short = Annotated[AsyncSession, Depends(get_session, scope="function")]
Factory = Annotated[async_sessionmaker, Depends(get_factory)]
Client = Annotated[object, Depends(get_client)]


async def endpoint(work=Depends(get_work)):  # ! SCA011
    pass
