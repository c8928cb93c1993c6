"""Two branches that each add an entity merge with plain `git merge`."""

import shutil
import subprocess
from pathlib import Path

import pytest

import commands
import gates
from scaffold.answers.reading import read
from scaffold.project.project import load
from servers import Servers
from template_repository import git, tree

# In the files that list entities, both fall between Comment and User.
ONE = ("Photo", "caption:str,80")
OTHER = ("Post", "title:str,200", "price:decimal,10,2:default=0")

USER = "src/blog/persistence/models/user.py"


@pytest.fixture(scope="module")
def neighbours(committed_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = commands.new(committed_template, tmp_path_factory.mktemp("projects") / "blog")
    commands.model(project, "Comment", "body:text")
    commands.model(project, "User", "email:email:unique", "name:str,80")
    commit(project)
    return project


def commit(project: Path) -> None:
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message", "more")


def merged(start: Path, folder: Path, one: tuple[str, ...], other: tuple[str, ...]) -> Path:
    """Add each entity on a branch of its own, and merge the second into the first."""
    return merged_branches(start, folder, [one], [other])


def merged_branches(
    start: Path,
    folder: Path,
    ones: list[tuple[str, ...]],
    others: list[tuple[str, ...]],
    commands_of: tuple[str, str] = ("model", "model"),
) -> Path:
    project = Path(shutil.copytree(start, folder))
    first = git(project, "branch", "--show-current")
    git(project, "branch", "other")
    for one in ones:
        commands.scaffold(project, *commands_of[0].split(), *one)
    commit(project)
    git(project, "checkout", "--quiet", "other")
    for other in others:
        commands.scaffold(project, *commands_of[1].split(), *other)
    commit(project)
    git(project, "checkout", "--quiet", first)
    git(project, "merge", "--quiet", "--no-edit", "other")
    return project


def join_migrations(project: Path) -> None:
    commands.scaffold(project, "migrate", "--merge", "-q")


@pytest.fixture(scope="module")
def branches(neighbours: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Merge what leaves the entities unsorted: git puts the lines of the first branch first."""
    return merged(neighbours, tmp_path_factory.mktemp("merged") / "blog", OTHER, ONE)


def test_both_entities_are_there(branches: Path) -> None:
    answers = read(branches)

    assert list(answers.entity_lines) == ["Comment", "Post", "Photo", "User"]
    assert [entity.name for entity in answers.entities] == ["Comment", "Photo", "Post", "User"]


def test_scaffold_asks_for_the_entities_to_be_sorted(branches: Path) -> None:
    line = read(branches).entity_lines["Photo"]
    for words in (["model", "Tag", "name:str,40"], ["list"], ["upgrade"], ["status"]):
        printed = commands.scaffold(branches, *words, code=4 if words == ["status"] else 1)

        assert f".copier-answers.yml:{line}: the entity `Photo` comes after `Post`" in printed
        assert "scaffold migrate --merge" in printed


def test_scaffold_asks_for_the_migrations_to_be_joined(neighbours: Path, tmp_path: Path) -> None:
    project = merged(neighbours, tmp_path / "blog", ONE, OTHER)  # sorted, as it happens

    printed = commands.model(project, "Tag", "name:str,40", code=1)

    assert "the migrations have 2 heads" in printed
    assert "scaffold migrate --merge" in printed


def test_joining_sorts_the_entities(branches: Path, tmp_path: Path) -> None:
    project = Path(shutil.copytree(branches, tmp_path / "blog"))

    printed = commands.scaffold(project, "migrate", "--merge")

    assert "sorted the entities" in printed
    assert list(read(project).entity_lines) == ["Comment", "Photo", "Post", "User"]
    assert "nothing to do" in commands.scaffold(project, "migrate", "--merge")
    commands.scaffold(project, "status")


@pytest.fixture(scope="module")
def around(neighbours: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Merge entities on both sides of Comment: git takes them for one change, and repeats Comment."""
    folder = tmp_path_factory.mktemp("merged") / "blog"
    return merged_branches(neighbours, folder, [("Album", "a"), ONE], [("Brand", "b"), OTHER])


def test_an_entity_that_git_repeats_is_asked_to_be_removed(around: Path) -> None:
    line = read(around).repeated["Comment"]

    printed = commands.model(around, "Tag", "name:str,40", code=1)

    assert f".copier-answers.yml:{line}: the entity `Comment` is recorded a second time" in printed
    assert "scaffold migrate --merge" in printed


def test_joining_removes_what_git_repeats(around: Path, tmp_path: Path) -> None:
    project = Path(shutil.copytree(around, tmp_path / "blog"))
    routes = project / "src/blog/api/routes/__init__.py"
    routes.write_text(f"{routes.read_text()}\n\nMINE = 1\nMINE = 1\n")

    printed = commands.scaffold(project, "migrate", "--merge")

    assert "sorted the entities, removed lines that git repeated" in printed
    assert routes.read_text().endswith("MINE = 1\nMINE = 1\n")
    routes.write_text(routes.read_text().removesuffix("\n\nMINE = 1\nMINE = 1\n"))
    rendered = load(project).rendered
    for path in git(project, "ls-files", ":(attr:merge=union)").splitlines():
        lines = (project / path).read_text(encoding="utf-8").splitlines()
        assert sorted(lines) == sorted(rendered[path].body().decode().splitlines()), path
    assert "nothing to do" in commands.scaffold(project, "migrate", "--merge")


@pytest.mark.slow
def test_the_merged_project_passes_every_gate(
    branches: Path, tmp_path: Path, servers: Servers
) -> None:
    project = Path(shutil.copytree(branches, tmp_path / "blog"))
    join_migrations(project)

    gates.everything(project, servers, ["sqlite"])


@pytest.mark.slow
def test_the_next_entity_sorts_what_the_merge_left(
    branches: Path, neighbours: Path, tmp_path: Path
) -> None:
    project = Path(shutil.copytree(branches, tmp_path / "merged"))
    join_migrations(project)
    commands.model(project, "Tag", "name:str,40")
    straight = Path(shutil.copytree(neighbours, tmp_path / "straight"))
    for entity in (ONE, OTHER, ("Tag", "name:str,40")):
        commands.model(straight, *entity)

    for path in (".copier-answers.yml", "src/blog/persistence/models/__init__.py"):
        assert (project / path).read_text() == (straight / path).read_text()


@pytest.mark.slow
def test_branches_that_refer_to_one_entity_merge(
    neighbours: Path, tmp_path: Path, servers: Servers
) -> None:
    """Both add a relation to User, which has none so far, and each leaves its model alone."""
    model = (neighbours / USER).read_bytes()

    project = merged(neighbours, tmp_path / "blog", (*ONE, "owner:User"), (*OTHER, "author:User"))

    assert (project / USER).read_bytes() == model
    related = (project / "src/blog/persistence/models/related/user.py").read_text(encoding="utf-8")
    assert "    photos: " in related
    assert "    posts: " in related
    join_migrations(project)
    gates.everything(project, servers, ["sqlite"])


def test_branches_between_the_same_relations_merge(neighbours: Path, tmp_path: Path) -> None:
    start = Path(shutil.copytree(neighbours, tmp_path / "start"))
    commands.model(start, "Account", "owner:User")
    commands.model(start, "Zone", "keeper:User")
    commit(start)

    project = merged(start, tmp_path / "blog", (*ONE, "owner:User"), (*OTHER, "author:User"))

    join_migrations(project)
    gates.static(project)


def test_branches_that_add_the_first_entity_merge(committed_template: Path, tmp_path: Path) -> None:
    empty = commands.new(committed_template, tmp_path / "blog")
    project = merged(empty, tmp_path / "merged", ONE, OTHER)

    join_migrations(project)
    gates.static(project)


def test_two_versions_of_one_sentence_are_a_conflict(neighbours: Path, tmp_path: Path) -> None:
    """Nobody's text is kept twice without a word: files with sentences are no sets of lines."""
    project = Path(shutil.copytree(neighbours, tmp_path / "blog"))
    first = git(project, "branch", "--show-current")
    git(project, "branch", "other")
    readme = project / "README.md"
    text = readme.read_text(encoding="utf-8")
    sentence = text.splitlines()[2]
    for version in ("Ours.", "Theirs."):
        readme.write_text(text.replace(sentence, version), encoding="utf-8")
        commit(project)
        git(project, "checkout", "--quiet", "other" if version == "Ours." else first)

    with pytest.raises(subprocess.CalledProcessError):
        git(project, "merge", "--no-edit", "other")

    assert "<<<<<<< HEAD\nOurs.\n=======\nTheirs.\n" in readme.read_text(encoding="utf-8")
    assert "README.md:" in commands.scaffold(project, "doctor", code=4)


def test_revisions_that_cannot_follow_each_other_are_not_joined(
    neighbours: Path, tmp_path: Path
) -> None:
    project = merged_branches(
        neighbours,
        tmp_path / "blog",
        [("User", "name", "label")],
        [("User", "name:str,80:index")],
        commands_of=("field rename", "field alter"),
    )
    answers = project / ".copier-answers.yml"
    lines = answers.read_text(encoding="utf-8").splitlines(keepends=True)
    (_, second) = (number for number, line in enumerate(lines) if "User" in line)
    del lines[second]  # as the first error asks for
    answers.write_text("".join(lines), encoding="utf-8")
    before = tree(project)

    printed = commands.scaffold(project, "migrate", "--merge", code=1)

    assert "cannot run after" in printed
    assert "there is no column `users.name`; nothing was written" in printed
    assert "let one follow the other" in printed
    assert tree(project) == before


def test_revisions_by_hand_are_run_in_both_orders(neighbours: Path, tmp_path: Path) -> None:
    project = merged_branches(
        neighbours, tmp_path / "blog", [("Tag", "name:str,80")], [("Zone", "name:str,80")]
    )
    first, second = sorted((project / "migrations/versions").glob("*create_[tz]*"))
    text = first.read_text(encoding="utf-8")
    by_hand = '    op.execute("CREATE INDEX ix_mine ON {table} (name)")\n\n\ndef downgrade'
    own = by_hand.format(table="tags" if "tags" in text else "zones")
    first.write_text(text.replace("\n\ndef downgrade", own, 1), encoding="utf-8")
    commit(project)
    before = tree(project)

    commands.scaffold(project, "migrate", "--merge", "--dry-run")
    others = "zones" if "tags" in text else "tags"
    first.write_text(text.replace("\n\ndef downgrade", by_hand.format(table=others), 1), "utf-8")
    printed = commands.scaffold(project, "migrate", "--merge", code=1)

    assert f"the branches do not run in the order {first.name}, {second.name}" in printed
    assert f"no such table: main.{others}" in printed
    assert tree(project).keys() == before.keys()
