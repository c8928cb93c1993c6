"""The generated project's Alembic environment: what it does beyond running revisions."""

# ruff: noqa: S608 (statements of constants)

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import make_url

from gates import run
from projects import Rendered, entity, migrated_project, project
from scaffold.entities.entity import in_order
from servers import execute

USER = entity("User", "email:email:unique", "name:str,80:null")
POST = entity(
    "Post",
    "title:str,200:index",
    "price:decimal,10,2:min=0:default=0",
    "status:enum,draft,live:server_default=draft",
    "tags:array,str,40",
    "length:interval:null",
    "author:User:back=posts:on_delete=cascade",
    "previous:Post:null:back=next_posts",
)


@pytest.fixture
def blog(tmp_path: Path) -> Rendered:
    return migrated_project(tmp_path / "blog", in_order([USER, POST]))


@pytest.fixture
def sqlite(blog: Rendered) -> str:
    return f"sqlite+aiosqlite:///{blog.root / 'blog.sqlite'}"


def rows(blog: Rendered, query: str) -> list[tuple[object, ...]]:
    """Ask the SQLite file, with a connection of one's own."""
    connection = sqlite3.connect(blog.root / "blog.sqlite")
    try:
        with connection:
            return connection.execute(query).fetchall()
    finally:
        connection.close()


def two_rows(blog: Rendered) -> None:
    """Store a user with a post that another one follows."""
    at = "'2026-01-01', '2026-01-01'"
    rows(blog, f"INSERT INTO users (email, created_at, updated_at) VALUES ('a@b.c', {at})")
    for previous in ("NULL", "1"):
        rows(
            blog,
            "INSERT INTO posts (title, price, tags, author_id, previous_id, created_at, updated_at) "
            f"VALUES ('t', 1, '[]', 1, {previous}, {at})",
        )


def revision(blog: Rendered, url: str, body: str, *arguments: str) -> Path:
    """Make a revision by hand whose upgrade is this body."""
    blog.alembic(url, "revision", "--message=by hand", *arguments)
    path = next(path for path in (blog.root / "migrations/versions").glob("*_by_hand.py"))
    text = path.read_text(encoding="utf-8")
    if body:
        summary = '    """Migrate to this revision."""\n'
        path.write_text(text.replace(summary, summary + body, 1), encoding="utf-8")
    return path


def test_a_project_without_entities_migrates(tmp_path: Path) -> None:
    empty = project(tmp_path, [])
    url = f"sqlite+aiosqlite:///{tmp_path / 'x.sqlite'}"

    assert (tmp_path / "migrations/versions").is_dir()
    empty.alembic(url, "upgrade", "heads")
    empty.alembic(url, "check")


@pytest.mark.slow
def test_what_is_rendered_passes_the_project_s_own_checks(blog: Rendered) -> None:
    for tool in (
        ["ruff", "format", "--check", "migrations"],
        ["ruff", "check", "migrations"],
        ["mypy", "migrations"],
    ):
        blog.run("", "-m", *tool)


def test_rows_that_refer_to_their_own_table_are_no_hindrance_to_a_downgrade(
    blog: Rendered, sqlite: str
) -> None:
    blog.alembic(sqlite, "upgrade", "heads")
    two_rows(blog)

    blog.alembic(sqlite, "downgrade", "base")

    assert rows(blog, "SELECT name FROM sqlite_master WHERE name IN ('users', 'posts')") == []


def test_rebuilding_a_table_on_sqlite_keeps_the_rows_that_refer_to_it(
    blog: Rendered, sqlite: str
) -> None:
    blog.alembic(sqlite, "upgrade", "heads")
    two_rows(blog)
    revision(blog, sqlite, REBUILD_USERS)

    blog.alembic(sqlite, "upgrade", "heads")

    assert rows(blog, "SELECT count(*) FROM posts") == [(2,)]
    assert "name" not in {name for _, name, *_ in rows(blog, "PRAGMA table_info(users)")}


def test_a_revision_that_leaves_rows_without_their_parent_is_undone(
    blog: Rendered, sqlite: str
) -> None:
    blog.alembic(sqlite, "upgrade", "heads")
    two_rows(blog)
    before = rows(blog, "SELECT * FROM alembic_version")
    revision(blog, sqlite, '    op.execute("DELETE FROM users")\n')

    told = blog.alembic(sqlite, "upgrade", "heads", fail=True)

    assert "rows refer to rows that do not exist, in: posts" in told
    assert rows(blog, "SELECT count(*) FROM users") == [(1,)]
    assert rows(blog, "SELECT * FROM alembic_version") == before


def test_a_revision_that_fails_half_way_leaves_nothing_on_sqlite(
    blog: Rendered, sqlite: str
) -> None:
    blog.alembic(sqlite, "upgrade", "heads")
    body = """\
    op.create_table("half", sa.Column("id", sa.Integer(), primary_key=True))
    op.execute("SELECT nonsense")
"""
    revision(blog, sqlite, body)

    blog.alembic(sqlite, "upgrade", "heads", fail=True)

    assert rows(blog, "SELECT name FROM sqlite_master WHERE name = 'half'") == []


def test_the_sql_can_be_printed_without_a_database(blog: Rendered) -> None:
    for url, quoted in [
        ("postgresql+asyncpg://nobody@nowhere/none", "DEFAULT 'draft'"),
        ("mysql+asyncmy://nobody@nowhere/none", "COLLATE utf8mb4_nopad_bin"),
        ("sqlite+aiosqlite:///none.sqlite", "CREATE TABLE users"),
    ]:
        printed = blog.alembic(url, "upgrade", "head", "--sql")

        assert quoted in printed
        assert "CREATE INDEX ix_posts_title ON posts (title)" in printed


OVER_A_CONNECTION = """\
import asyncio
import sys

from alembic import command
from alembic.config import Config
from sqlalchemy import inspect

from blog.persistence.database import create_engine
from blog.settings import Settings


def upgrade(connection):
    config = Config("alembic.ini")
    config.attributes["connection"] = connection
    command.upgrade(config, "heads")
    print(sorted(inspect(connection).get_table_names()))
    print(connection.exec_driver_sql("PRAGMA foreign_keys").scalar())


async def main():
    engine = create_engine(Settings())
    async with engine.connect() as connection:
        if "begin" in sys.argv:
            await connection.begin()
        await connection.run_sync(upgrade)
    await engine.dispose()


asyncio.run(main())
"""
REBUILD_USERS = """\
    with op.batch_alter_table("users", recreate="always") as batch:
        batch.drop_column("name")
"""


@pytest.fixture
def over_a_connection(blog: Rendered) -> str:
    """A script that migrates over a connection of its own, in its own transaction with `begin`."""
    script = blog.root / "over_a_connection.py"
    script.write_text(OVER_A_CONNECTION, encoding="utf-8")
    return str(script)


def test_a_connection_of_the_caller_is_used_and_left_alone(
    blog: Rendered, sqlite: str, over_a_connection: str
) -> None:
    printed = blog.run(sqlite, over_a_connection, "begin")

    assert printed == "['alembic_version', 'posts', 'users']\n1\n"
    # The caller did not commit.
    assert rows(blog, "SELECT name FROM sqlite_master") == []


def test_over_a_connection_of_the_caller_rows_survive_the_rebuilding_of_what_they_refer_to(
    blog: Rendered, sqlite: str, over_a_connection: str
) -> None:
    blog.alembic(sqlite, "upgrade", "heads")
    two_rows(blog)
    revision(blog, sqlite, REBUILD_USERS)

    printed = blog.run(sqlite, over_a_connection)

    assert printed.endswith("\n1\n")  # foreign keys are on again
    assert rows(blog, "SELECT count(*) FROM posts") == [(2,)]
    assert "name" not in {name for _, name, *_ in rows(blog, "PRAGMA table_info(users)")}


def test_rows_in_a_transaction_of_the_caller_with_foreign_keys_are_refused(
    blog: Rendered, sqlite: str, over_a_connection: str
) -> None:
    blog.alembic(sqlite, "upgrade", "heads")
    two_rows(blog)
    revision(blog, sqlite, REBUILD_USERS)

    told = blog.run(sqlite, over_a_connection, "begin", fail=True)

    assert "rebuilding a table would delete the rows that refer to it" in told
    assert rows(blog, "SELECT count(*) FROM posts") == [(2,)]


@pytest.mark.database
@pytest.mark.slow
def test_a_revision_by_hand_comes_out_in_plain_sqlalchemy_and_in_style(
    blog: Rendered, database_url: str
) -> None:
    """A copy of every table, as `--autogenerate` would write it, and a new column."""
    blog.alembic(database_url, "upgrade", "heads")
    model = blog.root / "src/blog/persistence/models/user.py"
    text = model.read_text(encoding="utf-8")
    text += """\
    nickname: Mapped[str | None]
    seen_at: Mapped[dt.datetime | None]
    loud: Mapped[str | None] = mapped_column(Varchar(90), Computed("upper(email)"))
    note: Mapped[str] = mapped_column(Varchar(90), server_default="", comment="It's said")
    said: Mapped[str] = mapped_column(Varchar(90), server_default="it's", index=True)
    rank: Mapped[int | None] = mapped_column(server_default=FetchedValue())
    place: Mapped[int | None] = mapped_column(Sequence("places"))


UserRow.louder = column_property(func.upper(UserRow.name))
"""
    imported = (
        "import datetime as dt\n\nfrom sqlalchemy import Computed, FetchedValue, func, Sequence\n"
    )
    imported += "from sqlalchemy.orm import column_property\nfrom sqlalchemy"
    model.write_text(text.replace("from sqlalchemy", imported, 1))
    extra = blog.root / "src/blog/persistence/models/visit.py"
    extra.write_text('''\
"""Visits."""

import datetime as dt
from decimal import Decimal

from sqlalchemy import BigInteger, Computed, Identity, Integer, JSON
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from blog.persistence.base import Base
from blog.persistence.types import Array, JsonDocument, Varchar


class VisitRow(Base):
    """A visit."""

    __tablename__ = "visits"

    id: Mapped[int] = mapped_column(BigInteger(), Identity(start=5), primary_key=True)
    whole: Mapped[int] = mapped_column(Integer())
    twice: Mapped[int | None] = mapped_column(Integer(), Computed("whole * 2", persisted=True))
    more: Mapped[dict[str, int]] = mapped_column(JSON().with_variant(JSONB(), "postgresql"))
    took: Mapped[dt.timedelta]
    cost: Mapped[Decimal]
    started: Mapped[dt.time]
    pages: Mapped[list[str]] = mapped_column(Array(Varchar(100)))
    facts: Mapped[dict[str, int]] = mapped_column(JsonDocument())
''')
    with (model.parent / "__init__.py").open("a", encoding="utf-8") as file:
        file.write("\nfrom blog.persistence.models.visit import VisitRow  # noqa: E402, F401\n")

    path = revision(blog, database_url, "", "--autogenerate")
    text = path.read_text(encoding="utf-8")
    blog.alembic(database_url, "upgrade", "heads")
    blog.alembic(database_url, "check")
    blog.alembic(database_url, "downgrade", "base")

    own_test = ["-p", "pytest_asyncio.plugin", "tests/persistence/test_migrations.py"]
    alone = {"TEST_DATABASE_URL": database_url, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    run(blog.root, "-m", "pytest", *own_test, **alone)
    assert "blog." not in text
    assert "nickname" in text
    for tool in (["format", "--check"], ["check"]):
        blog.run("", "-m", "ruff", *tool, "migrations")
    if "sqlite" in database_url:
        blog.run("", "-m", "mypy", "migrations")


@pytest.fixture
def filled(
    blog: Rendered, new_database: Callable[[str], str], request: pytest.FixtureRequest
) -> str:
    url = new_database(request.param)
    blog.alembic(url, "upgrade", "heads")
    at = "'2026-01-01 00:00:00', '2026-01-01 00:00:00'"
    users = f"INSERT INTO users (id, email, created_at, updated_at) VALUES (1, 'a@b.c', {at})"
    tags = "'{}'" if "postgresql" in url else "'[]'"
    posts = (
        "INSERT INTO posts (id, title, price, tags, author_id, previous_id, created_at, updated_at) "
        f"VALUES (1, 't', 1, {tags}, 1, NULL, {at}), (2, 't', 1, {tags}, 1, 1, {at})"
    )
    execute(make_url(url), users, posts)
    return url


@pytest.mark.database
@pytest.mark.parametrize("filled", ["postgresql", "mariadb"], indirect=True)
def test_tables_with_rows_can_be_dropped_and_created_again(blog: Rendered, filled: str) -> None:
    blog.alembic(filled, "downgrade", "base")
    blog.alembic(filled, "upgrade", "heads")
    blog.alembic(filled, "check")
