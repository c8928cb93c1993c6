"""`scaffold model`: what it writes, shows and returns."""

import json
import re
import shutil
import subprocess
import sys
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from command_line import Scaffold
from scaffold.apply import apply
from template_repository import git, tree

POST = ("model", "Post", "title:str,200:index", "body:text", "author:User")


def test_writes_files_a_revision_and_the_answers(blog: Path, scaffold: Scaffold) -> None:
    result = scaffold(blog, *POST)

    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("added Post\n\nblog\n├── ")
    assert "make migrate" in result.out
    assert (blog / "src/blog/domain/post.py").is_file()
    assert len(list((blog / "migrations/versions").glob("*_create_posts.py"))) == 1
    assert '"name": "Post"' in (blog / ".copier-answers.yml").read_text()


def test_tree_of_output_names_every_file_that_changed(blog: Path, scaffold: Scaffold) -> None:
    before = tree(blog)

    result = scaffold(blog, *POST, "--json")
    changed = {path for path in tree(blog) if tree(blog)[path] != before.get(path)}

    assert changed == {change["path"] for change in json.loads(result.out)["changes"]}


def test_dry_run_writes_nothing(blog: Path, scaffold: Scaffold) -> None:
    shutil.rmtree(blog / ".scaffold", ignore_errors=True)
    before = tree(blog)

    result = scaffold(blog, *POST, "--dry-run")

    assert result.code == 0
    assert result.out.startswith("would have added Post; nothing was written\n")
    assert before == tree(blog)
    assert not (blog / ".scaffold").exists()


def test_dry_run_shows_what_the_run_does(blog: Path, scaffold: Scaffold) -> None:
    planned = json.loads(scaffold(blog, *POST, "-n", "--json").out)
    done = json.loads(scaffold(blog, *POST, "--json").out)

    assert (planned["status"], done["status"]) == ("planned", "done")
    assert planned["changes"] == done["changes"]


def test_diff_applies_with_git(blog: Path, scaffold: Scaffold, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(blog, tmp_path / "copy"))

    patch = scaffold(blog, *POST, "--diff", "-n").out.partition("would have")[0]
    scaffold(blog, *POST, "-q")
    (tmp_path / "patch").write_text(patch)
    git(copy, "apply", str(tmp_path / "patch"))

    assert without_revisions(tree(blog)) == without_revisions(tree(copy))


def without_revisions(files: dict[str, tuple[bytes, int]]) -> dict[str, tuple[bytes, int]]:
    return {path: file for path, file in files.items() if "/versions/" not in path}


def test_quiet_prints_nothing(blog: Path, scaffold: Scaffold) -> None:
    result = scaffold(blog, *POST, "-q")

    assert (result.code, result.out, result.err) == (0, "", "")


def test_works_from_a_folder_below(blog: Path, scaffold: Scaffold) -> None:
    result = scaffold(blog / "src/blog/domain", *POST)

    assert result.code == 0
    assert (blog / "src/blog/domain/post.py").is_file()


def test_works_in_a_dirty_tree(blog: Path, scaffold: Scaffold) -> None:
    file = blog / "src/blog/domain/user.py"
    file.write_text(file.read_text() + "\n# mine\n")

    result = scaffold(blog, *POST)

    assert result.code == 0
    assert file.read_text().endswith("\n# mine\n")


def test_works_without_a_repository(blog: Path, scaffold: Scaffold) -> None:
    shutil.rmtree(blog / ".git")

    assert scaffold(blog, *POST).code == 0


def test_works_when_the_template_is_out_of_reach_but_cached(
    blog: Path, scaffold: Scaffold, template: Path, tmp_path: Path
) -> None:
    away = template.rename(tmp_path / "away")
    try:
        result = scaffold(blog, *POST)
    finally:
        away.rename(template)

    assert (result.code, result.err) == (0, "")


def test_same_command_again_changes_nothing(blog: Path, scaffold: Scaffold) -> None:
    scaffold(blog, *POST)
    before = tree(blog)

    result = scaffold(blog, *POST)

    assert (result.code, result.err) == (0, "")
    assert result.out == "nothing to do: the project is up to date already\n"
    assert json.loads(scaffold(blog, *POST, "--json").out)["status"] == "unchanged"
    assert before == tree(blog)


def test_json_of_a_conflict_has_both_sides(blog: Path, scaffold: Scaffold) -> None:
    (blog / "src/blog/domain/post.py").write_text("# mine\n")

    result = scaffold(blog, *POST, "--json")
    document = json.loads(result.out)

    assert (result.code, document["status"]) == (3, "conflicts")
    assert [(conflict["path"], conflict["yours"]) for conflict in document["conflicts"]] == [
        ("src/blog/domain/post.py", "# mine\n")
    ]
    assert "class Post" in document["conflicts"][0]["new"]


def test_json_of_an_error(blog: Path, scaffold: Scaffold) -> None:
    result = scaffold(blog, "model", "Post", "title:strng", "--json")

    assert (result.code, result.err) == (1, "")
    assert json.loads(result.out) == {
        "schema": 1,
        "status": "error",
        "changes": [],
        "conflicts": [],
        "error": {
            "message": "unknown type `strng` for field `title`",
            "note": None,
            "help": "a type with a similar name exists: `str`",
        },
    }


def test_json_of_a_usage_error(blog: Path, scaffold: Scaffold) -> None:
    result = scaffold(blog, "model", "--json")

    assert (result.code, result.err) == (2, "")
    assert json.loads(result.out)["error"]["message"] == "missing argument 'NAME'"


def test_markers_are_written_on_request(blog: Path, scaffold: Scaffold) -> None:
    mine = blog / "src/blog/domain/post.py"
    mine.write_text("# mine\n")

    result = scaffold(blog, *POST, "--on-conflict", "markers")

    assert result.code == 3
    assert "resolve the conflict markers" in result.out
    assert "<<<<<<< " in mine.read_text()
    assert (blog / "src/blog/services/post.py").is_file()


KILLED = """
import os, sys
from scaffold.apply import journal
from scaffold.cli import main
original, at = journal.{function}, {step}

def killed(root, step, *more):
    if getattr(step, "number", at) == at:
        os._exit(9)
    original(root, step, *more)

journal.{function} = killed
main(sys.argv[1:])
"""


@pytest.mark.parametrize(
    ("moment", "outcome"),
    [
        (("write_journal", 0), "an interrupted command had changed no file yet"),
        (("step_forward", 0), "completed an interrupted command"),
        (("step_forward", 9), "completed an interrupted command"),
    ],
)
def test_killed_command_is_settled_by_the_next_that_writes(
    moment: tuple[str, int], outcome: str, blog: Path, scaffold: Scaffold, tmp_path: Path
) -> None:
    whole = Path(shutil.copytree(blog, tmp_path / "whole"))
    program = KILLED.format(function=moment[0], step=moment[1])
    before = tree(blog)

    killed = subprocess.run([sys.executable, "-c", program, *POST], cwd=blog, check=False)
    left = tree(blog)
    read = [scaffold(blog, word) for word in ("status", "check", "export", "diff")]
    untouched = tree(blog)
    result = scaffold(blog, "doctor", "--recover")
    scaffold(whole, *POST)

    assert killed.returncode == 9
    said = outcome if moment[0] == "write_journal" else "an interrupted command left files half"
    assert all(f"note: {said}" in each.err for each in read)
    assert all("scaffold doctor --recover" in each.err for each in read)
    assert left == untouched
    after = tree(whole) if "completed" in outcome else before
    assert without_revisions(after) == without_revisions(tree(blog))
    assert f"note: {outcome}" in result.err


def test_reading_a_command_line_imports_little() -> None:
    program = (
        "import sys; from scaffold.cli import run; run(['--version']); "
        "print([name for name in ('copier', 'jinja2', 'pydantic', 'rich', 'yaml') "
        "if name in sys.modules])"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout.splitlines()[1:] == ["[]"]


def test_adding_an_entity_does_not_import_copier(blog: Path) -> None:
    program = (
        f"import sys; from scaffold.cli import run; run({[*POST]!r}); "
        "print([name for name in ('copier', 'pydantic', 'rich', 'jinja2_ansible_filters') "
        "if name in sys.modules])"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], cwd=blog, capture_output=True, text=True, check=True
    )

    assert done.stdout.splitlines()[-1] == "[]"


def test_what_another_command_wrote_meanwhile_is_read_again(
    blog: Path, scaffold: Scaffold, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A revision without a change of the answers, as `scaffold migrate` writes."""
    versions, lock = blog / "migrations/versions", apply.lock
    first = next(versions.glob("2*.py")).read_text(encoding="utf-8")
    last = re.findall(r'^revision: str = "(\w+)"', first, re.MULTILINE)[0]
    more = first.replace(f'"{last}"', '"more"').replace("| None = None", f'| None = "{last}"', 1)

    def second(root: Path) -> AbstractContextManager[None]:
        monkeypatch.setattr(apply, "lock", lock)
        with lock(root):
            (versions / "202601010000_more.py").write_text(more, encoding="utf-8")
        return lock(root)

    monkeypatch.setattr(apply, "lock", second)
    assert 0 == scaffold(blog, *POST).code

    assert "the migrations have one end" in scaffold(blog, "migrate", "--merge").out


def test_two_commands_at_once_both_take_effect(blog: Path, scaffold: Scaffold) -> None:
    names = ("Alpha", "Beta", "Gamma")
    command = (sys.executable, "-m", "scaffold", "model")

    running = [subprocess.Popen([*command, name, "title", "-q"], cwd=blog) for name in names]
    codes = [process.wait(60) for process in running]
    listed = json.loads(scaffold(blog, "list", "--json").out)["entities"]

    assert [0, 0, 0] == codes
    assert {*names, "User"} == {entity["name"] for entity in listed}
    assert 4 == len(list((blog / "migrations/versions").glob("2*.py")))
