"""All rules, by their codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scaffold.check.rules import (
    bulk,
    columns,
    creation,
    dependencies,
    exits,
    layers,
    loops,
    ownership,
    pages,
    races,
    relationships,
    runtime,
    tasks,
    transactions,
    violations,
)

if TYPE_CHECKING:
    from scaffold.check.rule import Rule

_FAMILIES = (
    bulk,
    columns,
    creation,
    dependencies,
    exits,
    layers,
    loops,
    ownership,
    pages,
    races,
    relationships,
    runtime,
    tasks,
    transactions,
    violations,
)
RULES: tuple[Rule, ...] = tuple(
    sorted((rule for family in _FAMILIES for rule in family.RULES), key=lambda rule: rule.code)
)
