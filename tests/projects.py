"""Projects rendered from this working tree: no command, no copy, no install."""

import atexit
import fcntl
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any

import pytest

from scaffold.entities.defaults import expand
from scaffold.entities.edit import Edit
from scaffold.entities.entity import Entity
from scaffold.entities.records import to_record
from scaffold.entities.types import TypeTable, load_types
from scaffold.grammar.fields import parse_field
from scaffold.render.render import render
from scaffold.revisions.revision import renderer_of, revision_for
from scaffold.template.source import Template

REPOSITORY = Path(__file__).parents[1]
ANSWERS: dict[str, Any] = {
    "_src_path": "https://example.org/scaffold.git",
    "_commit": "v0.1.0",
    "project_name": "Blog",
    "package_name": "blog",
    "description": "A blog.",
    "database": "sqlite",
    "primary_key": "int",
    "entities_spec": 1,
}


@cache
def working_tree() -> Template:
    """Return the template as it is in this working tree."""
    cached = Path(mkdtemp(prefix="scaffold-template-"))
    atexit.register(rmtree, cached, ignore_errors=True)
    (cached / "modes.json").write_text("{}", encoding="utf-8")
    return Template(REPOSITORY, "0" * 40, ANSWERS["_src_path"], ANSWERS["_commit"], cached)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A project in a folder, and the model it was rendered from."""

    root: Path
    model: Mapping[str, Any]

    def environment(self, database_url: str) -> dict[str, str]:
        """Return the environment in which the project runs on this database."""
        paths = os.pathsep.join(map(str, (self.root / "src", self.root)))
        return {**os.environ, "PYTHONPATH": paths, "DATABASE_URL": database_url}

    def run(self, database_url: str, *command: str, fail: bool = False) -> str:
        """Run a Python module or script in the project, and return what it printed (of a failure: its errors)."""
        result = subprocess.run(
            [sys.executable, *command],
            cwd=self.root,
            env=self.environment(database_url),
            capture_output=True,
            check=False,
        )
        out, err = (part.decode(errors="replace") for part in (result.stdout, result.stderr))
        assert (result.returncode != 0) == fail, out + err
        return err if fail else out

    def alembic(self, database_url: str, *arguments: str, fail: bool = False) -> str:
        """Run Alembic in the project."""
        return self.run(database_url, "-m", "alembic", *arguments, fail=fail)


def entity(name: str, *fields: str, **options: Any) -> Entity:  # noqa: ANN401
    """Return a complete entity from fields as people write them."""
    parsed = tuple(parse_field(field, _types()) for field in fields)
    return expand(Entity(name, fields=parsed, **options), _types())


@cache
def _types() -> TypeTable:
    return load_types(REPOSITORY / "template" / "macros" / "types.yml")


def project(folder: Path, entities: Iterable[Entity], **answers: object) -> Rendered:
    """Render a project with these entities, without a revision."""
    records = [to_record(entity) for entity in entities]
    rendered = render(working_tree(), {**ANSWERS, **answers, "entities": records})
    for path, file in rendered.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.body())
    return Rendered(folder, rendered.context["model"])


def revise(
    root: Path,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    now: datetime,
    edit: Edit = Edit((), accepts_loss=True),  # noqa: B008 (a frozen value)
) -> Path | None:
    """Write the revision from one model to the other, and return its file."""
    render_macro = renderer_of(working_tree())
    revision = revision_for(old, new, root=root, render=render_macro, now=now, edit=edit)
    if revision is None:
        return None
    path = root / revision.path
    path.write_text(revision.text, encoding="utf-8")
    return path


def migrated_project(folder: Path, entities: Iterable[Entity], **answers: object) -> Rendered:
    """Render a project with these entities and one revision that creates all their tables."""
    made = project(folder, entities, **answers)
    revise(folder, {}, made.model, datetime.now(UTC))
    return made


def built_once(factory: pytest.TempPathFactory, name: str, build: Callable[[Path], object]) -> Path:
    """Return a folder that the first worker to need it builds for all: tests only look at it."""
    common = factory.getbasetemp()
    common = common.parent if "PYTEST_XDIST_WORKER" in os.environ else common
    folder, built = common / name, common / f"{name}.built"
    with (common / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not built.exists():
            build(folder)
            built.touch()
    return folder
