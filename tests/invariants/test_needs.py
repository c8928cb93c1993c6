"""Nothing needs `--trust`, a network once a template is cached, or a database but SQLite to start."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import commands
import gates
from scaffold.answers.reading import read
from scaffold.entities.records import to_record

REPOSITORY = Path(__file__).parents[2]
TRUSTED = {"_tasks", "_migrations", "_jinja_extensions"}

# Imported by every Python that finds it first: a socket may be made, but leads nowhere.
NO_NETWORK = """
import socket


def refuse(*arguments, **options):
    raise AssertionError(f"the network was asked for: {arguments}")


socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refuse
"""


def test_the_template_has_nothing_that_needs_trust() -> None:
    settings = yaml.safe_load((REPOSITORY / "copier.yml").read_text(encoding="utf-8"))

    assert not TRUSTED & settings.keys()


@pytest.fixture
def offline(tmp_path: Path) -> dict[str, str]:
    """Give an environment in which neither Python nor git reaches anything."""
    folder = tmp_path / "offline"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(NO_NETWORK, encoding="utf-8")
    paths = os.pathsep.join(map(str, (folder, REPOSITORY / "generator")))
    return {**os.environ, "PYTHONPATH": paths, "GIT_ALLOW_PROTOCOL": "none"}


def scaffold(project: Path, environment: dict[str, str], *arguments: str) -> str:
    result = subprocess.run(
        [sys.executable, "-m", "scaffold", *arguments],
        cwd=project,
        env=environment,
        capture_output=True,
        check=False,
    )
    printed = (result.stdout + result.stderr).decode()
    assert result.returncode == 0, printed
    return printed


def test_a_socket_leads_nowhere_in_these_tests(offline: dict[str, str]) -> None:
    asked = "import urllib.request; urllib.request.urlopen('http://127.0.0.1:1')"

    result = subprocess.run(
        [sys.executable, "-c", asked], env=offline, capture_output=True, check=False
    )

    assert b"the network was asked for" in result.stderr


def test_entities_are_added_offline_once_the_template_is_cached(
    committed_template: Path, tmp_path: Path, offline: dict[str, str]
) -> None:
    source = Path(shutil.copytree(committed_template, tmp_path / "template"))
    project = commands.new(source, tmp_path / "blog")
    commands.model(project, *commands.BLOG[0])
    source.rename(tmp_path / "moved away")

    scaffold(project, offline, "model", *commands.BLOG[1])
    scaffold(project, offline, "model", *commands.BLOG[2])

    assert [entity.name for entity in read(project).entities] == ["Comment", "Post", "User"]
    assert to_record(read(project).entities[0])["plural"] == "comments"
    assert "Comment" in scaffold(project, offline, "list")


def test_a_new_project_is_made_offline_from_a_template_on_this_machine(
    committed_template: Path, tmp_path: Path, offline: dict[str, str]
) -> None:
    environment = {**offline, "GIT_ALLOW_PROTOCOL": "file"}

    scaffold(
        tmp_path, environment, "new", "blog", "--template", str(committed_template), "--defaults"
    )

    assert read(tmp_path / "blog").entities == ()


def test_the_application_starts_on_sqlite_alone(committed_template: Path, tmp_path: Path) -> None:
    project = commands.blog(committed_template, tmp_path / "blog", "--database", "sqlite")
    started = """
import asyncio
from blog.api.app import create_app
from httpx import ASGITransport, AsyncClient


async def main() -> None:
    app = create_app()
    async with app.router.lifespan_context(app) as state:
        async def with_state(scope, receive, send):
            scope["state"] = dict(state or {})
            await app(scope, receive, send)
        async with AsyncClient(transport=ASGITransport(with_state), base_url="http://test") as client:
            sent = {"email": "ann@example.org", "name": "Ann"}
            made = await client.post("/users", json=sent)
            assert made.status_code == 201, made.text
            found = await client.get("/users")
            assert found.json()["items"][0]["name"] == "Ann", found.text


asyncio.run(main())
"""

    gates.run(project, "-m", "alembic", "upgrade", "heads")
    gates.run(project, "-c", started)
