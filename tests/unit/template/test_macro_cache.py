"""Pure macros are called once for equal arguments, in whatever command; all others each time."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from scaffold.template import macro_cache
from scaffold.template.environment import make_environment
from scaffold.template.macro_cache import Memo

# Each call gives another number, so a repeated one was remembered.
MACROS = """
{%- macro pure_count(value, other=none) %}{{ count() }}{% endmacro -%}
{%- macro usual(value) %}{{ count() }}{% endmacro -%}
"""
Runner = Callable[..., str]


@pytest.fixture(name="numbers")
def _numbers() -> Iterator[int]:
    return count()


@pytest.fixture(name="command")
def _command(tmp_path: Path, numbers: Iterator[int]) -> Runner:
    """Return what renders a text as one command would."""
    for name in ("one", "two"):
        (tmp_path / f"{name}.jinja").write_text(MACROS)

    def run(text: str, *, autoescape: bool = False) -> str:
        environment = make_environment(tmp_path, {"autoescape": autoescape}, None)
        environment.globals["count"] = lambda: next(numbers)
        environment.memo = Memo(tmp_path / "memo")
        imports = '{% import "one.jinja" as one %}{% import "two.jinja" as two %}'
        result = environment.from_text(imports + text).render()
        environment.memo.save()
        return result

    return run


@pytest.mark.parametrize(
    "calls",
    [
        "{{ one.pure_count(1) }}{{ one.pure_count(1) }}",
        "{{ one.pure_count(1, other=[{'a': none}]) }}{{ one.pure_count(1, other=[{'a': none}]) }}",
    ],
)
def test_equal_arguments_are_remembered(command: Runner, calls: str) -> None:
    assert command(calls) == "00"
    assert command(calls) == "00"


@pytest.mark.parametrize(
    "calls",
    [
        "{{ one.pure_count(1) }}{{ one.pure_count(2) }}",
        "{{ one.pure_count(1) }}{{ one.pure_count(true) }}",
        "{{ one.pure_count({'a': 1, 'b': 2}) }}{{ one.pure_count({'b': 2, 'a': 1}) }}",
        "{{ one.pure_count(1) }}{{ one.pure_count(1, other=2) }}",
        "{{ one.pure_count(1) }}{{ two.pure_count(1) }}",
    ],
)
def test_all_else_tells_calls_apart(command: Runner, calls: str) -> None:
    assert command(calls) == "01"
    assert command(calls) == "01"


@pytest.mark.parametrize("call", ["{{ one.usual(1) }}", "{{ one.pure_count(range(3)) }}"])
def test_other_macros_and_values_that_are_no_data_are_not_remembered(
    command: Runner, call: str
) -> None:
    assert command(call + call) == "01"
    assert command(call) == "2"


def test_a_text_marked_as_escaped_is_not_remembered(command: Runner) -> None:
    assert command("{{ one.pure_count(1) }}", autoescape=True) == "0"
    assert command("{{ one.pure_count(1) }}", autoescape=True) == "1"


def test_no_memo_calls_each_time(tmp_path: Path, numbers: Iterator[int]) -> None:
    environment = make_environment(tmp_path, {}, None)
    environment.globals["count"] = lambda: next(numbers)
    call = "{{ pure_count(1) }}"

    assert environment.from_text(MACROS + call + call).render().strip() == "01"


@pytest.mark.parametrize("damage", [b"", b"no checksum", b"00000000\n"])
def test_a_damaged_file_is_made_again(command: Runner, tmp_path: Path, damage: bytes) -> None:
    command("{{ one.pure_count(1) }}")
    (tmp_path / "memo").write_bytes(damage)

    assert command("{{ one.pure_count(1) }}") == "1"
    assert command("{{ one.pure_count(1) }}") == "1"


def test_what_was_of_no_use_lately_goes_first(
    command: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(macro_cache, "MOST", 2)
    command("{{ one.pure_count(1) }}{{ one.pure_count(2) }}")
    command("{{ one.pure_count(2) }}{{ one.pure_count(3) }}")

    assert command("{{ one.pure_count(2) }}{{ one.pure_count(3) }}") == "12"
    assert command("{{ one.pure_count(1) }}") == "3"
