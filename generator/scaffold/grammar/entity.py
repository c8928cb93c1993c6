"""Turn what `scaffold model` was told into an entity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scaffold.entities import names
from scaffold.entities.defaults import expand
from scaffold.entities.entity import Entity
from scaffold.errors import ScaffoldError
from scaffold.frozen import dataclass
from scaffold.grammar.fields import parse_field

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scaffold.entities.types import TypeTable


@dataclass(frozen=True, slots=True)
class Declaration:
    """An entity in the words of the command line; `pk` None stands for the project's kind."""

    name: str
    fields: tuple[str, ...]
    plural: str | None = None
    table: str | None = None
    pk: str | None = None
    unique: tuple[str, ...] = ()
    index: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    timestamps: bool = True
    soft_delete: bool = False
    lock: bool = False
    page: str = "keyset"
    api: str = "full"


def entity_of(declared: Declaration, types: TypeTable, pk: str) -> Entity:
    """Parse a declaration to an entity with every default filled in; `pk` is the project's kind."""
    names.check_entity(declared.name)
    entity = Entity(
        name=declared.name,
        plural=declared.plural or "",
        table=declared.table or "",
        pk=declared.pk or pk,
        api=declared.api,
        page=declared.page,
        timestamps=declared.timestamps,
        soft_delete=declared.soft_delete,
        lock=declared.lock,
        unique=groups(declared.unique, "--unique"),
        index=groups(declared.index, "--index"),
        checks=canonical_checks(declared.checks),
        fields=tuple(parse_field(token, types) for token in declared.fields),
    )
    return expand(entity, types)


def groups(given: Iterable[str], option: str) -> tuple[tuple[str, ...], ...]:
    """Return what `--unique a,b` names, each time that it is given."""
    return tuple(_group(text, option) for text in given)


def _group(text: str, option: str) -> tuple[str, ...]:
    members = tuple(part.strip() for part in text.split(","))
    if not all(members):
        raise ScaffoldError(
            f"`{option} {text}` does not name fields", help=f"write it as {option} first,second"
        )
    return members


def canonical_checks(given: tuple[str, ...]) -> tuple[str, ...]:
    """Return what `--check` says, in canonical form."""
    if not given:
        return ()
    from scaffold.entities.checks import parse_check

    return tuple(parse_check(text).text for text in given)
