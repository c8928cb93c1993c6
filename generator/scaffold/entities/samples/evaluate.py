"""Evaluate a check over the values of a row, as the three databases do.

Comparisons with NULL are unknown (None), and so is what depends on them. Numbers are worked out
exactly, as PostgreSQL and MariaDB have it, and as floats, as SQLite has it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scaffold.entities.checks.nodes import Node
    from scaffold.entities.entity import Field

# What a check sees of a field: a number, a bool, NULL; everything else as its canonical text,
# which sorts as what it stands for.
Value = int | float | Decimal | bool | str | None
Values = Mapping[str, Value]
Formula = Callable[[Values], Value]

INTEGERS = frozenset({"smallint", "int", "bigint"})
FRACTIONS = frozenset({"decimal", "interval"})
DIGITS = 100  # of the exact numbers: the longest product of two decimals has 76
LARGEST = 2**63  # MariaDB works integers out in 64 bits
LARGEST_OF_TYPE = {"smallint": 2**15, "int": 2**31}  # and PostgreSQL in those of the types

_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_COMPUTE: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
}


def value_of(field: Field, text: str | None) -> Value:
    """Return what a check sees of a canonical text."""
    if text is None:
        return None
    if field.type in INTEGERS:
        return int(text)
    if field.type in FRACTIONS:
        return Decimal(text)
    if field.type == "float":
        return float(text)
    return text == "true" if field.type == "bool" else text


class Condition:
    """A check that can be asked whether it holds."""

    def __init__(self, tree: Node, fields: Mapping[str, Field]) -> None:
        kinds = {name: field.type for name, field in fields.items()}
        used = {kinds[node.text] for node in walk(tree) if node.kind == "name"}
        exact = [] if "float" in used else [_formula(tree, kinds, exact=True)]
        inexact = [_formula(tree, kinds, exact=False)] if used & {"float", "decimal"} else []
        self._formulas = exact + inexact

    def holds(self, row: Values, *, unknown: bool) -> bool:
        """Say whether a row passes; `unknown` says whether that is enough, as in a database."""
        for formula in self._formulas:
            try:
                result = formula(row)
            except ArithmeticError:
                return False
            if result is False or (result is None and not unknown):
                return False
        return True


def root(comparison: Node, fields: Mapping[str, Field], row: Values, name: str) -> Decimal | None:
    """Return the value of a number that makes both sides of a comparison equal, if they are linear in it."""
    kinds = {field.name: field.type for field in fields.values()}
    left, right = (_formula(side, kinds, exact=True) for side in comparison.parts)
    at: list[Decimal] = []
    for value in (0, 1):
        changed: dict[str, Value] = {
            key: Decimal(str(other)) if isinstance(other, float) else other
            for key, other in {**row, name: value}.items()
        }
        try:
            sides = left(changed), right(changed)
        except ArithmeticError:
            return None
        if None in sides:
            return None
        at.append(Decimal(str(sides[0])) - Decimal(str(sides[1])))
    slope = at[1] - at[0]
    return -at[0] / slope if slope else None


def walk(node: Node) -> list[Node]:
    """Return a node and all below it."""
    return [node, *(below for part in node.parts for below in walk(part))]


def _formula(  # noqa: C901, PLR0911  # one line a kind of node
    node: Node, kinds: Mapping[str, str], *, exact: bool
) -> Formula:
    parts = [_formula(part, kinds, exact=exact) for part in node.parts]
    match node.kind:
        case "name":
            return _name(node.text, exact=exact)
        case "number" | "string" | "bool":
            literal = _literal(node, exact=exact)
            return lambda _: literal
        case "and":
            return lambda row: _and(part(row) for part in parts)
        case "or":
            return lambda row: _not(_and(_not(part(row)) for part in parts))
        case "not":
            return lambda row: _not(parts[0](row))
        case "null":
            return lambda row: (parts[0](row) is None) is (node.text == "null")
        case "in":
            return lambda row: _in(*(part(row) for part in parts))
        case "between":
            return lambda row: _between(*(part(row) for part in parts))
        case "compare":
            return lambda row: _compare(node.text, *(part(row) for part in parts))
        case "negative":
            return lambda row: _compute("-", 0, parts[0](row), LARGEST)
        case _:
            most = _largest(node, kinds)
            return lambda row: _compute(node.kind, parts[0](row), parts[1](row), most)


def _name(name: str, *, exact: bool) -> Formula:
    if exact:
        return operator.itemgetter(name)

    def inexact(row: Values) -> Value:
        value = row[name]
        return float(value) if isinstance(value, Decimal) else value

    return inexact


def _literal(node: Node, *, exact: bool) -> Value:
    if node.kind == "bool":
        return node.text == "true"
    if node.kind == "string":
        return node.text[1:-1].replace("''", "'")
    if "." not in node.text:
        return int(node.text)
    return Decimal(node.text) if exact else float(node.text)


def _largest(node: Node, kinds: Mapping[str, str]) -> int:
    below = walk(node)
    used = {kinds[each.text] for each in below if each.kind == "name"}
    if used == {"smallint"} and not any(each.kind == "number" for each in below):
        return LARGEST_OF_TYPE["smallint"]
    return LARGEST if "bigint" in used else LARGEST_OF_TYPE["int"]


def _and(values: Any) -> bool | None:  # noqa: ANN401  # a generator, so that it stops early
    result: bool | None = True
    for value in values:
        if value is False:
            return False
        if value is None:
            result = None
    return result


def _not(value: Value) -> bool | None:
    return None if value is None else not value


def _compare(sign: str, left: Value, right: Value) -> bool | None:
    return None if left is None or right is None else _COMPARE[sign](left, right)


def _between(value: Value, low: Value, high: Value) -> bool | None:
    return _and((_compare(">=", value, low), _compare("<=", value, high)))


def _in(value: Value, *items: Value) -> bool | None:
    return _not(_and(_compare("<>", value, item) for item in items))


def _compute(sign: str, left: Value, right: Value, most: int) -> Value:
    if left is None or right is None:
        return None
    with localcontext(prec=DIGITS):
        result: Value = _COMPUTE[sign](left, right)
    if isinstance(result, int) and not -most <= result < most:
        raise OverflowError(result)
    return result
