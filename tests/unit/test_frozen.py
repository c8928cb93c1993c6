"""Frozen classes do what those of `dataclasses` do."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from scaffold import frozen

Maker = Callable[[type[Any]], type[Any]]
USUAL: Maker = dataclasses.dataclass(frozen=True, slots=True)
QUICK: Maker = frozen.dataclass(frozen=True, slots=True)


def classes(maker: Maker) -> tuple[type[Any], type[Any], type[Any]]:
    """Return the same classes as either makes them."""

    @maker
    class Point:
        """A point."""

        x: int
        y: int = 0
        tags: list[str] = dataclasses.field(default_factory=list)

        @property
        def sum(self) -> int:
            return self.x + self.y

    @maker
    class Other:
        x: int
        y: int = 0

        def __str__(self) -> str:
            return "own"

        def __repr__(self) -> str:
            return "mine"

    @maker
    class Empty:
        """Nothing."""

    return Point, Other, Empty


def result(action: Callable[[], object]) -> str:
    """Return what an action does, in words."""
    try:
        return repr(action())
    except (TypeError, AttributeError) as error:
        return f"{type(error).__name__}: {error}"


ACTIONS: list[Callable[[type[Any], type[Any], type[Any]], object]] = [
    lambda point, _, __: point(1),
    lambda point, _, __: point(1, 2, ["a"]),
    lambda point, _, __: point(x=1, tags=["a"]),
    lambda point, _, __: point(1).tags is point(1).tags,
    lambda point, _, __: dataclasses.replace(point(1), y=2).sum,
    lambda point, _, __: point(1) == point(1, 0),
    lambda point, _, __: point(1) == point(2),
    lambda point, other, _: point(1) == other(1),
    lambda _, other, __: other(1) == (1, 0),
    lambda _, other, __: hash(other(1)) == hash(other(1)),
    lambda _, other, __: len({other(1), other(1), other(2)}),
    lambda _, other, __: (str(other(1)), repr(other(1))),
    lambda point, _, __: hash(point(1)),
    lambda point, _, __: point(),
    lambda point, _, __: point(1, 2, [], 4),
    lambda point, _, __: point(1, z=2),
    lambda point, _, __: point(1, x=2),
    lambda point, _, __: setattr(point(1), "x", 2),
    lambda point, _, __: delattr(point(1), "x"),
    lambda point, _, __: point(1).__dict__,
    lambda point, _, __: dataclasses.asdict(point(1)),
    lambda point, _, __: [each.name for each in dataclasses.fields(point)],
    lambda point, _, __: point.__match_args__,
    lambda point, _, __: point.__doc__,
    lambda point, _, __: copy.deepcopy(point(1, 2, ["a"])),
    lambda _, __, empty: (empty(), empty() == empty()),
]


@pytest.mark.parametrize("action", ACTIONS)
def test_they_behave_alike(action: Callable[..., object]) -> None:
    usual, quick = classes(USUAL), classes(QUICK)

    assert result(lambda: action(*quick)) == result(lambda: action(*usual))


@frozen.dataclass(frozen=True, slots=True)
class Pair:
    """A pair that `pickle` finds."""

    one: int
    two: int


def test_they_can_be_pickled() -> None:
    assert pickle.loads(pickle.dumps(Pair(1, 2))) == Pair(1, 2)  # noqa: S301


def test_what_is_not_frozen_is_refused() -> None:
    with pytest.raises(ValueError, match="only frozen"):
        frozen.dataclass(frozen=False, slots=True)
