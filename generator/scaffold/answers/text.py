"""Parse the text of an answers file: as scaffold writes it, or as git or a person left it."""

from __future__ import annotations

import json
import re
from typing import Any

from scaffold.errors import ScaffoldError
from scaffold.frozen import dataclass
from scaffold.markers import conflicts_in
from scaffold.untrusted import load_yaml, reason_of

ANSWERS_FILE = ".copier-answers.yml"
LAST_GOOD = f"git checkout {ANSWERS_FILE}"

_SCALAR_LINE = re.compile(r"([A-Za-z_][A-Za-z0-9_]*): (.+)")
_FRAME = ("entities: [", "]")


@dataclass(frozen=True, slots=True)
class Parsed:
    """The answers with the line of each, and the line of each entity."""

    data: dict[str, Any]
    lines: dict[str, int]
    entity_lines: tuple[int, ...]


def parse(text: str) -> Parsed:
    """Return the answers; what cannot be read is refused with its line."""
    parsed = _parse_own_form(text) or _parse_yaml(text)
    if not parsed.data:
        raise _empty()
    return parsed


def problem(
    line: int | None, message: str, *, note: str | None = None, help: str | None = None
) -> ScaffoldError:
    """Return an error that begins with its place."""
    place = f"{ANSWERS_FILE}:{line}" if line else ANSWERS_FILE
    return ScaffoldError(f"{place}: {message}", note=note, help=help)


def _empty() -> ScaffoldError:
    return problem(
        1, "there are no answers in this file", help=f"take the last good version: {LAST_GOOD}"
    )


def _parse_own_form(text: str) -> Parsed | None:
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
            data["entities"] = json.loads(
                "[" + body.rstrip().removesuffix(",") + "]", object_pairs_hook=_unique
            )
            if body.count("\n") + bool(body) != len(data["entities"]):
                return None
            _scalars(tail, start + body.count("\n") + 3, data, lines)
        if "\\u" in text:  # half of a character, which is no text: YAML's parser says where
            json.dumps(data, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    if not opened and data.get("entities", []) != []:
        return None
    first = lines.get("entities", 0) + 1
    return Parsed(data, lines, tuple(range(first, first + len(data.get("entities", ())))))


def _scalars(text: str, first: int, data: dict[str, Any], lines: dict[str, int]) -> None:
    for number, line in enumerate(text.split("\n"), first):
        if not line or line.startswith("#"):
            continue
        match = _SCALAR_LINE.fullmatch(line)
        if match is None or match[1] in data:
            raise ValueError(line)
        data[match[1]] = json.loads(match[2])
        lines[match[1]] = number


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError(pairs)
    return found


def _parse_yaml(text: str) -> Parsed:
    """Parse any YAML layout, such as one that was merged or edited by hand."""
    if marked := conflicts_in(text.encode(), has_headings=False):
        raise problem(
            marked[0],
            "this is a conflict marker of an unfinished merge",
            help="finish the merge: keep the entities of both sides, one a line",
        )
    import yaml

    try:
        node, data = load_yaml(text)
    except yaml.YAMLError as error:
        _refuse_broken_line(text)
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or str(error)
        raise problem(
            mark.line + 1 if mark is not None else None,
            f"this is not valid YAML: {reason}",
            help=f"correct the line, or take the last good version: {LAST_GOOD}",
        ) from error
    if not isinstance(data, dict) or not isinstance(node, yaml.MappingNode):
        raise _empty()
    lines: dict[str, int] = {}
    entity_lines: tuple[int, ...] = ()
    for key, value in node.value:
        name, line = str(key.value), key.start_mark.line + 1
        if name in lines:
            raise problem(
                line,
                f"`{name}` is answered a second time (first: line {lines[name]})",
                help="keep one of the two",
            )
        lines[name] = line
        if name == "entities" and isinstance(value, yaml.SequenceNode):
            entity_lines = tuple(item.start_mark.line + 1 for item in value.value)
            _refuse_repeated_keys(value)
    return Parsed(data, lines, entity_lines)


def _refuse_broken_line(text: str) -> None:
    """Name the first line that is no entity, in the layout with one a line: YAML names a later one."""
    opened, closed = _FRAME
    lines = text.split("\n")
    if opened not in lines:
        return
    start = lines.index(opened) + 1
    end = lines.index(closed, start) if closed in lines[start:] else len(lines)
    for number, line in enumerate(lines[start:end], start + 1):
        reason = _broken(line, is_last=number == end)
        if reason is not None:
            raise problem(
                number,
                f"this line is no entity: {reason}",
                help=f"correct it, or take the last good version: {LAST_GOOD}",
            )
    if closed not in lines[start:]:
        raise problem(len(lines), "the list of entities has no end", help=f"add a line `{closed}`")


def _broken(line: str, *, is_last: bool) -> str | None:
    entity = line.strip()
    if not entity:
        return None
    try:
        json.loads(entity.removesuffix(","))
    except json.JSONDecodeError as error:
        return f"{error.msg}, at column {error.colno}"
    except (ValueError, RecursionError) as error:
        return reason_of(error)
    return None if entity.endswith(",") or is_last else "it does not end in a comma"


def _refuse_repeated_keys(
    node: Any,  # noqa: ANN401 (PyYAML's nodes are untyped)
    around: tuple[int, ...] = (),
) -> None:
    """Refuse a mapping that says something twice: YAML and JSON would take the last of it."""
    if node.id == "scalar" or id(node) in around:  # an alias may lead back to where it is
        return
    inside = (*around, id(node))
    if node.id == "sequence":
        for item in node.value:
            _refuse_repeated_keys(item, inside)
        return
    seen: set[str] = set()
    for key, value in node.value:
        if key.value in seen:
            message = f"`{key.value}` is said twice of one thing"
            raise problem(key.start_mark.line + 1, message, help="leave one out")
        seen.add(key.value)
        _refuse_repeated_keys(value, inside)
