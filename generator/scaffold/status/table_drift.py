"""Compare the tables of entities and models with those that the migrations build."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scaffold.entities.names import listed
from scaffold.status.drift import MIGRATE, Drift

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scaffold.project.project import Project
    from scaffold.replay.tables import Built, Spec
    from scaffold.status.declared_tables import Declared
    from scaffold.status.edited_tables import Code

_CONSTRAINTS = ("foreign_keys", "uniques", "indexes", "checks")


def compare_tables(project: Project, code: Code, built: Built) -> Iterator[Drift]:
    """Yield where the tables of entities and models are not those that the migrations build."""
    derived = _derived(project)
    for name, (entity, spec) in derived.items():
        if name not in built.tables:
            yield Drift(
                f"no migration makes the table `{name}` of the entity `{entity}`", help=MIGRATE
            )
            continue
        found = list(
            _differences(spec, built.tables[name], code.rendered.get(name), code.own.get(name))
        )
        if found:
            yield Drift(
                f"the migrations build another table `{name}` than the entity `{entity}` and its "
                f"model have: {', '.join(found)}",
                help=MIGRATE,
            )
    for name in code.own.keys() - derived.keys() - built.tables.keys():
        yield Drift(f"no migration makes the table `{name}` of a model by hand", help=MIGRATE)
    if gone := sorted(built.tables.keys() - derived.keys() - code.own.keys()):
        yield Drift(
            f"the migrations build {listed(gone)}, which no entity and no model has",
            note="an entity may have been lost in a merge",
            help="bring its line in the answers back with git, or drop what is left: "
            'scaffold migrate "..."',
        )


def _derived(project: Project) -> dict[str, tuple[str, Spec]]:
    model = project.rendered.context.get("model") or {}
    found: dict[str, tuple[str, Spec]] = {}
    for entity in model.get("entities", ()):
        spec = entity["table_spec"]
        name = str(entity.get("name", spec["name"]))
        found[spec["name"]] = (name, spec)
        for link in entity.get("link_tables", ()):
            found[link["name"]] = (name, {k: v for k, v in link.items() if k != "field"})
    return found


def _differences(
    spec: Spec, built: Spec, rendered: Declared | None, own: Declared | None
) -> Iterator[str]:
    """Yield what the migrations build in another way, but for what a person wrote in the model."""
    before = rendered.columns if rendered and own else {}
    now = own.columns if rendered and own else {}
    by_hand = {name for name in before.keys() | now.keys() if before.get(name) != now.get(name)}
    wanted = {column["name"]: column for column in spec["columns"]}
    there = {column["name"]: column for column in built["columns"]}
    expected = (wanted.keys() - (by_hand - now.keys())) | (now.keys() & by_hand)
    yield from (f"the column `{name}` is missing" for name in sorted(expected - there.keys()))
    yield from (f"the column `{name}` is too much" for name in sorted(there.keys() - expected))
    for name in sorted(wanted.keys() & there.keys() - by_hand):
        if not _is_same_column(wanted[name], there[name]):
            yield f"the column `{name}` is another one"
    if by_hand or (rendered and own and rendered.arguments != own.arguments):
        return  # a person's constraints, which only running them can tell apart
    yield from _constraints(spec, built)


def _constraints(spec: Spec, built: Spec) -> Iterator[str]:
    if spec.get("primary_key") != built.get("primary_key"):
        yield "the primary key has another name"
    for kind in _CONSTRAINTS:
        wanted, there = (_by_name(each.get(kind) or ()) for each in (spec, built))
        yield from (f"`{name}` is missing" for name in sorted(wanted.keys() - there.keys()))
        yield from (f"`{name}` is too much" for name in sorted(there.keys() - wanted.keys()))
        for name in sorted(wanted.keys() & there.keys()):
            if wanted[name] != there[name]:
                yield f"`{name}` is another one"


def _by_name(parts: Any) -> dict[str, dict[str, Any]]:  # noqa: ANN401 (parts of a spec)
    return {part["name"]: {k: v for k, v in part.items() if v is not None} for part in parts}


def _is_same_column(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    keys = ("type", "nullable", "server_default")
    return all(one.get(key) == other.get(key) for key in keys) and (
        bool(one.get("primary_key")) is bool(other.get("primary_key"))
    )
