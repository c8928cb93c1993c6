"""Find the lines of people that speak of what has another name now, or is gone."""

from __future__ import annotations

import os
import re
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple

from scaffold.entities import names
from scaffold.entities.collisions import class_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from scaffold.entities.edit import Edit
    from scaffold.entities.entity import Entity
    from scaffold.plan.plan import Plan
    from scaffold.render.files import Render

# Written by scaffold or by tools, or kept as they were.
_PASSED_OVER = re.compile(r"\..*|__pycache__|node_modules|versions|build|dist")


class Word(NamedTuple):
    """A name that is no more: what it looks like in code, and what a file with it has, too.

    `parts` are in any text that `look` finds: most files have none, which is found out quickly.
    """

    name: str
    look: re.Pattern[str]
    parts: tuple[bytes, ...]
    beside: tuple[bytes, ...]

    def may_be_in(self, content: bytes) -> bool:
        """Tell, without a look at each line, whether a file may have it."""
        return any(part in content for part in self.parts) and any(
            each in content for each in self.beside
        )


def mentions(
    root: Path, before: Sequence[Entity], edit: Edit, plan: Plan, after: Render
) -> tuple[str, ...]:
    """Return a note for each name that is no more, with the places where people still use it."""
    words = list(_retired(before, edit))
    found: dict[str, dict[str, list[int]]] = {}
    for path, content in _contents_after(root, plan):
        for word, number in _places(path, content, words, after):
            found.setdefault(word.name, {}).setdefault(path, []).append(number)
    return tuple(_note(word, places) for word, places in found.items())


def _note(word: str, places: Mapping[str, list[int]]) -> str:
    shown = ", ".join(f"{path}:{','.join(map(str, lines))}" for path, lines in places.items())
    return f"`{word}` is still in lines that you wrote: {shown}"


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
            yield Word(entity.name, re.compile("|".join(looks.values())), _parts(looks), (b"",))
        if now is not None:
            yield from _retired_fields(entity, now)


def _retired_fields(before: Entity, after: Entity) -> Iterator[Word]:
    entities = _parts(
        part for each in (before, after) for part in (each.name, names.snake(each.name))
    )
    kept = {own for field in after.fields for own in (field.name, field.column_name)}
    for field in before.fields:
        own = {field.name, field.column_name} - kept
        if own:
            either = "|".join(sorted(own))
            looks = rf"\.(?:{either})\b|\b(?:{either})=|[\"'](?:{either})[\"']"
            yield Word(f"{before.name}.{field.name}", re.compile(looks), _parts(own), entities)


def _parts(texts: Iterable[str]) -> tuple[bytes, ...]:
    """Return those texts that one has to look for: a text with another one in it needs no look."""
    shortest: list[str] = []
    for text in sorted(texts, key=len):
        if not any(part in text for part in shortest):
            shortest.append(text)
    return tuple(part.encode() for part in shortest)


def _contents_after(root: Path, plan: Plan) -> Iterator[tuple[str, bytes]]:
    """Yield the Python files of the project as they will be."""
    writes = {change.path: change.after for change in plan.writes}
    writes |= {each.path: each.marked or each.ours for each in plan.conflicts}
    for path in sorted({*_files(root), *writes}):
        if not path.endswith(".py") or path.startswith("migrations/versions/"):
            continue
        content = writes[path] if path in writes else _read(f"{root}/{path}")
        if content is not None:
            yield path, content


def _files(root: Path) -> Iterator[str]:
    """Yield the paths of the files: as texts, since there are hundreds."""
    for folder, folders, files in os.walk(root):
        folders[:] = [each for each in folders if not _is_passed_over(folder, each)]
        inside = PurePath(folder).relative_to(root).as_posix()
        start = "" if inside == "." else f"{inside}/"
        yield from (start + file for file in files)


def _is_passed_over(place: str, folder: str) -> bool:
    return _PASSED_OVER.fullmatch(folder) is not None or os.path.exists(  # noqa: PTH110
        f"{place}/{folder}/pyvenv.cfg"
    )


def _read(file: str) -> bytes | None:
    try:
        with open(file, "rb", buffering=0) as opened:  # noqa: PTH123  # quicker than a path
            return opened.read()
    except OSError:
        return None


def _places(
    path: str, content: bytes, words: Sequence[Word], after: Render
) -> Iterator[tuple[Word, int]]:
    found = [word for word in words if word.may_be_in(content)]
    if not found:
        return
    text = content.decode("utf-8", "replace")
    found = [word for word in found if word.look.search(text)]
    if not found:
        return
    file = after.get(path)
    rendered = set(file.body().decode("utf-8", "replace").splitlines()) if file else set()
    for number, line in enumerate(text.splitlines(), 1):
        if line not in rendered:
            yield from ((word, number) for word in found if word.look.search(line))
