"""Every option and every type, every answer to the questions: all gates, on each database."""

from pathlib import Path
from typing import Any

import pytest
from everything import EVERYTHING
from test_blog import EACH_DATABASE

import commands
import gates
from scaffold.entities import Entity
from scaffold.grammar import MODIFIERS
from scaffold.names import package
from servers import Servers


@pytest.fixture(scope="module")
def project(committed_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = commands.new(committed_template, tmp_path_factory.mktemp("projects") / "shop")
    for entity in EVERYTHING:
        commands.model(folder, *entity)
    return folder
