"""Read the answers that a project was rendered from."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scaffold.entities import Entity, from_record
from scaffold.errors import ScaffoldError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

ANSWERS_FILE = ".copier-answers.yml"
ENTITIES_SPEC = 1

_CONFLICT_MARKER = re.compile(r"^(<{7}|\|{7}|={7}|>{7})( .*)?$")
_SCALAR_LINE = re.compile(r"([A-Za-z_][A-Za-z0-9_]*): (.+)")


@dataclass(frozen=True, slots=True)
class Answers:
    """What `.copier-answers.yml` records.

    `data` holds every answer, `_commit` and `_src_path` included; its `entities` are the records
    sorted by name. `lines` gives the line of each answer, and `digest` the SHA-256 of the file.
    """

    root: Path
    file: Path
    data: dict[str, Any]
    entities: tuple[Entity, ...]
    digest: str
    lines: dict[str, int]

    @property
    def src_path(self) -> str:
        """Return where the template is."""
        return str(self.data["_src_path"])

    @property
    def commit(self) -> str:
        """Return the version of the template, as `git describe` names it."""
        return str(self.data["_commit"])


@dataclass(frozen=True, slots=True)
class _Parsed:
    data: dict[str, Any]
    lines: dict[str, int]
    entity_lines: tuple[int, ...]


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


def read(root: Path) -> Answers:
    """Read and check the answers file of the project at `root`."""
    file = root / ANSWERS_FILE
    content = _content(file)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _problem(line, "this is not UTF-8 text") from error
    parsed = _parse_own_form(text) or _parse_yaml(text)
    _check_metadata(parsed)
    records = parsed.data["entities"]
    if not isinstance(records, list):
        raise _problem(parsed.lines["entities"], "`entities` is not a list")
    entities = _entities(records, parsed.entity_lines)
    order = sorted(range(len(records)), key=lambda index: str(records[index]["name"]))
    return Answers(
        root=root,
        file=file,
        data={**parsed.data, "entities": [records[index] for index in order]},
        entities=tuple(entities[index] for index in order),
        digest=hashlib.sha256(content).hexdigest(),
        lines=parsed.lines,
    )


def refuse_unknown(answers: Answers, questions: Iterable[str]) -> None:
    """Raise an error when an answer belongs to none of the template's questions."""
    known = {"_commit", "_src_path", *questions}
    for name, line in answers.lines.items():
        if name not in known:
            raise _problem(
                line,
                f"the project's template has no question `{name}`",
                help="remove this line, or correct the name",
            )


def with_entities(data: Mapping[str, Any], records: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the answers with other entities, sorted by name as they are recorded."""
    ordered = sorted(records, key=lambda record: str(record["name"]))
    return {**data, "entities": [dict(record) for record in ordered]}


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError as error:
        raise ScaffoldError(
            f"`{file.parent}` is not a project made by scaffold",
            note=f"there is no `{ANSWERS_FILE}`",
            help="go to your project, or start one: scaffold new NAME",
        ) from error
    except OSError as error:
        raise ScaffoldError(f"`{file}` cannot be read: {error.strerror}") from error


def _problem(
    line: int | None, message: str, *, note: str | None = None, help: str | None = None
) -> ScaffoldError:
    place = f"{ANSWERS_FILE}:{line}" if line else ANSWERS_FILE
    return ScaffoldError(f"{place}: {message}", note=note, help=help)


def _parse_own_form(text: str) -> _Parsed | None:
    """Parse the layout that scaffold's template writes, or return None for any other layout."""
    head, opened, rest = text.partition("\nentities: [\n")
    body, closed, tail = rest.partition("\n]\n") if not rest.startswith("]\n") else ("", "]", "")
    if opened and not closed:
        return None
    data: dict[str, Any] = {}
    lines: dict[str, int] = {}
    try:
        _scalars(head, 1, data, lines)
        if opened:
            start = head.count("\n") + 2
            lines["entities"] = start
            data["entities"] = json.loads("[" + body.rstrip().removesuffix(",") + "]")
            if body.count("\n") + bool(body) != len(data["entities"]):
                return None
            _scalars(tail, start + body.count("\n") + 3, data, lines)
    except ValueError:
        return None
    first = lines.get("entities", 0) + 1
    return _Parsed(data, lines, tuple(range(first, first + len(data.get("entities", ())))))


def _scalars(text: str, first: int, data: dict[str, Any], lines: dict[str, int]) -> None:
    for number, line in enumerate(text.split("\n"), first):
        if not line or line.startswith("#"):
            continue
        match = _SCALAR_LINE.fullmatch(line)
        if match is None or match[1] in data:
            raise ValueError(line)
        data[match[1]] = json.loads(match[2])
        lines[match[1]] = number


def _parse_yaml(text: str) -> _Parsed:
    """Parse any YAML layout, such as one that was merged or edited by hand."""
    for number, line in enumerate(text.splitlines(), 1):
        if _CONFLICT_MARKER.match(line):
            raise _problem(
                number,
                "this is a conflict marker of an unfinished merge",
                help="finish the merge: keep the entities of both sides, one a line",
            )
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        node = yaml.compose(text, Loader=loader)
        data = yaml.load(text, Loader=loader)  # noqa: S506 (a safe one)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or str(error)
        raise _problem(
            mark.line + 1 if mark is not None else None,
            f"this is not valid YAML: {reason}",
            help=f"correct the line, or take the last good version: git checkout {ANSWERS_FILE}",
        ) from error
    if not isinstance(data, dict) or not isinstance(node, yaml.MappingNode):
        raise _problem(1, "there are no answers in this file")
    lines: dict[str, int] = {}
    entity_lines: tuple[int, ...] = ()
    for key, value in node.value:
        name, line = str(key.value), key.start_mark.line + 1
        if name in lines:
            raise _problem(line, f"`{name}` is answered a second time (first: line {lines[name]})")
        lines[name] = line
        if name == "entities" and isinstance(value, yaml.SequenceNode):
            entity_lines = tuple(item.start_mark.line + 1 for item in value.value)
    return _Parsed(data, lines, entity_lines)


def _check_metadata(parsed: _Parsed) -> None:
    data, lines = parsed.data, parsed.lines
    if not data.get("_src_path"):
        raise _problem(
            lines.get("_src_path"),
            "`_src_path` is missing, so the project's template is not known",
            help='add the line `_src_path: "URL or folder of the template"`',
        )
    if not data.get("_commit"):
        raise _problem(
            lines.get("_commit"),
            "`_commit` is missing, so the template's version is not known",
            note="the project was made from a template without a git history",
            help="make it again from a git repository: scaffold new",
        )
    if "entities" not in data:
        raise _problem(
            None,
            "`entities` is missing",
            note="the project was made from a template that has no entities",
            help="start a project that has them: scaffold new NAME",
        )
    spec = data.get("entities_spec", ENTITIES_SPEC)
    if not isinstance(spec, int) or isinstance(spec, bool):
        raise _problem(lines["entities_spec"], "`entities_spec` is not a number")
    if spec > ENTITIES_SPEC:
        raise _problem(
            lines["entities_spec"],
            f"the entities are recorded in form {spec}, and this scaffold knows {ENTITIES_SPEC}",
            help="upgrade scaffold",
        )


def _entities(records: list[Any], lines: tuple[int, ...]) -> list[Entity]:
    entities: list[Entity] = []
    first: dict[str, int] = {}
    for record, line in zip(records, lines, strict=True):
        if not isinstance(record, dict) or not isinstance(record.get("name"), str):
            raise _problem(line, "this is not an entity: it has no name")
        name = record["name"]
        if name in first:
            raise _problem(
                line,
                f"the entity `{name}` is recorded a second time (first: line {first[name]})",
                help="two branches may have changed it: keep one line",
            )
        first[name] = line
        try:
            entities.append(from_record(record))
        except ScaffoldError as error:
            raise _problem(line, error.message, note=error.note, help=error.help) from error
    return entities
