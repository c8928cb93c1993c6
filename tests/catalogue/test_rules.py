"""Rows 33 to 40: layers, the async rules, fixtures, style."""

import ast
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import gates
from scaffold.check.run import check

PACKAGE = "src/blog"


def modules(folder: Path, part: str = "") -> Iterator[tuple[Path, ast.Module]]:
    for file in sorted((folder / PACKAGE / part).rglob("*.py")):
        yield file, ast.parse(file.read_text(encoding="utf-8"))


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


@pytest.fixture
def broken(blog_folder: Path, tmp_path: Path) -> Path:
    """Return a copy of the project to break."""
    return Path(shutil.copytree(blog_folder, tmp_path / "blog"))


def test_33_the_domain_never_sees_the_orm(blog_folder: Path, broken: Path) -> None:
    for _, tree in modules(blog_folder, "domain"):
        assert not any(
            name.split(".")[0] in {"sqlalchemy", "fastapi", "pydantic"} for name in imported(tree)
        )
    gates.layered(blog_folder)

    domain = broken / PACKAGE / "domain/user.py"
    domain.write_text(f"import sqlalchemy\n{domain.read_text(encoding='utf-8')}", encoding="utf-8")
    with pytest.raises(AssertionError, match="BROKEN"):
        gates.layered(broken)


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("persistence/repositories/user.py", "from fastapi import Depends"),
        ("services/user.py", "import sqlalchemy"),
        ("domain/user.py", "import pydantic"),
        ("services/user.py", "from blog.persistence.models import UserRow"),
        ("persistence/repositories/user.py", "from blog.api.schemas.user import UserRead"),
    ],
)
def test_34_35_layers_hold(broken: Path, file: str, line: str) -> None:
    module = broken / PACKAGE / file
    module.write_text(f"{line}\n{module.read_text(encoding='utf-8')}", encoding="utf-8")

    with pytest.raises(AssertionError, match="BROKEN"):
        gates.layered(broken)


def test_34_repositories_are_async_and_never_commit(blog_folder: Path) -> None:
    for file, tree in modules(blog_folder, "persistence/repositories"):
        text = file.read_text(encoding="utf-8")
        assert "commit(" not in text
        assert "Depends" not in text
        assert "fastapi" not in list(imported(tree))


def test_35_routes_hold_http_and_services_hold_use_cases(blog_folder: Path) -> None:
    for file, tree in modules(blog_folder, "api/routes"):
        assert not any(name.startswith("sqlalchemy") for name in imported(tree)), file
    for file, tree in modules(blog_folder, "services"):
        assert not any(
            name.split(".")[0] in {"sqlalchemy", "fastapi"} for name in imported(tree)
        ), file


def test_37_the_own_suite_isolates_commits(blog_folder: Path) -> None:
    fixtures = (blog_folder / "tests/conftest.py").read_text(encoding="utf-8")
    database = (blog_folder / "src/blog/persistence/database.py").read_text(encoding="utf-8")

    assert "create_session_factory(connection)" in fixtures
    assert 'join_transaction_mode="create_savepoint"' in database
    assert (blog_folder / "tests/factories/user.py").is_file()


def test_38_style_and_types(blog_folder: Path) -> None:
    gates.formatted(blog_folder)
    gates.linted(blog_folder)
    gates.typed(blog_folder)
    ignores = [
        file
        for file, _ in modules(blog_folder)
        if re.search(r"#\s*(noqa|type: ignore)", file.read_text(encoding="utf-8"))
    ]
    assert ignores == []


def test_39_only_the_2_x_style(blog_folder: Path) -> None:
    for file, tree in modules(blog_folder):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                assert node.func.attr != "query", file
    options = (blog_folder / "pyproject.toml").read_text(encoding="utf-8")
    assert re.search(r'filterwarnings = \[\s*"error"', options)


def test_40_scalar_scalars_execute(blog_folder: Path) -> None:
    """No detour: `execute(...).scalars()` where `scalars(...)` does, and no `scalar()` of lists."""
    for file, _ in modules(blog_folder, "persistence"):
        text = file.read_text(encoding="utf-8")
        assert ").scalars().all()" not in text.replace("await self._session.scalars(", ""), file


SYNC_SESSION = """
from sqlalchemy.orm import Session


async def first(session: Session) -> object:
    return session.get(object, 1)
"""
BLOCKING_CALL = """
import time


async def wait() -> None:
    time.sleep(1)
"""
SHARED_SESSION = """
import asyncio

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession


async def both(session: AsyncSession) -> None:
    await asyncio.gather(session.execute(select(1)), session.execute(select(2)))
"""
HIDDEN_SESSION = """
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

engine = create_async_engine("sqlite+aiosqlite://")
session = AsyncSession(engine)
"""


def test_36_the_project_keeps_the_async_rules(blog_folder: Path) -> None:
    assert check([blog_folder]).findings == ()


@pytest.mark.parametrize(
    ("broken_rule", "code"),
    [("SCA027", SYNC_SESSION), ("SCA006", SHARED_SESSION), ("SCA001", HIDDEN_SESSION)],
)
def test_36_a_broken_async_rule_is_named(broken: Path, broken_rule: str, code: str) -> None:
    module = broken / PACKAGE / "persistence/by_hand.py"
    module.write_text(f'"""By hand."""\n{code}', encoding="utf-8")

    assert broken_rule in [each.code for each in check([module]).findings]


def test_36_a_blocking_call_is_named_by_ruff(broken: Path) -> None:
    module = broken / PACKAGE / "persistence/by_hand.py"
    module.write_text(f'"""By hand."""\n{BLOCKING_CALL}', encoding="utf-8")

    with pytest.raises(AssertionError, match="ASYNC251"):
        gates.linted(broken)


def test_every_row_has_a_test() -> None:
    named = re.compile(r"def test_(\d\d(?:_\d\d)*)_")
    rows = {
        int(row)
        for file in Path(__file__).parent.glob("test_*.py")
        for rows in named.findall(file.read_text(encoding="utf-8"))
        for row in rows.split("_")
    }

    assert set(range(1, 46)) == rows
