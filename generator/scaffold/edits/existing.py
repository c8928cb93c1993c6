"""What to type instead of `scaffold model` for an entity that exists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scaffold.edits.lookup import quoted
from scaffold.entities import names
from scaffold.errors import ScaffoldError
from scaffold.grammar.fields import format_field

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.entities.entity import Entity
    from scaffold.entities.types import TypeTable

_FLAGS = ("timestamps", "soft_delete", "lock")


def exists_already(old: Entity, new: Entity, types: TypeTable) -> ScaffoldError:
    """Return the error that says in what the two differ, and which commands would change that."""
    differences = list(_differences(old, new, types))
    steps = list(_steps(old, new, types))
    return ScaffoldError(
        f"this project has an entity `{old.name}` already",
        note="; ".join(differences),
        help=f"choose another name for the new one, or change that one: {' && '.join(steps)}"
        if steps
        else "choose another name for the new one",
    )


def _differences(old: Entity, new: Entity, types: TypeTable) -> Iterator[str]:
    before = {field.name: format_field(field, types) for field in old.fields}
    after = {field.name: format_field(field, types) for field in new.fields}
    for name, token in after.items():
        if before.get(name, token) != token:
            yield f"its `{before[name]}` would be `{token}`"
    if more := [after[name] for name in after if name not in before]:
        yield f"it has no {names.listed(more)}"
    if less := [before[name] for name in before if name not in after]:
        yield f"it has {names.listed(less)} besides"
    if old.pk != new.pk:
        yield f"its keys are {old.pk}, which cannot change"
    if missing := list(_options(old, new)):
        yield f"its options differ by {names.listed(missing)}"
    if before.keys() == after.keys() and [*before] != [*after]:
        yield f"its fields are in the order {', '.join(before)}"


def _steps(old: Entity, new: Entity, types: TypeTable) -> Iterator[str]:
    before = {field.name: field for field in old.fields}
    after = {field.name: field for field in new.fields}
    added = [after[name] for name in after if name not in before]
    altered = [after[name] for name in after if before.get(name, after[name]) != after[name]]
    removed = [name for name in before if name not in after]
    for verb, fields in (("add", added), ("alter", altered)):
        if fields:
            tokens = quoted([format_field(field, types) for field in fields])
            yield f"scaffold field {verb} {old.name} {tokens}"
    if removed:
        yield f"scaffold field remove {old.name} {' '.join(removed)}"
    if options := " ".join(_options(old, new)):
        yield f"scaffold alter {old.name} {options}"


def _options(old: Entity, new: Entity) -> Iterator[str]:
    """Yield the options of `scaffold alter` that make the one what the other is."""
    for attribute in ("plural", "table", "api", "page"):
        if getattr(old, attribute) != getattr(new, attribute):
            yield f"--{attribute} {getattr(new, attribute)}"
    for attribute in _FLAGS:
        if getattr(old, attribute) != getattr(new, attribute):
            no = "" if getattr(new, attribute) else "no-"
            yield f"--{no}{attribute.replace('_', '-')}"
    for option in ("unique", "index"):
        before, after = getattr(old, option), getattr(new, option)
        yield from (f"--{option} {','.join(each)}" for each in after if each not in before)
        yield from (f"--drop-{option} {','.join(each)}" for each in before if each not in after)
    yield from (quoted(["--check", each]) for each in new.checks if each not in old.checks)
    yield from (quoted(["--drop-check", each]) for each in old.checks if each not in new.checks)
