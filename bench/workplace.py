"""What the measurements share: their options, a template, projects of a size, and the commands to measure."""

import argparse
import compileall
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
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


def command_line(doc: str | None) -> argparse.ArgumentParser:
    """Begin the command line of a measurement, which is described by the first line of its module."""
    parser = argparse.ArgumentParser(description=(doc or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="tiny sizes, to see that it works")
    return parser


def options(parser: argparse.ArgumentParser, **quick: object) -> argparse.Namespace:
    """Read the command line; `quick` is what `--quick` sets."""
    given = parser.parse_args()
    if given.quick:
        vars(given).update(quick)
    return given


def goal(wanted: str, *, is_met: bool) -> str:
    """Say what was wanted, and whether it is so."""
    return f"(goal {wanted}: {'met' if is_met else 'missed'})"


def environment(folder: Path, tree: Path = REPOSITORY) -> dict[str, str]:
    """Return the environment of all measured commands of a working tree; caches are in the folder.

    What is installed is compiled, so what is measured is, too.
    """
    compileall.compile_dir(tree / "generator", quiet=1)
    people = {
        f"GIT_{who}_{what}": "bench@example.org"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    paths = [str(tree / "generator"), os.environ.get("PYTHONPATH", "")]
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


def template(folder: Path, variables: dict[str, str], tree: Path = REPOSITORY) -> Path:
    """Make a repository of the template as it is in a working tree."""
    folder.mkdir()
    shutil.copy(tree / "copier.yml", folder)
    shutil.copytree(tree / "template", folder / "template")
    commit(folder, variables)
    return folder


def checkout(ref: str, folder: Path) -> Path:
    """Extract a commit of this repository into a folder."""
    folder.mkdir()
    archive = ("git", "-C", str(REPOSITORY), "archive", "--format=tar", ref)
    files = subprocess.run(archive, stdout=subprocess.PIPE, check=True).stdout
    subprocess.run(("tar", "-x", "-C", str(folder)), input=files, check=True)
    return folder


def blog(
    folder: Path,
    variables: dict[str, str],
    entities: Iterable[tuple[str, ...]] = (),
    tree: Path = REPOSITORY,
) -> Path:
    """Make a project from a working tree, and add entities, one command each."""
    source = template(folder / "template", variables, tree)
    new = ("new", "blog", "--template", str(source), "--defaults", "--no-git", "--quiet")
    run(folder, variables, *SCAFFOLD, *new)
    for entity in entities:
        run(folder / "blog", variables, *SCAFFOLD, "model", *entity, "--quiet")
    return folder / "blog"


def items(count: int) -> list[tuple[str, ...]]:
    """Return so many entities, as they are typed."""
    return [(f"Item{number}", *fields(number)) for number in range(1, count + 1)]


def fields(number: int) -> list[str]:
    """Return the fields of entity number `number`: every third one refers to the one before."""
    return [*FIELDS, *([f"previous:Item{number - 1}"] if number % 3 == 2 else [])]  # noqa: PLR2004


def records(count: int) -> list[dict[str, Any]]:
    """Return so many entities, as the answers record them."""
    from scaffold.entities.defaults import expand
    from scaffold.entities.entity import Entity, in_order
    from scaffold.entities.records import to_record
    from scaffold.entities.types import load_types
    from scaffold.grammar.fields import parse_field

    types = load_types(REPOSITORY / "template" / "macros" / "types.yml")
    entities = (
        Entity(f"Item{number}", fields=tuple(parse_field(field, types) for field in fields(number)))
        for number in range(1, count + 1)
    )
    return [to_record(entity) for entity in in_order(expand(entity, types) for entity in entities)]
