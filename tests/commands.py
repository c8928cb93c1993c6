"""Projects made by the real commands, from the template as it is in this working tree."""

import io
import os
import shlex
import shutil
from collections.abc import Iterable, Iterator
from contextlib import chdir, redirect_stderr, redirect_stdout
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import template_repository
from scaffold.apply.apply import apply, lock
from scaffold.cli import run
from scaffold.entities.edit import Edit
from scaffold.entities.entity import Entity, in_order
from scaffold.entities.types import load_types
from scaffold.grammar.fields import format_field
from scaffold.output.reports import options_of
from scaffold.project.change import make
from scaffold.project.project import load

REPOSITORY = Path(__file__).parents[1]
TYPES = load_types(REPOSITORY / "template" / "macros" / "types.yml")

# What the README and the demo build.
BLOG = (
    ("User", "email:email:unique", "name:str,80"),
    (
        "Post",
        "title:str,200:index",
        "body:text",
        "price:decimal,10,2:default=0",
        "status:enum,draft,live:default=draft",
        "author:User",
    ),
    ("Comment", "body:text", "post:Post:on_delete=cascade", "author:User:back=comments"),
)


def scaffold(folder: Path, *arguments: str, code: int = 0) -> str:
    """Run a command in this process, in a folder; return what it printed."""
    returned, printed = attempt(folder, *arguments)
    assert returned == code, f"scaffold {shlex.join(arguments)}: {returned}\n{printed}"
    return printed


def attempt(folder: Path, *arguments: str) -> tuple[int, str]:
    """Run a command that may not succeed; return its exit code and what it printed."""
    out, err = io.StringIO(), io.StringIO()
    with chdir(folder), redirect_stdout(out), redirect_stderr(err):
        returned = run(arguments)
    return returned, out.getvalue() + err.getvalue()


def new(template: Path, folder: Path, *options: str) -> Path:
    """Make a project from a template."""
    scaffold(folder.parent, "new", folder.name, "--template", str(template), "--defaults", *options)
    return folder


def model(project: Path, *arguments: str, code: int = 0) -> str:
    """Add an entity."""
    return scaffold(project, "model", *arguments, code=code)


def add(project: Path, entities: Iterable[Entity]) -> None:
    """Add entities all at once."""
    plan = make(load(project), Edit(in_order(tuple(entities)))).plan
    with lock(project):
        apply(plan, project)


def blog(template: Path, folder: Path, *options: str) -> Path:
    """Make the blog with all its entities."""
    new(template, folder, *options)
    for entity in BLOG:
        model(folder, *entity)
    return folder


def arguments_of(entity: Entity) -> list[str]:
    """Return what `scaffold model` must be told to make this very entity."""
    options = ["--plural", entity.plural, "--table", entity.table, "--pk", entity.pk]
    for option in options_of(entity):
        options += shlex.split(option)
    return [entity.name, *(format_field(field, TYPES) for field in entity.fields), *options]


def one_by_one(entities: Iterable[Entity]) -> list[Entity]:
    """Return the entities in an order in which each refers to earlier ones only."""
    by_name = {entity.name: entity for entity in entities}
    needs = {
        name: sorted({field.to for field in entity.relations if field.to} - {name})
        for name, entity in by_name.items()
    }
    return [by_name[name] for name in TopologicalSorter(needs).static_order()]


def without_revisions(files: dict[str, tuple[bytes, int]]) -> dict[str, tuple[bytes, int]]:
    """Return a tree without the migrations: their names and ids tell when and after what."""
    return {path: file for path, file in files.items() if "migrations/versions/" not in path}


@pytest.fixture(scope="session")
def own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep caches, git's settings and the person's name out of the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCAFFOLD_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("SCAFFOLD_DATA_DIR", str(tmp_path_factory.mktemp("data")))
        patch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
        for who in ("AUTHOR", "COMMITTER"):
            patch.setenv(f"GIT_{who}_NAME", "Tester")
            patch.setenv(f"GIT_{who}_EMAIL", "tester@example.org")
        patch.delenv("SCAFFOLD_DEBUG", raising=False)
        yield


@pytest.fixture(scope="session")
def committed_template(own_folders: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a repository of the template as it is now, so that it is tested before it is committed."""
    del own_folders
    folder = tmp_path_factory.mktemp("templates") / "scaffold"
    folder.mkdir()
    shutil.copy(REPOSITORY / "copier.yml", folder)
    shutil.copytree(REPOSITORY / "template", folder / "template")
    template_repository.commit(folder, "v0.1.0")
    return folder
