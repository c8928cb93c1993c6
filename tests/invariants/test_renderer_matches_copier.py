"""The fast renderer gives the bytes and modes that Copier gives, whatever the answers."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import copier
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import strategies
import template_repository
from scaffold.entities.entity import Entity
from scaffold.entities.records import to_record
from scaffold.render import render
from scaffold.template import source

REPOSITORY = Path(__file__).parents[2]
TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"]), min_size=1, max_size=20
).map(lambda text: f"x{text}x")
RENDERS = settings(
    max_examples=settings().max_examples // 2,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def _records(names: list[str]) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "plural": f"{name.lower()}s",
            **({"api": "none"} if len(name) % 3 == 0 else {}),
            "fields": [
                {"name": f"field{number}", "type": ("str", "int")[number % 2]}
                for number in range(len(name) % 4)
            ],
        }
        for name in names
    ]


LIBRARY_ANSWERS = st.fixed_dictionaries(
    {
        "entities": st.lists(
            st.from_regex("[A-Z][a-z]{2,8}", fullmatch=True), unique_by=str.lower, max_size=4
        ).map(_records)
    },
    optional={
        "project_name": TEXT,
        "package_name": st.from_regex("[a-z]{3,9}", fullmatch=True),
        "with_docs": st.booleans() | st.sampled_from(["yes", "no", "0", "on"]),
        "license": st.sampled_from(["MIT", "none"]),
        "depth": st.integers(0, 9) | st.sampled_from(["4", "8"]),
        "ratio": st.floats(allow_nan=False, allow_infinity=False),
        "labels": st.dictionaries(
            TEXT, st.integers() | st.booleans() | TEXT | st.none(), max_size=3
        ),
    },
)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return template_repository.library(tmp_path_factory.mktemp("templates") / "library")


@pytest.fixture(scope="module", autouse=True)
def _cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCAFFOLD_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        yield


def _copied(repository: Path, answers: dict[str, Any]) -> dict[str, tuple[bytes, int]]:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "copied"
        copier.run_copy(
            str(repository),
            target,
            data=answers,
            vcs_ref="v1.0.0",
            defaults=True,
            quiet=True,
        )
        return template_repository.tree(target)


def _rendered(repository: Path, answers: dict[str, Any]) -> dict[str, tuple[bytes, int]]:
    found = source.resolve(str(repository), "v1.0.0")
    data = {"_commit": "v1.0.0", "_src_path": str(repository), **answers}
    result = render.render(found, data)
    return {path: (rendered.body(), rendered.mode) for path, rendered in sorted(result.items())}


@RENDERS
@given(answers=LIBRARY_ANSWERS)
def test_small_template(library: Path, answers: dict[str, Any]) -> None:
    assert _copied(library, answers) == _rendered(library, answers)


@pytest.fixture(scope="module")
def own_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Commit the repository's template as it is now, so that it is tested before it is."""
    folder = tmp_path_factory.mktemp("templates") / "own"
    folder.mkdir()
    shutil.copy(REPOSITORY / "copier.yml", folder)
    shutil.copytree(REPOSITORY / "template", folder / "template")
    template_repository.commit(folder)
    return folder


@RENDERS
@given(
    entities=strategies.graphs(runnable=False, circular=True),
    answers=st.fixed_dictionaries(
        {
            "project_name": st.sampled_from(["Blog", "Österreich & Söhne"]),
            "package_name": st.sampled_from(["blog", "my_service"]),
            "database": st.sampled_from(["sqlite", "postgresql", "mariadb"]),
            "primary_key": st.sampled_from(["int", "uuid4", "uuid7"]),
        }
    ),
)
def test_own_template(
    own_template: Path, entities: tuple[Entity, ...], answers: dict[str, Any]
) -> None:
    answers = {**answers, "entities": [to_record(entity) for entity in entities]}

    assert _copied(own_template, answers) == _rendered(own_template, answers)
