"""Rows 1 to 8: engine, sessions, unit of work, lifespan, dependencies, databases, models."""

import logging
from pathlib import Path
from typing import get_args

import httpx
import pytest
from blog.domain.errors import AlreadyExists
from blog.domain.post import NewPost, PostStatus
from blog.domain.user import NewUser, UserFields
from blog.persistence.database import create_engine, create_session_factory
from blog.persistence.models import PostRow, UserRow
from blog.persistence.unit_of_work import SqlUnitOfWork
from blog.settings import Settings
from fastapi.params import Depends
from sqlalchemy import inspect, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from catalogue import entries
from catalogue.blog_project import BLOG, Make, pool_of, table_of

pytestmark = pytest.mark.asyncio


async def test_01_engine_from_settings_disposed_at_shutdown(database_url: str) -> None:
    settings = Settings(
        database_url=database_url,
        database_echo=True,
        database_pool_size=3,
        database_max_overflow=2,
        database_pool_recycle=77,
    )
    engine = create_engine(settings)

    assert engine.echo is True
    pool = pool_of(engine)
    assert pool.size() == 3
    assert pool._max_overflow == 2
    assert pool._recycle == 77
    async with engine.connect() as connection:
        await connection.execute(text("SELECT 1"))
    assert pool.checkedin() == 1
    await engine.dispose()
    assert pool_of(engine).checkedin() == 0


async def test_02_sessions_keep_what_was_loaded(engine: AsyncEngine) -> None:
    factory = create_session_factory(engine)

    assert factory.kw["expire_on_commit"] is False
    async with factory() as session:
        assert isinstance(session, AsyncSession)
        row = UserRow(email="a@example.org", name="A", active=True)
        session.add(row)
        await session.commit()
        assert row.email == "a@example.org"  # which an expired one would have to load


async def test_03_unit_of_work_commits_explicitly_and_always_closes(
    engine: AsyncEngine, make_work: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with make_work() as work:
        await work.users.add(entries.user(1))
    async with make_work() as work:
        assert await work.users.count() == 0
        await work.users.add(entries.user(1))
        await work.commit()
    async with make_work() as work:
        assert await work.users.count() == 1

    async def fail(_self: AsyncSession) -> None:
        raise SQLAlchemyError("the commit fails")

    monkeypatch.setattr(AsyncSession, "commit", fail)
    with pytest.raises(SQLAlchemyError, match="the commit fails"):
        async with make_work() as work:
            await work.users.add(entries.user(2))
            await work.commit()
    assert pool_of(engine).checkedout() == 0


async def test_04_engine_and_factory_live_in_the_lifespan(settings: Settings) -> None:
    from blog.api.app import create_app

    app = create_app(settings)
    async with app.router.lifespan_context(app) as state:
        assert state is not None
        engine: AsyncEngine = state["engine"]
        async with SqlUnitOfWork(state["session_factory"]) as work:
            assert await work.users.count() == 0
        assert pool_of(engine).checkedin() == 1
    assert pool_of(engine).checkedin() == 0


async def test_05_dependencies_are_annotated_aliases_and_commit_before_the_response(
    client: httpx.AsyncClient, make_work: Make
) -> None:
    from blog.api.dependencies.services.user import UserUse
    from blog.api.dependencies.work import Work

    scopes = {}
    for alias in (Work, UserUse):
        _, dependency = get_args(alias)
        assert isinstance(dependency, Depends)
        assert dependency.dependency is not None
        scopes[alias] = dependency.scope
    assert scopes[Work] == "function"

    # An error at the commit is in the response: nothing was promised before.
    answered = await client.post("/users", json={"email": "a@example.org", "name": "A"})
    assert answered.status_code == 201
    again = await client.post("/users", json={"email": "a@example.org", "name": "A"})
    assert again.status_code == 409
    async with make_work() as work:
        assert await work.users.count() == 1


async def test_06_only_the_url_names_the_driver(kind: str, engine: AsyncEngine) -> None:
    drivers = {
        "sqlite": "sqlite+aiosqlite",
        "postgresql": "postgresql+asyncpg",
        "mariadb": "mysql+asyncmy",
    }

    assert engine.url.drivername == drivers[kind]
    async with engine.connect() as connection:
        assert (await connection.execute(text("SELECT 1"))).scalar_one() == 1


async def test_07_limits_of_sqlite(
    engine: AsyncEngine, make_work: Make, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The same rules as on the others, and a warning where it is used in production."""
    from blog.domain.errors import MissingReference

    async with make_work() as work:
        with pytest.raises(MissingReference):
            await work.posts.add(entries.post(987_654))
    async with make_work() as work:
        async with work.savepoint():
            await work.users.add(entries.user(1))
        await work.rollback()
        assert await work.users.count() == 0  # a released savepoint goes with the rest
    production = Settings(
        database_url=engine.url.render_as_string(hide_password=False), environment="production"
    )
    with caplog.at_level(logging.WARNING):
        await create_engine(production).dispose()
    assert ("SQLite allows one writer" in caplog.text) == (kind == "sqlite")


async def test_08_models_are_declared_with_their_constraints(
    engine: AsyncEngine, work: SqlUnitOfWork
) -> None:
    users, posts = table_of(UserRow), table_of(PostRow)
    assert str(users.c.email.type.compile(engine.dialect)).startswith("VARCHAR(254)")
    assert any("email" in key.columns for key in users.constraints if hasattr(key, "columns"))
    assert [index.name for index in posts.indexes if "title" in index.columns]

    async with engine.connect() as connection:
        uniques = await connection.run_sync(
            lambda sync: inspect(sync).get_unique_constraints("users")
        )
        indexes = await connection.run_sync(lambda sync: inspect(sync).get_indexes("posts"))
    assert ["email"] in [unique["column_names"] for unique in uniques]
    assert ["title"] in [index["column_names"] for index in indexes]

    author = await work.users.add(NewUser(email="a@example.org", name="A"))
    stored = await work.posts.add(NewPost(title="T", body="B", author_id=author.id))
    assert stored.status is PostStatus.DRAFT
    assert stored.views == 0
    with pytest.raises(AlreadyExists):
        await work.users.add(NewUser(email="A@example.org", name="Again"))
    assert UserFields.email.name == "email"


async def test_08_one_model_module_per_entity(blog_folder: Path) -> None:
    models = blog_folder / "src/blog/persistence/models"

    for name in ("user", "profile", "post", "comment", "role", "tag", "account", "refresh_token"):
        assert (models / f"{name}.py").is_file()


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql://me:secret@127.0.0.1/name?sslmod=disable", "write `sslmode`"),
        ("postgresql://me:secret@127.0.0.1:1/name", "the database is not available"),
        ("mysql://me:secret@127.0.0.1:1/name", "the database is not available"),
    ],
)
async def test_alembic_says_what_is_wrong_in_a_line(url: str, told: str) -> None:
    said = BLOG.alembic(url, "upgrade", "heads", fail=True)

    assert told in said
    assert "Traceback" not in said
    assert "secret" not in said


async def test_alembic_takes_the_connection_strings_of_providers(database_url: str) -> None:
    parameters = {"postgresql": "?sslmode=disable&application_name=web&connect_timeout=5"}
    url = database_url + parameters.get(database_url.partition("+")[0], "")

    BLOG.alembic(url.replace("+asyncpg", ""), "current")
