"""What the usual recipes get wrong: each is shown to fail as written, and the blog to be right."""

import asyncio
import datetime as dt
import gc
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Annotated, Any

import httpx
import pytest
from blog.domain.errors import AlreadyExists, MissingReference, StillReferenced, VersionConflict
from blog.domain.post import PostFields
from blog.domain.user import UserFields
from blog.persistence.base import Base
from blog.persistence.database import create_engine
from blog.persistence.models import AccountRow, PostRow, TagRow, UserRow
from blog.persistence.unit_of_work import SqlUnitOfWork
from blog.settings import Settings
from fastapi import Depends, FastAPI
from sqlalchemy import (
    DateTime,
    ForeignKey,
    MetaData,
    String,
    insert,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.dialects import mysql
from sqlalchemy.exc import CompileError, IntegrityError, InvalidRequestError, StatementError
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.schema import CreateTable

from catalogue import entries
from catalogue.blog_project import Make, Statements, pool_of, table_of

pytestmark = pytest.mark.asyncio
ONLY_SQLITE = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
ONLY_POSTGRESQL = pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
ONLY_MARIADB = pytest.mark.parametrize("kind", ["mariadb"], indirect=True)


class Recipe(DeclarativeBase):
    """The base of the rows that recipes declare."""


class Author(Recipe):
    __tablename__ = "recipe_authors"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), default="Ada")
    books: Mapped[list["Book"]] = relationship()
    articles: Mapped[list["Article"]] = relationship(lazy="selectin")


class Book(Recipe):
    __tablename__ = "recipe_books"

    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("recipe_authors.id"))


class Article(Recipe):
    __tablename__ = "recipe_articles"

    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("recipe_authors.id"))
    read_at: Mapped[dt.datetime | None] = mapped_column(DateTime)


@pytest.fixture
def sessions(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    return async_sessionmaker(engine, expire_on_commit=False)


async def in_memory() -> tuple[AsyncEngine, async_sessionmaker[AsyncSession]]:
    """Return an engine as recipes make it, with the tables of the recipes."""
    engine = create_async_engine("sqlite+aiosqlite://")
    async with engine.begin() as connection:
        await connection.run_sync(Recipe.metadata.create_all)
    return engine, async_sessionmaker(engine, expire_on_commit=False)


async def test_commit_after_yield_answers_what_is_not_stored(
    sessions: async_sessionmaker[AsyncSession], client: httpx.AsyncClient
) -> None:
    async def get_db() -> AsyncIterator[AsyncSession]:
        async with sessions() as session:
            yield session
            await session.commit()

    app = FastAPI()

    @app.post("/users", status_code=201)
    async def create(session: Annotated[AsyncSession, Depends(get_db)]) -> None:
        session.add(UserRow(email="a@example.org", name="A", active=True))

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://recipe") as recipe:
        assert [(await recipe.post("/users")).status_code for _ in range(2)] == [201, 201]
    async with sessions() as session:
        assert len((await session.scalars(select(UserRow.id))).all()) == 1

    body = {"email": "b@example.org", "name": "B"}
    answered = [(await client.post("/users", json=body)).status_code for _ in range(2)]
    assert answered == [201, 409]


async def test_an_exit_that_commits_and_then_closes_leaks(
    engine: AsyncEngine, make_work: Make
) -> None:
    class UnitOfWork:
        def __init__(self) -> None:
            self.session = AsyncSession(engine)

        async def __aenter__(self) -> AsyncSession:
            return self.session

        async def __aexit__(self, *_: object) -> None:
            await self.session.commit()
            await self.session.close()

    recipe = UnitOfWork()
    with pytest.raises(IntegrityError):
        async with recipe as session:
            await session.execute(select(UserRow))
            session.add(PostRow(title="T", body="B", author_id=987_654))
    assert pool_of(engine).checkedout() == 1
    await recipe.session.close()

    with pytest.raises(MissingReference):
        async with make_work() as work:
            await work.posts.add(entries.post(987_654))
            await work.commit()
    assert pool_of(engine).checkedout() == 0


@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_lazy_loads_fail_far_away_and_ours_say_why(
    sessions: async_sessionmaker[AsyncSession],
) -> None:
    engine, recipes = await in_memory()
    async with recipes() as session:
        session.add(Author())
        await session.commit()
        session.expunge_all()
        (author,) = (await session.scalars(select(Author))).all()
        with pytest.raises(StatementError, match="greenlet_spawn has not been called") as raised:
            _ = author.books
    del raised
    gc.collect()  # the query that nobody awaited warns here, and not in another test
    await engine.dispose()

    async with sessions() as session:
        session.add(UserRow(email="a@example.org", name="A", active=True))
        await session.flush()
        session.expunge_all()
        (row,) = (await session.scalars(select(UserRow))).all()
        with pytest.raises(InvalidRequestError, match="lazy='raise'"):
            _ = row.comments


async def test_selectin_on_the_model_asks_for_what_nobody_wants(
    statements: Statements, work: SqlUnitOfWork
) -> None:
    engine, sessions = await in_memory()
    async with sessions() as session:
        session.add(Author())
        await session.commit()
        statements.sent.clear()
        session.expunge_all()
        await session.scalars(select(Author))
    assert statements.count == 2
    await engine.dispose()

    await work.users.add(entries.user(1))
    statements.sent.clear()
    await work.users.find_all()
    assert statements.count == 1


async def test_strings_without_a_length_are_no_columns_of_mariadb() -> None:
    class Plain(DeclarativeBase):
        pass

    class Bare(Plain):
        __tablename__ = "bare"

        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str]

    with pytest.raises(CompileError):
        CreateTable(table_of(Bare)).compile(dialect=mysql.dialect())

    class Ours(Base):
        __tablename__ = "ours_with_a_string"

        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str]

    table = table_of(Ours)
    assert "VARCHAR(255)" in str(CreateTable(table).compile(dialect=mysql.dialect()))
    Base.metadata.remove(table)
    Base.registry._dispose_cls(Ours)


async def test_naive_moments_are_shifted(work: SqlUnitOfWork) -> None:
    there = dt.datetime(2026, 6, 1, 12, tzinfo=dt.timezone(dt.timedelta(hours=2)))
    engine, sessions = await in_memory()
    async with sessions() as session:
        session.add_all([author := Author(), Article(author_id=1, read_at=there)])
        await session.commit()
        assert author.id == 1
        session.expunge_all()
        (read,) = (await session.scalars(select(Article.read_at))).all()
    assert read == dt.datetime(2026, 6, 1, 12)  # noqa: DTZ001  # two hours late, and nobody can tell
    await engine.dispose()

    ada = await work.users.add(entries.user(1))
    post = await work.posts.add(entries.post(ada.id, published_at=there))
    found = await work.posts.get(post.id)
    assert found.published_at == there
    assert found.published_at is not None
    assert found.published_at.utcoffset() == dt.timedelta(0)


@ONLY_POSTGRESQL
async def test_arguments_of_another_driver_are_refused(engine: AsyncEngine) -> None:
    recipe = create_async_engine(engine.url, connect_args={"check_same_thread": False})
    with pytest.raises(TypeError):
        await recipe.connect()
    await recipe.dispose()

    async with engine.connect() as connection:
        await connection.execute(text("SELECT 1"))


@ONLY_SQLITE
async def test_sqlite_as_it_comes_checks_no_references_and_keeps_savepoints(
    engine: AsyncEngine, make_work: Make
) -> None:
    recipe = create_async_engine(engine.url)
    sessions = async_sessionmaker(recipe)
    async with sessions() as session:
        session.add(
            PostRow(
                title="T", body="B", author_id=987_654, price=Decimal(0), views=0, status="draft"
            )
        )
        await session.flush()  # an orphan
        await session.rollback()
    async with recipe.connect() as connection:
        await connection.exec_driver_sql("SAVEPOINT one")
        await connection.exec_driver_sql(
            "INSERT INTO tags (name, created_at, updated_at) VALUES ('kept', '2026-01-01', '2026-01-01')"
        )
        await connection.exec_driver_sql("RELEASE one")
        await connection.rollback()
    async with sessions() as session:
        assert (await session.scalars(select(TagRow.name))).all() == ["kept"]
    await recipe.dispose()

    async with make_work() as work:
        with pytest.raises(MissingReference):
            await work.posts.add(entries.post(987_654))
    async with make_work() as work:
        async with work.savepoint():
            await work.users.add(entries.user(1))
        await work.rollback()
        assert await work.users.count() == 0


@ONLY_SQLITE
async def test_in_memory_is_one_database(kind: str) -> None:
    engine = create_engine(Settings(database_url="sqlite+aiosqlite://"))
    async with engine.begin() as connection:
        await connection.run_sync(lambda sync: MetaData().create_all(sync))
        await connection.exec_driver_sql("CREATE TABLE seen (id INTEGER)")
    async with engine.connect() as connection:
        assert (await connection.exec_driver_sql("SELECT count(*) FROM seen")).scalar_one() == 0
    await engine.dispose()
    assert kind == "sqlite"


@ONLY_POSTGRESQL
async def test_batches_by_offset_miss_rows(
    sessions: async_sessionmaker[AsyncSession], make_work: Make
) -> None:
    async with make_work() as work:
        ada = await work.users.add(entries.user(1))
        keys = await work.posts.insert_many_keys([entries.post(ada.id, n) for n in range(100)])
        await work.commit()

    seen: set[int] = set()
    for offset in (0, 50):
        async with sessions() as session:
            batch = (await session.scalars(select(PostRow.id).offset(offset).limit(50))).all()
            seen.update(batch)
            await session.execute(update(PostRow).where(PostRow.id.in_(batch)).values(views=1))
            await session.commit()
    assert len(seen) < 100

    visited: list[int] = []
    async with make_work() as work:
        async for posts in work.posts.batches(size=50):
            some = [post.id for post in posts]
            visited += some
            await work.posts.update_where({"views": 2}, PostFields.id.in_(some))
            await work.commit()
    assert visited == keys


@ONLY_POSTGRESQL
async def test_select_then_insert_races(
    sessions: async_sessionmaker[AsyncSession], make_work: Make
) -> None:
    async with sessions() as one, sessions() as other:
        for session in (one, other):
            assert (await session.scalars(select(UserRow))).first() is None
        one.add(UserRow(email="a@example.org", name="One", active=True))
        await one.commit()
        other.add(UserRow(email="a@example.org", name="Other", active=True))
        with pytest.raises(IntegrityError):
            await other.commit()

    async with make_work() as one, make_work() as other:
        for work in (one, other):
            assert await work.users.find_by(UserFields.email.eq("b@example.org")) is None
        user = entries.user(1, email="b@example.org")
        assert (await one.users.upsert(user, by=[UserFields.email])).created
        await one.commit()
        assert not (await other.users.upsert(user, by=[UserFields.email])).created
        await other.commit()


async def test_results_of_the_orm_have_no_rowcount(
    sessions: async_sessionmaker[AsyncSession], work: SqlUnitOfWork
) -> None:
    async with sessions() as session:
        result = await session.execute(insert(TagRow), [{"name": f"tag-{n}"} for n in range(3)])
        assert getattr(result, "rowcount", -1) != 3
        await session.rollback()

    assert await work.tags.insert_many([entries.tag(f"tag-{n}") for n in range(3)]) == 3


async def test_an_empty_bulk_insert_stores_a_row(work: SqlUnitOfWork) -> None:
    engine, sessions = await in_memory()
    async with sessions() as session:
        await session.execute(insert(Author), [])
        await session.commit()
        assert len((await session.scalars(select(Author.id))).all()) == 1
    await engine.dispose()

    assert await work.users.insert_many([]) == 0
    assert await work.users.count() == 0


@ONLY_POSTGRESQL
async def test_values_of_many_rows_have_too_many_parameters(
    sessions: async_sessionmaker[AsyncSession], work: SqlUnitOfWork
) -> None:
    moment = entries.NOON
    rows = [{"name": f"tag-{n}", "created_at": moment, "updated_at": moment} for n in range(12_000)]
    async with sessions() as session:
        with pytest.raises(Exception, match="32767"):
            await session.execute(insert(TagRow).values(rows))

    assert await work.tags.insert_many([entries.tag(f"tag-{n}") for n in range(12_000)]) == 12_000


@ONLY_MARIADB
async def test_updates_return_nothing_on_mariadb(
    sessions: async_sessionmaker[AsyncSession], work: SqlUnitOfWork
) -> None:
    async with sessions() as session:
        with pytest.raises(Exception, match=r"(?i)returning"):
            await session.execute(update(TagRow).values(name="x").returning(TagRow.id))

    ada = await work.users.add(entries.user(1))
    post = await work.posts.add(entries.post(ada.id))
    (changed,) = await work.posts.update_returning({"views": 3}, PostFields.id.eq(post.id))
    assert changed.views == 3


async def test_read_modify_write_loses_an_update(
    sessions: async_sessionmaker[AsyncSession], make_work: Make, kind: str
) -> None:
    async with make_work() as work:
        account = await work.accounts.add(entries.account("Ada", "100"))
        await work.commit()

    async def read() -> Decimal:
        async with sessions() as session:
            balance = await session.scalar(
                select(AccountRow.balance).where(AccountRow.id == account.id)
            )
            assert balance is not None
            return balance

    for seen in [await read(), await read()]:  # both read before one writes
        async with sessions() as session:
            statement = update(AccountRow.__table__).values(balance=seen + 10)  # type: ignore[arg-type]
            await session.execute(statement)
            await session.commit()
    assert await read() == 110  # twenty were paid in

    async with make_work() as work:
        found = await work.accounts.get(account.id)
    for number in range(2):
        async with make_work() as work:
            changes: Any = {"balance": found.balance + 10}
            if number == 0:
                await work.accounts.update(account.id, changes, version=found.version)
                await work.commit()
            else:
                with pytest.raises(VersionConflict):
                    await work.accounts.update(account.id, changes, version=found.version)
    assert kind


async def test_errors_of_integrity_are_not_all_the_same(
    sessions: async_sessionmaker[AsyncSession], work: SqlUnitOfWork
) -> None:
    async with sessions() as session:
        session.add(PostRow(title="T", body="B", author_id=987_654))
        with pytest.raises(IntegrityError):  # which the recipe calls "already exists"
            await session.flush()

    ada = await work.users.add(entries.user(1))
    await work.posts.add(entries.post(ada.id))
    for error, attempt in (
        (MissingReference, lambda: work.posts.add(entries.post(987_654))),
        (AlreadyExists, lambda: work.users.add(entries.user(1))),
        (StillReferenced, lambda: work.users.delete(ada.id)),
    ):
        with pytest.raises(error):
            async with work.savepoint():
                await attempt()


async def test_a_fixture_that_rolls_back_keeps_what_was_committed(engine: AsyncEngine) -> None:
    async def code_under_test(session: AsyncSession) -> None:
        session.add(TagRow(name="committed"))
        await session.commit()

    async with AsyncSession(engine) as session:
        await code_under_test(session)
        await session.rollback()
    async with engine.connect() as connection:
        assert (await connection.execute(select(TagRow.name))).all()
        await connection.execute(table_of(TagRow).delete())
        await connection.commit()

    async with engine.connect() as connection, connection.begin() as outer:
        factory = async_sessionmaker(connection, join_transaction_mode="create_savepoint")
        async with factory() as session:
            await code_under_test(session)
        await outer.rollback()
    async with engine.connect() as connection:
        assert not (await connection.execute(select(TagRow.name))).all()


async def test_one_session_is_not_for_several_tasks(
    sessions: async_sessionmaker[AsyncSession], make_work: Make
) -> None:
    async with sessions() as session:

        async def add(number: int) -> None:
            session.add(TagRow(name=f"tag-{number}"))
            await session.flush()

        results = await asyncio.gather(
            *(add(number) for number in range(5)), return_exceptions=True
        )
        assert any(isinstance(result, Exception) for result in results)
        await asyncio.sleep(0.1)

    async def add_alone(number: int) -> None:
        async with make_work() as work:
            await work.tags.add(entries.tag(f"tag-{number}"))
            await work.commit()

    await asyncio.gather(*(add_alone(number) for number in range(5)))
    async with make_work() as work:
        assert await work.tags.count() == 5


@ONLY_SQLITE
async def test_starting_creates_no_tables(kind: str) -> None:
    from blog.api.app import create_app

    app = create_app(Settings(database_url="sqlite+aiosqlite://"))
    async with app.router.lifespan_context(app) as state:
        assert state is not None
        async with state["engine"].connect() as connection:
            assert await connection.run_sync(lambda sync: inspect(sync).get_table_names()) == []
    assert kind == "sqlite"
