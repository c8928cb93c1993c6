"""The Alembic revision for a change of the derived model: no database, no import of the project."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from scaffold.errors import ScaffoldError
from scaffold.frozen import dataclass
from scaffold.revisions.history import VERSIONS, History, read_history
from scaffold.revisions.layout import lay_out
from scaffold.revisions.sources import names_used
from scaffold.schema.difference import difference
from scaffold.schema.operations import WHOLE_TABLES, CreateTable, DropTable, Operation, record
from scaffold.schema.pairing import Pair, pairs

if TYPE_CHECKING:
    from scaffold.entities.edit import Edit
    from scaffold.entities.entity import Entity
    from scaffold.template.source import Template

TEMPLATE = "template/macros/revision.py.jinja"
# Older versions of the template have no macros for changes, and would write a revision without them.
CHANGES = "template/macros/revision/changes.jinja"

# Renders a file of the project's template version: its path below the template's root, the context.
Renderer = Callable[[str, Mapping[str, Any]], str]

_ID_DIGITS = 12
_SLUG_LENGTH = 60
_IMPORTS = {
    "dt": "import datetime as dt",
    "Decimal": "from decimal import Decimal",
    "UUID": "from uuid import UUID",
}


@dataclass(frozen=True, slots=True)
class Revision:
    """A revision to write: its path below the project's root, its text, and what to know of it."""

    path: PurePosixPath
    text: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Change:
    """The way up and the way down, and what is to be said of each."""

    up: tuple[Operation, ...]
    down: tuple[Operation, ...]
    notes: tuple[str, ...] = ()
    losses: tuple[str, ...] = ()


def revision_for(  # noqa: PLR0913 (all but the models by name)
    old_model: Mapping[str, Any],
    new_model: Mapping[str, Any],
    *,
    root: Path,
    render: Renderer,
    now: datetime,
    edit: Edit,
    before: Iterable[Entity] = (),
    slug: str | None = None,
) -> Revision | None:
    """Return the revision that takes the tables of one derived model to those of the other.

    None when the tables are the same, or when the last revision already makes this very change.
    `edit` knows what was renamed, and what the rows that exist get and may lose; `before` are the
    entities that were. `slug` is the end of the file's name and says what is done unless given.
    Raises ScaffoldError when rows would lose values, or would need some, without a word of it in
    the edit, and when the project's revisions have no single head, or name one that is missing.
    """
    known = {entity.name: entity for entity in before}
    found = pairs(old_model, new_model, known, edit)
    if not found:
        return None
    change = _change(found, known.values(), edit)
    if not change.up:
        return None
    history = read_history(root)
    head = history.head()
    if head is not None and head.id == _revision_id(head.parents, change.up):
        return None
    revision_id = _revision_id((head.id,) if head else (), change.up)
    summary = _summary(change.up)
    context = {
        "revision": revision_id,
        "parent": head.id if head else None,
        "summary": summary,
        "losses": change.losses,
        **_body(change, render),
    }
    made = _written(context, slug or summary, render, now, history)
    return replace(made, notes=change.notes)


def _change(found: tuple[Pair, ...], before: Iterable[Entity], edit: Edit) -> _Change:
    back = [pair.reversed() for pair in found]
    if not any(pair.old for pair in found):
        return _Change(difference(found), difference(back))
    from scaffold.revisions.downward import Downward
    from scaffold.revisions.upward import Upward

    upward, downward = Upward(before, edit), Downward(before)
    up, down = difference(found, upward), difference(back, downward)
    upward.check()
    return _Change(up, down, tuple(upward.notes), tuple(downward.notes))


def _body(change: _Change, render: Renderer) -> dict[str, Any]:
    up, down = map(_records, (change.up, change.down))
    if not _only_whole_tables((*change.up, *change.down)):
        from scaffold.revisions.steps import steps

        render(CHANGES, {})
        up, down = steps(change.up), steps(change.down)
    used = names_used([*up, *down])
    return {
        "upgrade": up,
        "downgrade": down,
        "imports": [line for name, line in _IMPORTS.items() if name in used],
        "uses_sqlalchemy": "sa" in used,
        "dialects": [name for name in ("mysql", "postgresql") if name in used],
    }


def _records(operations: Iterable[Operation]) -> list[dict[str, Any]]:
    return [record(operation) for operation in operations]


def _only_whole_tables(operations: Iterable[Operation]) -> bool:
    return all(isinstance(operation, WHOLE_TABLES) for operation in operations)


def _summary(operations: tuple[Operation, ...]) -> str:
    dropped = sorted(o.table.name for o in operations if isinstance(o, DropTable))
    created = sorted(o.table.name for o in operations if isinstance(o, CreateTable))
    verbs = (("drop", dropped), ("create", created))
    parts = [f"{verb} {', '.join(names)}" for verb, names in verbs if names]
    if not _only_whole_tables(operations):
        from scaffold.revisions.summary import summary_of_changes

        parts.append(summary_of_changes(operations))
    return " and ".join(parts)


def merge_revision(root: Path, render: Renderer, now: datetime) -> Revision | None:
    """Return the revision that joins the heads of the project at `root`; None if there is one head.

    Raises ScaffoldError when a revision is missing or cannot be read.
    """
    history = read_history(root)
    heads = history.heads()
    if not heads[1:]:
        return None
    parents = sorted(head.id for head in heads)
    context = {
        "revision": _revision_id(parents, ()),
        "parent": None,
        "parents": parents,
        "summary": f"merge {' and '.join(parents)}",
        "losses": (),
        "upgrade": [],
        "downgrade": [],
        "imports": [],
        "uses_sqlalchemy": False,
        "dialects": [],
    }
    return _written(context, "merge", render, now, history)


def _written(
    context: Mapping[str, Any], slug: str, render: Renderer, now: datetime, history: History
) -> Revision:
    moment = now.astimezone(UTC)
    shared = {"created": f"{moment:%Y-%m-%d %H:%M}", "lay_out": _laid_out_block}
    stem = f"{moment:%Y%m%d%H%M}_{_slug(slug)}"
    taken = {revision.file for revision in history.revisions}
    # The same was done a moment ago, and undone: `add` and `remove` by a quick hand, or a script.
    names = (f"{stem}_{number}.py" if number > 1 else f"{stem}.py" for number in count(1))
    name = next(name for name in names if name not in taken)
    return Revision(PurePosixPath(VERSIONS / name), render(TEMPLATE, {**context, **shared}))


def renderer_of(template: Template) -> Renderer:
    """Return what renders files of this template version with a context of one's own."""
    from jinja2 import TemplateError, TemplateNotFound

    from scaffold.template.environment import make_environment
    from scaffold.template.errors import readable
    from scaffold.template.index import codes_of, load_index

    envops = load_index(template).envops
    codes = codes_of(template)
    environment = make_environment(template.root, envops, codes, strict=True)

    def render(path: str, context: Mapping[str, Any]) -> str:
        try:
            text = environment.get_template(path).render(context)
        except TemplateNotFound as error:
            raise ScaffoldError(
                f"the project's template version has no `{error.name}`, so it cannot migrate",
                help="update the project to a later version of the template",
            ) from error
        except TemplateError as error:
            raise readable(error, f"`{path}`") from error
        codes.save()
        return text

    return render


def _revision_id(parents: Iterable[str], operations: Iterable[Operation]) -> str:
    """Derive the id from what the revision follows and does, so that every run agrees on it."""
    content = json.dumps([sorted(parents), _records(operations)], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:_ID_DIGITS]


def _slug(text: str) -> str:
    words = "".join(char if char.isascii() and char.isalnum() else " " for char in text.lower())
    slug = "_".join(words.split())
    if len(slug) <= _SLUG_LENGTH:
        return slug
    whole, _, _ = slug[: _SLUG_LENGTH + 1].rpartition("_")
    return whole or slug[:_SLUG_LENGTH]


def _laid_out_block(indent: int, caller: Callable[[], str]) -> str:
    return lay_out(caller(), indent)
