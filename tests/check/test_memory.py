"""What is remembered is what would be found."""

import ast
import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scaffold.cache.files import CachedFiles
from scaffold.check.analysis import Analysis
from scaffold.check.memory import Found, Store
from scaffold.check.run import check
from scaffold.untrusted import read_regular

EDITS = settings(
    max_examples=max(settings().max_examples // 2, 1),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

FACTORY = """
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

make: async_sessionmaker[AsyncSession]
"""
USE = """
import asyncio
from shop.names import make

async def run(load):
    async with make() as db:
        await asyncio.gather(load(db), load(db))
"""
BASE = """
from sqlalchemy.ext.asyncio import AsyncSession

class Base:
    connected: AsyncSession
"""
REPOSITORY = """
from .base import Base

class UserRepository(Base):
    async def add(self):
        await self.connected.commit()
"""
MODEL = """
from sqlalchemy.orm import DeclarativeBase, Mapped, relationship

class Base(DeclarativeBase):
    pass

class User(Base):
    name: Mapped[str]
    posts: Mapped[list["Post"]] = relationship()
"""
ENGINE = (
    "from sqlalchemy.ext.asyncio import create_async_engine\n\nengine = create_async_engine('')\n"
)
SYNC = "from sqlalchemy import create_engine\n\ndef make(): return create_engine('')\n"
POSTGRESQL = "from sqlalchemy.dialects.postgresql import JSONB\n"

# What each file of a project may say; the first is where it begins, and None is no file.
VARIANTS: Mapping[str, tuple[str | None, ...]] = MappingProxyType({
    "src/shop/__init__.py": ("", None),
    "src/shop/db.py": (FACTORY, None, FACTORY.replace("make:", "made:"), "make = (\n"),
    "src/shop/db/__init__.py": (None, FACTORY),
    "src/shop/names.py": ("from shop.db import make\n", None, "from shop.more import make\n"),
    "src/shop/more.py": (None, FACTORY),
    "src/shop/more/__init__.py": (None, "from shop.db import make\n"),
    "src/shop/use.py": (USE, USE.replace("))\n", "))  # noqa: SCA006\n"), USE.replace("shop", ""), None),
    "src/shop/base.py": (BASE, BASE.replace("Session", "Thing"), None),
    "base.py": (None, BASE),
    "src/shop/users.py": (REPOSITORY, REPOSITORY.replace(".base", "base"), None),
    "src/shop/inner/__init__.py": ("", None),
    "src/shop/inner/users.py": (REPOSITORY.replace(".base", "..base"), None),
    "src/shop/model.py": (MODEL, MODEL.replace("[str]", "[int]"), "x = (\n"),
    "src/shop/engine.py": (ENGINE, ENGINE.replace("('')\n", "('')  # noqa\n")),
    "migrations/env.py": (None, SYNC, POSTGRESQL),
    "scripts/shop/names.py": (None, "make = None\n"),
    "scripts/use.py": (USE, None),
    ".gitignore": ("", "engine.py\n", "migrations\nmodel.py\n"),
    "pyproject.toml": (
        "",
        "[tool.scaffold.check]\nexclude = ['src/shop/model.py', 'migrations']\n",
        "[tool.scaffold.check]\nignore = ['SCA00']\n",
        "[tool.scaffold.check.per-file-ignores]\n'src/*' = ['SCA006', 'SCA001']\n",
    ),
})  # fmt: skip
Edit = tuple[str, str | None]
Choice = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]
# Paths, what is selected and what is ignored.
CHOICES: tuple[Choice, ...] = (
    ((), (), ()),
    (("src/shop/model.py",), (), ()),
    (("scripts", "src"), (), ()),
    ((".",), ("SCA006",), ()),
    ((".",), (), ("SCA006", "SCA000")),
)
edits = st.sampled_from([(path, text) for path, texts in VARIANTS.items() for text in texts])


class Box:
    """Keeps what is remembered in this process."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def read(self, name: str) -> bytes | None:
        return self.kept.get(name)

    def write(self, name: str, content: bytes) -> None:
        self.kept[name] = content


def write(root: Path, path: str, text: str | None) -> None:
    file = root / path
    if text is None:
        file.unlink(missing_ok=True)
    else:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def found(
    store: Store | None = None,
    paths: tuple[str, ...] = (".",),
    select: tuple[str, ...] = (),
    ignore: tuple[str, ...] = (),
) -> list[str]:
    checked = check([*map(Path, paths)], select, ignore, store)
    return [*map(str, checked.findings), f"{checked.files} files"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("shop")
    subprocess.run(["git", "init", "--quiet"], cwd=made, check=True)
    return made


@pytest.fixture
def root(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the project as it begins, which is the current folder."""
    monkeypatch.chdir(folder)
    begin(folder)
    return folder


def begin(root: Path) -> None:
    for path, texts in VARIANTS.items():
        write(root, path, texts[0])


@EDITS
@given(steps=st.lists(st.tuples(edits, st.sampled_from(CHOICES)), min_size=1, max_size=12))
def test_after_any_edits_it_is_what_is_found_anew(
    root: Path, steps: list[tuple[Edit, Choice]]
) -> None:
    begin(root)
    store = Box()
    found(store)

    for (path, text), choice in steps:
        write(root, path, text)
        assert found(store, *choice) == found(None, *choice)
    assert found(store) == found()


# What is there before, if it is not as it begins, and what is edited then.
CHANGES: Mapping[str, tuple[Edit | None, Edit]] = MappingProxyType({
    "a comment": (None, ("src/shop/engine.py", ENGINE.replace("('')\n", "('')  # noqa\n"))),
    "an import": (None, ("src/shop/names.py", "make = None\n")),
    "an import of an import": (None, ("src/shop/db.py", "make = None\n")),
    "a module less": (None, ("src/shop/db.py", None)),
    "a module more": (("src/shop/db.py", None), ("src/shop/db.py", FACTORY)),
    "a package more": (("src/shop/db.py", None), ("src/shop/db/__init__.py", FACTORY)),
    "another name of a file": (None, ("src/shop/inner/__init__.py", None)),
    "one database": (None, ("migrations/env.py", POSTGRESQL)),
    "any database": (("migrations/env.py", POSTGRESQL), ("migrations/env.py", SYNC)),
    "what git ignores": (("migrations/env.py", POSTGRESQL), (".gitignore", "migrations\n")),
    "settings": (None, ("pyproject.toml", "[tool.scaffold.check]\nignore = ['SCA006']\n")),
})  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_seen_wherever_it_is(root: Path, change: str) -> None:
    before, edit = CHANGES[change]
    if before:
        write(root, *before)
    store = Box()
    former = found(store)

    write(root, *edit)

    assert found(store) == found() != former


def test_a_project_that_turns_synchronous_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "model.py", MODEL)
    write(tmp_path, "pyproject.toml", "")
    store = Box()
    former = found(store)

    write(tmp_path, "other.py", SYNC)

    assert found(store) == found() != [*former[:-1], "2 files"]


def test_an_edit_that_no_clock_shows_is_seen(root: Path) -> None:
    file = root / "src/shop/engine.py"
    store = Box()
    former = found(store)
    before = file.stat()

    write(root, "src/shop/engine.py", ENGINE.replace("create", "fright"))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))

    assert file.stat().st_size == before.st_size
    assert found(store) == found() != former


def test_a_file_edited_meanwhile_is_not_remembered(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Box()

    def edited(path: str) -> bytes:
        content = read_regular(path)
        if path.endswith("shop/names.py"):
            write(root, "src/shop/names.py", "make = None\n")
        return content

    with monkeypatch.context() as patch:
        patch.setattr("scaffold.check.sources.read_regular", edited)
        found(store)

    assert found(store) == found()


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of the files that the rules look at."""
    names: list[str] = []
    look = Analysis.found

    def noted(analysis: Analysis, path: str) -> tuple[Found, ...]:
        names.append(Path(path).name)
        return look(analysis, path)

    monkeypatch.setattr(Analysis, "found", noted)
    return names


def test_only_what_an_edit_reaches_is_looked_at_again(root: Path, looked_at: list[str]) -> None:
    store = Box()
    found(store)
    looked_at.clear()

    found(store)
    found(store, (".",), ("SCA001",))
    found(store, ("src/shop",))
    assert looked_at == []

    write(root, "src/shop/db.py", "make = None\n")
    found(store)
    assert looked_at == ["use.py", "db.py", "use.py"]


@pytest.mark.usefixtures("root")
@pytest.mark.parametrize("part", ["sys.version", "scaffold.check.memory._rules"])
def test_another_python_and_other_rules_look_anew(
    part: str, looked_at: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Box()
    found(store)
    first = [*looked_at]

    with monkeypatch.context() as patch:
        patch.setattr(part, "other" if part == "sys.version" else lambda: b"other")
        found(store)
    assert looked_at == first * 2

    found(store)
    assert looked_at == first * 2


@pytest.mark.usefixtures("root")
@pytest.mark.parametrize(
    "damaged",
    [
        lambda _: b"",
        lambda _: b"nothing at all",
        lambda content: content[:-1],
        lambda content: content.replace(b"SCA001", b"SCA002"),
    ],
    ids=["empty", "other", "cut off", "changed"],
)
def test_a_damaged_memory_is_none(
    damaged: Callable[[bytes], bytes], looked_at: list[str], tmp_path: Path
) -> None:
    store = CachedFiles(tmp_path / "cache", 1)
    expected = found(store)
    first = [*looked_at]
    (file,) = (tmp_path / "cache").iterdir()
    file.write_bytes(damaged(file.read_bytes()))

    assert found(store) == expected
    assert looked_at == first * 2
    assert found(store) == expected
    assert looked_at == first * 2


@pytest.mark.usefixtures("root")
def test_where_nothing_can_be_kept_it_is_checked_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    assert found(CachedFiles(tmp_path / "file", 1)) == found()


@pytest.mark.usefixtures("root")
def test_a_file_that_could_not_be_read_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    store = Box()
    expected = found(store)

    for problem in ("Permission denied", "Input/output error"):

        def refuse(path: str, problem: str = problem) -> bytes:
            if path.endswith(("engine.py", "db.py")):
                raise OSError(5, problem)
            return read_regular(path)

        with monkeypatch.context() as patch:
            patch.setattr("scaffold.check.sources.read_regular", refuse)
            assert found(store) == found() != expected

    assert found(store) == expected


def test_what_was_too_deep_is_looked_at_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chain = "z = select(x).where(y).limit(9)\n"
    write(root, "src/shop/db.py", FACTORY + chain)
    write(root, "src/shop/engine.py", f"from sqlalchemy import select\n\n{chain}")
    store, parsed = Box(), ast.parse

    def too_deep(source: bytes | str, *args: Any, **named: Any) -> ast.AST:  # noqa: ANN401
        if b"limit" in (source if isinstance(source, bytes) else b""):
            raise RecursionError("too deep")
        tree: ast.AST = parsed(source, *args, **named)
        return tree

    with monkeypatch.context() as patch:
        patch.setattr(ast, "parse", too_deep)
        former = found(store)

    assert found(store) == found() != former
