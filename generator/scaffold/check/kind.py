"""The kinds of values that the rules tell apart, and the names that give them away."""

from __future__ import annotations

import re
from enum import StrEnum

LIBRARIES = frozenset({"sqlalchemy", "sqlmodel"})


class Kind(StrEnum):
    """What the rules tell apart."""

    ENGINE = "engine"
    CONNECTION = "connection"
    FACTORY = "session factory"
    SESSION = "session"
    WORK = "unit of work"
    REPOSITORY = "repository"
    RESULT = "result"
    STREAM = "stream"
    TASKS = "task group"
    SYNC_ENGINE = "engine that blocks"
    SYNC_SESSION = "session that blocks"
    UNKNOWN = "something else"


# What SQLAlchemy's names make, and what they are as annotations.
MAKERS = {
    "create_async_engine": Kind.ENGINE,
    "async_engine_from_config": Kind.ENGINE,
    "create_engine": Kind.SYNC_ENGINE,
    "async_sessionmaker": Kind.FACTORY,
}
TYPES = {
    "AsyncEngine": Kind.ENGINE,
    "AsyncConnection": Kind.CONNECTION,
    "AsyncSession": Kind.SESSION,
    "async_scoped_session": Kind.SESSION,
    "async_sessionmaker": Kind.FACTORY,
    "Session": Kind.SYNC_SESSION,
    "Engine": Kind.SYNC_ENGINE,
    "TaskGroup": Kind.TASKS,
}
# What methods give; `await` and `async with` give the same.
METHODS = {
    (Kind.FACTORY, "begin"): Kind.SESSION,
    (Kind.ENGINE, "begin"): Kind.CONNECTION,
    (Kind.ENGINE, "connect"): Kind.CONNECTION,
    (Kind.ENGINE, "execution_options"): Kind.ENGINE,
    (Kind.SESSION, "connection"): Kind.CONNECTION,
    (Kind.WORK, "__aenter__"): Kind.WORK,
    (Kind.SESSION, "__aenter__"): Kind.SESSION,
    **{
        (kind, name): Kind.RESULT
        for kind in (Kind.SESSION, Kind.CONNECTION)
        for name in ("execute", "scalars")
    },
    **{
        (kind, name): Kind.STREAM
        for kind in (Kind.SESSION, Kind.CONNECTION)
        for name in ("stream", "stream_scalars")
    },
    **{
        (kind, name): kind
        for kind in (Kind.RESULT, Kind.STREAM)
        for name in ("scalars", "mappings", "tuples", "unique", "yield_per", "partitions")
    },
}
WRAPPERS = {
    "Annotated", "Optional", "Union", "AsyncGenerator", "AsyncIterator", "AsyncIterable", "Generator",
    "Iterator", "Iterable", "Awaitable", "AsyncContextManager", "AbstractAsyncContextManager",
    "ClassVar", "Final",
}  # fmt: skip
WORK_NAME = re.compile(r"(?:UnitOfWork|UoW|Uow|UOW)(?![a-z])|^(?:I|Abstract|Sql)?Transaction$")
REPOSITORY_NAME = re.compile(r"(?:Repository|Repo|DAO|Dao)$|^(?:CRUD|Crud)[A-Z_]|(?:CRUD|Crud)$")
# Where nothing says what a name is, in a file that knows SQLAlchemy.
SESSION_NAMES = re.compile(r"^_?(?:(?:async|db|sql|test)_?)?(?:session|sess)$")
FACTORY_NAMES = re.compile(
    r"^_*(?:\w*_)?(?:session_?(?:factory|maker|local)|sessionmaker|async_session)$"
    r"|^(?:Async)?Session(?:Local|Factory|Maker)$|^AsyncSessionLocal$",
    re.IGNORECASE,
)
WORK_NAMES = re.compile(r"^_?(?:uow|unit_of_work)$")
