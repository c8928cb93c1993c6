"""What a row of samples must meet: the checks, and that it is another one than those before."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from scaffold.entities import checks
from scaffold.entities.samples.evaluate import Condition, Value, root, walk
from scaffold.entities.samples.fields import Row, is_for_all, seen, unchosen, unique_groups
from scaffold.entities.types import NUMBERS
from scaffold.entities.values import NAMED
from scaffold.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scaffold.entities.checks.nodes import Node
    from scaffold.entities.entity import Entity, Field

# What a default of today or now may turn out to be when the tests run.
INSTANTS = {
    "date": ("2020-01-01", "2120-01-01"),
    "datetime": ("2020-01-01T00:00:00+00:00", "2120-01-01T00:00:00+00:00"),
}


class Tier(NamedTuple):
    """How much is asked of a row: the first tier that has one is taken."""

    pinned: bool  # what a request may not say is as its default has it
    nulls: bool
    unknown: bool


TIERS = (
    Tier(pinned=True, nulls=False, unknown=False),
    Tier(pinned=True, nulls=True, unknown=False),
    Tier(pinned=True, nulls=True, unknown=True),
    Tier(pinned=False, nulls=True, unknown=True),
)


@dataclass(frozen=True, slots=True)
class Rule:
    """What a row must meet, the fields that may change for it, and comparisons that say how."""

    holds: Callable[[Row], bool]
    names: tuple[str, ...]
    comparisons: tuple[Node, ...] = ()


class Rules:
    """The rules for the rows of one entity, whose sampled fields are `fields`."""

    def __init__(self, entity: Entity, fields: tuple[Field, ...]) -> None:
        self.entity = entity
        self.all_fields = {field.name: field for field in entity.fields}
        self.fields = {field.name: field for field in fields}
        self.trees = {text: checks.parse_check(text).tree for text in entity.checks}
        self._unchosen = unchosen(entity)
        self._known: dict[tuple[str, str | None], Value] = {}
        self.spent = 0  # parts of checks that were evaluated

    def conditions(self, texts: tuple[str, ...], tier: Tier) -> list[Rule]:
        """Return that a row satisfies these checks."""
        return [
            self._condition(part, tier) for text in texts for part in _conjuncts(self.trees[text])
        ]

    def _condition(self, tree: Node, tier: Tier) -> Rule:
        condition = Condition(tree, self.all_fields)
        used = dict.fromkeys(node.text for node in walk(tree) if node.kind == "name")
        moving = [
            {name: instant}
            for name in used
            if tier.pinned and is_moving(self.all_fields[name])
            for instant in INSTANTS[self.fields[name].type]
        ]

        # A reference is not filled for the sake of true where unknown will do.
        unknown = tier.unknown or any(self.all_fields[name].to is not None for name in used)

        def holds(row: Row) -> bool:
            self.spent += size
            values = self._unchosen | {
                name: self._value(name, row[name]) for name in used if name in row
            }
            return condition.holds(values, unknown=unknown) and all(
                condition.holds(values | moved, unknown=unknown) for moved in moving
            )

        size = sum(1 for _ in walk(tree))
        free = tuple(name for name in used if name in self.fields)
        comparisons = (node for node in walk(tree) if node.kind in ("compare", "in", "between"))
        return Rule(holds, free, tuple(comparisons))

    def apart(self, rows: list[Row]) -> list[Rule]:
        """Return that a row is another one, and what is unique differs from all before."""
        keys = [tuple(self.fields), *unique_groups(self.entity, self.fields.values())]
        return [_differing(key, rows) for key in keys]

    def different(self, rows: list[Row], level: int) -> list[Rule]:
        """Return that what has a pattern differs: from all before, from its neighbors, not at all."""
        others = (rows, [rows[0], rows[-1]], [])[level]
        patterned = [field.name for field in self.fields.values() if field.pattern is not None]
        return [_differing((name,), others) for name in patterned]

    def equal(self, field: Field, comparison: Node, row: Row) -> Iterator[str]:
        """Return values of the field that make the sides of a comparison equal."""
        used = {node.text for node in walk(comparison) if node.kind == "name"}
        if field.name not in used or is_for_all(field):
            return
        self.spent += 10 * sum(1 for _ in walk(comparison))
        first, *others = comparison.parts
        values = self._unchosen | {name: self._value(name, text) for name, text in row.items()}
        for other in others:
            if field.type in NUMBERS or field.type == "interval":
                sides = type(comparison)("compare", "=", (first, other))
                equal = root(sides, self.all_fields, values, field.name)
                if equal is not None:
                    yield format(equal, "f")
            else:
                sides_of = (node for node in (first, other) if node.text != field.name)
                texts = (row.get(node.text) for node in sides_of if node.kind == "name")
                yield from (text for text in texts if text is not None)

    def _value(self, name: str, text: str | None) -> Value:
        key = name, text
        if key not in self._known:
            self._known[key] = seen(self.fields[name], text, self.entity)
        return self._known[key]


def _conjuncts(tree: Node) -> Iterator[Node]:
    """Return the conditions that a check joins by `and`."""
    if tree.kind == "and":
        for part in tree.parts:
            yield from _conjuncts(part)
    else:
        yield tree


def is_moving(field: Field) -> bool:
    """Say whether a field has the time at which the tests run."""
    return field.readonly and field.type in INSTANTS and field.default in NAMED[field.type]


def _differing(key: tuple[str, ...], rows: list[Row]) -> Rule:
    taken = {tuple(row[name] for name in key) for row in rows}

    def holds(row: Row) -> bool:
        values = tuple(row[name] for name in key)
        return values not in taken or (None in values and len(key) < len(row))

    return Rule(holds, key)
