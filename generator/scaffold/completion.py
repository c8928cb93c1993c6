"""Complete words of the command line in a shell; whatever goes wrong, it offers nothing."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def complete(args: Sequence[str], incomplete: str) -> list[str]:
    """Offer the types and entities for the second part of a field, modifiers for later parts."""
    # Bash breaks words at colons, so there the parts are separate words.
    if incomplete == ":" or (args and args[-1] == ":"):
        parts = _parts_of_last_word(args)
        return _matching(len(parts), incomplete.removeprefix(":"), "")
    head, colon, last = incomplete.rpartition(":")
    return _matching(head.count(":") + 1, last, head + colon) if colon else []


def _parts_of_last_word(args: Sequence[str]) -> list[str]:
    parts: list[str] = []
    rest = [*args]
    while len(rest) > 1 and rest[-1] == ":":
        rest.pop()
        parts.append(rest.pop())
    return parts or ["name"]


def _matching(place: int, start: str, before: str) -> list[str]:
    from scaffold.grammar.fields import MODIFIERS

    words = [word if word in _BARE else f"{word}=" for word in MODIFIERS]
    if place == 1:
        words = [*_types_and_entities(), *words]
    return [f"{before}{word}" for word in words if word.startswith(start)]


_BARE = {"null", "unique", "index", "private", "readonly"}


def _types_and_entities() -> list[str]:
    from scaffold.answers.reading import find_project
    from scaffold.project.project import load

    with suppress(Exception):
        project = load(find_project(Path.cwd()))
        return [*project.types, *(entity.name for entity in project.entities)]
    return []


def fields_of(name: str) -> list[str]:
    """Return the names of an entity's fields."""
    from scaffold.answers.reading import find_project, read

    with suppress(Exception):
        for entity in read(find_project(Path.cwd())).entities:
            if entity.name == name:
                return [field.name for field in entity.fields]
    return []


def entities() -> list[str]:
    """Return the names of the project's entities."""
    from scaffold.answers.reading import find_project, read

    with suppress(Exception):
        return [entity.name for entity in read(find_project(Path.cwd())).entities]
    return []
