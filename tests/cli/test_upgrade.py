"""`scaffold upgrade` says what it does, writes all or nothing, and refuses what cannot work."""

import json
import shutil
from pathlib import Path

import pytest

import commands
from command_line import Scaffold
from release_steps import CONSENTED, STEPS, package
from scaffold.template import install
from template_repository import commit, git, tree


@pytest.fixture
def released(template: Path, tmp_path: Path) -> Path:
    """Return a template of its own for each test, which has another version to come."""
    return Path(shutil.copytree(template, tmp_path / "template"))


@pytest.fixture
def project(released: Path, tmp_path: Path, scaffold: Scaffold) -> Path:
    scaffold(tmp_path, "new", "shop", "--template", str(released), "--defaults", "-q")
    scaffold(tmp_path / "shop", "model", "User", "name:str,80", "-q")
    return tmp_path / "shop"


def release(template: Path, *steps: str, tag: str = "v0.2.0") -> None:
    for step in steps:
        {**STEPS, **CONSENTED}[step](template)
    commit(template, tag)


def test_the_newest_version_has_nothing_to_do(project: Path, scaffold: Scaffold) -> None:
    done = scaffold(project, "upgrade")

    assert done.code == 0
    assert done.out == "nothing to do: the project is up to date already\n"


def test_it_says_what_it_will_do_and_what_it_did(
    project: Path, released: Path, scaffold: Scaffold
) -> None:
    release(released, "question_is_added_and_one_retired")

    done = scaffold(project, "upgrade")

    said = [line for line in done.err.splitlines() if not line.endswith(" ...")]
    assert said == [
        "upgrading Shop with 1 entity from v0.1.0 to v0.2.0",
        "note: `owner` is a new question",
        "note: the answer `description` is not needed any more",
    ]
    assert done.out.startswith("upgraded Shop to v0.2.0\n")
    answers = (project / ".copier-answers.yml").read_text(encoding="utf-8")
    assert '_commit: "v0.2.0"' in answers
    assert 'owner: "nobody"' in answers
    assert "description" not in answers


def test_a_new_question_can_be_answered(project: Path, released: Path, scaffold: Scaffold) -> None:
    release(released, "question_is_added_and_one_retired")

    scaffold(project, "upgrade", "--data", "owner=Ada")

    assert 'owner: "Ada"' in (project / ".copier-answers.yml").read_text(encoding="utf-8")


def test_an_answer_to_no_question_is_refused(
    project: Path, released: Path, scaffold: Scaffold
) -> None:
    release(released, "question_is_added_and_one_retired")

    refused = scaffold(project, "upgrade", "--data", "ovner=Ada")

    assert refused.code == 2
    assert "has no question `ovner`" in refused.err
    assert "help: a question with a similar name exists: `owner`" in refused.err


@pytest.mark.parametrize("option", ["--dry-run", "-n"])
def test_a_dry_run_writes_nothing(
    project: Path, released: Path, scaffold: Scaffold, option: str
) -> None:
    release(released, "model_mixin_changes")
    before = tree(project)

    done = scaffold(project, "upgrade", option, "--diff")

    assert done.code == 0
    assert "+    # The application's clock counts" in done.out
    assert "would have upgraded Shop to v0.2.0; nothing was written" in done.out
    assert tree(project) == before


def test_json_is_one_object(project: Path, released: Path, scaffold: Scaffold) -> None:
    release(released, "model_mixin_changes")

    done = json.loads(scaffold(project, "upgrade", "--json").out)

    assert done["status"] == "done"
    assert [each["path"] for each in done["changes"]] == [
        ".copier-answers.yml",
        "src/shop/persistence/base.py",
    ]


def test_a_dirty_tree_is_no_hindrance(project: Path, released: Path, scaffold: Scaffold) -> None:
    release(released, "model_mixin_changes")
    (project / "src/shop/settings.py").write_text('"""Ours."""\n', encoding="utf-8")

    done = scaffold(project, "upgrade")

    assert done.code == 0
    assert git(project, "status", "--porcelain") != ""
    assert (project / "src/shop/settings.py").read_text(encoding="utf-8") == '"""Ours."""\n'


def test_without_releases_head_is_the_newest(
    project: Path, released: Path, scaffold: Scaffold
) -> None:
    release(released, "model_mixin_changes", tag="")
    head = git(released, "describe", "--tags")

    scaffold(project, "upgrade", "--to", "HEAD")

    assert f'_commit: "{head}"' in (project / ".copier-answers.yml").read_text(encoding="utf-8")


def test_prereleases_have_to_be_asked_for(
    project: Path, released: Path, scaffold: Scaffold
) -> None:
    release(released, "model_mixin_changes", tag="v0.2.0rc1")

    assert "nothing to do" in scaffold(project, "upgrade").out
    assert "upgraded Shop to v0.2.0rc1" in scaffold(project, "upgrade", "--to", "v0.2.0rc1").out


def test_an_older_version_is_refused(project: Path, released: Path, scaffold: Scaffold) -> None:
    release(released, "model_mixin_changes")
    scaffold(project, "upgrade", "-q")
    before = tree(project)

    refused = scaffold(project, "upgrade", "--to", "v0.1.0")

    assert refused.code == 1
    assert "the project has version `v0.2.0`, and `v0.1.0` is older" in refused.err
    assert tree(project) == before


def test_an_older_commit_of_a_template_without_releases_is_refused(
    released: Path, tmp_path: Path, scaffold: Scaffold
) -> None:
    git(released, "tag", "--delete", "v0.1.0")
    old = git(released, "rev-parse", "--short", "HEAD")
    release(released, "model_mixin_changes", tag="")
    scaffold(tmp_path, "new", "shop", "--template", str(released), "--defaults", "-q")
    before = tree(tmp_path / "shop")

    refused = scaffold(tmp_path / "shop", "upgrade", "--to", old)

    assert refused.code == 1
    assert f"and `{old}` is older" in refused.err
    assert tree(tmp_path / "shop") == before


def test_what_cannot_be_told_to_be_newer_is_said(
    released: Path, tmp_path: Path, scaffold: Scaffold
) -> None:
    git(released, "tag", "--delete", "v0.1.0")
    bundle = tmp_path / "template.bundle"
    git(released, "bundle", "create", "--quiet", str(bundle), "--all", "HEAD")
    scaffold(tmp_path, "new", "shop", "--template", str(bundle), "--defaults", "-q")
    release(released, "model_mixin_changes", tag="")
    git(released, "bundle", "create", "--quiet", str(bundle), "--all", "HEAD")

    done = scaffold(tmp_path / "shop", "upgrade", "--dry-run")

    assert done.code == 0
    assert "cannot be told" in done.out + done.err


def test_a_commit_after_the_last_release_stays(
    project: Path, released: Path, scaffold: Scaffold
) -> None:
    release(released, "model_mixin_changes", tag="")
    scaffold(project, "upgrade", "--to", "HEAD", "-q")

    done = scaffold(project, "upgrade")

    assert done.out == "nothing to do: the project is up to date already\n"


def test_an_unknown_version_is_refused_with_the_known(
    project: Path, released: Path, scaffold: Scaffold
) -> None:
    release(released, "model_mixin_changes")

    refused = scaffold(project, "upgrade", "--to", "v3")

    assert refused.code == 1
    assert "has no version `v3`" in refused.err
    assert "help: its last releases are `v0.2.0` and `v0.1.0`" in refused.err


def test_an_unknown_version_of_a_template_without_releases_is_refused(
    released: Path, tmp_path: Path, scaffold: Scaffold
) -> None:
    git(released, "tag", "--delete", "v0.1.0")
    scaffold(tmp_path, "new", "shop", "--template", str(released), "--defaults", "-q")

    refused = scaffold(tmp_path / "shop", "upgrade", "--to", "v3")

    assert refused.code == 1
    assert "has no version `v3`" in refused.err
    assert "help: it has no releases: name a commit" in refused.err


def test_a_template_that_lost_a_question_is_refused(
    project: Path, released: Path, scaffold: Scaffold
) -> None:
    questions = released / "copier.yml"
    text = questions.read_text(encoding="utf-8").replace("entities_spec:", "entities_form:")
    questions.write_text(text, encoding="utf-8")
    commit(released, "v0.2.0")
    before = tree(project)

    refused = scaffold(project, "upgrade")

    assert refused.code == 1
    assert "version `v0.2.0` of the template has no `entities_spec`" in refused.err
    assert tree(project) == before


def test_a_template_that_is_gone_is_refused(
    project: Path, released: Path, scaffold: Scaffold
) -> None:
    released.rename(released.with_name("elsewhere"))

    refused = scaffold(project, "upgrade")

    assert refused.code == 1
    assert "is not there any more; nothing was written" in refused.err


def test_what_the_template_does_not_know_is_refused_by_name(
    released: Path, tmp_path: Path, scaffold: Scaffold
) -> None:
    """An older template than the command: it knows no `lock`."""
    check = released / "template/macros/check_entities.jinja"
    text = check.read_text(encoding="utf-8").replace('"lock", ', "")
    check.write_text(text, encoding="utf-8")
    commit(released, "v0.2.0")
    scaffold(tmp_path, "new", "old", "--template", str(released), "--defaults", "-q")

    refused = scaffold(tmp_path / "old", "model", "User", "name", "--lock")

    assert refused.code == 1
    assert "`User` has `lock`, which this version of the template does not know" in refused.err
    assert "help: bring the project to a newer version: scaffold upgrade" in refused.err


def test_files_of_a_person_in_the_way_stop_it(
    project: Path, released: Path, scaffold: Scaffold
) -> None:
    release(released, "file_is_split")
    (project / "src/shop/drivers.py").write_text("# Ours.\n", encoding="utf-8")
    before = tree(project)

    stopped = scaffold(project, "upgrade")

    assert stopped.code == 3
    assert "a file that you wrote is there" in stopped.err
    assert tree(project) == before


def test_edits_in_a_renamed_file_are_kept(
    project: Path, released: Path, scaffold: Scaffold
) -> None:
    release(released, "file_is_renamed")
    edited = project / "src/shop/domain/page.py"
    edited.write_text(edited.read_text(encoding="utf-8") + "\n\nOURS = 1\n", encoding="utf-8")

    done = scaffold(project, "upgrade")

    assert done.code == 0
    assert "OURS = 1" in edited.read_text(encoding="utf-8")
    assert "page.py" in done.out
    assert package(released).is_dir()


def test_a_newer_package_brings_its_bundle(
    released: Path, tmp_path: Path, scaffold: Scaffold, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A project made from the template inside a package, and a newer package installed since."""
    old, new = (tmp_path / f"template-{digit * 16}.bundle" for digit in "ab")
    git(released, "bundle", "create", "-q", str(old), "HEAD", "refs/tags/v0.1.0")
    scaffold(tmp_path, "new", "shop", "--template", str(old), "--defaults", "-q")
    release(released, "model_mixin_changes")
    git(released, "bundle", "create", "-q", str(new), "HEAD", "--tags")
    monkeypatch.setattr(install, "own_template", lambda: install.Source(str(new), "HEAD"))

    done = scaffold(tmp_path / "shop", "upgrade")

    assert "upgraded Shop to v0.2.0" in done.out
    answers = (tmp_path / "shop/.copier-answers.yml").read_text(encoding="utf-8")
    assert f'_src_path: "{new}"' in answers


# Rows that a new version's tables would lose values of, or need values for.


@pytest.fixture(scope="module")
def _project_to_ask(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rows")
    released = Path(shutil.copytree(template, folder / "template"))
    project = commands.new(released, folder / "shop")
    commands.model(project, "User", "name:str,80")
    commands.model(project, "Post", "title")
    release(released, "mixin_gains_a_required_column")
    release(released, "mixin_loses_that_column", tag="v0.3.0")
    return project


@pytest.fixture
def required(_project_to_ask: Path, tmp_path: Path) -> Path:
    """A project with two entities whose template's next version requires a column more."""
    return Path(shutil.copytree(_project_to_ask, tmp_path / "shop"))


TO = ("upgrade", "--to", "v0.2.0")


def made_by_upgrade(project: Path) -> str:
    """Return the text of the revision that the upgrade wrote."""
    return max((project / "migrations/versions").glob("*region*.py")).read_text(encoding="utf-8")


def test_a_column_that_rows_need_a_value_for_is_refused(required: Path, scaffold: Scaffold) -> None:
    before = tree(required)

    refused = scaffold(required, *TO)

    assert refused.code == 1
    assert refused.err.endswith(
        "error: `region` of `Post` and `User` is required, and rows that exist have no value for it; "
        "nothing was written\n"
        "help: say what they get, --fill region=VALUE\n"
    )
    assert tree(required) == before


def test_rows_get_the_value_of_fill_in_all_tables(required: Path, scaffold: Scaffold) -> None:
    done = scaffold(required, *TO, "--fill", "region=south")

    assert done.code == 0, done.err
    assert made_by_upgrade(required).count('.values({"region": "south"})') == 2


def test_rows_of_one_table_can_get_a_value_of_their_own(required: Path, scaffold: Scaffold) -> None:
    fills = ("--fill", "Post.region=south", "--fill", "region=north")

    done = scaffold(required, *TO, *fills)

    assert done.code == 0, done.err
    text = made_by_upgrade(required)
    assert text.index('.values({"region": "south"})') < text.index('.values({"region": "north"})')


def test_migrate_takes_the_same_values_where_the_revision_is_missing(
    required: Path, scaffold: Scaffold
) -> None:
    scaffold(required, *TO, "--fill", "region=south", "-q")
    next((required / "migrations/versions").glob("*region*.py")).unlink()

    refused = scaffold(required, "migrate", "follow")
    done = scaffold(required, "migrate", "follow", "--fill", "region=south")

    assert refused.code == 1
    assert "help: say what they get, --fill region=VALUE" in refused.err
    assert done.code == 0, done.err
    assert made_by_upgrade(required).count('.values({"region": "south"})') == 2


@pytest.mark.parametrize(
    ("fill", "code", "told"),
    [
        ("region=southern", 1, "does not fit `Post.region`, which is `string(5)`"),
        ("reggion=south", 2, "help: one with a similar name exists: `region`"),
        ("Post.reggion=south", 2, "help: one with a similar name exists: `Post.region`"),
        ("Post.region=a --fill Post.region=b", 2, "`--fill` is given twice for `Post.region`"),
        ("south", 2, "help: name it: --fill COLUMN=south"),
    ],
)
def test_a_value_that_fits_no_column_is_refused(
    required: Path, scaffold: Scaffold, fill: str, code: int, told: str
) -> None:
    before = tree(required)

    refused = scaffold(required, *TO, *f"--fill {fill}".split())

    assert refused.code == code
    assert told in refused.err
    assert "nothing was written" in refused.err
    assert tree(required) == before


def test_a_column_that_goes_needs_consent(required: Path, scaffold: Scaffold) -> None:
    scaffold(required, *TO, "--fill", "region=south", "-q")
    before = tree(required)

    refused = scaffold(required, "upgrade", "--dry-run")
    unchanged = tree(required) == before
    done = scaffold(required, "upgrade", "--accept-data-loss")

    assert refused.code == 1
    assert refused.err.endswith(
        "error: this would lose data of `Post.region` (all values) and `User.region` (all values); "
        "nothing was written\n"
        "note: a downgrade brings columns and tables back, but not what was in them\n"
        "help: add --accept-data-loss if that is meant\n"
    )
    assert unchanged
    assert done.code == 0
    assert 'batch.drop_column("region")' in "".join(
        path.read_text(encoding="utf-8")
        for path in (required / "migrations/versions").glob("*drop_region*.py")
    )


def test_a_pattern_that_the_new_engine_does_not_take_is_refused(
    project: Path, released: Path, scaffold: Scaffold
) -> None:
    check = released / "template/macros/check_entities.jinja"
    text = check.read_text(encoding="utf-8")
    check.write_text(text.replace('"(?="', '"(?#"'), encoding="utf-8")
    commit(released, "v0.2.0")
    scaffold(project, "upgrade", "-q")
    scaffold(project, "model", "Code", "code:str,9:pattern=^ab$", "-q")
    for path in (".copier-answers.yml", "src/shop/api/schemas/code.py"):
        file = project / path
        former = file.read_text(encoding="utf-8").replace('"^ab$"', '"^(?=a)ab$"')
        file.write_text(former, encoding="utf-8")
    check.write_text(text, encoding="utf-8")
    commit(released, "v0.3.0")
    before = tree(project)

    refused = scaffold(project, "upgrade")

    assert refused.code == 1
    assert "the pattern `^(?=a)ab$` of `Code.code` is none that can be matched" in refused.err
    assert "then: scaffold field alter Code code:..." in refused.err
    assert tree(project) == before
    altered = scaffold(project, "field", "alter", "Code", "code:str,9:pattern=^abc$", "-q")
    assert altered.code == 0, altered.err
    assert scaffold(project, "upgrade", "-q").code == 0


def test_another_answer_is_merged_without_a_new_version(project: Path, scaffold: Scaffold) -> None:
    readme = project / "README.md"
    readme.write_text(readme.read_text(encoding="utf-8") + "\nOurs.\n", encoding="utf-8")

    done = scaffold(project, "upgrade", "--data", "description=All our events")

    assert done.code == 0
    assert done.out.startswith("changed the answers of Shop: description\n")
    assert "All our events" in (project / ".copier-answers.yml").read_text(encoding="utf-8")
    assert 'description = "All our events"' in (project / "pyproject.toml").read_text("utf-8")
    assert "All our events" in readme.read_text(encoding="utf-8")
    assert readme.read_text(encoding="utf-8").endswith("\nOurs.\n")
    again = scaffold(project, "upgrade", "--data", "description=All our events")
    assert again.out == "nothing to do: the project is up to date already\n"


def test_another_answer_comes_with_a_new_version(
    project: Path, released: Path, scaffold: Scaffold
) -> None:
    release(released, "question_is_added_and_one_retired")

    scaffold(project, "upgrade", "--data", "project_name=Market")

    assert 'project_name: "Market"' in (project / ".copier-answers.yml").read_text("utf-8")
    assert (project / "README.md").read_text(encoding="utf-8").startswith("# Market\n")


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("package_name=store", "the package cannot be renamed by an upgrade; nothing was written"),
        ("entities=[]", "`entities` is no answer to be given; nothing was written"),
        ("entities_spec=2", "`entities_spec` is no answer to be given; nothing was written"),
        ("model={}", "`model` is worked out from other answers; nothing was written"),
        ("database=oracle", "oracle"),
        ('description=a "b"', "visible characters, without quotes or backslashes"),
    ],
)
def test_an_answer_that_cannot_be_is_refused(
    project: Path, scaffold: Scaffold, answer: str, message: str
) -> None:
    before = tree(project)

    refused = scaffold(project, "upgrade", "--data", answer)

    assert refused.code in {1, 2}
    assert message in refused.err
    assert tree(project) == before
