"""Dependencies in the thread pool."""
from typing import Annotated

from fastapi import Depends, HTTPException, Request


def tenant(request: Request) -> str:  # ! SCA012
    if "tenant" not in request.headers:
        raise HTTPException(401)
    return request.headers["tenant"].lower()


async def user(request: Request) -> str:
    return request.state.user


def config(request: Request) -> str:
    with open("config") as file:
        return file.read()


def stored(request: Request) -> str:
    return request.app.state.database.load("user")


def connection(request: Request):
    yield request.state.connection


class Page:
    def __init__(self, size: int = 10) -> None:
        self.size = size


async def home(
    a: Annotated[str, Depends(tenant)],
    b: Annotated[str, Depends(user)],
    c: Annotated[str, Depends(config)],
    d: Annotated[str, Depends(stored)],
    e: Annotated[str, Depends(connection)],
    f: Annotated[Page, Depends(Page)],
) -> None:
    pass
