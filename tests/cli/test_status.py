"""`scaffold status`: what people changed, and whether entities, code and migrations agree."""

import inspect
import json
import shutil
from pathlib import Path

import pytest

from command_line import Scaffold
from template_repository import tree

MODEL = "src/blog/persistence/models/user.py"
SERVICE = "src/blog/services/user.py"
ANSWERS = ".copier-answers.yml"
NAME = "    name: Mapped[str] = mapped_column(Varchar(80))\n"
AGREE = "\nentities, code and migrations agree\n"


def change(project: Path, old: str, new: str, path: str = MODEL) -> None:
    file = project / path
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def revisions(project: Path) -> list[Path]:
    return sorted((project / "migrations/versions").glob("*.py"))


def drifts(out: str) -> list[str]:
    return [line.removeprefix("drift: ") for line in out.splitlines() if line.startswith("drift: ")]


def test_a_project_that_agrees(blog: Path, scaffold: Scaffold) -> None:
    before = tree(blog)
    (last,) = revisions(blog)

    result = scaffold(blog, "status")

    assert 0 == result.code
    generated = len(before) - 1
    assert (
        result.out
        == inspect.cleandoc(f"""
        Blog  template v0.1.0

        entities    User
        files       {generated} generated, none changed since
        migrations  1 revision, the last is {last.name}

        entities, code and migrations agree
    """)
        + "\n"
    )
    assert before == tree(blog)


def test_a_project_without_entities(empty_blog: Path, scaffold: Scaffold) -> None:
    result = scaffold(empty_blog, "status")

    assert 0 == result.code
    assert "entities    none yet\n" in result.out
    assert "migrations  0 revisions\n" in result.out


def test_edits_of_a_person_are_listed_and_are_no_drift(blog: Path, scaffold: Scaffold) -> None:
    change(blog, "class", "# mine\nclass", SERVICE)
    (blog / "src/blog/api/health.py").unlink()
    shutil.move(blog / "src/blog/domain/page.py", blog / "src/blog/domain/pages.py")

    result = scaffold(blog, "status")

    assert 0 == result.code
    assert (
        inspect.cleandoc(f"""
        3 changed since
          deleted   src/blog/api/health.py
          moved     src/blog/domain/page.py -> src/blog/domain/pages.py
          changed   {SERVICE}
        """)
        in result.out
    )
    assert result.out.endswith(AGREE)


def test_conflicts_that_are_left_are_drift(blog: Path, scaffold: Scaffold) -> None:
    conflict = f"<<<<<<< your file\n{NAME}=======\n{NAME}>>>>>>> after\n"
    change(blog, NAME, conflict, MODEL)

    result = scaffold(blog, "status")

    assert 4 == result.code
    line = (blog / MODEL).read_text().splitlines().index("<<<<<<< your file") + 1
    assert f"  conflict  {MODEL}\n" in result.out
    assert [f"{MODEL}:{line}: a conflict is not resolved"] == drifts(result.out)


def test_each_conflict_of_a_file_has_its_line(blog: Path, scaffold: Scaffold) -> None:
    conflict = "<<<<<<< your file\n=======\n>>>>>>> after\n"
    (blog / MODEL).write_text(conflict * 3, encoding="utf-8")

    result = scaffold(blog, "status")

    assert f"{MODEL}:1: a conflict is not resolved\n" in result.out
    assert "note: others in this file begin at line 4, 7\n" in result.out
    assert "help: decide between the two sides, and delete the markers\n" in result.out


def test_what_is_left_of_conflict_markers_in_files_is_listed(
    blog: Path, scaffold: Scaffold
) -> None:
    routes = "src/blog/api/routes/__init__.py"
    text = (blog / routes).read_text()
    (blog / routes).write_text(text.replace("user", "people"))
    written = scaffold(blog, "model", "Post", "title", "--on-conflict", "markers")
    assert 3 == written.code

    result = scaffold(blog, "status")

    assert 4 == result.code
    assert [f"{routes}:"] == [each[: len(routes) + 1] for each in drifts(result.out)][:1]


def test_a_column_by_hand_without_a_revision_is_drift(blog: Path, scaffold: Scaffold) -> None:
    change(blog, NAME, f"{NAME}    nickname: Mapped[str | None]\n")

    result = scaffold(blog, "status")

    assert 4 == result.code
    (drift,) = drifts(result.out)
    assert drift.startswith("the migrations build another table `users` than the entity `User`")
    assert drift.endswith(": the column `nickname` is missing")
    assert 'help: write the revision that is missing: scaffold migrate "..."\n' in result.out

    scaffold(blog, "migrate", "add nicknames")
    after = scaffold(blog, "status")
    assert 0 == after.code
    assert after.out.endswith(AGREE)


def test_a_table_by_hand_without_a_revision_is_drift(blog: Path, scaffold: Scaffold) -> None:
    text = (blog / MODEL).read_text().replace("UserRow", "VisitRow").replace("users", "visits")
    (blog / MODEL).with_name("visit.py").write_text(text)

    result = scaffold(blog, "status")

    assert 4 == result.code
    assert ["no migration makes the table `visits` of a model by hand"] == drifts(result.out)


def test_a_revision_that_is_gone_is_drift(blog: Path, scaffold: Scaffold) -> None:
    for file in revisions(blog):
        file.unlink()

    result = scaffold(blog, "status")

    assert 4 == result.code
    assert ["no migration makes the table `users` of the entity `User`"] == drifts(result.out)


def test_a_history_with_a_gap_is_drift(blog: Path, scaffold: Scaffold) -> None:
    scaffold(blog, "model", "Post", "title", "-q")
    first = next(file for file in revisions(blog) if "users" in file.name)
    first.unlink()

    result = scaffold(blog, "status")

    assert 4 == result.code
    assert "which is missing" in drifts(result.out)[0]


def test_two_heads_are_drift(blog: Path, scaffold: Scaffold) -> None:
    scaffold(blog, "model", "Post", "title", "-q")
    last = next(file for file in revisions(blog) if "posts" in file.name)
    text = last.read_text().replace('revision: str = "', 'revision: str = "f')
    last.with_name("202601010000_other.py").write_text(text.replace("posts", "others"))

    result = scaffold(blog, "status")

    assert 4 == result.code
    assert "the migrations have 2 heads" in drifts(result.out)[0]


def test_an_entity_that_a_merge_lost_is_drift(blog: Path, scaffold: Scaffold) -> None:
    scaffold(blog, "model", "Post", "title", "-q")
    answers = blog / ANSWERS
    kept = [line for line in answers.read_text().splitlines() if '"name": "Post"' not in line]
    answers.write_text("\n".join(kept) + "\n")
    (blog / "src/blog/persistence/models/post.py").unlink()

    result = scaffold(blog, "status")

    assert 4 == result.code
    assert "the migrations build `posts`, which no entity and no model has" in drifts(result.out)
    assert "note: an entity may have been lost in a merge\n" in result.out


def test_a_model_that_is_gone_is_drift(blog: Path, scaffold: Scaffold) -> None:
    (blog / MODEL).unlink()

    result = scaffold(blog, "status")

    assert 4 == result.code
    assert drifts(result.out)[0].startswith("the code has no model of the table `users` any more")


def test_a_model_that_is_no_python_is_drift(blog: Path, scaffold: Scaffold) -> None:
    change(blog, NAME, f"{NAME}    nickname: Mapped[\n")

    result = scaffold(blog, "status")

    assert 4 == result.code
    (drift,) = drifts(result.out)
    assert drift.startswith(f"{MODEL}:")
    assert ": this is no Python: " in drift


def test_a_revision_that_is_no_python_is_drift(blog: Path, scaffold: Scaffold) -> None:
    (last,) = revisions(blog)
    text = last.read_text()
    last.write_text(text.replace("def downgrade() -> None:", "def downgrade( -> None:"))
    line = text[: text.index("def downgrade")].count("\n") + 1
    before = tree(blog)

    result = scaffold(blog, "status")

    assert 4 == result.code
    path = last.relative_to(blog).as_posix()
    (drift,) = drifts(result.out)
    assert drift.startswith(f"{path}:{line}: this is no Python: ")
    assert f"git checkout {path}" in result.out
    assert drift in scaffold(blog, "doctor").out
    for command in (["model", "Post", "title"], ["migrate", "more"]):
        refused = scaffold(blog, *command)
        assert 1 == refused.code
        assert f"error: {drift}; nothing was written" in refused.err
    assert before == tree(blog)
    other = last.with_name("202601010000_more.py")
    other.write_text(text.replace('revision: str = "', 'revision: str = "0'))
    assert f"error: {drift}; nothing was written" in scaffold(blog, "migrate", "--merge").err
    assert drift in drifts(scaffold(blog, "status", "--deep").out)


def test_a_revision_with_a_broken_header_is_drift(blog: Path, scaffold: Scaffold) -> None:
    (last,) = revisions(blog)
    last.write_text(last.read_text().replace("| None = None\n", "| None = (\n", 1))

    (drift,) = drifts(scaffold(blog, "status").out)

    assert f"{last.relative_to(blog).as_posix()}:" in drift
    assert ": this is no Python: " in drift


def test_answers_with_half_a_merge_are_drift(blog: Path, scaffold: Scaffold) -> None:
    change(blog, "entities: [", "<<<<<<< HEAD\nentities: [", ANSWERS)

    result = scaffold(blog, "status")

    assert 4 == result.code
    assert [f"{ANSWERS}:10: this is a conflict marker of an unfinished merge"] == drifts(result.out)


def test_recorded_entities_that_do_not_fit_are_drift(blog: Path, scaffold: Scaffold) -> None:
    change(blog, '"type": "str"', '"type": "str", "default": "x", "unique": true', ANSWERS)

    result = scaffold(blog, "status")

    assert 4 == result.code
    assert any(each.startswith(f"{ANSWERS}:11: ") for each in drifts(result.out))


def test_a_revision_that_cannot_be_read_is_no_drift(blog: Path, scaffold: Scaffold) -> None:
    (last,) = revisions(blog)
    text = last.read_text()
    by_hand = '    op.execute("CREATE INDEX by_hand ON users (name)")\n\n\ndef downgrade'
    last.write_text(text.replace("\n\ndef downgrade", f"{by_hand}", 1))

    result = scaffold(blog, "status")

    assert 0 == result.code
    assert f"cannot be told by reading them: {last.name}:" in result.out
    assert "scaffold status --deep" in result.out


def test_deep_runs_what_cannot_be_read(blog: Path, scaffold: Scaffold) -> None:
    assert scaffold(blog, "status", "--deep").out.endswith(AGREE)
    (last,) = revisions(blog)
    text = last.read_text()
    by_hand = '    op.execute("CREATE TABLE visits (id INTEGER)")\n\n\ndef downgrade'
    last.write_text(text.replace("\n\ndef downgrade", f"{by_hand}", 1))

    result = scaffold(blog, "status", "--deep")

    assert 4 == result.code
    assert ["the models are not what the migrations build: visits"] == drifts(result.out)


def test_json_has_all_of_it(blog: Path, scaffold: Scaffold) -> None:
    change(blog, NAME, f"{NAME}    nickname: Mapped[str | None]\n")

    result = scaffold(blog, "status", "--json")

    said = json.loads(result.out)
    assert 4 == result.code
    assert ("drift", ["User"]) == (said["status"], said["entities"])
    assert [(MODEL, "changed")] == [(each["path"], each["state"]) for each in said["files"]]
    assert [True] == [each["is_head"] for each in said["migrations"]]
    assert ["message", "note", "help"] == [*said["drift"][0]]


@pytest.mark.parametrize("folder", ["src/blog", "tests"])
def test_in_any_folder_of_the_project(blog: Path, scaffold: Scaffold, folder: str) -> None:
    assert 0 == scaffold(blog / folder, "status").code


def test_tables_of_tests_are_none_of_the_project(blog: Path, scaffold: Scaffold) -> None:
    """They may be left out by a sparse checkout, moved, and a person may have more of them."""
    folder = blog / "tests/persistence"
    text = (folder / "things.py").read_text(encoding="utf-8")
    shutil.rmtree(folder)
    left_out = scaffold(blog, "status")
    folder.mkdir()
    (folder / "mine.py").write_text(text.replace("scratch_", "my_"), encoding="utf-8")
    more = scaffold(blog, "status")

    assert (0, 0) == (left_out.code, more.code)
    assert left_out.out.endswith(AGREE)
    assert more.out.endswith(AGREE)
