"""Whatever commands follow each other, no line that a person wrote is lost or moved to another entity.

A project lives through random commands and random edits. A command that does not exit with 0 leaves
every byte as it was; in the end the project is formatted and linted, and its migrations work.
"""

import io
import shutil
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from tempfile import mkdtemp
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

import commands
import gates
from release_steps import STEPS
from scaffold.answers.reading import read
from scaffold.apply.apply import pending
from scaffold.cli import run
from scaffold.entities.names import snake
from servers import Servers
from template_repository import commit, git, tree

NAMES = ("Post", "Comment", "Tag", "Book", "Shelf", "Story")
FIELDS = (
    "title:str,80",
    "body:text",
    "views:int:default=0",
    "price:decimal,10,2:default=0",
    "due:datetime:null",
    "status:enum,draft,live:default=draft",
    "slug:slug:null",
)
OPTIONS = ("--lock", "--no-lock", "--soft-delete", "--no-soft-delete")
LOSS = "--accept-data-loss"
BELOW = "go below this line"
# Files without such a line, to the end of which people write, too.
OTHERS = (
    ".gitignore",
    "Makefile",
    "README.md",
    "pyproject.toml",
    "src/blog/api/app.py",
    "src/blog/persistence/unit_of_work.py",
    "src/blog/settings.py",
    "tests/conftest.py",
)

name = st.sampled_from(NAMES)
field = st.sampled_from(FIELDS)
word = field.map(lambda token: token.partition(":")[0])
some = st.lists(field, min_size=1, max_size=3, unique=True)


class Life(RuleBasedStateMachine):
    """The life of a project, and the lines that a person wrote into it."""

    pristine: ClassVar[Path]
    finished: ClassVar[list[Path]] = []

    @initialize(is_rough=st.booleans())
    def begin(self, is_rough: bool) -> None:  # noqa: FBT001
        """Begin a life; in a rough one files are moved and deleted, and the code does not run."""
        self.is_rough = is_rough
        self.root = Path(shutil.copytree(self.pristine, Path(mkdtemp()) / "blog"))
        self.entity_of: dict[str, str | None] = {}
        self.edits = 0

    # Commands.

    def run(self, *words: str) -> bool:
        """Run a command; return whether it did something, and check that otherwise it did nothing."""
        before = tree(self.root)
        out = io.StringIO()
        with chdir(self.root), redirect_stdout(out), redirect_stderr(out):
            code = run(words)
        assert code in {0, 1, 2, 3}, out.getvalue()
        assert "internal error" not in out.getvalue(), out.getvalue()
        if code:
            assert tree(self.root) == before, out.getvalue()
        return code == 0

    @rule(name=name, fields=some, to=st.none() | name)
    def model(self, name: str, fields: list[str], to: str | None) -> None:
        self.run("model", name, *fields, *([f"other:{to}:back={snake(name)}_others"] if to else []))

    @rule(name=name, token=field)
    def field_add(self, name: str, token: str) -> None:
        self.run("field", "add", name, token, "--fill", "x")
        self.run("field", "add", name, token)

    @rule(name=name, word=word)
    def field_remove(self, name: str, word: str) -> None:
        self.run("field", "remove", name, word, LOSS)

    @rule(name=name, word=word)
    def field_rename(self, name: str, word: str) -> None:
        self.run("field", "rename", name, word, f"{word}_too")

    @rule(name=name, size=st.integers(81, 200))
    def field_alter(self, name: str, size: int) -> None:
        self.run("field", "alter", name, f"title:str,{size}:index", LOSS)

    @rule(name=name, option=st.sampled_from(OPTIONS))
    def alter(self, name: str, option: str) -> None:
        self.run("alter", name, option, LOSS)

    @rule(old=name, new=name)
    def rename(self, old: str, new: str) -> None:
        if self.run("rename", old, new) and old != new:
            for mark, entity in self.entity_of.items():
                if entity == old:
                    self.entity_of[mark] = new

    @rule(name=name)
    def destroy(self, name: str) -> None:
        if self.run("destroy", name, LOSS):
            for mark, entity in self.entity_of.items():
                if entity == name:
                    self.entity_of[mark] = None  # in a file that is kept

    @rule(fields=some, prune=st.booleans())
    def apply(self, fields: list[str], prune: bool) -> None:  # noqa: FBT001
        document = Path(self.root.parent, "entities.yml")
        listed = "".join(f"      - {token}\n" for token in fields)
        document.write_text(f"entities:\n  Post:\n    fields:\n{listed}", encoding="utf-8")
        before = {each.name for each in read(self.root).entities}
        if self.run("apply", str(document), LOSS, *(["--prune"] if prune else [])):
            gone = before - {each.name for each in read(self.root).entities}
            for mark, entity in self.entity_of.items():
                self.entity_of[mark] = None if entity in gone else entity

    @rule()
    def upgrade(self) -> None:
        self.run("upgrade")

    @rule(command=st.sampled_from(("list", "status", "diff", "export", "doctor", "check")))
    def look(self, command: str) -> None:
        before = tree(self.root)
        out = io.StringIO()
        with chdir(self.root), redirect_stdout(out), redirect_stderr(out):
            assert run([command]) in {0, 1, 4}, out.getvalue()
        assert "internal error" not in out.getvalue(), out.getvalue()
        assert tree(self.root) == before

    @rule()
    def export_and_apply(self) -> None:
        before = tree(self.root)
        document = Path(self.root.parent, "entities.yml")
        out = io.StringIO()
        with chdir(self.root), redirect_stdout(out):
            assert run(["export"]) == 0
        document.write_text(out.getvalue(), encoding="utf-8")
        self.run("apply", str(document))
        assert tree(self.root) == before

    # What a person does.

    def files(self) -> list[str]:
        """Return the files with a place for lines by hand."""
        found = (path for path in sorted((self.root / "src").rglob("*.py")))
        below = [
            path.relative_to(self.root).as_posix()
            for path in found
            if BELOW in path.read_text(encoding="utf-8")
        ]
        return [*below, *(path for path in OTHERS if (self.root / path).is_file())]

    def marks_in(self, path: str) -> list[str]:
        """Return the marks of the lines by hand in a file."""
        text = (self.root / path).read_text(encoding="utf-8")
        return [line.strip() for line in text.splitlines() if "# by hand, number" in line]

    @precondition(lambda self: self.files())
    @rule(data=st.data())
    def write(self, data: st.DataObject) -> None:
        path = data.draw(st.sampled_from(self.files()))
        file = self.root / path
        self.edits += 1
        mark = f"# by hand, number {self.edits}."
        text = file.read_text(encoding="utf-8").rstrip("\n")
        before = "\n\n    " if BELOW in text and "/routes/" not in path else "\n\n\n"
        file.write_text(f"{text}{before}{mark}\n", encoding="utf-8")
        owners = {snake(each.name): each.name for each in read(self.root).entities}
        self.entity_of[mark] = owners.get(file.stem)

    @precondition(lambda self: self.is_rough and self.files())
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        path = data.draw(st.sampled_from(self.files()))
        for mark in self.marks_in(path):
            del self.entity_of[mark]
        (self.root / path).unlink()

    @precondition(lambda self: self.is_rough and self.files())
    @rule(data=st.data())
    def move(self, data: st.DataObject) -> None:
        path = data.draw(st.sampled_from(self.files()))
        for mark in self.marks_in(path):
            self.entity_of[mark] = None
        file = self.root / path
        file.rename(file.with_name(f"{self.edits}_moved_{file.name}"))

    # What must hold.

    @invariant()
    def every_line_is_where_it_belongs(self) -> None:
        if not hasattr(self, "root"):
            return
        assert not pending(self.root)
        texts = {
            self.root / path: content
            for path, (content, _) in tree(self.root).items()
            if b"# by hand" in content
        }
        for mark, entity in self.entity_of.items():
            places = [path for path, text in texts.items() if mark.encode() in text]
            assert len(places) == 1, (mark, places)
            if entity is not None:
                assert places[0].stem == snake(entity), (mark, places)

    def teardown(self) -> None:
        if hasattr(self, "root") and not self.is_rough:
            Life.finished.append(self.root)


@pytest.fixture
def pristine(committed_template: Path, tmp_path: Path) -> Path:
    template = Path(shutil.copytree(committed_template, tmp_path / "template"))
    project = commands.new(template, tmp_path / "blog")
    for step in ("base_repository_gets_a_method", "mixin_gains_a_column", "file_is_renamed"):
        STEPS[step](template)
    commit(template, "v0.2.0")
    commands.model(project, "Post", "title:str,80", "body:text")
    commands.model(project, "Tag", "title:str,80", "post:Post:on_delete=cascade")
    git(project, "add", "--all")
    return project


@pytest.mark.slow
def test_no_line_is_lost_whatever_happens(pristine: Path, servers: Servers) -> None:
    Life.pristine = pristine
    Life.finished.clear()
    machine = Life.TestCase
    machine.settings = settings(
        max_examples=max(settings().max_examples // 3, 1),
        stateful_step_count=15,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
        suppress_health_check=list(HealthCheck),
        deadline=None,
    )
    machine("runTest").runTest()

    ended = [root for root in Life.finished if read(root).entities]
    gates.formatted(*ended)
    gates.linted(*ended)
    for root in ended[:: max(len(ended) // 3, 1)][:3]:
        gates.static(root)
        gates.migrated(root, servers, ["sqlite"])
        gates.suite_passes(root, servers)
