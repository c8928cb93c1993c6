"""What tools check in a project holds for what people add later, with nothing to edit for it."""

import re
from pathlib import Path

import pytest

import gates
from projects import entity, project

# The contract that a file breaks, and that file: each is new, in the place of a later entity.
BROKEN = {
    "The API uses services, services use the domain": (
        "services/added.py",
        "from blog.api import app",
    ),
    "Persistence knows nothing above it": (
        "persistence/repositories/added.py",
        "from fastapi import Depends",
    ),
    "Persistence implements the services' ports, and knows nothing else of them": (
        "persistence/repositories/added_too.py",
        "from blog.services import user",
    ),
    "Only the start of the application and its dependencies know persistence": (
        "api/routes/added.py",
        "from blog.persistence.models import UserRow",
    ),
    "The domain is plain Python": ("domain/added.py", "import pydantic"),
    "Services know ports, not databases or HTTP": (
        "services/added_too.py",
        "from sqlalchemy import select",
    ),
}
# Libraries that a layer must not know, where one broken contract could hide another.
FORBIDDEN = {
    "domain": ("sqlalchemy", "fastapi", "pydantic"),
    "services": ("sqlalchemy", "fastapi", "pydantic"),
    "persistence": ("fastapi",),
}
# One line each, and the rule that it breaks.
LINES = {
    "ASYNC251": "async def pause() -> None:\n    time.sleep(1)",
    "ASYNC230": "async def read() -> str:\n    with open('a') as file:\n        return file.read()",
    "DTZ005": "def now() -> dt.datetime:\n    return dt.datetime.now()",
    "S608": "def query(name: str) -> str:\n    return f\"SELECT * FROM users WHERE name = '{name}'\"",
    "RUF006": "async def start() -> None:\n    asyncio.create_task(pause())",
    "TID251": "def engine() -> object:\n    return sqlalchemy.create_engine('sqlite://')",
    "FAST002": (
        "@router.get('/')\nasync def index(user: str = Depends(read)) -> str:\n    return user"
    ),
    "B008": "def late(at: list[str] = read()) -> object:\n    return at",
    "PT011": "def test_late() -> None:\n    with pytest.raises(ValueError):\n        late()",
    "E722": "try:\n    late()\nexcept:\n    pass",
}
IMPORTS = """import asyncio
import datetime as dt
import time

import pytest
import sqlalchemy
from fastapi import APIRouter, Depends

router = APIRouter()
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    user = entity("User", "email:email:unique")
    return project(tmp_path_factory.mktemp("projects") / "blog", [user]).root


def write(root: Path, path: str, text: str) -> None:
    (root / "src/blog" / path).write_text(f"{text}\n", encoding="utf-8")


def test_each_contract_is_broken_by_a_file_that_was_added(root: Path) -> None:
    for path, line in BROKEN.values():
        write(root, path, line)
    for layer, libraries in FORBIDDEN.items():
        for library in libraries:
            write(root, f"{layer}/with_{library}.py", f"import {library}")

    with pytest.raises(AssertionError) as raised:
        gates.layered(root)

    told = re.sub(r"\s+", " ", str(raised.value))
    for contract in BROKEN:
        assert f"{contract} BROKEN" in told
    assert "Contracts: 0 kept" in told
    for layer, libraries in FORBIDDEN.items():
        for library in libraries:
            assert f"blog.{layer}.with_{library} -> {library} (l.1)" in told
    for folder in ("domain", "services", "persistence", "api"):
        for file in (root / "src/blog" / folder).rglob("*"):
            if file.stem.startswith(("added", "with_")):
                file.unlink()


def test_contracts_hold_again_without_them(root: Path) -> None:
    gates.layered(root)


def test_no_contract_is_left_out(root: Path) -> None:
    configured = (root / "pyproject.toml").read_text(encoding="utf-8")

    assert re.findall(r"^name = \"(\w+ .*)\"$", configured, re.MULTILINE) == list(BROKEN)


def test_each_rule_of_the_linter_finds_its_line(root: Path) -> None:
    write(root, "broken.py", IMPORTS + "\n\n".join(LINES.values()))

    with pytest.raises(AssertionError) as raised:
        gates.linted(root)

    (root / "src/blog/broken.py").unlink()
    assert {code for code in LINES if f" {code} " not in str(raised.value)} == set()


def test_comments_for_the_async_rules_are_known_to_the_linter(root: Path) -> None:
    write(root, "quiet.py", '"""A comment."""\n\nONE = 1  # noqa: SCA008')

    gates.linted(root)
    (root / "src/blog/quiet.py").unlink()


def test_what_is_not_awaited_is_a_type_error(root: Path) -> None:
    file = root / "src/blog/persistence/added.py"
    write(
        root,
        "persistence/added.py",
        '"""Forgets to wait."""\n\n'
        "import asyncio\n\n"
        "from sqlalchemy.ext.asyncio import AsyncSession\n\n\n"
        "async def store(session: AsyncSession) -> None:\n"
        '    """Forget twice."""\n'
        "    session.flush()\n"
        "    asyncio.gather(session.flush())",
    )

    with pytest.raises(AssertionError) as raised:
        gates.typed(root)

    file.unlink()
    assert "[unused-coroutine]" in str(raised.value)
    assert "[unused-awaitable]" in str(raised.value)
