"""The gates are honest: what is broken is seen by the gate whose matter it is."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import commands
import gates
from servers import Servers

POST = "src/blog/domain/post.py"
REPOSITORY = Path(__file__).parents[2]
# What tests render, or let `scaffold check` find fault with.
SAMPLES = ("tests/templates/", "tests/check/sheets/", "tests/check/cases/")


def test_the_linter_of_this_repository_reads_all_but_samples() -> None:
    command = (sys.executable, "-m", "ruff", "check", "--show-files", ".")
    read = subprocess.run(command, cwd=REPOSITORY, capture_output=True, check=True, text=True)

    files = {
        path
        for room in ("generator", "tests", "bench")
        for path in REPOSITORY.glob(f"{room}/**/*.py")
    }
    skipped = files - {Path(line) for line in read.stdout.splitlines()}

    names = [path.relative_to(REPOSITORY).as_posix() for path in skipped]
    assert [name for name in names if not name.startswith(SAMPLES)] == []


@pytest.fixture(scope="module")
def whole_blog(committed_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return commands.blog(committed_template, tmp_path_factory.mktemp("projects") / "blog")


@pytest.fixture
def blog(whole_blog: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole_blog, tmp_path / "blog"))


def change(file: Path, pattern: str, replacement: str) -> None:
    text, count = re.subn(pattern, replacement, file.read_text(encoding="utf-8"), count=1)
    assert count == 1, pattern
    file.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("gate", "pattern", "replacement", "told"),
    [
        (gates.formatted, "title: str", "title:  str", "would be reformatted"),
        (
            gates.linted,
            "import datetime as dt",
            "import datetime as dt\\nimport requests",
            "TID251",
        ),
        (gates.linted, "import datetime as dt", "import datetime as dt\nimport os", "F401"),
        (gates.typed, "title: str", "title: strr", "strr"),
        (gates.typed, r"Decimal = Decimal\(0\)", 'Decimal = "0"', "Incompatible types"),
        (
            gates.layered,
            "import datetime as dt",
            "import datetime as dt\n\nimport sqlalchemy",
            "The domain is plain Python BROKEN",
        ),
        (
            gates.layered,
            "import datetime as dt",
            "import datetime as dt\n\nimport blog.services.post",
            "The API uses services, services use the domain BROKEN",
        ),
        (
            gates.ruled,
            "import datetime as dt",
            "import datetime as dt\n\nfrom sqlalchemy.ext.asyncio import AsyncSession",
            "SCA005 the domain imports `sqlalchemy.ext.asyncio.AsyncSession`",
        ),
    ],
)
def test_a_broken_file_is_seen(
    blog: Path, gate: gates.Gate, pattern: str, replacement: str, told: str
) -> None:
    change(blog / POST, pattern, replacement)

    with pytest.raises(AssertionError, match=re.escape(told)):
        gate(blog)


def test_a_broken_import_is_seen_by_the_types_gate_in_tests_too(blog: Path) -> None:
    change(blog / "tests/unit/test_post.py", "import NewPost|import Post", "import Postt")

    with pytest.raises(AssertionError, match="Postt"):
        gates.typed(blog)


def revision_of(blog: Path, table: str) -> Path:
    return next((blog / "migrations/versions").glob(f"*_create_{table}.py"))


@pytest.mark.parametrize(
    ("pattern", "replacement", "told"),
    [
        # What `alembic check` sees, what it does not see, and a downgrade that leaves a table.
        (r"sa\.String\(80\)", "sa.String(81)", "New upgrade operations detected"),
        (r"sa\.UniqueConstraint\(.*\),\n", "", "New upgrade operations detected"),
        (r'op\.drop_table\("users"\)', "", "already exists"),
        (r'op\.create_table\(\n\s+"users"', 'op.create_table("userz"', "New upgrade operations"),
    ],
)
def test_a_broken_migration_is_seen(
    blog: Path, servers: Servers, pattern: str, replacement: str, told: str
) -> None:
    change(revision_of(blog, "users"), pattern, replacement)

    with pytest.raises(AssertionError, match=told):
        gates.migrated(blog, servers, ["sqlite"])


def test_a_check_that_alembic_does_not_compare_is_seen(blog: Path, servers: Servers) -> None:
    change(revision_of(blog, "posts"), r"""\.in_\(\["draft", "live"\]\)""", '.in_(["draft"])')

    with pytest.raises(AssertionError, match="on sqlite"):
        gates.migrated(blog, servers, ["sqlite"])


@pytest.mark.parametrize(
    "break_it",
    [
        lambda blog: change(blog / "src/blog/services/post.py", r"commit\(\)", "rollback()"),
        lambda blog: (blog / "tests/unit/test_more.py").write_text(
            "import warnings\n\n\ndef test_more() -> None:\n    warnings.warn('old')\n"
        ),
    ],
    ids=["nothing is committed", "a warning"],
)
def test_a_broken_suite_is_seen(
    blog: Path, servers: Servers, break_it: Callable[[Path], None]
) -> None:
    break_it(blog)

    with pytest.raises(AssertionError, match="failed"):
        gates.suite_passes(blog, servers)
