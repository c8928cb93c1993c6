"""Rows for the generated tests of an entity: values that its checks and its patterns allow.

They are found by local search: begin with plain values, and as long as a rule is broken, move one
of its fields to the value that breaks the fewest. The same entity always gets the same rows.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, NamedTuple

from scaffold.entities import checks, names
from scaffold.entities.graph import NUMBERS, OPAQUE
from scaffold.entities.samples import candidates
from scaffold.entities.samples.evaluate import Condition, Value, root, value_of, walk
from scaffold.entities.values import NAMED
from scaffold.errors import ScaffoldError
from scaffold.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from scaffold.entities.checks import Node
    from scaffold.entities.entity import Entity, Field

Row = dict[str, str | None]

ROWS = 8
TRIES = 12_000  # for the first row
MORE_TRIES = 800  # for each of the others: they begin at the row before
STEPS = 30  # before it starts afresh
HALF = 0.5
NOISE = 0.1
PRESENT = ""  # a value that no check looks into
ANY = "any"  # what an optional reference has where it must not be empty: a row of its own
# What a default of today or now may turn out to be when the tests run.
INSTANTS = {
    "date": ("2020-01-01", "2120-01-01"),
    "datetime": ("2020-01-01T00:00:00+00:00", "2120-01-01T00:00:00+00:00"),
}


def sampled_fields(entity: Entity) -> tuple[Field, ...]:
    """Return the fields whose values cannot just be any: those with a pattern or in a check.

    References are among them where tests may choose to leave them empty.
    """
    used = {name for text in entity.checks for name in checks.parse_check(text).names}
    return tuple(
        field
        for field in entity.fields
        if field.pattern is not None or (field.name in used and _is_chosen(field, entity))
    )


def _is_chosen(field: Field, entity: Entity) -> bool:
    # A row that has to refer to one of its own kind would need that one first.
    return field.to is None or (field.null and not field.readonly and field.to != entity.name)


def sample_rows(entity: Entity) -> tuple[Row, ...]:
    """Return rows of canonical values for the sampled fields; what is unique differs in each.

    A document is left out where any does, and None where it has to be NULL. An optional reference is
    left out where it is empty, and ANY where it must not be.
    """
    rows = _Search(entity, sampled_fields(entity)).rows()
    return rows if any(rows) else ()


def check_rows(entity: Entity, rows: Sequence[Row]) -> None:
    """Refuse recorded rows that the entity does not allow."""
    fields = sampled_fields(entity)
    if not fields:
        raise ScaffoldError(
            f"`{entity.name}` records samples, but has no check and no pattern that asks for them",
            help="remove `samples`",
        )
    needed = tuple(field.name for field in fields if not _is_for_all(field))
    for number, row in enumerate(rows, 1):
        where = f"sample {number} of `{entity.name}`"
        if row.keys() != rows[0].keys() or not {*needed} <= {*row} <= {
            each.name for each in fields
        }:
            raise ScaffoldError(
                f"{where} must have values for {names.listed(needed)}, and no others"
            )
        for field in fields:
            _check_value(field, row.get(field.name, None if field.to else PRESENT), where)
        _check_conditions(entity, row, where)
    for key in _keys(entity, fields):
        values = [tuple(row[name] for name in key) for row in rows]
        filled = [value for value in values if None not in value]
        if len(set(filled)) < len(filled):
            raise ScaffoldError(
                f"the samples of `{entity.name}` have a value of {names.listed(key)} twice",
                note="it is unique",
            )


def _check_value(field: Field, text: str | None, where: str) -> None:
    if text is None and not field.null:
        raise ScaffoldError(f"`{field.name}` of {where} may not be null")
    if _is_for_all(field):
        fits = text in (None, ANY if field.to else PRESENT)
    else:
        fits = text is None or candidates.fits(field, text)
    if not fits:
        raise ScaffoldError(f"`{field.name}` of {where} cannot be `{text}`")


def _check_conditions(entity: Entity, row: Row, where: str) -> None:
    fields = {field.name: field for field in entity.fields}
    values = _unchosen(entity)
    values |= {name: _seen(fields[name], text, entity) for name, text in row.items()}
    for text in entity.checks:
        tree = checks.parse_check(text).tree
        if not Condition(tree, fields).holds(values, unknown=True):
            raise ScaffoldError(f"{where} does not satisfy the check `{text}`")


def _unchosen(entity: Entity) -> dict[str, Value]:
    """Return what a check sees of fields that no sample has: other rows, documents, and NULL."""
    return {
        field.name: _seen(field, None if field.null else ANY, entity) if field.to else PRESENT
        for field in entity.fields
    }


def _seen(field: Field, text: str | None, entity: Entity) -> Value:
    """Return what a check sees of a sample: of a reference, a number that no other has."""
    if field.to is None or text is None:
        return value_of(field, text)
    return entity.fields.index(field) + 1


def _is_for_all(field: Field) -> bool:
    """Say whether a field is there in all rows or in none, without a value to choose."""
    return field.to is not None or field.type in OPAQUE


def _keys(entity: Entity, fields: Iterable[Field]) -> Iterator[tuple[str, ...]]:
    """Return the groups of sampled fields that are unique; with a reference, any group is."""
    by_name = {field.name: field for field in fields if field.to is None}
    yield from ((name,) for name, field in by_name.items() if field.unique)
    yield from (group for group in entity.unique if by_name.keys() >= {*group})


class _Tier(NamedTuple):
    """How much is asked of a row: the first tier that has one is taken."""

    pinned: bool  # what a request may not say is as its default has it
    nulls: bool
    unknown: bool


TIERS = (
    _Tier(pinned=True, nulls=False, unknown=False),
    _Tier(pinned=True, nulls=True, unknown=False),
    _Tier(pinned=True, nulls=True, unknown=True),
    _Tier(pinned=False, nulls=True, unknown=True),
)


@dataclass(frozen=True, slots=True)
class _Rule:
    """What a row must meet, the fields that may change for it, and comparisons that say how."""

    holds: Callable[[Row], bool]
    names: tuple[str, ...]
    comparisons: tuple[Node, ...] = ()


class _Search:
    def __init__(self, entity: Entity, fields: tuple[Field, ...]) -> None:
        self.entity = entity
        self.all_fields = {field.name: field for field in entity.fields}
        self.fields = {field.name: field for field in fields}
        self.trees = {text: checks.parse_check(text).tree for text in entity.checks}
        seed = [entity.name, *entity.checks, *(f"{each.name}:{each.pattern}" for each in fields)]
        self.random = Random("\n".join(seed))  # noqa: S311  # no secret
        constants = [_text(node) for tree in self.trees.values() for node in walk(tree)]
        given = [text for text in dict.fromkeys(constants) if text is not None]
        given += [at for field in fields if _is_moving(field) for at in INSTANTS[field.type]]
        self.choices = {name: self._choices(field, given) for name, field in self.fields.items()}
        self.unchosen = _unchosen(entity)
        self.known: dict[tuple[str, str | None], Value] = {}

    def rows(self) -> tuple[Row, ...]:
        tier, first = self._first(tuple(self.trees), TRIES)
        if first is None:
            raise self._unsatisfiable()
        rows, distinct = [first], 0
        conditions = self._conditions(tuple(self.trees), tier)
        while len(rows) < ROWS:
            kept = [*conditions, *self._apart(rows)]
            row = None
            for level in range(distinct, 3):
                row = self._row(tier, [*kept, *self._different(rows, level)], rows, MORE_TRIES)
                if row is not None:
                    distinct = level
                    break
            if row is None:
                break
            rows.append(row)
        return tuple(
            {name: text for name, text in row.items() if not self._is_any(name, rows)}
            for row in rows
        )

    def _choices(self, field: Field, constants: Sequence[str]) -> list[str]:
        if field.to is not None:
            return [ANY]
        if field.type in OPAQUE:
            return [PRESENT]
        if found := candidates.choices(field, constants, self.random):
            return found
        if field.pattern is not None:
            raise ScaffoldError(
                f"no value of `{field.name}` fits both its pattern and its length",
                note=f"the pattern is `{field.pattern}`; nothing was found for the tests to use",
                help="change the one or the other",
            )
        raise ScaffoldError(
            f"no value of `{field.name}` fits its type and its bounds", help="change one of them"
        )

    def _is_any(self, name: str, rows: list[Row]) -> bool:
        field = self.fields[name]
        return _is_for_all(field) and (rows[0][name] is None) is (field.to is not None)

    # Rules.

    def _first(self, texts: tuple[str, ...], tries: int) -> tuple[_Tier, Row | None]:
        for tier in TIERS:
            row = self._row(tier, self._conditions(texts, tier), [], tries // len(TIERS))
            if row is not None:
                return tier, row
        return TIERS[-1], None

    def _conditions(self, texts: tuple[str, ...], tier: _Tier) -> list[_Rule]:
        return [
            self._condition(part, tier) for text in texts for part in _conjuncts(self.trees[text])
        ]

    def _condition(self, tree: Node, tier: _Tier) -> _Rule:
        condition = Condition(tree, self.all_fields)
        used = dict.fromkeys(node.text for node in walk(tree) if node.kind == "name")
        moving = [
            {name: instant}
            for name in used
            if tier.pinned and _is_moving(self.all_fields[name])
            for instant in INSTANTS[self.fields[name].type]
        ]

        # A reference is not filled for the sake of true where unknown will do.
        unknown = tier.unknown or any(self.all_fields[name].to is not None for name in used)

        def holds(row: Row) -> bool:
            values = self.unchosen | {
                name: self._value(name, row[name]) for name in used if name in row
            }
            return condition.holds(values, unknown=unknown) and all(
                condition.holds(values | moved, unknown=unknown) for moved in moving
            )

        free = tuple(name for name in used if name in self.fields)
        comparisons = (node for node in walk(tree) if node.kind in ("compare", "in", "between"))
        return _Rule(holds, free, tuple(comparisons))

    def _apart(self, rows: list[Row]) -> list[_Rule]:
        """Return that a row is another one, and what is unique differs from all before."""
        keys = [tuple(self.fields), *_keys(self.entity, self.fields.values())]
        return [_differing(key, rows) for key in keys]

    def _different(self, rows: list[Row], level: int) -> list[_Rule]:
        """Return that what has a pattern differs: from all before, from its neighbors, not at all."""
        others = (rows, [rows[0], rows[-1]], [])[level]
        patterned = [field.name for field in self.fields.values() if field.pattern is not None]
        return [_differing((name,), others) for name in patterned]

    # The search.

    def _row(self, tier: _Tier, rules: list[_Rule], rows: list[Row], tries: int) -> Row | None:
        pinned = self._pinned() if tier.pinned else {}
        if rows:
            same = (name for name, field in self.fields.items() if _is_for_all(field))
            pinned |= {name: rows[0][name] for name in same}
        row = self._start(len(rows)) | pinned
        while tries > 0:
            for _ in range(STEPS):
                broken = [rule for rule in rules if not rule.holds(row)]
                if not broken:
                    return self._filled(row, rules, pinned)
                rule = self.random.choice(broken)
                free = [name for name in rule.names if name not in pinned]
                if not free:
                    return None
                name = self.random.choice(free)
                options = self._options(name, rule, row, tier)
                tries -= len(options)
                row[name] = self._best(name, options, rules, row)
            row = self._restart(rows, tier) | pinned
        return None

    def _restart(self, rows: list[Row], tier: _Tier) -> Row:
        if rows and self.random.random() < HALF:
            return dict(rows[-1])
        nulls = self.random.random() if tier.nulls else 0
        return {
            name: None
            if self.fields[name].null and self.random.random() < nulls
            else self.random.choice(found)
            for name, found in self.choices.items()
        }

    def _filled(self, row: Row, rules: list[_Rule], pinned: Row) -> Row:
        """Return the row with values in the place of NULLs that no rule needs, and no reference without need."""
        for name, field in self.fields.items():
            options: list[str | None] = [None] if field.to else [*self.choices[name]]
            if name in pinned or (row[name] is None) is (field.to is not None):
                continue
            concerned = [rule for rule in rules if name in rule.names]
            self.random.shuffle(options)
            for option in options:
                changed = row | {name: option}
                if all(rule.holds(changed) for rule in concerned):
                    row = changed
                    break
        return row

    def _start(self, number: int) -> Row:
        """Return plain values, others for each number."""
        return {
            name: None
            if self.fields[name].to
            else found[number % min(len(found), candidates.PLAIN)]
            for name, found in self.choices.items()
        }

    def _pinned(self) -> Row:
        pinned: Row = {}
        for field in self.fields.values():
            if field.readonly and not _is_for_all(field):
                default = field.default if field.default is not None else field.server_default
                if default is None or default not in NAMED.get(field.type, ()):
                    pinned[field.name] = default
        return pinned

    def _best(
        self, name: str, options: list[str | None], rules: list[_Rule], row: Row
    ) -> str | None:
        if self.random.random() < NOISE:
            return self.random.choice([each for each in options if each is not None] or options)
        is_reference = self.fields[name].to is not None  # better empty: so it is without checks
        concerned = [rule for rule in rules if name in rule.names]

        def cost(option: str | None) -> tuple[int, bool, float]:
            changed = row | {name: option}
            broken = sum(not rule.holds(changed) for rule in concerned)
            return broken, (option is None) is not is_reference, self.random.random()

        return min(options, key=cost)

    def _options(self, name: str, rule: _Rule, row: Row, tier: _Tier) -> list[str | None]:
        field = self.fields[name]
        proposed = [
            text
            for comparison in rule.comparisons
            for equal in self._equal(field, comparison, row)
            for text in candidates.near(field, equal)
            if candidates.fits(field, text)
        ]
        here = row[name]
        if here is not None and not _is_for_all(field):
            proposed += [
                text for text in candidates.near(field, here) if candidates.fits(field, text)
            ]
        nothing = [None] if (tier.nulls and field.null) or field.to else []
        return list(dict.fromkeys([*self.choices[name], *proposed, *nothing]))

    def _equal(self, field: Field, comparison: Node, row: Row) -> Iterator[str]:
        """Return values of the field that make the sides of a comparison equal."""
        used = {node.text for node in walk(comparison) if node.kind == "name"}
        if field.name not in used or _is_for_all(field):
            return
        first, *others = comparison.parts
        values = self.unchosen | {name: self._value(name, text) for name, text in row.items()}
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
        if key not in self.known:
            self.known[key] = _seen(self.fields[name], text, self.entity)
        return self.known[key]

    def _unsatisfiable(self) -> ScaffoldError:
        blamed = tuple(self.trees)
        for text in self.trees:
            fewer = tuple(each for each in blamed if each != text)
            if fewer and self._first(fewer, MORE_TRIES)[1] is None:
                blamed = fewer
        used = dict.fromkeys(
            node.text for text in blamed for node in walk(self.trees[text]) if node.kind == "name"
        )
        references = [name for name in used if self.all_fields[name].to is not None]
        return ScaffoldError(
            f"no row satisfies the checks of `{self.entity.name}`: "
            + ", ".join(f"`{text}`" for text in blamed),
            note=f"each of {names.listed(references)} refers to a row of its own in the tests"
            if references
            else "none was found for the tests to use",
            help=f"change the checks, or what {names.listed(used)} may be",
        )


def _conjuncts(tree: Node) -> Iterator[Node]:
    """Return the conditions that a check joins by `and`."""
    if tree.kind == "and":
        for part in tree.parts:
            yield from _conjuncts(part)
    else:
        yield tree


def _is_moving(field: Field) -> bool:
    return field.readonly and field.type in INSTANTS and field.default in NAMED[field.type]


def _differing(key: tuple[str, ...], rows: list[Row]) -> _Rule:
    taken = {tuple(row[name] for name in key) for row in rows}

    def holds(row: Row) -> bool:
        values = tuple(row[name] for name in key)
        return values not in taken or (None in values and len(key) < len(row))

    return _Rule(holds, key)


def _text(node: Node) -> str | None:
    if node.kind == "number":
        return node.text
    return node.text[1:-1].replace("''", "'") if node.kind == "string" else None
