"""What real releases change arrives in projects of 0, 1 and 12 entities, with what people wrote."""

import shutil
import warnings
from dataclasses import dataclass
from pathlib import Path

import pytest
from copier import run_update

import commands
import gates
import projects
import template_repository
from release_steps import STEPS
from scaffold.entities.entity import Entity
from template_repository import git, tree

REPOSITORY = Path(__file__).parents[2]
SIZES = (0, 1, 2, 12)
KINDS = (
    ("name:str,80:unique", "about:text:null"),
    ("price:decimal,10,2:default=0", "state:enum,draft,live:default=draft", "due:datetime:null"),
    ("email:email:unique", "count:int:default=0"),
)
OF_TABLES = ("mixin_gains_a_column", "strings_get_another_collation")
# All are the next after 1.0.0.
VERSIONS = {name: f"v1.{number}.0" for number, name in enumerate(STEPS, 1)}
EACH_STEP = pytest.mark.parametrize("step", STEPS)
EACH_SIZE = pytest.mark.parametrize("size", [0, 1, 12])
# One line below the place for what is written by hand, in every kind of file.
BY_HAND = (
    "domain/{}",
    "services/{}",
    "services/ports/{}",
    "persistence/models/{}",
    "persistence/repositories/{}",
    "api/routes/{}",
    "api/schemas/{}",
)


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines that a person wrote, each with a mark of its own and the file that it is in."""

    places: dict[str, str]

    def lost(self, project: Path) -> list[str]:
        """Return the marks that are not where they were."""
        return [
            mark
            for mark, path in self.places.items()
            if not (project / path).is_file() or mark not in (project / path).read_text("utf-8")
        ]


def entities(count: int) -> list[Entity]:
    """Return so many entities; every second one refers to the one before it."""
    return [
        projects.entity(
            f"Thing{number}",
            *KINDS[number % len(KINDS)],
            *([f"previous:Thing{number - 1}"] if number % 2 else []),
        )
        for number in range(count)
    ]


def build(folder: Path) -> None:
    """Make a repository whose version 1.0.0 is the template of this work tree.

    Each later version is what a step makes of that one; the project in `of-N` has N entities.
    """
    template = folder / "template"
    shutil.copytree(REPOSITORY / "template", template / "template")
    shutil.copy(REPOSITORY / "copier.yml", template)
    template_repository.commit(template, "v1.0.0")
    for name, version in VERSIONS.items():
        git(template, "checkout", "--quiet", "--detach", "v1.0.0")
        STEPS[name](template)
        template_repository.commit(template, version)
    for size in SIZES:
        (folder / f"of-{size}").mkdir()
        project = commands.new(template, folder / f"of-{size}" / "blog", "--ref", "v1.0.0")
        commands.add(project, entities(size))
        commit(project)


@pytest.fixture(scope="module")
def built(own_folders: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    del own_folders
    return projects.built_once(tmp_path_factory, "releases", build)


def commit(project: Path) -> None:
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--allow-empty", "--message", "more")


def write_by_hand(project: Path, size: int) -> Lines:
    """Edit as the documentation says, in every kind of file; each line has a mark of its own."""
    places: dict[str, str] = {}

    def note(path: str, indent: str = "") -> None:
        file = project / path
        if file.is_file():
            mark = f"# by hand {len(places)}"
            text = file.read_text(encoding="utf-8").rstrip("\n")
            file.write_text(f"{text}\n\n{indent}{mark}\n", encoding="utf-8")
            places[mark] = path

    for number in range(size):
        for layer in BY_HAND:
            note(f"src/blog/{layer.format(f'thing{number}.py')}", "    ")
        note(f"tests/api/test_thing{number}.py")
    for path in ("src/blog/settings.py", "src/blog/persistence/repository.py", "README.md"):
        note(path, "    " if path.endswith("y") else "")
    for path, old, mark in (
        ("pyproject.toml", "dependencies = [", '    "rich>=14",'),
        ("src/blog/persistence/unit_of_work.py", "import AsyncSession\n", "# our own unit of work"),
    ):
        text = (project / path).read_text(encoding="utf-8")
        assert old in text
        text = text.replace(old, f"{old}\n{mark}" if old.endswith("[") else f"{old}{mark}\n", 1)
        (project / path).write_text(text, encoding="utf-8")
        places[mark] = path
    commit(project)
    return Lines(places)


def copier_update(project: Path, version: str) -> None:
    """Run what people type: `copier update --defaults`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        run_update(project, vcs_ref=version, defaults=True, overwrite=True, quiet=True)


@EACH_SIZE
@EACH_STEP
def test_upgrade_and_update_leave_the_same_tree(
    built: Path, step: str, size: int, tmp_path: Path
) -> None:
    ours = Path(shutil.copytree(built / f"of-{size}" / "blog", tmp_path / "blog"))
    lines = write_by_hand(ours, size)
    theirs = Path(shutil.copytree(ours, tmp_path / "other" / "blog"))

    commands.scaffold(ours, "upgrade", "-q", "--to", VERSIONS[step])
    copier_update(theirs, VERSIONS[step])

    assert lines.lost(ours) == []
    assert lines.lost(theirs) == []
    upgraded, updated = tree(ours), tree(theirs)
    revisions = upgraded.keys() - updated.keys()
    assert commands.without_revisions(upgraded) == commands.without_revisions(updated)
    assert len(revisions) == (1 if step in OF_TABLES and size else 0)


@EACH_STEP
def test_the_upgraded_project_is_formatted_and_linted(
    built: Path, step: str, tmp_path: Path
) -> None:
    project = Path(shutil.copytree(built / "of-2" / "blog", tmp_path / "blog"))
    commands.scaffold(project, "upgrade", "-q", "--to", VERSIONS[step])

    gates.formatted(project)
    gates.linted(project)
