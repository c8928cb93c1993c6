"""`scaffold model` leaves the tree that `copier update` would leave for the same answers.

But for the revision, which Copier does not know, and for what `copier_does_otherwise` names.
"""

import json
import shutil
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import commands
import pytest
import yaml
from copier import VcsRef, run_update
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from strategies import graphs
from template_repository import git, tree

from scaffold.entities import Entity, in_order, to_record

Tree = dict[str, tuple[bytes, int]]
FEW = settings(
    max_examples=max(settings().max_examples // 5, 1),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def empty(committed_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return commands.new(committed_template, tmp_path_factory.mktemp("projects") / "blog")


def commit(project: Path) -> None:
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--allow-empty", "--message", "more")


def update(project: Path, entities: Iterable[Entity]) -> None:
    """Let Copier bring the project to these entities, as `copier update --data-file` does."""
    records = [to_record(entity) for entity in in_order(tuple(entities))]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        run_update(
            project,
            {"entities": records},
            vcs_ref=VcsRef.CURRENT,
            defaults=True,
            overwrite=True,
            quiet=True,
        )


def trees(start: Path, known: list[Entity], more: list[Entity]) -> tuple[Tree, Tree]:
    """Add entities to two copies of a committed project, with `scaffold` and with Copier."""
    with TemporaryDirectory() as name:
        ours, theirs = (Path(shutil.copytree(start, Path(name, who))) for who in ("a", "b"))
        for entity in more:
            commands.model(ours, *commands.arguments_of(entity))
        update(theirs, [*known, *more])
        return commands.without_revisions(tree(ours)), commands.without_revisions(tree(theirs))


@pytest.mark.slow
@FEW
@given(entities=graphs(max_entities=4).map(commands.one_by_one), data=st.data())
def test_random_entities(empty: Path, entities: list[Entity], data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(entities) - 1))
    with TemporaryDirectory() as name:
        project = Path(shutil.copytree(empty, Path(name, "blog")))
        for entity in entities[:first]:
            commands.model(project, *commands.arguments_of(entity))
        commit(project)

        ours, theirs = trees(project, entities[:first], entities[first:])

    assert ours == theirs
