"""What real releases change arrives in projects of 0, 1 and 12 entities, with what people wrote."""

import shutil
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from copier import run_update
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import commands
import gates
import projects
import template_repository
from release_steps import STEPS
from scaffold.entities.entity import Entity, in_order
from servers import Servers
from strategies import graphs
from template_repository import git, tree

REPOSITORY = Path(__file__).parents[2]
SIZES = (0, 1, 12)
KINDS = (
    ("name:str,80:unique", "about:text:null"),
    ("price:decimal,10,2:default=0", "state:enum,draft,live:default=draft", "due:datetime:null"),
    ("email:email:unique", "count:int:default=0"),
)
FEW = settings(
    max_examples=max(settings().max_examples // 5, 1),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
EACH_STEP = pytest.mark.parametrize("step", STEPS)
EACH_SIZE = pytest.mark.parametrize("size", SIZES)
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


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the template with version 1.0.0, which is the one of this work tree."""
    folder = tmp_path_factory.mktemp("releases") / "template"
    shutil.copytree(REPOSITORY / "template", folder / "template")
    shutil.copy(REPOSITORY / "copier.yml", folder)
    template_repository.commit(folder, "v1.0.0")
    return folder


@pytest.fixture(scope="session")
def released(base: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return a repository for each step, whose version 1.1.0 is what the step makes of 1.0.0."""
    return {name: release(base, tmp_path_factory.mktemp(name) / "template", name) for name in STEPS}


def release(base: Path, folder: Path, *names: str) -> Path:
    """Make a repository with a version for each step, after version 1.0.0."""
    shutil.copytree(base, folder)
    for number, name in enumerate(names, 1):
        STEPS[name](folder)
        template_repository.commit(folder, f"v1.{number}.0")
    return folder


def start(template: Path, folder: Path, size: int) -> Path:
    """Make a committed project of version 1.0.0 with so many entities and their migration."""
    project = commands.new(template, folder, "--ref", "v1.0.0")
    if size:
        add(project, entities(size))
    commit(project)
    return project


def add(project: Path, more: list[Entity]) -> None:
    """Add entities all at once."""
    from scaffold.apply.apply import apply, lock
    from scaffold.entities.edit import Edit
    from scaffold.project.change import make
    from scaffold.project.project import load

    plan = make(load(project), Edit(tuple(in_order(more)))).plan
    with lock(project):
        apply(plan, project)


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


def copier_update(project: Path) -> None:
    """Run what people type: `copier update --defaults`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        run_update(project, defaults=True, overwrite=True, quiet=True)


@pytest.fixture
def pair(
    released: dict[str, Path], step: str, size: int, tmp_path: Path
) -> Iterator[tuple[Path, Path, Lines]]:
    """Return two copies of an edited project: one to upgrade, one to update."""
    ours = start(released[step], tmp_path / "blog", size)
    lines = write_by_hand(ours, size)
    theirs = Path(shutil.copytree(ours, tmp_path / "other" / "blog"))
    yield ours, theirs, lines
    shutil.rmtree(tmp_path / "other")


@EACH_SIZE
@EACH_STEP
def test_upgrade_and_update_leave_the_same_tree(
    pair: tuple[Path, Path, Lines], step: str, size: int
) -> None:
    ours, theirs, lines = pair

    commands.scaffold(ours, "upgrade", "-q")
    copier_update(theirs)

    assert lines.lost(ours) == []
    assert lines.lost(theirs) == []
    upgraded, updated = tree(ours), tree(theirs)
    revisions = upgraded.keys() - updated.keys()
    assert commands.without_revisions(upgraded) == commands.without_revisions(updated)
    assert len(revisions) == (1 if step == "mixin_gains_a_column" and size else 0)


@EACH_STEP
def test_the_upgraded_project_is_formatted_and_linted(
    released: dict[str, Path], step: str, tmp_path: Path
) -> None:
    project = start(released[step], tmp_path / "blog", 2)
    commands.scaffold(project, "upgrade", "-q")

    gates.formatted(project)
    gates.linted(project)


@pytest.mark.slow
@pytest.mark.database
def test_a_project_that_comes_from_far_passes_every_gate(
    base: Path, tmp_path: Path, servers: Servers
) -> None:
    template = release(base, tmp_path / "template", *STEPS)
    project = start(template, tmp_path / "blog", 3)
    lines = write_by_hand(project, 3)

    commands.scaffold(project, "upgrade", "-q")

    assert lines.lost(project) == []
    assert f'_commit: "v1.{len(STEPS)}.0"' in (project / ".copier-answers.yml").read_text("utf-8")
    gates.everything(project, servers)


# Random projects, and several versions at once.


@pytest.mark.slow
@FEW
@given(
    drawn=graphs(max_entities=4),
    names=st.lists(st.sampled_from(sorted(STEPS)), min_size=1, max_size=3, unique=True),
    data=st.data(),
)
def test_random_projects_and_versions(
    base: Path, drawn: tuple[Entity, ...], names: list[str], data: st.DataObject
) -> None:
    with TemporaryDirectory() as name:
        template = release(base, Path(name, "template"), *names)
        ours = start(template, Path(name, "blog"), 0)
        add(ours, list(drawn))
        commit(ours)
        lines = edit_at_random(ours, data)
        theirs = Path(shutil.copytree(ours, Path(name, "other", "blog")))

        commands.scaffold(ours, "upgrade", "-q")
        copier_update(theirs)

        assert lines.lost(ours) == []
        assert lines.lost(theirs) == []
        assert commands.without_revisions(tree(ours)) == commands.without_revisions(tree(theirs))
        gates.formatted(ours)


def edit_at_random(project: Path, data: st.DataObject) -> Lines:
    """Write marks at the end of some of the generated Python files, where lines by hand belong."""
    files = sorted(
        file.relative_to(project).as_posix()
        for file in (project / "src").rglob("*.py")
        if "go below this line" in file.read_text(encoding="utf-8")
    )
    chosen = data.draw(st.lists(st.sampled_from(files), max_size=5, unique=True)) if files else []
    places = {}
    for number, path in enumerate(chosen):
        file = project / path
        mark = f"# at random {number}"
        text = file.read_text(encoding="utf-8").rstrip("\n")
        before = "\n\n\n" if "/routes/" in path else "\n\n    "
        file.write_text(f"{text}{before}{mark}\n", encoding="utf-8")
        places[mark] = path
    commit(project)
    return Lines(places)
