"""Whatever the names and fields: what is rendered is formatted, lints clean and parses."""

from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings

import commands
import gates
import projects
from scaffold.entities.entity import Entity
from scaffold.manifest.writing import as_yaml, document_of
from strategies import graphs

# A program started for each project would take most of the time: all projects share one.
RENDERS = settings(
    max_examples=settings().max_examples * 12,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
MOST_SHOWN = 3


def render(folder: Path, entities: tuple[Entity, ...]) -> None:
    projects.migrated_project(folder, entities)
    for file in folder.rglob("*.py"):
        compile(file.read_bytes(), str(file), "exec", dont_inherit=True)


def document(entities: Iterable[Entity]) -> str:
    """Return what `scaffold apply` makes these entities from, to see a failure again."""
    return as_yaml(document_of(entities, commands.TYPES, "int"))


@pytest.mark.slow
def test_is_formatted_lints_clean_and_parses() -> None:
    drawn: list[tuple[Entity, ...]] = []
    failures: list[str] = []
    with TemporaryDirectory() as name:
        folder = Path(name)

        @RENDERS
        @given(entities=graphs(circular=True))
        def render_all(entities: tuple[Entity, ...]) -> None:
            render(folder / f"project{len(drawn)}", entities)
            drawn.append(entities)

        render_all()
        roots = [folder / f"project{number}" for number in range(len(drawn))]
        for gate in (gates.formatted, gates.linted):
            try:
                gate(*roots)
            except AssertionError as error:
                failures.append(str(error)[:8000])
        broken = [n for n in range(len(drawn)) if f"/project{n}/" in "\n".join(failures)]

    made = [f"project{number}:\n{document(drawn[number])}" for number in broken[:MOST_SHOWN]]
    assert not failures, "\n".join([*failures, *made])
    assert len(drawn) > RENDERS.max_examples // 2
