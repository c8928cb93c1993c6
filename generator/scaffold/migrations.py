"""The Alembic revision for a change of the derived model: no database, no import of the project."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from scaffold.difference import CreateTable, DropTable, Operation, difference, inverse
from scaffold.errors import ScaffoldError
from scaffold.history import VERSIONS, read_history
from scaffold.layout import lay_out
from scaffold.schema import changed_tables
from scaffold.source import Template

TEMPLATE = "template/macros/revision.py.jinja"

# Renders a file of the project's template version: its path below the template's root, the context.
Renderer = Callable[[str, Mapping[str, Any]], str]

_ID_DIGITS = 12
_SLUG_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Revision:
    """A revision to write: its path below the project's root, and its text."""

    path: PurePosixPath
    text: str


def revision_for(  # noqa: PLR0913 (all but the models by name)
    old_model: Mapping[str, Any],
    new_model: Mapping[str, Any],
    *,
    root: Path,
    render: Renderer,
    now: datetime,
    slug: str | None = None,
) -> Revision | None:
    """Return the revision that takes the tables of one derived model to those of the other.

    None when the tables are the same, or when the last revision already makes this very change.
    `slug` is the end of the file's name and says what is done unless given. Raises ScaffoldError
    when the project's revisions have no single head, or name one that is missing.
    """
    operations = difference(*changed_tables(old_model, new_model))
    if not operations:
        return None
    history = read_history(root)
    head = history.head()
    if head is not None and head.id == _revision_id(head.parents, operations):
        return None
    parents = (head.id,) if head else ()
    revision_id = _revision_id(parents, operations)
    summary = _summary(operations)
    moment = now.astimezone(UTC)
    context = {
        "revision": revision_id,
        "parent": head.id if head else None,
        "summary": summary,
        "created": f"{moment:%Y-%m-%d %H:%M}",
        "upgrade": _records(operations),
        "downgrade": _records(inverse(operations)),
        "dialects": _dialects(operations),
        "lay_out": _laid_out_block,
    }
    name = f"{moment:%Y%m%d%H%M}_{_slug(slug or summary)}.py"
    return Revision(PurePosixPath(VERSIONS / name), render(TEMPLATE, context))


def renderer_of(template: Template) -> Renderer:
    """Return what renders files of this template version with a context of one's own."""
    from jinja2 import TemplateError, TemplateNotFound

    from scaffold.index import bytecode_folder, load_index
    from scaffold.jinja_env import make_environment

    envops = load_index(template).envops
    environment = make_environment(template.root, envops, bytecode_folder(template), strict=True)

    def render(path: str, context: Mapping[str, Any]) -> str:
        try:
            return environment.get_template(path).render(context)
        except TemplateNotFound as error:
            raise ScaffoldError(
                f"the project's template version has no `{error.name}`, so it cannot migrate",
                help="update the project to a later version of the template",
            ) from error
        except TemplateError as error:
            raise ScaffoldError(f"`{path}` of the template does not render: {error}") from error

    return render


def _revision_id(parents: Iterable[str], operations: Iterable[Operation]) -> str:
    """Derive the id from what the revision follows and does, so that every run agrees on it."""
    content = json.dumps([sorted(parents), _records(operations)], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:_ID_DIGITS]


def _records(operations: Iterable[Operation]) -> list[dict[str, Any]]:
    return [{"do": type(operation).__name__, **asdict(operation)} for operation in operations]


def _summary(operations: Iterable[Operation]) -> str:
    created = [o.table.name for o in operations if isinstance(o, CreateTable)]
    dropped = [o.table.name for o in operations if isinstance(o, DropTable)]
    verbs = (("drop", sorted(dropped)), ("create", sorted(created)))
    return " and ".join(f"{verb} {', '.join(names)}" for verb, names in verbs if names)


def _slug(text: str) -> str:
    words = "".join(char if char.isascii() and char.isalnum() else " " for char in text.lower())
    return "_".join(words.split())[:_SLUG_LENGTH].rstrip("_")


def _dialects(operations: Iterable[Operation]) -> list[str]:
    """Return the dialect modules that the operations' expressions use."""
    content = json.dumps(_records(operations))
    return [name for name in ("mysql", "postgresql") if f"{name}." in content]


def _laid_out_block(indent: int, caller: Callable[[], str]) -> str:
    return lay_out(caller(), indent)
