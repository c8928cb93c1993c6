"""Find the lines of people that speak of what has another name now, or is gone."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from scaffold.entities import names
from scaffold.entities.graph import class_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scaffold.entities.edit import Edit
    from scaffold.entities.entity import Entity
    from scaffold.plan.plan import Plan
    from scaffold.render.files import Render

_SHOWN = 8
# Written by scaffold or by tools, or kept as they were.
_PASSED_OVER = re.compile(r"\..*|__pycache__|node_modules|versions|build|dist")


class Word(NamedTuple):
    """A name that is no more: what it looks like in code, and what a file with it has, too.

    `parts` has a text of each look: most files have none of them, which is found out quickly.
    """

    name: str
    look: re.Pattern[str]
    parts: tuple[str, ...]
    beside: tuple[str, ...]

    def is_in(self, text: str) -> bool:
        """Tell whether a file has it."""
        return (
            any(part in text for part in self.parts)
            and any(each in text for each in self.beside)
            and self.look.search(text) is not None
        )


def mentions(
    root: Path, before: Sequence[Entity], edit: Edit, plan: Plan, after: Render
) -> tuple[str, ...]:
    """Return a note for each name that is no more, with the places where people still use it."""
    words = list(_retired(before, edit))
    found: dict[str, list[str]] = {}
    for path, text in _texts_after(root, plan):
        for word, number in _places(path, text, words, after):
            found.setdefault(word.name, []).append(f"{path}:{number}")
    return tuple(_note(word, places) for word, places in found.items())


def _note(word: str, places: list[str]) -> str:
    shown = ", ".join(places[:_SHOWN])
    more = f" and {len(places) - _SHOWN} more" if len(places) > _SHOWN else ""
    return f"`{word}` is still in lines that you wrote: {shown}{more}"


def _retired(before: Sequence[Entity], edit: Edit) -> Iterator[Word]:
    """Yield the names that are no more."""
    later = {entity.name: entity for entity in edit.entities}
    classes = {name for entity in edit.entities for name in class_names(entity)}
    plurals = {entity.plural for entity in edit.entities}
    modules = {names.snake(entity.name) for entity in edit.entities}
    for entity in before:
        name = edit.entity_renames.get(entity.name, entity.name)
        now = later.get(name)
        gone = [each for each in class_names(entity) if each not in classes]
        module = names.snake(entity.name)
        looks = {each: rf"\b{each}\b" for each in gone}
        if module not in modules:
            looks[f".{module}"] = rf"\.{module}\b(?=\s+import|\s*$)"
        if entity.plural not in plurals:
            looks[f".{entity.plural}"] = rf"\.{entity.plural}\b"
        if looks and (now is None or now.name != entity.name or now.plural != entity.plural):
            yield Word(entity.name, re.compile("|".join(looks.values())), tuple(looks), ("",))
        if now is not None:
            yield from _retired_fields(entity, now)


def _retired_fields(before: Entity, after: Entity) -> Iterator[Word]:
    entities = tuple(
        part for each in (before, after) for part in (each.name, names.snake(each.name))
    )
    kept = {own for field in after.fields for own in (field.name, field.column_name)}
    for field in before.fields:
        own = {field.name, field.column_name} - kept
        if own:
            either = "|".join(sorted(own))
            looks = rf"\.(?:{either})\b|\b(?:{either})=|[\"'](?:{either})[\"']"
            yield Word(f"{before.name}.{field.name}", re.compile(looks), tuple(own), entities)


def _texts_after(root: Path, plan: Plan) -> Iterator[tuple[str, str]]:
    """Yield the Python files of the project as they will be."""
    writes = {change.path: change.after for change in plan.writes}
    writes |= {each.path: each.marked or each.ours for each in plan.conflicts}
    for path in sorted({*_files(root), *writes}):
        if not path.endswith(".py") or path.startswith("migrations/versions/"):
            continue
        content = writes[path] if path in writes else _read(root / path)
        if content is not None:
            yield path, content.decode("utf-8", "replace")


def _files(root: Path) -> Iterator[str]:
    for folder, folders, files in os.walk(root):
        place = Path(folder)
        folders[:] = [each for each in folders if not _is_passed_over(place, each)]
        for file in files:
            yield (place / file).relative_to(root).as_posix()


def _is_passed_over(place: Path, folder: str) -> bool:
    is_environment = (place / folder / "pyvenv.cfg").exists()
    return is_environment or _PASSED_OVER.fullmatch(folder) is not None


def _read(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except OSError:
        return None


def _places(
    path: str, text: str, words: Sequence[Word], after: Render
) -> Iterator[tuple[Word, int]]:
    found = [word for word in words if word.is_in(text)]
    if not found:
        return
    file = after.get(path)
    rendered = set(file.body().decode("utf-8", "replace").splitlines()) if file else set()
    for number, line in enumerate(text.splitlines(), 1):
        if line not in rendered:
            yield from ((word, number) for word in found if word.look.search(line))
