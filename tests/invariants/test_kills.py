"""A command that is killed at any moment was never there, or is completed by the next command."""

import json
import os
import random
import re
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import pytest

import commands
import killed
from release_steps import STEPS
from scaffold.commands import READING
from template_repository import commit, tree, write

DOCUMENT = """\
entities:
  Tag:
    fields: {name: "str,40:unique"}
  Comment:
    fields: {body: text, post: "Post:on_delete=cascade"}
    lock: true
  Shelf:
    fields: {label: str, posts: "many,Post"}
"""
LOSS = "--accept-data-loss"
# Each with words that do something in the project, and most of them also after what was killed.
NEXT = (
    ("list",),
    ("list", "--json"),
    ("status",),
    ("diff", "--stat"),
    ("export",),
    ("doctor",),
    ("check",),
    ("check", "src/blog/domain", "--json"),
    ("model", "Note", "text", "user:User"),
    ("model", "Note", "text", "--dry-run"),
    ("field", "add", "Post", "rank:int:null"),
    ("field", "remove", "Post", "body", LOSS),
    ("field", "rename", "Post", "title", "headline"),
    ("field", "alter", "Post", "title:str,300"),
    ("alter", "User", "--lock"),
    ("rename", "User", "Person"),
    ("destroy", "User"),
    ("apply", "../entities.yml"),
    ("apply", "../entities.yml", "--dry-run", "--json"),
    ("migrate", "--merge"),
    ("upgrade",),
    ("upgrade", "--dry-run"),
)
Tree = dict[str, tuple[bytes, int]]
Ended = dict[str, Any]


@pytest.fixture(scope="module")
def pristine(committed_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project with two entities whose template has a newer version."""
    folder = tmp_path_factory.mktemp("kills")
    template = Path(shutil.copytree(committed_template, folder / "template"))
    project = commands.new(template, folder / "blog", "--no-git")
    commands.model(project, "User", "email:email:unique", "name:str,80")
    commands.model(project, "Post", "title:str,200:index", "body:text")
    STEPS["mixin_gains_a_column"](template)
    STEPS["file_is_renamed"](template)
    commit(template, "v0.2.0")
    return project


class Killed:
    """A command that is killed again and again, in a project that is made new each time."""

    def __init__(self, pristine: Path, folder: Path, *words: str) -> None:
        self.root = folder / "blog"
        self._folders = {"old": pristine, "new": folder / "done"}
        self._trees = {"old": tree(pristine)}
        self._ends: dict[tuple[str, tuple[str, ...]], tuple[int, Tree]] = {}
        self._again()
        self._server = subprocess.Popen(
            [sys.executable, killed.__file__, self.root, *words, "--quiet"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._server.stdout
        assert self._server.stdout.readline(), "it ended before it wrote"
        self.lengths = {}
        for moment in killed.MOMENTS:
            self._again()
            self.lengths[moment] = self._ask(since=moment)["took"]
        shutil.copytree(self.root, self._folders["new"])
        self._trees["new"] = tree(self.root)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._server:
            self._server.communicate()

    def _again(self, state: str = "old") -> None:
        """Bring the project to a state by what differs: copying all of it takes longer."""
        wanted, present = self._trees[state], tree(self.root)
        for path in present.keys() - wanted.keys():
            (self.root / path).unlink()
            with suppress(OSError):  # there is more in it
                os.removedirs((self.root / path).parent)
        for path, (content, mode) in wanted.items():
            if present.get(path) != (content, mode):
                write(self.root, {path: content})
                (self.root / path).chmod(mode)
        shutil.rmtree(self.root / ".scaffold", ignore_errors=True)
        shutil.copytree(self._folders[state] / ".scaffold", self.root / ".scaffold")

    def _ask(self, **request: object) -> Ended:
        assert self._server.stdin
        assert self._server.stdout
        self._server.stdin.write(json.dumps(request).encode() + b"\n")
        self._server.stdin.flush()
        ended: Ended = json.loads(self._server.stdout.readline())
        return ended

    def _end(self, state: str, words: tuple[str, ...]) -> tuple[int, Tree]:
        """Return what a command leaves where nothing was killed."""
        if words == ("doctor", "--recover"):
            return 0, timeless(self._trees[state])
        if (state, words) not in self._ends:
            self._again(state)
            code = self._ask(words=words)["code"]
            self._ends[state, words] = code, timeless(tree(self.root))
        return self._ends[state, words]

    def check(self, since: str, after: float, *following: str) -> str:
        """Kill it, run another command, and return what was done about the one that was killed."""
        self._again()
        self._ask(since=since, after=after)
        kept = self.root / ".scaffold"
        is_decided = (kept / "journal").exists()
        is_staged = any((kept / "staging").glob("*.new"))
        left = "new" if is_decided or self._is("new") else "old"
        assert is_decided or self._is(left)

        if following[0] in READING or "--dry-run" in following:
            self._only_reads(following, is_decided=is_decided)
            following = ("doctor", "--recover")
        ended = self._ask(words=following)

        found = ended["code"], timeless(tree(self.root))
        assert {path.name for path in kept.glob("*")} <= {".gitignore", "lock"}
        assert found == self._end(left, following)
        assert is_decided == ("note: completed an interrupted command" in ended["err"])
        assert (is_staged and not is_decided) == ("had changed no file yet" in ended["err"])
        return "completed" if is_decided else "rolled back" if is_staged else "nothing"

    def _only_reads(self, words: tuple[str, ...], *, is_decided: bool) -> None:
        """Run a command that changes nothing, and says that files are half changed."""
        kept = self.root / ".scaffold"
        before = tree(self.root), tree(kept)
        ended = self._ask(words=words)
        assert before == (tree(self.root), tree(kept))
        assert is_decided == (
            "interrupted command left files half changed" in ended["out"] + ended["err"]
        )

    def _is(self, state: str) -> bool:
        return timeless(tree(self.root)) == timeless(self._trees[state])


def timeless(files: Tree) -> Tree:
    """Leave out of revisions when they were made."""
    return {
        re.sub(r"(versions/)\d{12}_", r"\1", path): (
            re.sub(rb"\nCreate Date: .*", b"", content),
            mode,
        )
        for path, (content, mode) in files.items()
    }


def test_apply_killed_at_a_hundred_moments(pristine: Path, tmp_path: Path) -> None:
    (tmp_path / "entities.yml").write_text(DOCUMENT, encoding="utf-8")
    moments = random.Random(42)  # noqa: S311  # the same in each run
    outcomes: list[str] = []
    with Killed(pristine, tmp_path, "apply", "../entities.yml") as apply:
        for number in range(100):
            since = moments.choices(killed.MOMENTS, (1, 2, 4))[0]
            after = moments.uniform(0, apply.lengths[since])
            outcomes.append(apply.check(since, after, *NEXT[number % len(NEXT)]))

    assert {"completed", "rolled back", "nothing"} == set(outcomes)


@pytest.mark.parametrize(
    "words",
    [
        ("field", "rename", "Post", "title", "headline"),
        ("rename", "Post", "Story"),
        ("destroy", "Post", LOSS),
        ("upgrade",),
    ],
    ids=" ".join,
)
def test_other_commands_killed_while_they_write(
    words: tuple[str, ...], pristine: Path, tmp_path: Path
) -> None:
    with Killed(pristine, tmp_path, *words) as command:
        outcomes = [
            command.check("decided", part * command.lengths["decided"], "list")
            for part in (0, 0.2, 0.4, 0.6, 0.8)
        ]

    assert "completed" in outcomes
