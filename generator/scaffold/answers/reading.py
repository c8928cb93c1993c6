"""Read the answers that a project was rendered from."""

from __future__ import annotations

import hashlib
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from scaffold.answers.text import ANSWERS_FILE, LAST_GOOD, Parsed, parse, problem
from scaffold.entities.records import Record, from_record
from scaffold.errors import ScaffoldError
from scaffold.frozen import dataclass
from scaffold.untrusted import read_regular

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from scaffold.entities.entity import Entity

__all__ = ["ANSWERS_FILE"]

# The form in which entities are recorded, and what brings a record of each earlier form to the next.
ENTITIES_SPEC = 1
NEWER_FORMS: dict[int, Callable[[Record], Record]] = {}
_NAMED = re.compile(r"`(\w+)(?:\.\w+)?`")


@dataclass(frozen=True, slots=True)
class Answers:
    """What `.copier-answers.yml` records.

    `data` holds every answer, `_commit` and `_src_path` included; its `entities` are the records
    sorted by name. `lines` gives the line of each answer, `entity_lines` that of each entity in the
    order of the file, `repeated` that of a second, equal record of each, and `digest` is the
    SHA-256 of the file.
    """

    root: Path
    file: Path
    data: dict[str, Any]
    entities: tuple[Entity, ...]
    digest: str
    lines: dict[str, int]
    entity_lines: dict[str, int]
    repeated: dict[str, int]

    def located(self, error: ScaffoldError) -> ScaffoldError:
        """Return an error about the recorded entities with the line of the first that it names."""
        for name in _NAMED.findall(error.message):
            if line := self.entity_lines.get(name):
                help = f"correct the line, or take the last good version: {LAST_GOOD}"
                return problem(line, error.message, note=error.note, help=help)
        return error

    @property
    def src_path(self) -> str:
        """Return where the template is."""
        return str(self.data["_src_path"])

    @property
    def commit(self) -> str:
        """Return the version of the template, as `git describe` names it."""
        return str(self.data["_commit"])


def find_project(start: Path) -> Path:
    """Return the nearest folder at or above `start` that holds an answers file."""
    folder = start.resolve()
    for candidate in (folder, *folder.parents):
        if (candidate / ANSWERS_FILE).is_file():
            return candidate
    raise ScaffoldError(
        f"`{folder}` is not in a project made by scaffold",
        note=f"no `{ANSWERS_FILE}` here or in any folder above",
        help="go to your project, or start one: scaffold new NAME",
    )


def read(root: Path, *, commit: str | None = None) -> Answers:
    """Read and check the answers file of the project at `root`.

    `commit` takes the place of a `_commit` that is not recorded.
    """
    file = root / ANSWERS_FILE
    content = _content(file)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise problem(line, "this is not UTF-8 text") from error
    parsed = parse(text)
    if commit is not None:
        parsed.data.setdefault("_commit", commit)
    _check_metadata(parsed)
    records = parsed.data["entities"]
    if not isinstance(records, list):
        raise problem(parsed.lines["entities"], "`entities` is not a list")
    spec = int(parsed.data.get("entities_spec", ENTITIES_SPEC))
    records, lines, repeated = _once(records, parsed.entity_lines)
    entities = _entities(records, lines, spec)
    order = sorted(range(len(records)), key=lambda index: str(records[index]["name"]))
    return Answers(
        root=root,
        file=file,
        data={**parsed.data, "entities": [records[index] for index in order]},
        entities=tuple(entities[index] for index in order),
        digest=hashlib.sha256(content).hexdigest(),
        lines=parsed.lines,
        entity_lines={entity.name: line for entity, line in zip(entities, lines, strict=True)},
        repeated=repeated,
    )


def refuse_unknown(answers: Answers, questions: Iterable[str]) -> None:
    """Raise an error when an answer belongs to none of the template's questions."""
    known = {"_commit", "_src_path", *questions}
    for name, line in answers.lines.items():
        if name not in known:
            raise problem(
                line,
                f"the project's template has no question `{name}`",
                help="remove this line, or correct the name",
            )


def is_in_order(answers: Answers) -> bool:
    """Tell whether each entity is recorded once, in the order of their names."""
    in_order = all(before < name for before, name in pairwise(answers.entity_lines))
    return in_order and not answers.repeated


def refuse_disorder(answers: Answers) -> None:
    """Raise an error at the first entity that is recorded twice, or not in the order of the names."""
    for name, line in answers.repeated.items():
        raise problem(
            line,
            f"the entity `{name}` is recorded a second time (first: line "
            f"{answers.entity_lines[name]}), with the same words",
            note="a merge of two branches may leave it so",
            help="remove the line, or let it be removed: scaffold migrate --merge",
        )
    for before, name in pairwise(answers.entity_lines):
        if name < before:
            raise problem(
                answers.entity_lines[name],
                f"the entity `{name}` comes after `{before}`; they are sorted by name",
                note="a merge of two branches may leave them so",
                help="move the line, or let them be sorted: scaffold migrate --merge",
            )


def with_entities(data: Mapping[str, Any], records: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the answers with other entities, in today's form and sorted by name."""
    ordered = sorted(records, key=lambda record: str(record["name"]))
    form = {"entities_spec": ENTITIES_SPEC} if "entities_spec" in data else {}
    return {**data, **form, "entities": [dict(record) for record in ordered]}


def _content(file: Path) -> bytes:
    try:
        return read_regular(file)
    except FileNotFoundError as error:
        raise ScaffoldError(
            f"`{file.parent}` is not a project made by scaffold",
            note=f"there is no `{ANSWERS_FILE}`",
            help="go to your project, or start one: scaffold new NAME",
        ) from error
    except OSError as error:
        raise ScaffoldError(f"`{file}` cannot be read: {error.strerror}") from error


def _check_metadata(parsed: Parsed) -> None:
    data, lines = parsed.data, parsed.lines
    if not data.get("_src_path"):
        raise problem(
            lines.get("_src_path"),
            "`_src_path` is missing, so the project's template is not known",
            help='add the line `_src_path: "URL or folder of the template"`',
        )
    if not data.get("_commit"):
        raise problem(
            lines.get("_commit"),
            "`_commit` is missing, so the template's version is not known",
            note="the project was made from a template without a git history",
            help="say which version it was: scaffold doctor --adopt VERSION",
        )
    if "entities" not in data:
        raise problem(
            None,
            "`entities` is missing",
            note="the project was made from a template that has no entities",
            help="start a project that has them: scaffold new NAME",
        )
    spec = data.get("entities_spec", ENTITIES_SPEC)
    if not isinstance(spec, int) or isinstance(spec, bool):
        raise problem(lines["entities_spec"], "`entities_spec` is not a number")
    if spec > ENTITIES_SPEC:
        raise problem(
            lines["entities_spec"],
            f"the entities are recorded in form {spec}, and this scaffold knows {ENTITIES_SPEC}",
            help="upgrade scaffold",
        )


def _once(
    records: list[Any], lines: tuple[int, ...]
) -> tuple[list[Any], tuple[int, ...], dict[str, int]]:
    """Leave out what git repeats: it takes changes close to each other, and what is between, for one."""
    first: dict[str, Any] = {}
    repeated: dict[str, int] = {}
    kept: list[Any] = []
    kept_lines: list[int] = []
    for record, line in zip(records, lines, strict=True):
        name = record.get("name") if isinstance(record, dict) else None
        if isinstance(name, str) and name in first and record == first[name]:
            repeated.setdefault(name, line)
            continue
        if isinstance(name, str):
            first.setdefault(name, record)
        kept.append(record)
        kept_lines.append(line)
    return kept, tuple(kept_lines), repeated


def _entities(records: list[Any], lines: tuple[int, ...], spec: int) -> list[Entity]:
    entities: list[Entity] = []
    first: dict[str, int] = {}
    for record, line in zip(records, lines, strict=True):
        if not isinstance(record, dict) or not isinstance(record.get("name"), str):
            raise problem(line, "this is not an entity: it has no name")
        name = record["name"]
        if name in first:
            raise problem(
                line,
                f"the entity `{name}` is recorded a second time (first: line {first[name]})",
                help="two branches may have changed it: keep one line, with what both say",
            )
        first[name] = line
        try:
            for form in range(spec, ENTITIES_SPEC):
                record = NEWER_FORMS[form](record)  # noqa: PLW2901  # the same one, in a newer form
            entities.append(from_record(record))
        except ScaffoldError as error:
            raise problem(line, error.message, note=error.note, help=error.help) from error
    return entities
