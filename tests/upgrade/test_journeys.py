"""Random projects with random edits arrive in another version, and are as good as new ones there."""

import shutil
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from copier import run_update
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

import commands
import gates
from divergence import Versions, divergence
from random_upgrades import Journey, edit_at_random, journeys
from scaffold.plan.attributes import union_matcher
from servers import Servers
from template_repository import commit, tree

Tree = dict[str, tuple[bytes, int]]


def few(share: int) -> settings:
    """Return settings for one of so many examples, or one."""
    return settings(
        max_examples=max(settings().max_examples // share, 1),
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


@dataclass(frozen=True, slots=True)
class Arrived:
    """A project that an upgrade has brought to another version, and whether there were conflicts."""

    root: Path
    has_conflicts: bool


def travel(template: Path, folder: Path, journey: Journey, data: st.DataObject) -> Arrived:
    """Bring a project there, with `scaffold upgrade` and with `copier update`, and compare."""
    repository = Path(shutil.copytree(template, folder / "template"))
    journey.release(repository)
    ours = commands.new(repository, folder / "blog", "--ref", f"v1.{journey.start}.0")
    commands.add(ours, journey.entities)
    commit(ours, None)
    unedited = Path(shutil.copytree(ours, folder / "unedited" / "blog"))
    marks = edit_at_random(ours, data.draw)
    commit(ours, None)
    theirs = Path(shutil.copytree(ours, folder / "other" / "blog"))
    old, before = tree(unedited), tree(ours)
    upgrade = ("upgrade", "-q", *journey.options)

    code, printed = commands.attempt(ours, *upgrade)
    if code == 3:
        assert tree(ours) == before
        commands.scaffold(ours, *upgrade, "--on-conflict", "markers", code=3)
    else:
        assert code == 0, printed
    copier_update(theirs)

    upgraded, updated = tree(ours), tree(theirs)
    assert f'_commit: "v1.{journey.end}.0"' in (ours / ".copier-answers.yml").read_text("utf-8")
    assert misplaced(marks, upgraded) == []
    if misplaced(marks, updated) or unlike(upgraded, updated):
        commands.scaffold(unedited, *upgrade)
        stages = (old, tree(unedited), before, upgraded, updated)
        # Copier drops what the new version has not, edited or not.
        kept = {mark: path for mark, path in marks.items() if path in stages[1] or path not in old}
        assert misplaced(kept, updated) == []
        assert code == 3 or unexplained(stages) == []
    return Arrived(ours, has_conflicts=code == 3)


def copier_update(project: Path) -> None:
    """Run what people type: `copier update --defaults`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        run_update(project, defaults=True, overwrite=True, quiet=True)


def misplaced(marks: Mapping[str, str], files: Tree) -> list[tuple[str, list[str]]]:
    """Return the marks that are not in their files, or also in others, with where they are."""
    found = {
        mark: [path for path, (content, _) in files.items() if mark.encode() in content]
        for mark in marks
    }
    return [(mark, found[mark]) for mark, path in marks.items() if found[mark] != [path]]


def unlike(upgraded: Tree, updated: Tree) -> list[str]:
    """Return the files that the two ways leave different."""
    ours, theirs = commands.without_revisions(upgraded), commands.without_revisions(updated)
    return [path for path in sorted({*ours, *theirs}) if ours.get(path) != theirs.get(path)]


def unexplained(stages: tuple[Tree, Tree, Tree, Tree, Tree]) -> list[str]:
    """Return the files that are different without one of the documented reasons."""
    is_union = union_matcher(stages[-1][".gitattributes"][0])
    return [
        path
        for path in unlike(*stages[-2:])
        if not divergence(
            Versions(path, *(stage.get(path, (None, 0))[0] for stage in stages)),
            is_union=is_union(path),
        )
    ]


@pytest.mark.slow
@few(12)
@given(journey=journeys(), data=st.data())
def test_both_ways_lose_no_line_and_leave_the_same_tree(
    committed_template: Path, journey: Journey, data: st.DataObject
) -> None:
    with TemporaryDirectory() as name:
        travel(committed_template, Path(name), journey, data)


def arrive_and_pass_all_gates(
    template: Path, journey: Journey, data: st.DataObject, servers: Servers
) -> None:
    # Not with the simplest example, which is always the first one.
    assume(data.draw(st.booleans()))
    with TemporaryDirectory() as name:
        arrived = travel(template, Path(name), journey, data)
        assume(not arrived.has_conflicts)

        gates.everything(arrived.root, servers)


@pytest.mark.slow
@pytest.mark.database
@few(25)
@given(journey=journeys(), data=st.data())
def test_a_project_passes_every_gate_after_part_of_the_way(
    committed_template: Path, journey: Journey, data: st.DataObject, servers: Servers
) -> None:
    arrive_and_pass_all_gates(committed_template, journey, data, servers)


@pytest.mark.slow
@pytest.mark.database
@few(25)
@given(journey=journeys(is_whole=True), data=st.data())
def test_a_project_passes_every_gate_after_all_changes(
    committed_template: Path, journey: Journey, data: st.DataObject, servers: Servers
) -> None:
    arrive_and_pass_all_gates(committed_template, journey, data, servers)
