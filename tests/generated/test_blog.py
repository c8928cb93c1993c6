"""What the commands make passes every gate of a project, on each database."""

from pathlib import Path

import pytest

import commands
import gates
from servers import Servers


@pytest.fixture(scope="module")
def blog(committed_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return commands.blog(committed_template, tmp_path_factory.mktemp("projects") / "blog")


@pytest.mark.parametrize("gate", gates.STATIC, ids=lambda gate: gate.__name__)
def test_the_blog(blog: Path, gate: gates.Gate) -> None:
    gate(blog)


@gates.EACH_DATABASE
def test_the_blog_migrates(blog: Path, servers: Servers, kind: str) -> None:
    gates.migrated(blog, servers, [kind])


@gates.EACH_DATABASE
def test_the_blog_passes_its_suite(blog: Path, servers: Servers, kind: str) -> None:
    gates.suite_passes(blog, servers, kind)
