"""Bad input: a clear message, an exit code that is not 0, and not one byte changed."""

import inspect
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from command_line import Scaffold
from scaffold.output.parts import Report
from template_repository import tree

ANSWERS = ".copier-answers.yml"


def everything(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Return what is in a folder, down to scaffold's own state."""
    state = folder / ".scaffold"
    return tree(folder) | ({"": (b"", 0)} if state.exists() else {})


BAD_ENTITIES = {
    "unknown_type_suggests_the_nearest": (
        "Post title:strng",
        """
        error: unknown type `strng` for field `title`; nothing was written
        help: a type with a similar name exists: `str`
        """,
    ),
    "unknown_modifier_suggests_the_nearest": (
        "Post title:str:indx",
        """
        error: unknown modifier `indx` for field `title`; nothing was written
        help: a modifier with a similar name exists: `index`
        """,
    ),
    "entity_name_is_camel_case": (
        "blog_post title",
        """
        error: `blog_post` cannot be the name of an entity; nothing was written
        note: an entity's name is one CamelCase word of ASCII letters and digits
        help: try `BlogPost`
        """,
    ),
    "reserved_name_is_refused": (
        "Post metadata:json",
        """
        error: `metadata` cannot be the name of a field; nothing was written
        note: SQLAlchemy's declarative classes use it
        help: try `details`; `column=metadata` keeps the name in the database
        """,
    ),
    "duplicate_field_is_refused": (
        "Post title title:text",
        """
        error: `Post` has the field `title` twice; nothing was written
        help: leave one out, or rename it
        """,
    ),
    "duplicate_entity_is_refused": (
        "User nickname",
        """
        error: this project has an entity `User` already; nothing was written
        note: it has no `nickname`; it has `email:email:unique` and `name:str,80` besides
        help: choose another name for the new one, or change that one: scaffold field add User nickname && scaffold field remove User email name
        """,
    ),
    "reference_to_a_missing_entity_says_how_to_create_it": (
        "Post author:Author",
        """
        error: `Post.author` refers to `Author`, which this project does not have; nothing was written
        help: create it first: scaffold model Author ...
        """,
    ),
    "empty_enum_is_refused": (
        "Post status:enum",
        """
        error: field `status` is an `enum` without values; nothing was written
        help: write them after the type: status:enum,draft,live
        """,
    ),
    "default_must_fit_the_type": (
        "Post rank:int:default=first",
        """
        error: default `first` does not fit field `rank`, which is `int`; nothing was written
        help: it takes a whole number
        """,
    ),
    "min_above_max_is_refused": (
        "Post rank:int:min=5:max=1",
        """
        error: min `5` is above max `1` for field `rank`; nothing was written
        help: swap them
        """,
    ),
    "unique_of_an_unknown_field_is_refused": (
        "Post title --unique title,name",
        """
        error: the unique group `title,name` of `Post` names `name`, which is no field of it; nothing was written
        help: its fields are `title`
        """,
    ),
}


@pytest.mark.parametrize("name", BAD_ENTITIES)
def test_bad_entity(name: str, blog: Path, scaffold: Scaffold) -> None:
    arguments, expected = BAD_ENTITIES[name]
    before = everything(blog)

    result = scaffold(blog, "model", *arguments.split())

    assert inspect.cleandoc(expected) + "\n" == result.err
    assert (result.code, result.out) == (1, "")
    assert before == everything(blog)


def replace_in_answers(old: str, new: str) -> Callable[[Path], None]:
    def edit(blog: Path) -> None:
        text = (blog / ANSWERS).read_text()
        assert old in text
        (blog / ANSWERS).write_text(text.replace(old, new))

    return edit


def drop_from_answers(start: str) -> Callable[[Path], None]:
    def edit(blog: Path) -> None:
        lines = (blog / ANSWERS).read_text().splitlines(keepends=True)
        (blog / ANSWERS).write_text("".join(x for x in lines if not x.startswith(start)))

    return edit


BAD_PROJECTS: dict[str, tuple[Callable[[Path], object], str]] = {
    "not_a_project": (
        lambda blog: (blog / ANSWERS).unlink(),
        "is not in a project made by scaffold",
    ),
    "broken_yaml_names_the_line": (
        replace_in_answers("primary_key: ", "primary_key: [ }"),
        "this is not valid YAML",
    ),
    "unfinished_merge_names_the_line": (
        replace_in_answers("entities: [", "<<<<<<< ours\nentities: ["),
        "this is a conflict marker of an unfinished merge",
    ),
    "no_src_path": (
        drop_from_answers("_src_path"),
        "`_src_path` is missing, so the project's template is not known",
    ),
    "no_commit": (
        drop_from_answers("_commit"),
        "`_commit` is missing, so the template's version is not known",
    ),
    "template_is_gone": (
        replace_in_answers("git+file://", "git+file:///nowhere"),
        "is not there any more",
    ),
    "template_has_no_such_version": (
        replace_in_answers('_commit: "v0.1.0', '_commit: "v9.9.9'),
        "has no version `v9.9.9`",
    ),
    "last_revision_is_missing": (
        lambda blog: next((blog / "migrations/versions").glob("2*.py")).unlink(),
        "no migration makes the table `users` of `User`",
    ),
    "read_only_folder": (
        lambda blog: blog.chmod(0o555),
        "is read-only; nothing was written",
    ),
    "read_only_file": (
        lambda blog: (blog / ANSWERS).chmod(0o444),
        "is read-only; nothing was written",
    ),
}


@pytest.mark.parametrize("name", BAD_PROJECTS)
def test_bad_project(name: str, blog: Path, scaffold: Scaffold) -> None:
    spoil, expected = BAD_PROJECTS[name]
    spoil(blog)
    before = tree(blog)

    result = scaffold(blog, "model", "Post", "title")

    assert expected in result.err
    assert result.err.startswith("error: ")
    assert "nothing was written" in result.err
    assert (result.code, result.out) == (1, "")
    assert before == tree(blog)


def test_file_in_the_way_is_a_conflict(blog: Path, scaffold: Scaffold) -> None:
    mine = blog / "src/blog/domain/post.py"
    mine.write_text("# mine\n")
    before = everything(blog)

    result = scaffold(blog, "model", "Post", "title")

    assert result.code == 3
    assert "conflict: src/blog/domain/post.py: a file that you wrote is there" in result.err
    assert "  yours:\n    # mine\n" in result.err
    assert "error: your edits are in the way in 1 file; nothing was written\n" in result.err
    assert before == everything(blog)


def test_disk_that_cannot_be_written_to(
    blog: Path, scaffold: Scaffold, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tree(blog)
    fail_at_step(monkeypatch, 4, OSError(28, "No space left on device"))

    result = scaffold(blog, "model", "Post", "title")

    assert result.code == 1
    assert "error: the files could not be written: No space left on device" in result.err
    assert before == tree(blog)


@pytest.mark.parametrize("step", [0, 1, 7])
def test_interrupted_while_writing(
    step: int, blog: Path, scaffold: Scaffold, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tree(blog)
    fail_at_step(monkeypatch, step, signal.SIGINT)

    result = scaffold(blog, "model", "Post", "title")

    assert (result.code, result.err.strip()) == (130, "error: interrupted; nothing was written")
    assert before == tree(blog)


def test_interrupted_while_planning(
    blog: Path, scaffold: Scaffold, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    before = everything(blog)
    monkeypatch.setattr("scaffold.project.change.make", interrupt)

    result = scaffold(blog, "model", "Post", "title", "--json")

    assert result.code == 130
    assert json.loads(result.out)["error"]["message"] == "interrupted; nothing was written"
    assert before == everything(blog)


def test_only_a_command_that_writes_says_that_nothing_was_written(
    blog: Path, scaffold: Scaffold
) -> None:
    replace_in_answers('_commit: "v0.1.0"', '_commit: "v7.7.7"')(blog)

    for command in (["list"], ["export"], ["status"], ["diff"], ["doctor"], ["list", "--json"]):
        result = scaffold(blog, *command)

        assert "has no version `v7.7.7`" in result.out + result.err
        assert "nothing was written" not in result.out + result.err
    assert "`v7.7.7`; nothing was written" in scaffold(blog, "model", "Post", "title").err
    adopted = scaffold(blog, "doctor", "--adopt", "v0.1.0")
    assert "nothing was written" in adopted.err


def test_interrupted_while_reading(
    blog: Path, scaffold: Scaffold, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("scaffold.project.project.load", interrupt)

    result = scaffold(blog, "list")

    assert (result.code, result.err.strip()) == (130, "error: interrupted")


def test_interrupted_while_libraries_load(blog: Path) -> None:
    program = (
        "import sys\n"
        "class Interrupting:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'typer':\n"
        "            sys.meta_path.remove(self)\n"
        "            raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupting())\n"
        "from scaffold.cli import main; main(['model', 'Post', 'title'])"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], cwd=blog, capture_output=True, text=True, check=False
    )

    assert (130, "", "error: interrupted; nothing was written\n") == (
        done.returncode,
        done.stdout,
        done.stderr,
    )


def test_interrupted_when_all_is_written(
    blog: Path, scaffold: Scaffold, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> Report:
        os.kill(os.getpid(), signal.SIGINT)
        return (("added Post",),)

    monkeypatch.setattr("scaffold.output.reports.outcome_report", interrupt)

    result = scaffold(blog, "model", "Post", "title")

    assert (0, "added Post\n", "") == (result.code, result.out, result.err)
    assert (blog / "src/blog/domain/post.py").is_file()


def fail_at_step(
    monkeypatch: pytest.MonkeyPatch, number: int, how: OSError | signal.Signals
) -> None:
    """Let the writing of one file fail, or have Ctrl-C pressed just before it."""
    from scaffold.apply import journal

    original = journal.step_forward

    def step_forward(root: Path, step: journal.Step) -> None:
        if step.number == number:
            if isinstance(how, OSError):
                raise how
            os.kill(os.getpid(), how)
        original(root, step)

    monkeypatch.setattr(journal, "step_forward", step_forward)


def test_own_defect_shows_no_traceback(
    blog: Path, scaffold: Scaffold, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("no such number")

    monkeypatch.setattr("scaffold.project.change.make", fail)

    result = scaffold(blog, "model", "Post", "title")

    assert result.code == 1
    assert "error: internal error: ZeroDivisionError: no such number" in result.err
    assert "SCAFFOLD_DEBUG=1" in result.err
    assert "Traceback" not in result.err


def test_debug_shows_the_traceback(
    blog: Path, scaffold: Scaffold, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("scaffold.project.change.make", fail)
    monkeypatch.setenv("SCAFFOLD_DEBUG", "1")

    result = scaffold(blog, "model", "Post", "title")

    assert "Traceback (most recent call last)" in result.err


USAGE_ERRORS = {
    "model": "error: missing argument 'NAME'\nhelp: scaffold model --help\n",
    "field add Post": "error: missing argument 'FIELD...'\nhelp: scaffold field add --help\n",
    "modle Post": "error: no such command 'modle'\nhelp: did you mean 'model'?\n",
    "model Post --nul": "error: no such option: --nul\nhelp: scaffold model --help\n",
    "model Post --pk serial": (
        "error: invalid value for '--pk': 'serial' is not one of 'int', 'uuid4', 'uuid7'\n"
        "help: scaffold model --help\n"
    ),
    "model Post --read-only --no-api": (
        "error: --read-only and --no-api exclude each other; nothing was written\n"
        "help: leave one out\n"
    ),
}


@pytest.mark.parametrize("line", USAGE_ERRORS)
def test_usage_error(line: str, blog: Path, scaffold: Scaffold) -> None:
    result = scaffold(blog, *line.split())

    assert (2, "", USAGE_ERRORS[line]) == (result.code, result.out, result.err)


BAD_ANSWERS = {
    "a_reference_that_lost_its_entity": (
        '"to": "User"',
        '"to": "Usr"',
        ".copier-answers.yml:11: `Post.author` refers to `Usr`, which this project does not have",
    ),
    "a_name_that_is_taken": (
        '"plural": "posts"',
        '"plural": "users"',
        ".copier-answers.yml:11: `Post` and `User` would both have the name `users`",
    ),
    "a_type_that_does_not_exist": (
        '"type": "str"',
        '"type": "strng"',
        ".copier-answers.yml:11: `Post.title` has the type `strng`",
    ),
}


@pytest.mark.parametrize(("old", "new", "said"), BAD_ANSWERS.values(), ids=BAD_ANSWERS)
def test_recorded_entities_that_do_not_fit_are_named_with_their_line(
    blog: Path, scaffold: Scaffold, old: str, new: str, said: str
) -> None:
    scaffold(blog, "model", "Post", "title", "author:User", "-q")
    answers = blog / ANSWERS
    answers.write_text(answers.read_text().replace(old, new, 1))
    before = everything(blog)

    result = scaffold(blog, "model", "Tag", "name")

    assert (1, "") == (result.code, result.out)
    assert result.err.startswith(f"error: {said}")
    assert "help: correct the line, or take the last good version: git checkout" in result.err
    assert before == everything(blog)
