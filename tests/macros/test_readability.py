"""Templates look like the code they make: what they decide and repeat is in the macros."""

import re
from itertools import chain
from pathlib import Path

import pytest

HERE = Path(__file__).parent
TEMPLATE = Path(__file__).parents[2] / "template"
FILES = sorted(TEMPLATE.joinpath("project").rglob("*.jinja"))
MACROS = sorted(TEMPLATE.joinpath("macros").rglob("*.jinja"))
# The lines that open and close a template: what it imports, and the layout it is put into.
FRAME = re.compile(r"{% (import|from|call module|endcall)\b")
CHOICE = re.compile(r"{{[^}]*\b(if|else)\b[^}]*}}")


def name(path: Path) -> str:
    return re.sub(r"{%.*?%}", "", str(path.relative_to(TEMPLATE)))


def place_of_tests(path: Path) -> str:
    """Return where the tests of a macro module are: `revision/calls` has `revision/test_calls`."""
    module = path.relative_to(TEMPLATE / "macros")
    return str(module.with_name(f"test_{module.name.split('.')[0]}.py"))


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def controls(path: Path) -> list[str]:
    return [line for line in lines(path) if "{%" in line and not FRAME.match(line)]


@pytest.mark.parametrize("path", FILES, ids=name)
def test_few_lines_of_a_file_decide_or_repeat(path: Path) -> None:
    assert len(controls(path)) < max(len(lines(path)) / 10, 3), controls(path)


@pytest.mark.parametrize("path", FILES, ids=name)
def test_no_expression_of_a_file_decides(path: Path) -> None:
    assert [] == [line for line in lines(path) if CHOICE.search(line)]


def test_files_are_nearly_all_output() -> None:
    tags = [line for line in chain.from_iterable(map(lines, FILES)) if "{%" in line]

    assert len(tags) / sum(len(lines(path)) for path in FILES) < 0.02


@pytest.mark.parametrize("path", MACROS, ids=name)
def test_a_macro_module_has_tests_of_its_own(path: Path) -> None:
    assert HERE.joinpath(place_of_tests(path)).is_file()


def test_tests_are_of_a_module_that_there_is() -> None:
    found = {str(path.relative_to(HERE)) for path in HERE.rglob("test_*.py")}

    assert found - {Path(__file__).name} == set(map(place_of_tests, MACROS))


@pytest.mark.parametrize("path", MACROS, ids=name)
def test_a_macro_module_is_short(path: Path) -> None:
    assert len(lines(path)) < 150
