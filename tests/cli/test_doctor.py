"""`scaffold doctor` names each way in which a project cannot be changed, and what mends it."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import template_repository
from command_line import Scaffold
from scaffold.status import doctor
from template_repository import commit, tree

ANSWERS = ".copier-answers.yml"


def edit(file: Path, change: Callable[[str], str]) -> None:
    file.write_text(change(file.read_text(encoding="utf-8")), encoding="utf-8")


def without(word: str) -> Callable[[str], str]:
    return lambda text: "".join(line for line in text.splitlines(keepends=True) if word not in line)


def answer(name: str, value: str) -> Callable[[str], str]:
    return lambda text: without(f"{name}:")(text) + f'{name}: "{value}"\n'


def test_a_project_in_order(blog: Path, scaffold: Scaffold) -> None:
    done = scaffold(blog, "doctor")

    assert done.code == 0
    assert done.out == "the project is in order: it can be updated and added to\n"


def marked(blog: Path) -> None:
    edit(blog / "src/blog/settings.py", lambda text: f"{text}<<<<<<< yours\n>>>>>>> new\n")


def two_heads(blog: Path) -> None:
    versions = blog / "migrations/versions"
    text = next(versions.glob("*.py")).read_text(encoding="utf-8")
    other = text.replace('revision: str = "', 'revision: str = "0')
    (versions / "202601010000_more.py").write_text(other, encoding="utf-8")


def rejected(blog: Path) -> None:
    (blog / "README.md.rej").write_text("@@\n", encoding="utf-8")


def agree_on(blog: Path, scaffold: Scaffold, message: str) -> None:
    """Check that both commands that look at a project find the same."""
    doctor, status = scaffold(blog, "doctor"), scaffold(blog, "status")

    assert (4, 4) == (doctor.code, status.code)
    assert message in doctor.out
    assert message in status.out


@pytest.mark.parametrize(
    "left",
    [
        "<<<<<<< yours\n=======\n>>>>>>> new\n",
        "<<<<<<< yours\n",
        "=======\n>>>>>>> new\r\n",
        "||||||| before\n=======\n",
    ],
)
def test_status_finds_each_rest_of_a_conflict_too(
    blog: Path, scaffold: Scaffold, left: str
) -> None:
    edit(blog / "README.md", lambda text: f"Heading\n=======\n{text}")
    assert 0 == scaffold(blog, "doctor").code
    edit(blog / "src/blog/settings.py", lambda text: f"{text}{left}")

    agree_on(blog, scaffold, ": a conflict is not resolved")


def test_what_copier_rejects_is_beside_a_file_of_the_template(
    blog: Path, scaffold: Scaffold
) -> None:
    for path in ("notes.rej", ".venv/lib/patch.rej", "docs/letter.md.rej"):
        (blog / path).parent.mkdir(parents=True, exist_ok=True)
        (blog / path).write_text("No.\n", encoding="utf-8")
    assert 0 == scaffold(blog, "doctor").code
    (blog / "src/blog/settings.py.rej").write_text("@@\n", encoding="utf-8")

    agree_on(blog, scaffold, "`src/blog/settings.py.rej` holds changes")


def missing_parent(blog: Path) -> None:
    first = next((blog / "migrations/versions").glob("*.py"))
    edit(first, lambda text: text.replace("| None = None", '| None = "gone"', 1))


CASES: dict[str, tuple[Callable[[Path], None], str, str]] = {
    "no_commit": (
        lambda blog: edit(blog / ANSWERS, without("_commit:")),
        "`_commit` is missing",
        "scaffold doctor --adopt VERSION",
    ),
    "relative_source": (
        lambda blog: edit(blog / ANSWERS, answer("_src_path", "../template")),
        "is a relative path",
        "correct `_src_path`",
    ),
    "vanished_source": (
        lambda blog: edit(blog / ANSWERS, answer("_src_path", "/nowhere/template")),
        "the template `/nowhere/template` is not there any more",
        "bring it back, or set `_src_path`",
    ),
    "vanished_file_url": (
        lambda blog: edit(blog / ANSWERS, answer("_src_path", "git+file:///nowhere/template")),
        "the template `git+file:///nowhere/template` is not there any more",
        "bring it back, or set `_src_path`",
    ),
    "unknown_commit": (
        lambda blog: edit(blog / ANSWERS, answer("_commit", "v7.7.7")),
        "has no version `v7.7.7`",
        "set `_commit`",
    ),
    "commit_of_uncommitted_changes": (
        lambda blog: edit(blog / ANSWERS, answer("_commit", "v0.1.0-1-g1234567")),
        "has no version `v0.1.0-1-g1234567`",
        "set `_commit`",
    ),
    "half_a_merge": (
        lambda blog: edit(blog / ANSWERS, lambda text: f"<<<<<<< ours\n{text}"),
        "this is a conflict marker of an unfinished merge",
        "keep the entities of both sides",
    ),
    "a_field_twice": (
        lambda blog: edit(
            blog / ANSWERS,
            lambda text: text.replace(
                '[{"name": "email"', '[{"name": "name", "type": "text"}, {"name": "email"', 1
            ),
        ),
        ".copier-answers.yml:11: `User` has the field `name` twice",
        "correct the line",
    ),
    "unresolved_markers": (marked, "a conflict is not resolved", "decide between the two sides"),
    "rejected_changes": (
        rejected,
        "`README.md.rej` holds changes that `copier update` could not make",
        "delete the file",
    ),
    "deleted_registry": (
        lambda blog: (blog / "src/blog/api/routes/__init__.py").unlink(),
        "`src/blog/api/routes/__init__.py` is gone",
        "git checkout HEAD -- src/blog/api/routes/__init__.py",
    ),
    "two_heads": (two_heads, "the migrations have 2 heads", "merge"),
    "missing_parent": (missing_parent, "follows `gone`, which is missing", "restore that revision"),
}


@pytest.mark.parametrize("case", CASES)
def test_each_problem_is_named_with_what_mends_it(
    case: str, blog: Path, scaffold: Scaffold
) -> None:
    spoil, message, mends = CASES[case]
    spoil(blog)
    before = tree(blog)

    found = scaffold(blog, "doctor")

    assert found.code == 4
    assert message in found.out
    assert mends in found.out
    assert "Traceback" not in found.err
    assert tree(blog) == before


def test_several_problems_are_all_named(blog: Path, scaffold: Scaffold) -> None:
    marked(blog)
    two_heads(blog)

    found = json.loads(scaffold(blog, "doctor", "--json").out)

    assert found["status"] == "wrong"
    messages = " ".join(problem["message"] for problem in found["problems"])
    assert "a conflict is not resolved" in messages
    assert "2 heads" in messages


def test_an_old_copier_is_named(
    blog: Path, scaffold: Scaffold, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.metadata.version", lambda _name: "9.4.1")

    found = scaffold(blog, "doctor")

    assert found.code == 4
    assert "Copier 9.4.1 is too old" in found.out


# Files of another version than the answers say.


@pytest.fixture
def released(template: Path, tmp_path: Path) -> Path:
    """Return a template with two versions, which differ in one file."""
    folder = Path(shutil.copytree(template, tmp_path / "template"))
    readme = folder / "template/project/Makefile.jinja"
    readme.write_text("# Made later.\n" + readme.read_text(encoding="utf-8"), encoding="utf-8")
    template_repository.commit(folder, "v0.2.0")
    return folder


@pytest.fixture
def project(released: Path, tmp_path: Path, scaffold: Scaffold) -> Path:
    scaffold(tmp_path, "new", "shop", "--template", str(released), "--defaults", "-q")
    scaffold(tmp_path / "shop", "model", "User", "name:str,80", "-q")
    commit(tmp_path / "shop", None)
    return tmp_path / "shop"


def test_files_of_another_version_are_drift(project: Path, scaffold: Scaffold) -> None:
    edit(project / ANSWERS, answer("_commit", "v0.1.0"))

    found = scaffold(project, "doctor")

    assert found.code == 4
    assert "the answers say version `v0.1.0`, and the files are those of `v0.2.0`" in found.out
    assert "set `_commit`" in found.out


def test_edits_are_no_drift(project: Path, scaffold: Scaffold) -> None:
    for file in sorted((project / "src").rglob("*.py")):
        edit(file, lambda text: f"{text}\n# Ours.\n")

    assert scaffold(project, "doctor").code == 0


def test_a_version_is_adopted(project: Path, scaffold: Scaffold) -> None:
    before = (project / ANSWERS).read_bytes()
    edit(project / ANSWERS, without("_commit:"))
    edit(project / "src/shop/settings.py", lambda text: f"{text}\n# Ours.\n")

    done = scaffold(project, "doctor", "--adopt", "v0.2.0")

    assert done.code == 0
    assert done.out.startswith("recorded version v0.2.0: ")
    assert (project / ANSWERS).read_bytes() == before
    assert scaffold(project, "doctor").code == 0
    assert scaffold(project, "model", "Tag", "name:str,80").code == 0


def test_what_is_adopted_already_is_left_as_it_is(project: Path, scaffold: Scaffold) -> None:
    before = tree(project)

    again = scaffold(project, "doctor", "--adopt", "v0.2.0")

    assert (0, "nothing to do: the project has version v0.2.0 already\n") == (again.code, again.out)
    assert before == tree(project)


def test_another_version_is_not_adopted(project: Path, scaffold: Scaffold) -> None:
    edit(project / ANSWERS, without("_commit:"))
    before = tree(project)

    refused = scaffold(project, "doctor", "--adopt", "v0.1.0")

    assert refused.code == 1
    assert "the files are not those of version `v0.1.0`" in refused.err
    assert "help: scaffold doctor --adopt v0.2.0" in refused.err
    assert tree(project) == before


def test_a_project_with_a_version_adopts_none(project: Path, scaffold: Scaffold) -> None:
    refused = scaffold(project, "doctor", "--adopt", "v0.1.0")

    assert refused.code == 1
    assert "the project has a version already: `v0.2.0`" in refused.err


def test_offline_there_is_no_drift_to_be_told(
    project: Path, scaffold: Scaffold, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(project / ANSWERS, answer("_commit", "v0.1.0"))
    scaffold(project, "list")  # which puts the version into the cache
    monkeypatch.setattr(doctor, "_known", lambda _src_path: [])

    assert scaffold(project, "doctor").code == 0
