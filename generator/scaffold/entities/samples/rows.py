"""Rows for the generated tests of an entity: values that its checks and its patterns allow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scaffold.entities import checks, names
from scaffold.entities.samples import candidates
from scaffold.entities.samples.evaluate import Condition
from scaffold.entities.samples.fields import (
    ANY,
    PRESENT,
    Row,
    is_for_all,
    sampled_fields,
    seen,
    unchosen,
    unique_groups,
)
from scaffold.errors import ScaffoldError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scaffold.entities.entity import Entity, Field


def sample_rows(entity: Entity) -> tuple[Row, ...]:
    """Return rows of canonical values for the sampled fields; what is unique differs in each.

    A document is left out where any does, and None where it has to be NULL. An optional reference is
    left out where it is empty, and ANY where it must not be.
    """
    from scaffold.entities.samples.search import Search  # recorded rows are not searched for

    rows = Search(entity, sampled_fields(entity)).rows()
    return rows if any(rows) else ()


def check_rows(entity: Entity, rows: Sequence[Row]) -> None:
    """Refuse recorded rows that the entity does not allow."""
    fields = sampled_fields(entity)
    if not fields:
        raise ScaffoldError(
            f"`{entity.name}` records samples, but has no check and no pattern that asks for them",
            help="remove `samples`",
        )
    needed = tuple(field.name for field in fields if not is_for_all(field))
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
    for key in unique_groups(entity, fields):
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
    if is_for_all(field):
        fits = text in (None, ANY if field.to else PRESENT)
    else:
        fits = text is None or candidates.fits(field, text)
    if not fits:
        raise ScaffoldError(f"`{field.name}` of {where} cannot be `{text}`")


def _check_conditions(entity: Entity, row: Row, where: str) -> None:
    fields = {field.name: field for field in entity.fields}
    values = unchosen(entity)
    values |= {name: seen(fields[name], text, entity) for name, text in row.items()}
    for text in entity.checks:
        tree = checks.parse_check(text).tree
        if not Condition(tree, fields).holds(values, unknown=True):
            raise ScaffoldError(f"{where} does not satisfy the check `{text}`")
