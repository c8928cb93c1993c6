"""The blog of the catalogue: rendered when this is imported, so that tests can import its code."""

import atexit
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp

from sqlalchemy import QueuePool, Table
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import DeclarativeBase

import projects

ENTITIES = (
    projects.entity(
        "User",
        "email:email:unique",
        "name:str,80",
        "age:int:null",
        "active:bool:default=true",
        "roles:many,Role:via=UserRole.user.role",
    ),
    projects.entity("Profile", "bio:text", "user:one,User:on_delete=cascade"),
    projects.entity(
        "Post",
        "title:str,200:index",
        "body:text",
        "views:int:default=0",
        "price:decimal,10,2:default=0",
        "status:enum,draft,live:default=draft",
        "published_at:datetime:null",
        "author:User",
        "tags:many,Tag",
    ),
    projects.entity(
        "Comment",
        "body:text",
        "post:Post:on_delete=cascade",
        "author:User:back=comments",
        "parent:Comment:null:back=replies:on_delete=cascade",
    ),
    projects.entity("Role", "name:str,40:unique"),
    projects.entity(
        "UserRole", "user:User:on_delete=cascade", "role:Role:on_delete=cascade", "note:text:null"
    ),
    projects.entity("Tag", "name:slug:unique"),
    projects.entity(
        "Account",
        "owner:str,80:unique",
        "balance:decimal,12,2:default=0",
        lock=True,
        checks=("balance >= 0",),
    ),
    projects.entity(
        "RefreshToken", "token:uuid:unique:default=random", "expires_at:datetime:index", "user:User"
    ),
    projects.entity(
        "Sample",
        "code:str,20:unique",
        "note:text",
        "small:smallint",
        "whole:int:index",
        "large:bigint",
        "ratio:float",
        "price:decimal,12,3",
        "shown:bool",
        "day:date:index",
        "begins:datetime:index",
        "opens:time",
        "lasts:interval",
        "token:uuid",
        "extra:json",
        "picture:bytes",
        "days:array,date",
        "begun:array,datetime",
        "opened:array,time",
        "lasted:array,interval",
        "tokens:array,uuid",
        "numbers:array,bigint",
        "prices:array,decimal,12,3",
        "words:array,str,20",
        "whole_of:Sample:null:back=parts",
    ),
    projects.entity("Shelf", "name:str,40", soft_delete=True),
    projects.entity(
        "Volume",
        "code:str,20:unique",
        "shelf:Shelf",
        "spare:Shelf:null:back=spares",
        "seen_on:many,Shelf:back=showed",
    ),
    projects.entity("Leaf", "path:str,100", "locale:str,20", unique=(("path", "locale"),)),
    projects.entity(
        "Slot",
        "begins:datetime",
        "paid:bool",
        "price:decimal,8,2",
        "home:url,100",
        "kind:enum,up,down",
        unique=(("begins", "paid", "price", "home", "kind"),),
    ),
)
FOLDER = Path(mkdtemp(prefix="scaffold-catalogue-"))
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
BLOG = projects.migrated_project(FOLDER, ENTITIES)
sys.path.insert(0, str(FOLDER / "src"))

# The project's own code, which is there from here on.
from blog.api.app import create_app  # noqa: E402
from blog.persistence.base import Base  # noqa: E402
from blog.persistence.database import create_engine, create_session_factory, reading  # noqa: E402
from blog.persistence.unit_of_work import SqlUnitOfWork  # noqa: E402
from blog.settings import Settings  # noqa: E402

__all__ = [
    "BLOG",
    "FOLDER",
    "Base",
    "Make",
    "Settings",
    "SqlUnitOfWork",
    "Statements",
    "create_app",
    "create_engine",
    "create_session_factory",
    "pool_of",
    "reading",
    "table_of",
]

Make = Callable[[], SqlUnitOfWork]


def pool_of(engine: AsyncEngine) -> QueuePool:
    """Return the connections that an engine keeps."""
    pool = engine.sync_engine.pool
    assert isinstance(pool, QueuePool)
    return pool


def table_of(row: type[DeclarativeBase]) -> Table:
    """Return the table of an ORM class."""
    table = row.__table__
    assert isinstance(table, Table)
    return table


@dataclass(slots=True)
class Statements:
    """What an engine sends, while it is listened to."""

    sent: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        """Return how many statements were sent, without those that open and end transactions."""
        return len(
            [one for one in self.sent if not one.startswith(("BEGIN", "SAVEPOINT", "RELEASE"))]
        )
