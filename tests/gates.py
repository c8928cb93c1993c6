"""The gates that every generated project passes: the ones of its own `make test`, and its migrations.

They run with the tests' own Python and the project's own configuration: no install. Each raises
AssertionError with what the program printed.
"""

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from scaffold.check.run import check
from servers import DATABASES, Servers, fresh

CYCLE = Path(__file__).parent / "migrations" / "cycle.py"
# Kept from run to run: most of what mypy reads are libraries.
MYPY_CACHE = Path(__file__).parents[1] / ".mypy_cache" / "generated"
LINT_IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"
EACH_DATABASE = pytest.mark.parametrize(
    "kind",
    [
        pytest.param(kind, marks=[pytest.mark.database] if kind != "sqlite" else [])
        for kind in DATABASES
    ],
)
Gate = Callable[[Path], None]


def run(root: Path, *command: str, **variables: str) -> str:
    """Run Python in a project as if the project alone were installed; return what it printed."""
    result = subprocess.run(
        [sys.executable, *command],
        cwd=root,
        env=environment(root, **variables),
        capture_output=True,
        check=False,
    )
    printed = (result.stdout + result.stderr).decode(errors="replace")
    assert result.returncode == 0, f"{' '.join(command)[:200]}\nin {root}:\n{printed}"
    return result.stdout.decode(errors="replace")


def environment(root: Path, **variables: str) -> dict[str, str]:
    """Return the environment of a project, without what belongs to the tests around it."""
    own = ("PYTEST_", "COVERAGE_", "HYPOTHESIS_", "SCAFFOLD_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    for name in ("DATABASE_URL", "TEST_DATABASE_URL"):
        kept.pop(name, None)
    paths = os.pathsep.join(map(str, (root / "src", root)))
    return {**kept, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1", **variables}


def formatted(*roots: Path) -> None:
    """Check that the formatter would change nothing."""
    run(roots[0], "-m", "ruff", "format", "--check", "--diff", "--no-cache", *map(str, roots))


def linted(*roots: Path) -> None:
    """Check the linter's rules."""
    options = ("--no-cache", "--output-format=concise")
    run(roots[0], "-m", "ruff", "check", *options, *map(str, roots))


def typed(root: Path) -> None:
    """Check types. One run at a time: they share a cache."""
    MYPY_CACHE.mkdir(parents=True, exist_ok=True)
    with (MYPY_CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        run(root, "-m", "mypy", f"--cache-dir={MYPY_CACHE}", "--no-error-summary")


def layered(root: Path) -> None:
    """Check the contracts on imports."""
    run(root, "-c", LINT_IMPORTS, "--no-cache")


def ruled(root: Path) -> None:
    """Check the async rules."""
    found = check([root]).findings
    assert not found, "\n".join(
        f"{each.path}:{each.line}: {each.code} {each.message}" for each in found
    )


def imported(root: Path) -> None:
    """Check that the application imports, without a warning."""
    run(root, "-W", "error", "-c", f"import {package_of(root)}.api.app")


STATIC: tuple[Gate, ...] = (formatted, linted, typed, layered, ruled)


def static(root: Path) -> None:
    """Check all that needs no run of the project."""
    for gate in STATIC:
        gate(root)


def migrated(root: Path, servers: Servers, kinds: Iterable[str] = DATABASES) -> None:
    """Migrate up, check, down and up on empty databases, and compare the schema with the models'."""
    kinds = tuple(kinds)
    with TemporaryDirectory() as name, ExitStack() as stack:
        urls = [
            stack.enter_context(fresh(servers, kind, Path(name)))
            for kind in kinds
            for _ in range(2)
        ]
        printed = run(root, str(CYCLE), package_of(root), *urls)
    for kind, schemas in zip(kinds, schemas_of(printed), strict=True):
        assert schemas["left"] == [], f"after the downgrade, on {kind}"
        assert schemas["migrated"] == schemas["created"], f"on {kind}"


def schemas_of(printed: str) -> list[dict[str, Any]]:
    """Return what the cycle found, after whatever Alembic printed."""
    schemas: list[dict[str, Any]] = json.loads(printed.splitlines()[-1])
    return schemas


def package_of(root: Path) -> str:
    """Return the name of a project's package."""
    return next(path.name for path in sorted((root / "src").iterdir()) if path.is_dir())


def suite_passes(root: Path, servers: Servers, kind: str = "sqlite") -> None:
    """Run the project's own suite, with the one plug-in that it has."""
    options = ("-q", "-p", "pytest_asyncio.plugin", "-p", "no:cacheprovider", "--no-header")
    with TemporaryDirectory() as name, fresh(servers, kind, Path(name)) as url:
        run(
            root,
            "-m",
            "pytest",
            *options,
            f"--basetemp={name}/pytest",
            TEST_DATABASE_URL=url,
            PYTEST_DISABLE_PLUGIN_AUTOLOAD="1",
        )


def everything(root: Path, servers: Servers, kinds: Iterable[str] = DATABASES) -> None:
    """Check all gates, on each of these databases where there is one."""
    kinds = tuple(kinds)
    static(root)
    migrated(root, servers, kinds)
    for kind in kinds:
        suite_passes(root, servers, kind)
