"""Commands find no contradiction in an entity that people have worked on: the result runs."""

import shutil
from pathlib import Path

import pytest

import commands
import gates
from handwritten import ENTITIES, lines_by_hand, write_by_hand
from release_steps import package, replace
from template_repository import commit

LOSS = "--accept-data-loss"
COMMANDS = {
    "more": [
        ["model", "Ticket", "event:Event", "code:str,10"],
        ["model", "Guest", "name:str,80", "events:many,Event"],
        ["field", "add", "Event", "seats:int:null", "home:url:null", "price:decimal,8,2:null"],
    ],
    "other": [
        ["field", "alter", "Event", "title:str,250:unique"],
        ["field", "rename", "Event", "title", "headline"],
        ["alter", "Event", "--page", "offset"],
        ["alter", "Event", "--lock", "--soft-delete"],
    ],
    "less": [
        ["field", "remove", "Event", "venue", LOSS],
        ["destroy", "Venue", LOSS],
    ],
    "renamed": [
        ["rename", "Venue", "Place"],
        ["rename", "Event", "Meeting"],
        ["alter", "Meeting", "--page", "offset", "--lock"],
    ],
}


@pytest.fixture(scope="module")
def shop(committed_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("handwritten")
    template = Path(shutil.copytree(committed_template, folder / "template"))
    project = commands.new(template, folder / "shop")
    for words in ENTITIES:
        commands.model(project, *words)
    write_by_hand(project)
    gates.linted(project)
    return project


@pytest.fixture
def project(shop: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(shop, tmp_path / "shop"))


def works(project: Path) -> None:
    """Check that nothing by hand is lost, and that what is there is linted and can be imported."""
    files = [*project.rglob("*.py"), project / "pyproject.toml"]
    there = {line.strip() for file in files for line in file.read_text("utf-8").splitlines()}
    lost = lines_by_hand() - there
    assert not {line for line in lost if "Event" not in line and "_work.events" not in line}, lost
    gates.linted(project)
    gates.run(project, "-c", "import shop.api.app, tests.conftest, tests.unit")


@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_stops(project: Path, name: str) -> None:
    for words in COMMANDS[name]:
        commands.scaffold(project, *words)

    works(project)


@pytest.mark.slow
def test_a_rename_is_followed_by_what_people_wrote(project: Path) -> None:
    commands.scaffold(project, "rename", "Event", "Meeting")

    service = (project / "src/shop/services/meeting.py").read_text(encoding="utf-8")
    assert "import Meeting, MeetingChanges, MeetingFields, MeetingKind, NewMeeting\n" in service
    assert 'AlreadyStarted(f"{Meeting.__name__} {event.id}")' in service
    assert "event = await self._work.meetings.get(key)" in service
    gates.formatted(project)
    gates.typed(project)
    gates.run(project, "-m", "pytest", "-q", "tests/unit", "-p", "no:cacheprovider")


def test_a_document_is_applied(project: Path) -> None:
    document = commands.scaffold(project, "export")
    changed = document.replace("title: str,200", "title: str,300:null")
    assert document != changed
    (project / "entities.yml").write_text(changed, encoding="utf-8")

    commands.scaffold(project, "apply", "entities.yml")

    works(project)


def another_page(template: Path) -> None:
    """Change imports and requirements at the places where people do, too."""
    replace(
        template / "template/project/pyproject.toml.jinja",
        "\ndependencies = [\n",
        '\ndependencies = [\n    "greenlet>=3",\n',
    )
    (file,) = (each for each in (package(template) / "services").iterdir() if "yield" in each.name)
    replace(file, "from typing import Any\n", "from typing import Any, Final\nimport decimal\n")
    replace(
        file,
        "    def __init__",
        "    NUMBER: Final = decimal.Decimal(1)\n\n    def __init__",
    )


def test_a_new_version_is_merged(project: Path, shop: Path) -> None:
    template = shop.parent / "template"
    another_page(template)
    commit(template, "v0.2.0")

    commands.scaffold(project, "upgrade")

    requirements = (project / "pyproject.toml").read_text(encoding="utf-8")
    assert '\ndependencies = [\n    "anyascii>=0.3",\n    "greenlet>=3",\n' in requirements
    works(project)
