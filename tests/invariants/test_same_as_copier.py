"""`scaffold model` leaves the tree that `copier update` would leave for the same answers.

But for the revision, which Copier does not know, and for what `divergence` names.
"""

import shutil
import warnings
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from copier import VcsRef, run_update
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import commands
import projects
from divergence import Versions, divergence
from scaffold.entities.entity import Entity, in_order
from scaffold.entities.records import to_record
from strategies import graphs
from template_repository import git, tree

Tree = dict[str, tuple[bytes, int]]
FEW = settings(
    max_examples=max(settings().max_examples // 5, 1),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def empty(committed_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return commands.new(committed_template, tmp_path_factory.mktemp("projects") / "blog")


def commit(project: Path) -> None:
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--allow-empty", "--message", "more")


def update(project: Path, entities: Iterable[Entity]) -> None:
    """Let Copier bring the project to these entities, as `copier update --data-file` does."""
    records = [to_record(entity) for entity in in_order(tuple(entities))]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        run_update(
            project,
            {"entities": records},
            vcs_ref=VcsRef.CURRENT,
            defaults=True,
            overwrite=True,
            quiet=True,
        )


def trees(start: Path, known: list[Entity], more: list[Entity]) -> tuple[Tree, Tree]:
    """Add entities to two copies of a committed project, with `scaffold` and with Copier."""
    with TemporaryDirectory() as name:
        ours, theirs = (Path(shutil.copytree(start, Path(name, who))) for who in ("a", "b"))
        for entity in more:
            commands.model(ours, *commands.arguments_of(entity))
        update(theirs, [*known, *more])
        return commands.without_revisions(tree(ours)), commands.without_revisions(tree(theirs))


@pytest.mark.slow
@FEW
@given(entities=graphs(max_entities=4).map(commands.one_by_one), data=st.data())
def test_random_entities(empty: Path, entities: list[Entity], data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(entities) - 1))
    with TemporaryDirectory() as name:
        project = Path(shutil.copytree(empty, Path(name, "blog")))
        for entity in entities[:first]:
            commands.model(project, *commands.arguments_of(entity))
        commit(project)

        ours, theirs = trees(project, entities[:first], entities[first:])

    assert ours == theirs


# What people do to their files before the next entity.

METHOD = '\n    async def count_by_hand(self) -> int:\n        """By hand."""\n        return 0\n'


def by_the_rules(project: Path) -> None:
    """Edit as the documentation says: below the marks, in one's own files, and in settings."""
    for layer in ("domain", "services", "persistence/models", "persistence/repositories"):
        append(project / f"src/blog/{layer}/user.py", METHOD)
    append(project / "src/blog/api/routes/user.py", "\n\n# An endpoint by hand.\n")
    append(project / "tests/api/test_user.py", "\n\nasync def test_by_hand() -> None:\n    pass\n")
    replace(project / "pyproject.toml", "dependencies = [", 'dependencies = [\n    "rich>=14",')
    replace(project / "src/blog/settings.py", '"""', '"""Ours. ')
    (project / "src/blog/services/report.py").write_text('"""Reports."""\n', encoding="utf-8")
    (project / "tests/unit/test_user.py").unlink()
    (project / "Makefile").chmod(0o755)


def append(file: Path, text: str) -> None:
    file.write_text(file.read_text(encoding="utf-8") + text, encoding="utf-8")


def replace(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.fixture(scope="module")
def edited(empty: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = Path(shutil.copytree(empty, tmp_path_factory.mktemp("edited") / "blog"))
    commands.model(project, *commands.BLOG[0])
    commit(project)
    return project


USER, POST = (projects.entity(*arguments) for arguments in commands.BLOG[:2])


def test_edits_by_the_rules(edited: Path, tmp_path: Path) -> None:
    project = Path(shutil.copytree(edited, tmp_path / "blog"))
    by_the_rules(project)
    commit(project)

    ours, theirs = trees(project, [USER], [POST])

    assert ours == theirs
    assert METHOD.encode() in ours["src/blog/persistence/models/user.py"][0]
    assert "tests/unit/test_user.py" not in ours


def versions(start: Path, edit: Callable[[Path], None]) -> Iterator[Versions]:
    """Return each file that the two commands leave different after an edit, in all its versions."""
    with TemporaryDirectory() as name:
        clean, project = (Path(shutil.copytree(start, Path(name, who))) for who in ("a", "b"))
        old = tree(clean)
        commands.model(clean, *commands.arguments_of(POST))
        new = tree(clean)
        edit(project)
        commit(project)
        before = tree(project)
        ours, theirs = trees(project, [USER], [POST])
    stages = (old, new, before, ours, theirs)
    for path in sorted(ours.keys() | theirs.keys()):
        if ours.get(path) != theirs.get(path):
            yield Versions(path, *(stage.get(path, (None, 0))[0] for stage in stages))


REGISTRY = "src/blog/persistence/models/__init__.py"


def in_the_same_gap(project: Path) -> None:
    """Add a line to a registry where the next entity's line comes."""
    replace(project / REGISTRY, '    "UserRow",', '    "Timestamps",\n    "UserRow",')
    replace(
        project / REGISTRY,
        "from blog.persistence.models.user",
        "from blog.persistence.base import Timestamps\nfrom blog.persistence.models.user",
    )


def test_a_registry_is_united(edited: Path) -> None:
    found = list(versions(edited, in_the_same_gap))

    assert {file.path: divergence(file, is_union=True) for file in found} == {
        REGISTRY: "unites a registry"
    }
    assert found[0].by_copier is not None
    assert b"<<<<<<<" in found[0].by_copier
    assert found[0].by_scaffold is not None
    assert b'"Timestamps"' in found[0].by_scaffold


def test_a_conflict_stops_scaffold_and_is_written_by_copier(edited: Path, tmp_path: Path) -> None:
    project = Path(shutil.copytree(edited, tmp_path / "blog"))
    work = project / "src/blog/persistence/unit_of_work.py"
    replace(work, '"""', '"""Ours. ')  # no frame of a registry any more: it is merged like any file
    replace(work, "self.users = SqlUserRepository(session)", "self.users = audited(session)")
    commit(project)
    before = tree(project)

    commands.model(project, *commands.arguments_of(POST), code=3)
    assert before == tree(project)

    update(project, [USER, POST])
    assert b"<<<<<<<" in work.read_bytes()
