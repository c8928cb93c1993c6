"""What is known of a file from the files around it."""

from pathlib import Path

import pytest

from scaffold.check.run import check

FACTORY = """
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

def create(engine):
    return async_sessionmaker(engine, expire_on_commit=False)

class SessionProvider:
    def __init__(self, factory: async_sessionmaker[AsyncSession]) -> None:
        self.make = factory

make: async_sessionmaker[AsyncSession]
Db = AsyncSession
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").touch()
    return tmp_path


def codes(root: Path, checked: str, **files: str) -> list[str]:
    for path, text in files.items():
        file = root / path
        for folder in file.relative_to(root).parents:
            if folder.name not in {"", "src"}:
                (root / folder).mkdir(parents=True, exist_ok=True)
                (root / folder / "__init__.py").touch()
        file.write_text(text, encoding="utf-8")
    return [each.code for each in check([root / checked]).findings]


@pytest.mark.parametrize(
    "imported",
    [
        "from shop.db import make",
        "from .db import make",
        "from . import db\nmake = db.make",
        "import shop.db\nmake = shop.db.make",
        "from shop.names import make",
    ],
)
def test_a_factory_is_known_from_another_file(root: Path, imported: str) -> None:
    use = f"""
import asyncio
{imported}

async def run(load):
    async with make() as db:
        await asyncio.gather(load(db), load(db))
"""

    found = codes(
        root,
        "src/shop/use.py",
        **{
            "src/shop/db.py": FACTORY,
            "src/shop/names.py": "from shop.db import make\n",
            "src/shop/use.py": use,
        },
    )

    assert found == ["SCA006"]


def test_an_alias_of_a_class_is_known_from_another_file(root: Path) -> None:
    use = """
from shop.db import Db

class OrderService:
    def __init__(self, database: Db) -> None:
        self.database = database
"""

    assert codes(
        root, "src/shop/use.py", **{"src/shop/db.py": FACTORY, "src/shop/use.py": use}
    ) == ["SCA004"]


def test_an_attribute_is_known_from_a_base_in_another_file(root: Path) -> None:
    base = """
from sqlalchemy.ext.asyncio import AsyncSession

class Base:
    def __init__(self, connected: AsyncSession) -> None:
        self.connected = connected
"""
    use = """
from shop.base import Base

class UserRepository(Base):
    async def add(self):
        await self.connected.commit()
"""

    assert codes(root, "src/shop/use.py", **{"src/shop/base.py": base, "src/shop/use.py": use}) == [
        "SCA003"
    ]


def test_a_column_has_the_type_that_a_base_in_another_file_gives_it(root: Path) -> None:
    base = """
from sqlalchemy import String
from sqlalchemy.orm import DeclarativeBase

class Base(DeclarativeBase):
    type_annotation_map = {str: String(255)}
"""
    use = """
from sqlalchemy.orm import Mapped
from shop.base import Base

class User(Base):
    name: Mapped[str]
"""

    typed = codes(root, "src/shop/use.py", **{"src/shop/base.py": base, "src/shop/use.py": use})
    bare = codes(root, "src/shop/use.py", **{"src/shop/base.py": base.replace("str:", "int:")})

    assert (typed, bare) == ([], ["SCA015"])


def test_a_base_that_nobody_knows_may_give_a_type(root: Path) -> None:
    use = "from elsewhere import Base\nfrom sqlalchemy.orm import Mapped\n\nclass User(Base):\n    a: Mapped[str]\n"

    assert codes(root, "src/shop/use.py", **{"src/shop/use.py": use}) == []


MODEL = """
from sqlalchemy import String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

class Base(DeclarativeBase):
    pass

class User(Base):
    name: Mapped[str] = mapped_column(String)
    posts: Mapped[list["Post"]] = relationship()
"""


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ("", ["SCA015", "SCA009"]),
        ("from sqlalchemy import create_engine\nengine = create_engine('')\n", ["SCA015"]),
        ("from sqlalchemy.dialects.postgresql import JSONB\n", ["SCA009"]),
        (
            "from sqlalchemy.dialects import mysql, postgresql\n",
            ["SCA015", "SCA009"],
        ),
    ],
    ids=["nothing", "synchronous", "for PostgreSQL", "for both"],
)
def test_rules_of_tables_look_at_the_project(root: Path, other: str, expected: list[str]) -> None:
    found = codes(root, "src/shop/user.py", **{"src/shop/user.py": MODEL, "src/shop/db.py": other})

    assert found == expected


def test_a_session_of_another_library_is_none(root: Path) -> None:
    use = """
import asyncio
import aiohttp
from sqlalchemy import select
from curl_cffi.requests import AsyncSession

async def run(load):
    async with aiohttp.ClientSession() as session:
        await asyncio.gather(load(session), load(session))
    async with AsyncSession() as session:
        await asyncio.gather(load(session), load(session))
"""

    assert codes(root, "src/shop/use.py", **{"src/shop/use.py": use}) == []


RUN = """
import asyncio
from app.db import make

async def run(load):
    async with make() as db:
        await asyncio.gather(load(db), load(db))
"""


def test_a_module_is_looked_for_beside_the_one_that_imports_it(root: Path) -> None:
    for name, text in {"one": "make = None\n", "two": FACTORY}.items():
        (root / name / "app").mkdir(parents=True)
        (root / name / "app/__init__.py").touch()
        (root / name / "app/db.py").write_text(text, encoding="utf-8")
        (root / name / "app/use.py").write_text(RUN, encoding="utf-8")

    assert [each.path for each in check([root]).findings] == [
        each.path for each in check([root / "two/app/use.py"]).findings
    ]
    assert codes(root, "two/app/use.py") == ["SCA006"]


def test_what_is_found_in_a_file_does_not_depend_on_the_files_before(root: Path) -> None:
    """What a name is may be asked for while it is worked out, from whichever file was first."""
    files = {
        "src/shop/a.py": """
from sqlalchemy.ext.asyncio import async_sessionmaker
from shop import z

make = z.make or async_sessionmaker(expire_on_commit=False)

async def run():
    async with make() as db:
        await db.commit()
""",
        "src/shop/z.py": "from shop import a\n\nmake = a.make\n",
        "src/shop/use.py": RUN.replace("app.db", "shop.z"),
    }

    alone = codes(root, "src/shop/use.py", **files)

    assert alone == codes(root, "src") == ["SCA006"]
