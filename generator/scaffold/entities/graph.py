"""What entities may say together: relations that lead somewhere, rows that can be filled."""

from collections import Counter
from typing import TYPE_CHECKING

from scaffold.entities import names
from scaffold.entities.collisions import check_backs, check_constraint_names, check_names
from scaffold.entities.entity_rules import check_entity
from scaffold.entities.types import type_of_name
from scaffold.errors import Collected, ScaffoldError, within

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scaffold.entities.entity import Entity, Field
    from scaffold.entities.types import TypeTable


def validate(entities: "Sequence[Entity]", types: "TypeTable") -> None:
    """Refuse entities that could not be generated, migrated or filled; they must be expanded.

    Errors of different entities are raised together.
    """
    by_name: dict[str, Entity] = {}
    for entity in entities:
        if entity.name in by_name:
            raise ScaffoldError(
                f"the entity `{entity.name}` is recorded twice",
                note="two branches may each have added one; their merge kept both",
                help="remove one of the two from the answers file",
            )
        by_name[entity.name] = entity
    with_all = Collected()
    for entity in entities:
        with with_all, within(entity.name):
            check_entity(entity, types)
    with_all.raise_any()
    check_names(entities)
    for entity in entities:
        for field in entity.relations:
            with with_all, within(entity.name, "fields", field.name):
                _check_target(entity, field, by_name, types)
    with_all.raise_any()
    if any(entity.links for entity in entities):
        from scaffold.entities.links import check_links  # few projects have any

        check_links(entities, by_name)
    check_backs(entities, by_name)
    check_constraint_names(entities)
    _check_fillable(entities)


def _check_target(
    entity: "Entity", field: "Field", by_name: "dict[str, Entity]", types: "TypeTable"
) -> None:
    target = str(field.to)
    if target not in by_name:
        raise ScaffoldError(
            f"`{entity.name}.{field.name}` refers to `{target}`, which this project does not have",
            help=_instead_of(target, by_name, types),
        )


def _instead_of(target: str, by_name: "dict[str, Entity]", types: "TypeTable") -> str:
    if kind := type_of_name(target, types):
        return f"did you mean the type `{kind}`?"
    # `OrderLine` is no misspelled `Order`, but one more word.
    similar = [name for name in by_name if not _says_more(name, target)]
    if near := names.nearest(target, similar):
        return f"an entity with a similar name exists: `{near}`"
    return f"create it first: scaffold model {target} ..."


def _says_more(name: str, start: str) -> bool:
    return name.startswith(start) and name[len(start) :][:1].isupper()


def _check_fillable(entities: "Sequence[Entity]") -> None:
    """Refuse references that wait for each other: no first row could ever be added."""
    needs = {
        entity.name: [
            field
            for field in entity.references
            if not field.null or any(field.name in dict(row) for row in entity.samples)
        ]
        for entity in entities
    }
    waiting = Counter({name: len(fields) for name, fields in needs.items()})
    needed_by: dict[str, list[str]] = {name: [] for name in needs}
    for name, fields in needs.items():
        for field in fields:
            needed_by[str(field.to)].append(name)
    ready = [name for name, count in waiting.items() if count == 0]
    for name in ready:
        for other in needed_by[name]:
            waiting[other] -= 1
            if waiting[other] == 0:
                ready.append(other)
    if stuck := {name for name, count in waiting.items() if count}:
        raise _unfillable(needs, stuck)


def _unfillable(needs: "dict[str, list[Field]]", stuck: set[str]) -> ScaffoldError:
    path: list[tuple[str, Field]] = []
    name = min(stuck)
    while name not in [step for step, _ in path]:
        field = next(field for field in needs[name] if field.to in stuck)
        path.append((name, field))
        name = str(field.to)
    cycle = path[[step for step, _ in path].index(name) :]
    last = cycle[-1][1]
    shown = " → ".join(f"`{step}.{field.name}`" for step, field in cycle)
    return ScaffoldError(
        f"{shown} {'refer' if len(cycle) > 1 else 'refers'} back to `{name}`, and "
        f"{'none of them may' if len(cycle) > 1 else 'it may not'} be empty: no first row could be added",
        help=f"let one be empty: {last.name}:{last.to}:null",
    )
