"""What people normally add to a project passes its gates, and stays formatted after each command."""

import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent, indent

import pytest

import commands
import gates
from servers import Servers

PACKAGE = Path("src/blog")
ENTITIES = ("user", "post", "comment", "tag")
# A method by hand at the end of a class.
METHOD = '''
    @property
    def more(self) -> int:
        """Return more."""
        return 1
'''
COLUMNS = '''
notes: Mapped[int | None] = mapped_column(Integer(), deferred=True)
teaser: Mapped[str] = column_property(title + ", in short")
comment_count: Mapped[int] = column_property(
    select(func.count()).select_from(TableClause("comments")).scalar_subquery(),
)
author_name: AssociationProxy[str] = association_proxy("author", "name")
writer: Mapped["UserRow"] = relationship(foreign_keys=[author_id], viewonly=True, lazy="raise")

@hybrid_property
def is_live(self) -> bool:
    """Say whether it is live."""
    return self.status is PostStatus.LIVE

@is_live.inplace.expression
@classmethod
def _is_live(cls) -> ColumnElement[bool]:
    return cls.status == PostStatus.LIVE

@validates("title")
def _strip_title(self, _name: str, value: str) -> str:
    return value.strip()
'''
LISTENER = """

@event.listens_for(PostRow, "before_insert")
def _before_insert(_mapper: Mapper[PostRow], _connection: Connection, row: PostRow) -> None:
    row.notes = row.notes or 1
"""
REVISION = '''\
"""Add notes to posts."""

import sqlalchemy as sa
from alembic import op

revision = "by_hand"
down_revision = "{last}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column and an index."""
    op.add_column("posts", sa.Column("notes", sa.Integer(), nullable=True))
    op.create_index("ix_posts_status_title", "posts", ["status", "title"])


def downgrade() -> None:
    """Take them back."""
    op.drop_index("ix_posts_status_title", "posts")
    op.drop_column("posts", "notes")
'''
QUERY = '''
async def titled(self, title: str) -> list[Post]:
    """Return posts of one title."""
'''
ROUTE = '''

@router.get("/popular")
async def popular_posts(service: PostUse) -> list[PostRead]:
    """List posts of one title."""
    return [PostRead.model_validate(post) for post in await service.titled("popular")]
'''
DOMAIN = '''
@property
def is_free(self) -> bool:
    """Say whether it costs nothing."""
    return not self.price
'''
READ = '''
is_free: bool

@computed_field
@property
def length(self) -> int:
    """Count the characters."""
    return len(self.body)
'''
CREATE = """
model_config = ConfigDict(str_strip_whitespace=True)

@field_validator("title")
@classmethod
def _no_shouting(cls, value: str) -> str:
    return value.capitalize() if value == "SHOUT" else value
"""
SETTINGS = """
jwt_secret: SecretStr = SecretStr("unsafe")
origins: list[str] = ["https://example.org"]
mail: Mail = Mail()
"""
MAIL = '''
class Mail(BaseModel):
    """How mails are sent."""

    host: str = "localhost"
    password: SecretStr | None = None


'''
REPORTS = '''\
"""Reports."""

from fastapi import APIRouter

router = APIRouter(prefix="/reports", tags=["reports"])


@router.get("")
async def reports() -> list[str]:
    """List the reports."""
    return ["daily"]
'''
TESTS = '''

@pytest.fixture
async def writer(work: SqlUnitOfWork) -> User:
    """Store who writes."""
    return await make_user(work)


@pytest.mark.slow
@pytest.mark.parametrize("title", ["a", "b c"])
async def test_titles(work: SqlUnitOfWork, writer: User, title: str) -> None:
    stored = await work.posts.add(replace(new_post(author_id=writer.id), title=title))

    assert await work.posts.titled(title) == [stored]
    assert await work.posts.get(stored.id) == stored
    assert stored.is_free is (stored.price == 0)


async def test_rows(session_factory: async_sessionmaker[AsyncSession], work: SqlUnitOfWork, writer: User) -> None:
    await work.commit()
    async with session_factory() as session:
        row = PostRow(title=" a ", body="b", price=Decimal(1), status=PostStatus.LIVE, author_id=writer.id)
        session.add(row)
        await session.flush()
        found = await session.execute(
            select(PostRow.teaser, PostRow.comment_count, PostRow.notes).where(PostRow.id == row.id, PostRow.is_live)
        )

        assert [tuple(one) for one in found] == [("a, in short", 0, 1)]


def test_the_application_answers_a_plain_client(settings: Settings) -> None:
    with TestClient(create_app(settings)) as client:
        assert client.get("/health/live").status_code == 200
        assert client.get("/reports").json() == ["daily"]
        assert client.get("/posts/popular").json() == []
'''


def after(file: Path, mark: str, text: str, depth: int = 0, shift: int = 1) -> None:
    """Put lines by hand behind the first line that has the mark in it, or before it."""
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    number = next(number for number, line in enumerate(lines) if mark in line)
    lines.insert(number + shift, indent(text, " " * depth))
    file.write_text("".join(lines), encoding="utf-8")


def before(file: Path, mark: str, text: str, depth: int = 0) -> None:
    after(file, mark, text, depth, shift=0)


def append(file: Path, text: str) -> None:
    file.write_text(file.read_text(encoding="utf-8") + text, encoding="utf-8")


def importing(file: Path, statements: str) -> None:
    """Put imports behind the docstring."""
    text = file.read_text(encoding="utf-8")
    end = text.index('"""\n', 3) + 4
    file.write_text(text[:end] + dedent(statements) + text[end:], encoding="utf-8")


def edit_persistence(package: Path) -> None:
    model = package / "persistence/models/post.py"
    after(model, "by hand go below", COLUMNS, 4)
    append(model, LISTENER)
    after(
        model, "__table_args__ = (", '        Index("ix_posts_status_title", "status", "title"),\n'
    )
    importing(
        model,
        """
        from sqlalchemy import ColumnElement, Connection, event, func, Integer, select, TableClause
        from sqlalchemy.ext.associationproxy import association_proxy, AssociationProxy
        from sqlalchemy.ext.hybrid import hybrid_property
        from sqlalchemy.orm import column_property, Mapper, validates
        """,
    )
    body = "    return await self.find_all(PostFields.title.eq(title))\n"
    for file, more in (
        (package / "services/ports/post.py", ""),
        (package / "persistence/repositories/post.py", body),
        (package.parents[1] / "tests/fakes/post.py", body),
    ):
        after(file, "by hand go below", QUERY + more, 4)
        if more:
            importing(file, "\nfrom blog.domain.post import PostFields\n")


def edit_application(package: Path) -> None:
    after(package / "domain/post.py", "by hand go below", DOMAIN, 4)
    body = "    return await self._work.posts.titled(title)\n"
    after(package / "services/post.py", "by hand go below", QUERY + body, 4)
    after(package / "api/routes/post.py", "by hand go below", ROUTE)
    schema = package / "api/schemas/post.py"
    after(schema, "by hand go below", READ, 4)
    before(schema, "def to_domain", CREATE.lstrip() + "\n", 4)
    importing(schema, "\nfrom pydantic import computed_field, ConfigDict, field_validator\n")
    settings = package / "settings.py"
    after(settings, "    log_level:", SETTINGS, 4)
    before(settings, "class Settings(", MAIL.lstrip())
    importing(settings, "\nfrom pydantic import BaseModel, SecretStr\n")
    (package / "api/reports.py").write_text(REPORTS, encoding="utf-8")
    application = package / "api/app.py"
    before(application, "yield state_of", "_app.state.jobs = asyncio.Queue[str]()\n", 12)
    before(
        application,
        "errors.install(app",
        "app.add_middleware(CORSMiddleware, allow_origins=settings.origins)\n"
        "app.add_middleware(GZipMiddleware)\napp.include_router(reports.router)\n",
        4,
    )
    importing(
        application,
        """
        import asyncio
        from fastapi.middleware.cors import CORSMiddleware
        from fastapi.middleware.gzip import GZipMiddleware
        from blog.api import reports
        """,
    )


def edit_tests(root: Path) -> None:
    test = root / "tests/persistence/test_post.py"
    append(test, TESTS)
    importing(
        test,
        """
        from dataclasses import replace
        from decimal import Decimal
        import pytest
        from fastapi.testclient import TestClient
        from sqlalchemy import select
        from sqlalchemy.ext.asyncio import async_sessionmaker, AsyncSession
        from blog.api.app import create_app
        from blog.domain.post import PostStatus
        from blog.domain.user import User
        from blog.persistence.models.post import PostRow
        from blog.persistence.unit_of_work import SqlUnitOfWork
        from blog.settings import Settings
        from tests.factories.post import new_post
        from tests.factories.user import make_user
        """,
    )
    pyproject = root / "pyproject.toml"
    after(pyproject, '"alembic>=', '    "orjson>=3.10",\n')
    after(pyproject, "[tool.pytest.ini_options]", 'markers = ["slow: takes long"]\n')
    append(pyproject, "\n[tool.coverage.run]\nbranch = true\n")


def edit_registries(package: Path) -> None:
    """Add lines by hand where the commands keep a line per entity."""
    for kind, name, extra in (("routes", "user", "extra"), ("links", "tag", "more")):
        registry = package / f"api/{kind}/__init__.py"
        after(registry, f"    {name}_router,", f"{extra}_router,\n", 4)
        line = f"from blog.api.{extra} import router as {extra}_router\n"
        before(registry, f".{name} import", line)
        text = REPORTS.replace("reports", extra).replace("Reports", extra.capitalize())
        (package / f"api/{extra}.py").write_text(text, encoding="utf-8")
    port, work = (package / f"{each}/unit_of_work.py" for each in ("services/ports", "persistence"))
    fake = package.parents[1] / "tests/fakes/unit_of_work.py"
    method = '\ndef mark(self) -> None:\n    """Mark it."""\n'
    append(port, indent(f"audit: list[str]\n{method}", "    "))
    append(work, "        self.audit: list[str] = []\n" + indent(method, "    "))
    append(work, '        self.audit.append("mark")\n')
    before(fake, "self.users =", "self.audit: list[str] = []\n", 8)
    append(fake, indent(method, "    ") + '        self.audit.append("mark")\n')
    models = package / "persistence/models/__init__.py"
    after(models, '    "UserRow",', '"NAMES",\n', 4)
    before(models, "import UserRow", "from blog.persistence.base import NAMES\n")
    append(package / "domain/relations.py", "\n\nNAMED: Final = len(_ALL)\n")


def tidy(root: Path) -> None:
    """Do what `make fmt` does."""
    for options in (("check", "--fix", "--quiet"), ("format", "--quiet")):
        subprocess.run([sys.executable, "-m", "ruff", *options, "."], cwd=root, check=False)


@pytest.fixture(scope="module")
def edited(committed_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the blog, and add what people add."""
    root = commands.blog(committed_template, tmp_path_factory.mktemp("by hand") / "blog")
    commands.model(root, "Tag", "name:str,80:unique", "posts:many,Post")
    last = gates.run(root, "-m", "alembic", "heads").split()[0]
    revision = root / "migrations/versions/by_hand.py"
    revision.write_text(REVISION.format(last=last), encoding="utf-8")
    edit_persistence(root / PACKAGE)
    edit_application(root / PACKAGE)
    edit_tests(root)
    edit_registries(root / PACKAGE)
    tidy(root)
    return root


@pytest.mark.parametrize("gate", gates.STATIC, ids=lambda gate: gate.__name__)
def test_what_people_add_passes(edited: Path, gate: gates.Gate) -> None:
    gate(edited)


@gates.EACH_DATABASE
def test_what_people_add_passes_with_the_suite(edited: Path, servers: Servers, kind: str) -> None:
    gates.migrated(edited, servers, [kind])
    gates.suite_passes(edited, servers, kind)


COMMANDS = (
    "destroy Comment --accept-data-loss",
    "destroy Tag --accept-data-loss",
    "model Zebra name",
    "model Apple name owner:User",
    "rename Comment Remark",
    "rename User Person",
    "field add Post pages:int:null",
    "field remove Tag posts --accept-data-loss",
    "field rename Post body text",
    "field add Tag users:many,User",
    "field alter Post price:decimal,12,2",
    "alter Post --lock",
    "alter Tag --page offset",
    "alter Post --no-timestamps --accept-data-loss",
    "alter Tag --api none",
    "alter Post --index title,created_at",
    "migrate more",
)


def test_every_command_leaves_edited_files_formatted(edited: Path, tmp_path: Path) -> None:
    roots = []
    for number, command in enumerate(COMMANDS):
        root = Path(shutil.copytree(edited, tmp_path / f"{number}", symlinks=True))
        printed = commands.scaffold(root, *command.split())
        if "make fmt" in printed:
            assert command.startswith("rename")
            tidy(root)
        roots.append(root)
    # Without entities nothing is left of a registry but what is by hand.
    root = Path(shutil.copytree(edited, tmp_path / "none", symlinks=True))
    destroyed = [
        commands.scaffold(root, "destroy", name, "--accept-data-loss")
        for name in ("Tag", "Comment", "Post", "User")
    ]
    assert ["make fmt" in printed for printed in destroyed] == [False, False, True, False]
    tidy(root)
    roots.append(root)

    gates.formatted(*roots)
    for one in roots:
        gates.linted(one)
