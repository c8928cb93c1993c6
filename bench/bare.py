"""The other side of `app.py`: the same three endpoints in bare FastAPI and asyncpg, without layers.

Nothing is checked that the database does not check, and nothing is told apart: what is left is what
FastAPI, pydantic and asyncpg cost.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal

import asyncpg
from fastapi import FastAPI, HTTPException, Request
from pydantic import BaseModel

ONE = "SELECT * FROM posts WHERE id = $1"
LIST = """
SELECT p.*, u.id AS user_id, u.email, u.name, u.created_at AS user_created_at,
       u.updated_at AS user_updated_at
FROM posts p JOIN users u ON u.id = p.author_id ORDER BY p.id LIMIT $1
"""
ADD = """
INSERT INTO posts (title, body, price, status, author_id, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $6) RETURNING *
"""


class User(BaseModel):
    """What is shown of a user."""

    id: int
    email: str
    name: str
    created_at: datetime
    updated_at: datetime


class NewPost(BaseModel):
    """What is sent of a post."""

    title: str
    body: str
    author_id: int
    price: Decimal = Decimal(0)
    status: str = "draft"


class Post(NewPost):
    """What is shown of a post."""

    id: int
    created_at: datetime
    updated_at: datetime


class PostWithAuthor(Post):
    """What a list shows of a post."""

    author: User


class Posts(BaseModel):
    """A list."""

    items: list[PostWithAuthor]


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Keep a pool of the size that a generated project has."""
    async with asyncpg.create_pool(os.environ["BARE_URL"], min_size=10, max_size=10) as pool:
        app.state.pool = pool
        yield


app = FastAPI(lifespan=lifespan)


@app.get("/posts/{key}")
async def get_post(key: int, request: Request) -> Post:
    """Return one."""
    row = await request.app.state.pool.fetchrow(ONE, key)
    if row is None:
        raise HTTPException(404)
    return Post(**row)


@app.get("/posts")
async def list_posts(request: Request, limit: int = 20) -> Posts:
    """Return some, each with its author."""
    rows = await request.app.state.pool.fetch(LIST, limit)
    items = [PostWithAuthor(**row, author=_author(row)) for row in rows]
    return Posts(items=items)


@app.post("/posts", status_code=201)
async def add_post(post: NewPost, request: Request) -> Post:
    """Store one."""
    row = await request.app.state.pool.fetchrow(
        ADD, post.title, post.body, post.price, post.status, post.author_id, datetime.now(UTC)
    )
    return Post(**row)


def _author(row: asyncpg.Record) -> User:
    return User(
        id=row["user_id"],
        email=row["email"],
        name=row["name"],
        created_at=row["user_created_at"],
        updated_at=row["user_updated_at"],
    )
