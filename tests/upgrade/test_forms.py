"""The form of the recorded entities may change: older ones are read, and the next command converts."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import commands
from release_steps import STEPS
from scaffold.answers import reading
from scaffold.project import change
from template_repository import commit, git


@pytest.fixture
def template(committed_template: Path, tmp_path: Path) -> Path:
    git(tmp_path, "clone", "--quiet", str(committed_template), "template")
    return tmp_path / "template"


@pytest.fixture
def blog(template: Path, tmp_path: Path) -> Path:
    """Return a project of form 1 with an entity, made before the template knew form 2."""
    blog = commands.new(template, tmp_path / "blog")
    commands.model(blog, "User", "name:str,80")
    return blog


def release(template: Path) -> None:
    STEPS["form_of_entities_changes"](template)
    commit(template, "v9.0.0")


def newer_tool(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Be a scaffold that records entities in form 2; return the names of records it converts."""
    converted: list[str] = []

    def convert(record: Mapping[str, Any]) -> dict[str, Any]:
        converted.append(str(record["name"]))
        return dict(record)

    for module in (reading, change):
        monkeypatch.setattr(module, "ENTITIES_SPEC", 2)
    monkeypatch.setitem(reading.NEWER_FORMS, 1, convert)
    return converted


def form_of(blog: Path) -> int:
    text = (blog / reading.ANSWERS_FILE).read_text(encoding="utf-8")
    (line,) = (line for line in text.splitlines() if line.startswith("entities_spec"))
    return int(json.loads(line.partition(":")[2]))


def test_an_upgrade_leaves_the_recorded_form(blog: Path, template: Path) -> None:
    release(template)

    commands.scaffold(blog, "upgrade")

    assert form_of(blog) == 1
    commands.model(blog, "Tag", "name:str,80")
    assert form_of(blog) == 1


def test_the_first_command_that_writes_converts(
    blog: Path, template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release(template)
    commands.scaffold(blog, "upgrade")
    converted = newer_tool(monkeypatch)

    commands.model(blog, "Tag", "name:str,80")

    assert form_of(blog) == 2
    assert converted == ["User"]
    assert [entity.name for entity in reading.read(blog).entities] == ["Tag", "User"]


def test_a_template_that_cannot_read_the_form_is_not_written_for(
    blog: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer_tool(monkeypatch)

    printed = commands.model(blog, "Tag", "name:str,80", code=1)

    assert (
        "the project's template reads entities in form 1, and this scaffold writes form 2"
        in printed
    )
    assert "scaffold upgrade" in printed
    assert form_of(blog) == 1


def test_an_older_scaffold_refuses_a_newer_form(template: Path, tmp_path: Path) -> None:
    release(template)

    printed = commands.scaffold(
        tmp_path, "new", "shop", "--template", str(template), "--defaults", code=1
    )

    assert "the entities are recorded in form 2, and this scaffold knows 1" in printed
    assert "upgrade scaffold" in printed
