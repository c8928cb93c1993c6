"""`scaffold new`: a project that can be updated later, or nothing."""

import json
import os
import shutil
from pathlib import Path

import pytest

from command_line import Scaffold
from scaffold.template import install
from template_repository import git
from template_repository import template as make_template


def test_project_has_a_first_commit_and_knows_its_template(
    tmp_path: Path, scaffold: Scaffold, template: Path
) -> None:
    result = scaffold(tmp_path, "new", "my-shop", "--template", str(template), "--defaults")
    shop = tmp_path / "my-shop"
    answers = (shop / ".copier-answers.yml").read_text()

    assert result.code == 0
    assert result.out.startswith("made My Shop in my-shop\n")
    assert f'_src_path: "git+{template.as_uri()}"' in answers
    assert '_commit: "v0.1.0"' in answers
    assert 'package_name: "my_shop"' in answers
    assert git(shop, "status", "--porcelain") == ""
    assert git(shop, "log", "--format=%s") == "Start from scaffold 0.1.0"


def test_options_answer_questions(tmp_path: Path, scaffold: Scaffold, template: Path) -> None:
    scaffold(
        tmp_path,
        *("new", "shop", "--template", str(template), "--name", "Corner Shop"),
        *("--database", "postgresql", "--primary-key", "uuid7", "--data", "package_name=corner"),
    )
    answers = (tmp_path / "shop/.copier-answers.yml").read_text()

    assert 'project_name: "Corner Shop"' in answers
    assert 'package_name: "corner"' in answers
    assert 'database: "postgresql"' in answers
    assert 'primary_key: "uuid7"' in answers


def test_relative_template_is_recorded_as_a_url(
    tmp_path: Path, scaffold: Scaffold, template: Path
) -> None:
    relative = os.path.relpath(template, tmp_path)

    assert scaffold(tmp_path, "new", "shop", "--template", relative, "--defaults").code == 0
    assert template.as_uri() in (tmp_path / "shop/.copier-answers.yml").read_text()


def test_json_lists_the_files(tmp_path: Path, scaffold: Scaffold, template: Path) -> None:
    result = scaffold(tmp_path, "new", "shop", "--template", str(template), "--json")
    document = json.loads(result.out)

    assert document["status"] == "done"
    assert {"path": ".copier-answers.yml", "kind": "create"} in document["changes"]


def test_empty_folder_is_filled(tmp_path: Path, scaffold: Scaffold, template: Path) -> None:
    (tmp_path / "shop").mkdir()

    assert scaffold(tmp_path / "shop", "new", ".", "--template", str(template)).code == 0
    assert (tmp_path / "shop/.copier-answers.yml").is_file()


def test_inside_a_repository_no_other_is_made(
    tmp_path: Path, scaffold: Scaffold, template: Path
) -> None:
    git(tmp_path, "init", "--quiet")

    assert scaffold(tmp_path, "new", "shop", "--template", str(template)).code == 0
    assert not (tmp_path / "shop/.git").exists()


def test_no_git_makes_no_repository(tmp_path: Path, scaffold: Scaffold, template: Path) -> None:
    assert scaffold(tmp_path, "new", "shop", "--template", str(template), "--no-git").code == 0
    assert not (tmp_path / "shop/.git").exists()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--package", "2fast"], "`package_name` does not fit: "),
        (["--package", "queue"], "has a module of that name; try `queue_app`"),
        (["--name", "Shop\u202e"], "`project_name` does not fit: "),
        (["--data", "description=a\x1bb"], "`description` does not fit: "),
        (
            ["--data", "databse=sqlite"],
            (
                "error: the template has no question `databse`; nothing was written\n"
                "note: its questions are `project_name`, `package_name`, `description`, `database` and "
                "`primary_key`\nhelp: a question with a similar name exists: `database`\n"
            ),
        ),
        (["--data", "database"], "`--data database` is no answer"),
        (["--name", "Shop", "--data", "project_name=Other"], "`project_name` is answered twice"),
        (["--ref", "v9.9.9"], "could not be fetched"),
    ],
)
def test_bad_answers(
    arguments: list[str], expected: str, tmp_path: Path, scaffold: Scaffold, template: Path
) -> None:
    result = scaffold(tmp_path, "new", "shop", "--template", str(template), *arguments, "-q")

    assert result.code == 1
    assert expected in result.err
    assert "nothing was written" in result.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            ["--database", "mysql"],
            (
                "error: `mysql` is no answer to `database`; nothing was written\n"
                "help: did you mean `mariadb`?\n"
            ),
        ),
        (
            ["--database", "oracle"],
            (
                "error: `oracle` is no answer to `database`; nothing was written\n"
                "help: it is one of `sqlite`, `postgresql` and `mariadb`\n"
            ),
        ),
        (
            ["--primary-key", "uuid"],
            (
                "error: `uuid` is no answer to `primary_key`; nothing was written\n"
                "help: did you mean `uuid4`?\n"
            ),
        ),
    ],
)
def test_answer_that_is_no_choice(
    arguments: list[str], expected: str, tmp_path: Path, scaffold: Scaffold, template: Path
) -> None:
    result = scaffold(tmp_path, "new", "shop", "--template", str(template), *arguments, "-q")

    assert (2, "", expected) == (result.code, result.out, result.err)
    assert list(tmp_path.iterdir()) == []


def test_template_that_is_not_there(tmp_path: Path, scaffold: Scaffold) -> None:
    result = scaffold(tmp_path, "new", "shop", "--template", "../no/template")

    assert result.code == 1
    assert result.err == (
        "error: there is no template `../no/template`; nothing was written\n"
        "help: name a folder or the URL of a git repository, or leave out --template for "
        "scaffold's own\n"
    )


def test_template_that_cannot_be_fetched(tmp_path: Path, scaffold: Scaffold) -> None:
    result = scaffold(tmp_path, "new", "shop", "--template", "git+file:///nowhere/at/all")

    assert result.code == 1
    assert "error: the template `git+file:///nowhere/at/all` could not be fetched" in result.err
    assert list(tmp_path.iterdir()) == []


def test_template_without_history_is_refused(tmp_path: Path, scaffold: Scaffold) -> None:
    (tmp_path / "template").mkdir()

    result = scaffold(tmp_path, "new", "shop", "--template", "template", "-q")

    assert result.err == (
        "error: the template `template` is no git repository with a commit; nothing was written\n"
        "note: adding entities and updating need the version that a project was made from\n"
        "help: make it one: cd template && git init && git add --all && git commit\n"
    )


def test_template_that_is_none_of_scaffold_is_refused(tmp_path: Path, scaffold: Scaffold) -> None:
    other = make_template(tmp_path / "other", {"readme.txt": "hello"})

    result = scaffold(tmp_path, "new", "shop", "--template", str(other))

    assert result.code == 1
    assert not (tmp_path / "shop").exists()


def test_occupied_folder_is_refused(tmp_path: Path, scaffold: Scaffold, template: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop/mine.txt").write_text("mine")

    result = scaffold(tmp_path, "new", "shop", "--template", str(template), "-q")

    assert result.code == 1
    assert result.err == (
        f"error: `{tmp_path / 'shop'}` is not empty; nothing was written\n"
        "help: choose a folder that does not exist yet\n"
    )
    assert [path.name for path in (tmp_path / "shop").iterdir()] == ["mine.txt"]


def test_interrupted_leaves_nothing(
    tmp_path: Path, scaffold: Scaffold, template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("scaffold.project.new._first_commit", interrupt)

    result = scaffold(tmp_path, "new", "shop", "--template", str(template), "-q")

    assert (result.code, result.err.strip()) == (130, "error: interrupted; nothing was written")
    assert list(tmp_path.iterdir()) == []


def test_installed_from_a_url_uses_it(monkeypatch: pytest.MonkeyPatch) -> None:
    origin = {
        "url": "https://example.org/scaffold.git",
        "vcs_info": {"vcs": "git", "commit_id": "0123456789abcdef0123456789abcdef01234567"},
    }
    monkeypatch.setattr(install, "_origin", lambda: origin)

    source = install.own_template()

    assert source.src_path == "git+https://example.org/scaffold.git"
    assert source.ref == "0123456789abcdef0123456789abcdef01234567"


def test_installed_from_a_folder_uses_its_head(
    template: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    checkout = Path(shutil.copytree(template, tmp_path / "checkout"))
    origin = {"url": checkout.as_uri(), "dir_info": {"editable": True}}
    monkeypatch.setattr(install, "_origin", lambda: origin)

    clean = install.own_template()
    (checkout / "copier.yml").write_text("# edited\n")
    edited = install.own_template()

    assert (f"git+{checkout.as_uri()}", "HEAD", "") == (clean.src_path, clean.ref, clean.note)
    assert edited.note == f"uncommitted changes of the template in {checkout} are not used"


def test_bundle_of_the_package_is_kept_for_later_updates(
    template: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, scaffold: Scaffold
) -> None:
    shipped = tmp_path / "package"
    shipped.mkdir()
    git(template, "bundle", "create", str(shipped / "template-0123.bundle"), "HEAD", "v0.1.0")
    monkeypatch.setattr(install, "_origin", dict)
    monkeypatch.setattr(install, "BUNDLES", shipped)
    monkeypatch.setenv("SCAFFOLD_DATA_DIR", str(tmp_path / "kept"))

    result = scaffold(tmp_path, "new", "shop", "--defaults")
    kept = tmp_path / "kept/template-0123.bundle"

    assert result.code == 0
    assert kept.is_file()
    assert f'_src_path: "{kept}"' in (tmp_path / "shop/.copier-answers.yml").read_text()
    assert scaffold(tmp_path / "shop", "model", "User", "name").code == 0


def test_installation_without_a_template_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, scaffold: Scaffold
) -> None:
    monkeypatch.setattr(install, "_origin", dict)
    monkeypatch.setattr(install, "BUNDLES", tmp_path / "none")

    result = scaffold(tmp_path, "new", "shop")

    assert result.code == 1
    assert "help: name one: scaffold new DIR --template URL\n" in result.err
