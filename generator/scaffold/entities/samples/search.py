"""Find rows of samples by local search.

Begin with plain values, and as long as a rule is broken, move one of its fields to the value that
breaks the fewest. The same entity always gets the same rows.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from scaffold.entities import names
from scaffold.entities.patterns import check_pattern
from scaffold.entities.samples import candidates
from scaffold.entities.samples.evaluate import walk
from scaffold.entities.samples.fields import ANY, PRESENT, Row, is_for_all
from scaffold.entities.samples.rules import INSTANTS, TIERS, Rule, Rules, Tier, is_moving
from scaffold.entities.types import OPAQUE
from scaffold.entities.values import NAMED
from scaffold.errors import ScaffoldError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scaffold.entities.checks.nodes import Node
    from scaffold.entities.entity import Entity, Field

ROWS = 8
TRIES = 12_000  # for the first row
MORE_TRIES = 800  # for each of the others: they begin at the row before
STEPS = 30  # before it starts afresh
MOST_BLAMED = 8  # checks that an error lists
MOST_PARTS = 1_000_000  # of checks to evaluate for all rows: seconds
HALF = 0.5
NOISE = 0.1


class Search:
    """The search for the rows of one entity."""

    def __init__(self, entity: Entity, fields: tuple[Field, ...]) -> None:
        self.rules = Rules(entity, fields)
        self.fields = self.rules.fields
        seed = [entity.name, *entity.checks, *(f"{each.name}:{each.pattern}" for each in fields)]
        self.most = MOST_PARTS
        self.random = Random("\n".join(seed))  # noqa: S311  # no secret
        constants = [_text(node) for tree in self.rules.trees.values() for node in walk(tree)]
        given = [text for text in dict.fromkeys(constants) if text is not None]
        given += [at for field in fields if is_moving(field) for at in INSTANTS[field.type]]
        self.choices = {name: self._choices(field, given) for name, field in self.fields.items()}

    def rows(self) -> tuple[Row, ...]:
        """Return as many rows as there are, at most `ROWS`."""
        tier, first = self._first(tuple(self.rules.trees), TRIES)
        if first is None:
            raise self._unsatisfiable()
        rows, distinct = [first], 0
        conditions = self.rules.conditions(tuple(self.rules.trees), tier)
        while len(rows) < ROWS:
            kept = [*conditions, *self.rules.apart(rows)]
            row = None
            for level in range(distinct, 3):
                row = self._row(tier, [*kept, *self.rules.different(rows, level)], rows, MORE_TRIES)
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
        if field.pattern is not None:
            check_pattern(field.pattern, f"field `{field.name}`")
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
        return is_for_all(field) and (rows[0][name] is None) is (field.to is not None)

    def _first(self, texts: tuple[str, ...], tries: int) -> tuple[Tier, Row | None]:
        for tier in TIERS:
            row = self._row(tier, self.rules.conditions(texts, tier), [], tries // len(TIERS))
            if row is not None:
                return tier, row
        return TIERS[-1], None

    def _row(self, tier: Tier, rules: list[Rule], rows: list[Row], tries: int) -> Row | None:
        pinned = self._pinned() if tier.pinned else {}
        if rows:
            same = (name for name, field in self.fields.items() if is_for_all(field))
            pinned |= {name: rows[0][name] for name in same}
        row = self._start(len(rows)) | pinned
        while tries > 0:
            for _ in range(STEPS):
                if self._is_spent():
                    return None
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

    def _restart(self, rows: list[Row], tier: Tier) -> Row:
        if rows and self.random.random() < HALF:
            return dict(rows[-1])
        nulls = self.random.random() if tier.nulls else 0
        return {
            name: None
            if self.fields[name].null and self.random.random() < nulls
            else self.random.choice(found)
            for name, found in self.choices.items()
        }

    def _filled(self, row: Row, rules: list[Rule], pinned: Row) -> Row:
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
            if field.readonly and not is_for_all(field):
                default = field.default if field.default is not None else field.server_default
                if default is None or default not in NAMED.get(field.type, ()):
                    pinned[field.name] = default
        return pinned

    def _best(
        self, name: str, options: list[str | None], rules: list[Rule], row: Row
    ) -> str | None:
        if self.random.random() < NOISE:
            return self.random.choice([each for each in options if each is not None] or options)
        is_reference = self.fields[name].to is not None  # better empty: so it is without checks
        concerned = [rule for rule in rules if name in rule.names]

        def cost(option: str | None) -> tuple[int, bool, float]:
            changed = row | {name: option}
            spent = self._is_spent()
            broken = 0 if spent else sum(not rule.holds(changed) for rule in concerned)
            return broken, (option is None) is not is_reference, self.random.random()

        return min(options, key=cost)

    def _is_spent(self) -> bool:
        return self.rules.spent > self.most

    def _options(self, name: str, rule: Rule, row: Row, tier: Tier) -> list[str | None]:
        field = self.fields[name]
        proposed = [
            text
            for comparison in rule.comparisons
            for equal in self.rules.equal(field, comparison, row)
            for text in candidates.near(field, equal)
            if candidates.fits(field, text)
        ]
        here = row[name]
        if here is not None and not is_for_all(field):
            proposed += [
                text for text in candidates.near(field, here) if candidates.fits(field, text)
            ]
        nothing = [None] if (tier.nulls and field.null) or field.to else []
        return list(dict.fromkeys([*self.choices[name], *proposed, *nothing]))

    def _unsatisfiable(self) -> ScaffoldError:
        blamed = tuple(self.rules.trees)
        self.most = self.rules.spent + MOST_PARTS
        for text in self.rules.trees:
            if self._is_spent():
                break
            fewer = tuple(each for each in blamed if each != text)
            if fewer and self._first(fewer, MORE_TRIES)[1] is None:
                blamed = fewer
        used = dict.fromkeys(
            node.text
            for text in blamed
            for node in walk(self.rules.trees[text])
            if node.kind == "name"
        )
        references = [name for name in used if self.rules.all_fields[name].to is not None]
        return ScaffoldError(
            f"no row satisfies the checks of `{self.rules.entity.name}`: "
            + ", ".join(f"`{text}`" for text in blamed[:MOST_BLAMED])
            + (f" and {more} more" if (more := len(blamed) - MOST_BLAMED) > 0 else ""),
            note=f"each of {names.listed(references)} refers to a row of its own in the tests"
            if references
            else "none was found for the tests to use",
            help=f"change the checks, or what {names.listed(used)} may be",
        )


def _text(node: Node) -> str | None:
    if node.kind == "number":
        return node.text
    return node.text[1:-1].replace("''", "'") if node.kind == "string" else None
