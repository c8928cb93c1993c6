"""A scratch database that the project's own Alembic brings to the last revision, and compares."""

from __future__ import annotations

import json
import os
import re
import sys
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from scaffold.errors import ScaffoldError
from scaffold.frozen import dataclass
from scaffold.revisions.history import VERSIONS
from scaffold.untrusted import read_regular

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_PROGRAM = Path(__file__).parent / "inside.py"
_SET_UP = "set the project up first: make test"
_HELP = {
    "ModuleNotFoundError": _SET_UP,
    "NotImplementedError: Dialect 'sqlite' does not support sequence": "take Identity() in the "
    "place of the sequence: mapped_column(Identity())",
}
_NEEDED = ("alembic", "aiosqlite", "pydantic_settings", "sqlalchemy")
_ALEMBIC_SAYS = re.compile(r"    # ### commands auto.*\n|\n*    # ### end Alembic.*")
# What the project reads of the environment must not lead to a database of its own.
_LEFT_OUT = ("DATABASE_URL", "TEST_DATABASE_URL", "PYTHONHOME")


@dataclass(frozen=True, slots=True)
class Comparison:
    """How the models of a project differ from what its migrations build.

    `revision` is the text of the revision that Alembic writes for that, with its file's name, and
    `operations` what it does: `do` with `table` and, for parts of it, `name`. `unseen` are
    differences that Alembic does not look for; `uncompared` says why they could not be found.
    """

    operations: tuple[Mapping[str, Any], ...]
    unseen: tuple[Mapping[str, str], ...]
    revision: tuple[str, str] | None = None
    uncompared: str = ""


class MigrationsFailError(ScaffoldError):
    """A revision of the project does not run."""


def tables_after(root: Path, order: Sequence[str]) -> Mapping[str, Any]:
    """Return the tables that the migrations make when each of these revisions is asked for in turn."""
    python = interpreter(root)
    with TemporaryDirectory(prefix="scaffold-scratch-") as name:
        work = Path(name)
        copy_migrations(root, work, {})
        tables: Mapping[str, Any] = _run(python, root, work, {"order": list(order)})["tables"]
        return tables


def compare(root: Path, message: str, more: Mapping[str, bytes] | None = None) -> Comparison:
    """Compare over a database in a temporary folder; the project's own is not touched.

    `more` are revisions by their path in the project that are not written yet. Runs the project's
    code with the Python of its `.venv`, or with this one where that has all it needs.
    """
    python = interpreter(root)
    with TemporaryDirectory(prefix="scaffold-scratch-") as name:
        work = Path(name)
        copy_migrations(root, work, more or {})
        found = _run(python, root, work, {"message": message})
        revision = None
        if found["file"]:
            file = Path(found["file"])
            revision = (file.name, _settled(file.read_text(encoding="utf-8"), found["id"]))
    operations, unseen = tuple(found["operations"]), tuple(found["unseen"])
    return Comparison(operations, unseen, revision, found.get("uncompared", ""))


def _settled(text: str, drawn: str) -> str:
    """Give a revision an id that follows from what it does, so that a dry run and the run agree."""
    text = _ALEMBIC_SAYS.sub("", text)
    done = text.partition("down_revision")[2].replace(drawn, "")
    return text.replace(drawn, sha256(done.encode()).hexdigest()[: len(drawn)])


def interpreter(root: Path) -> Path:
    """Return the Python that runs the project: that of its `.venv`, or this one if it can."""
    for place in (".venv/bin/python", ".venv/Scripts/python.exe"):
        if (root / place).exists():
            return root / place
    from importlib.util import find_spec

    if missing := [name for name in _NEEDED if find_spec(name) is None]:
        raise ScaffoldError(
            "the project cannot run: it has no `.venv`",
            note=f"this Python cannot run it either: it has no `{missing[0]}`",
            help=_SET_UP,
        )
    return Path(sys.executable)


def copy_migrations(root: Path, work: Path, more: Mapping[str, bytes]) -> None:
    """Copy the migrations to a folder to work in, with more of them; only regular files."""
    from shutil import Error, copytree, ignore_patterns

    folder = VERSIONS.parent
    if not (root / folder / "env.py").is_file() or not (root / "alembic.ini").is_file():
        raise ScaffoldError(
            f"the project has no Alembic environment: `alembic.ini` and `{folder}/env.py`",
            help="bring them back: git checkout HEAD -- alembic.ini migrations",
        )
    left_out = ignore_patterns("__pycache__")
    try:
        copytree(root / folder, work / folder, ignore=left_out, copy_function=_copy_regular)
    except Error as error:
        source, _, reason = error.args[0][0]
        raise ScaffoldError(f"`{source}` cannot be copied: {reason}") from error
    (work / VERSIONS).mkdir(exist_ok=True)
    for path, body in more.items():
        (work / path).write_bytes(body)


def _copy_regular(source: str, target: str) -> None:
    Path(target).write_bytes(read_regular(source))


def _run(python: Path, root: Path, work: Path, asked: Mapping[str, Any]) -> dict[str, Any]:
    import subprocess

    wanted = {
        "ini": str(root / "alembic.ini"),
        "migrations": str(work / VERSIONS.parent),
        "created": str(work / "created.sqlite"),
        "migrated": str(work / "migrated.sqlite"),
        **asked,
        "result": str(work / "result.json"),
    }
    kept = {name: value for name, value in os.environ.items() if name not in _LEFT_OUT}
    paths = [str(root / "src"), str(root), *filter(None, [kept.get("PYTHONPATH")])]
    variables = {
        **kept,
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONDONTWRITEBYTECODE": "1",
        "RUFF_NO_CACHE": "true",
        "DATABASE_URL": f"sqlite+aiosqlite:///{work / 'migrated.sqlite'}",
    }
    done = subprocess.run(
        [str(python), str(_PROGRAM), json.dumps(wanted)],
        cwd=root,
        env=variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if done.returncode != 0:
        raise _not_set_up(python, done.stderr.decode(errors="replace"))
    found: dict[str, Any] = json.loads((work / "result.json").read_text(encoding="utf-8"))
    if "error" in found:
        raise _failure(found, root, work)
    return found


def _not_set_up(python: Path, printed: str) -> ScaffoldError:
    lines = [line.strip() for line in printed.splitlines() if line.strip()]
    return ScaffoldError(
        f"the project cannot run with `{python}`",
        note=lines[-1] if lines else None,
        help=_SET_UP,
    )


def _failure(found: Mapping[str, Any], root: Path, work: Path) -> ScaffoldError:
    """Return what went wrong in the project's own code."""
    said = str(found["error"]).strip().splitlines()[0]
    file, line = found["place"] or ("", 0)
    for folder in (work, root):
        if Path(file).is_relative_to(folder):
            file = Path(file).relative_to(folder).as_posix()
    note = f"{said} ({file}:{line})" if file else said
    if file.startswith(VERSIONS.as_posix()):
        return MigrationsFailError(
            "the migrations do not run on a scratch SQLite database",
            note=note,
            help="keep what one database alone knows to it: "
            'if op.get_context().dialect.name == "postgresql":',
        )
    help = next((each for start, each in _HELP.items() if said.startswith(start)), None)
    return ScaffoldError("the project's models cannot be compared", note=note, help=help)
