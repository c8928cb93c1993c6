"""What the measurements share: a template, projects of a size, and the commands to measure."""

import compileall
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[1]
# What the console script of an installed scaffold runs.
SCAFFOLD = (sys.executable, "-c", "from scaffold.cli import main; main()")
FIELDS = (
    "name:str,80:index",
    "code:slug:unique",
    "about:text:null",
    "price:decimal,10,2:min=0:default=0",
    "state:enum,draft,live,gone:default=draft",
    "due:datetime:null",
    "count:int:default=0",
)


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of all measured commands; caches are in the folder.

    What is installed is compiled, so what is measured is, too.
    """
    compileall.compile_dir(REPOSITORY / "generator", quiet=1)
    people = {
        f"GIT_{who}_{what}": "bench@example.org"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    paths = [str(REPOSITORY / "generator"), os.environ.get("PYTHONPATH", "")]
    inherited = {name: os.environ[name] for name in os.environ if name != "PYTHONDONTWRITEBYTECODE"}
    return {
        **inherited,
        **people,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "SCAFFOLD_CACHE_DIR": str(folder / "cache"),
        "SCAFFOLD_DATA_DIR": str(folder / "data"),
    }


def run(folder: Path, variables: dict[str, str], *command: str) -> str:
    """Run a command that must succeed, and return what it printed."""
    result = subprocess.run(command, cwd=folder, env=variables, capture_output=True, check=False)
    if result.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{(result.stdout + result.stderr).decode()}")
    return result.stdout.decode()


def commit(folder: Path, variables: dict[str, str]) -> None:
    """Put all files of a folder under git."""
    for command in (
        ("init", "--quiet"),
        ("add", "--all"),
        ("commit", "--quiet", "--message=bench"),
        ("tag", "v0.1.0"),
    ):
        run(folder, variables, "git", *command)


def template(folder: Path, variables: dict[str, str]) -> Path:
    """Make a repository of the template as it is in this working tree."""
    folder.mkdir()
    shutil.copy(REPOSITORY / "copier.yml", folder)
    shutil.copytree(REPOSITORY / "template", folder / "template")
    commit(folder, variables)
    return folder


def fields(number: int) -> list[str]:
    """Return the fields of entity number `number`: every third one refers to the one before."""
    return [*FIELDS, *([f"previous:Item{number - 1}"] if number % 3 == 2 else [])]  # noqa: PLR2004


def records(count: int) -> list[dict[str, Any]]:
    """Return so many entities, as the answers record them."""
    from scaffold.entities import Entity, expand, in_order, to_record
    from scaffold.grammar import parse_field
    from scaffold.types import load_types

    types = load_types(REPOSITORY / "template" / "macros" / "types.yml")
    entities = (
        Entity(f"Item{number}", fields=tuple(parse_field(field, types) for field in fields(number)))
        for number in range(1, count + 1)
    )
    return [to_record(entity) for entity in in_order(expand(entity, types) for entity in entities)]
