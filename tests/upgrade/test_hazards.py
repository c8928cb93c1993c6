"""What `copier update` does to a bad template, and what becomes of the same change here.

The bad templates are made here; each is the shape that people write first.
"""

import warnings
from pathlib import Path

import pytest
from copier import run_copy, run_update

import commands
import template_repository
from release_steps import package, replace
from template_repository import commit, git, tree

SETTINGS = "_subdirectory: project\n_min_copier_version: '9.19.0'\n"
ANSWERS = "{{ _copier_answers | to_nice_yaml(indent=2, sort_keys=false) -}}\n"
ENTITIES = "entities:\n  type: yaml\n  ask: false\n  default: '[]'\n"
PER_ENTITY = "project/{% yield e from entities %}{{ e.name }}{% endyield %}.py.jinja"


def bad_template(folder: Path, questions: str, files: dict[str, str]) -> Path:
    content = {
        "copier.yml": SETTINGS + questions,
        "project/{{ _copier_conf.answers_file }}.jinja": ANSWERS,
        **files,
    }
    return template_repository.template(folder, content)


def bad_project(template: Path, folder: Path, names: str) -> Path:
    records = [{"name": name} for name in names]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        run_copy(str(template), folder, {"entities": records}, defaults=True, quiet=True)
    commit(folder, None)
    return folder


def update(project: Path, **options: object) -> None:
    """Run what people type; it raises when Copier exits with an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        run_update(project, defaults=True, overwrite=True, quiet=True, **options)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def ours(committed_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project of this template, with an entity."""
    project = commands.new(committed_template, tmp_path_factory.mktemp("projects") / "blog")
    commands.model(project, "User", "name:str,80")
    commit(project, None)
    return project


@pytest.fixture
def project(ours: Path, tmp_path: Path) -> Path:
    git(tmp_path, "clone", "--quiet", str(ours), "blog")
    return tmp_path / "blog"


@pytest.fixture
def next_version(committed_template: Path, tmp_path: Path, project: Path) -> Path:
    """Return a repository of the template to make a next version in; the project knows it."""
    folder = tmp_path / "template"
    git(tmp_path, "clone", "--quiet", str(committed_template), "template")
    answers = project / ".copier-answers.yml"
    text = answers.read_text(encoding="utf-8")
    lines = [
        f'_src_path: "git+{folder.as_uri()}"' if line.startswith("_src_path") else line
        for line in text.splitlines()
    ]
    answers.write_text("\n".join(lines) + "\n", encoding="utf-8")
    commit(project, None)
    return folder


def test_a_validator_wipes_the_entities(tmp_path: Path) -> None:
    template = bad_template(tmp_path / "template", ENTITIES, {PER_ENTITY: "# {{ e.name }}\n"})
    project = bad_project(template, tmp_path / "project", "ab")
    validator = '  validator: "{% if entities | length > 1 %}too many{% endif %}"\n'
    replace(template / "copier.yml", "default: '[]'\n", f"default: '[]'\n{validator}")
    commit(template, "v2.0.0")

    update(project)

    assert not (project / "a.py").exists()


def test_a_check_that_fails_changes_nothing_here(project: Path, next_version: Path) -> None:
    check = next_version / "template/macros/check_entities.jinja"
    refusal = '{{ {}["error: too many entities; nothing was written"].stop }}\n'
    check.write_text(check.read_text(encoding="utf-8") + refusal, encoding="utf-8")
    commit(next_version, "v9.0.0")
    before = tree(project)

    printed = commands.scaffold(project, "upgrade", code=1)
    with pytest.raises(Exception, match="too many entities"):
        update(project)

    assert "error: too many entities; nothing was written" in printed
    assert tree(project) == before


def test_files_are_deleted_with_what_people_wrote(tmp_path: Path) -> None:
    template = bad_template(tmp_path / "template", "", {"project/old.py": "OLD = 1\n"})
    project = bad_project(template, tmp_path / "project", "")
    (project / "old.py").write_text("OLD = 1\nOURS = 2\n")
    commit(project, None)
    (template / "project/old.py").unlink()
    commit(template, "v2.0.0")

    update(project)

    assert not (project / "old.py").exists()


def test_edited_files_that_a_version_drops_are_kept_here(project: Path, next_version: Path) -> None:
    dropped = project / "tests/api/test_health.py"
    dropped.write_text(dropped.read_text(encoding="utf-8") + "\n# Ours.\n", encoding="utf-8")
    commit(project, None)
    (next_version / "template/project/tests/api/test_health.py.jinja").unlink()
    commit(next_version, "v9.0.0")

    printed = commands.scaffold(project, "upgrade")

    assert dropped.is_file()
    assert "test_health.py" in printed
    assert "you changed it, so it stays" in printed


REGISTRY = "project/registry.py.jinja"
BLOCKS = (
    "{% for e in entities %}\n"
    "class {{ e.name }}:\n    one = 1\n    two = 2\n    three = 3\n    four = 4\n\n\n"
    "{% endfor %}\n"
)


def test_lines_are_put_into_another_entity(tmp_path: Path) -> None:
    settings = ENTITIES + "_envops:\n  trim_blocks: true\n"
    template = bad_template(tmp_path / "template", settings, {REGISTRY: BLOCKS})
    project = bad_project(template, tmp_path / "project", "bd")
    registry = project / "registry.py"
    ours = "class d:\n    one = 1\n    two = 2\n    three = 3\n    four = 4\n    OURS = 5\n"
    registry.write_text(registry.read_text().replace(ours.replace("    OURS = 5\n", ""), ours))
    assert "OURS" in registry.read_text()
    commit(project, None)

    records = [{"name": name} for name in "bcde"]
    update(project, data={"entities": records})

    blocks = registry.read_text().split("class ")
    holder = next((block[0] for block in blocks if "OURS" in block), None)
    assert holder == "c"


def test_lines_stay_in_their_entity_here(project: Path) -> None:
    """The same change: neighbors on both sides of an entity with a line by hand."""
    model = project / "src/blog/persistence/models/user.py"
    model.write_text(model.read_text(encoding="utf-8") + "    # Ours.\n", encoding="utf-8")
    commit(project, None)

    for name in ("Tag", "Zone", "Unit"):
        commands.model(project, name, "name:str,80")

    assert "    # Ours.\n" in model.read_text(encoding="utf-8")
    others = (path for path in (project / "src").rglob("*.py") if path != model)
    assert not any("# Ours." in path.read_text(encoding="utf-8") for path in others)


def conflict(project: Path, template: Path, path: str, place: Path) -> None:
    """Let a person and the next version change one line."""
    file = project / path
    first = file.read_text(encoding="utf-8").splitlines()[0]
    file.write_text(file.read_text(encoding="utf-8").replace(first, '"""Ours."""'), "utf-8")
    commit(project, None)
    replace(place, place.read_text(encoding="utf-8").splitlines()[0], '"""Theirs."""')
    commit(template, "v9.0.0")


def test_conflicts_exit_with_zero(tmp_path: Path) -> None:
    template = bad_template(tmp_path / "template", "", {"project/a.py": '"""First."""\n'})
    project = bad_project(template, tmp_path / "project", "")
    conflict(project, template, "a.py", template / "project/a.py")

    update(project)  # and raises nothing

    assert "<<<<<<<" in (project / "a.py").read_text()


def test_conflicts_stop_here(project: Path, next_version: Path) -> None:
    place = package(next_version) / "persistence/base.py.jinja"
    conflict(project, next_version, "src/blog/persistence/base.py", place)
    before = tree(project)

    printed = commands.scaffold(project, "upgrade", code=3)

    assert "conflict: src/blog/persistence/base.py" in printed
    assert "Ours." in printed
    assert "Theirs." in printed
    assert tree(project) == before

    commands.scaffold(project, "upgrade", "--on-conflict", "markers", code=3)
    marked = (project / "src/blog/persistence/base.py").read_text(encoding="utf-8")
    assert "<<<<<<<" in marked
    assert commands.scaffold(project, "doctor", code=4).count("a conflict is not resolved") == 1
