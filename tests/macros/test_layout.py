"""What does not fit in 120 columns is laid out as `ruff format` does it."""

import subprocess
import sys

import pytest

from macro_modules import macros

layout = macros("layout")


def test_a_line_of_120_columns_is_left_as_it_is() -> None:
    line = f"call({'x' * 111}, 1)"

    assert layout.fit(line) == line
    assert layout.fit(f"_{line}") == f"_call(\n    {'x' * 111},\n    1,\n)"


def test_indent_and_comma_take_their_columns() -> None:
    line = f"call({'x' * 107}, 1)"

    assert layout.fit(line, 4) == line
    assert layout.fit(line, 3, ",") == f"{line},"
    assert layout.fit(line, 4, ",") != f"{line},"


def test_the_last_brackets_of_a_line_are_exploded() -> None:
    line = f"found = one(two)[three].four({'x' * 90}, five(six, seven))"

    assert layout.fit(line, 4).splitlines() == [
        "found = one(two)[three].four(",
        f"        {'x' * 90},",
        "        five(six, seven),",
        "    )",
    ]


def test_the_first_brackets_of_a_def_are_exploded() -> None:
    line = f"async def find(self, names: dict[str, {'X' * 80}]) -> tuple[int, str]:"

    assert layout.fit(line).splitlines() == [
        "async def find(",
        "    self,",
        f"    names: dict[str, {'X' * 80}],",
        ") -> tuple[int, str]:",
    ]


def test_brackets_in_strings_are_not_exploded() -> None:
    line = f"call({'x' * 110}, ')(', [one])"

    assert layout.fit(line).splitlines()[2:] == ["    ')(',", "    [one],", ")"]


def test_brackets_and_commas_in_strings_part_nothing() -> None:
    assert layout.split("""a, "b, (c", 'd\\', [e', f(g, h), {i: [j, k]}""").splitlines() == [
        "a",
        '"b, (c"',
        "'d\\', [e'",
        "f(g, h)",
        "{i: [j, k]}",
    ]


def test_a_call_of_no_argument_stays_on_its_line() -> None:
    assert layout.call("f", "\n\n", ",") == "f(),"


def test_a_string_has_the_quotes_that_need_fewer_escapes() -> None:
    assert layout.string("it's") == '"it\'s"'
    assert layout.string('say "no"') == "'say \"no\"'"
    assert layout.string('"') == "'\"'"
    assert layout.string("""'"'""") == '''"'\\"'"'''
    assert layout.string("a\\b") == '"a\\\\b"'


def test_a_tuple_of_one_item_needs_its_comma_and_no_line() -> None:
    assert layout.tuple("kept = ", '\n    "one",\n') == 'kept = ("one",)'
    assert layout.tuple("kept = ", '    "a",\n    "b",', 0) == 'kept = (\n    "a",\n    "b",\n)'


@pytest.mark.parametrize(
    "line",
    [
        "{} = call(one, {}, two)",
        "{} = call({})",
        "{} = one(two)[three](four, {})",
        "def {}(self, *, one: dict[str, int], {}: int = 0) -> tuple[int, ...]: ...",
        "class {}(One, {}): ...",
        "{}: Mapped[int] = mapped_column({}(20), name='a, b')",
    ],
)
def test_ruff_leaves_names_of_any_length_alone(line: str) -> None:
    sizes = [(1, 100), (60, 1), (60, 39), (60, 40), (60, 45), (80, 20), (50, 105), (97, 3)]
    text = "\n\n".join(layout.fit(line.format("x" * one, "y" * two)) for one, two in sizes) + "\n"

    options = (
        "--isolated",
        "--no-cache",
        "--line-length=120",
        "--config=format.quote-style='preserve'",
    )
    ruff = [sys.executable, "-m", "ruff", "format", *options, "-"]
    formatted = subprocess.run(ruff, input=text, capture_output=True, text=True, check=True).stdout

    assert formatted.replace("\n\n\n", "\n\n") == text
