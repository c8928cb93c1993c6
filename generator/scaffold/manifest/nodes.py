"""Read YAML or JSON as nodes that know their line and keep every scalar as it was written.

What YAML makes of a scalar is no matter here: `default: 0.50`, `default: no` and the key `null` are
the texts that they look like.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from scaffold.errors import ScaffoldError
from scaffold.untrusted import compose_yaml, reason_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_PARTS = r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+'
_YAML_TYPE = "tag:yaml.org,2002:"
_DEEPEST = 20


# Named tuples: data classes take seven times as long to load.


class Scalar(NamedTuple):
    """A text; `flag` is what it means as true or false, and `is_null` that nothing is there."""

    line: int
    text: str
    flag: bool | None = None
    is_null: bool = False


class Listed(NamedTuple):
    """A list of nodes."""

    line: int
    items: tuple[Node, ...]


class Mapping(NamedTuple):
    """Pairs of a key and a node, in the order of the document; keys are told apart by their text."""

    line: int
    entries: tuple[tuple[Scalar, Node], ...]


Node = Scalar | Listed | Mapping


def read_nodes(text: str, source: str) -> Node:
    """Parse a document; `source` is how errors name it."""
    return _read_json(text, source) if text.lstrip()[:1] == "{" else _read_yaml(text, source)


def problem(
    source: str, line: int | None, message: str, *, note: str | None = None, help: str | None = None
) -> ScaffoldError:
    """Return an error that begins with its place."""
    place = f"{source}:{line}" if line else source
    return ScaffoldError(f"{place}: {message}", note=note, help=help)


# YAML.


def _read_yaml(text: str, source: str) -> Node:
    import yaml

    try:
        node = compose_yaml(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or str(error)
        raise problem(
            source, mark.line + 1 if mark else None, f"this is not valid YAML: {reason}"
        ) from error
    if node is None:
        return Scalar(1, "", is_null=True)
    return _Composed(source).node(node)


class _Composed:
    """The way from PyYAML's nodes to these."""

    def __init__(self, source: str) -> None:
        self._source = source

    def node(self, node: Any, depth: int = 0) -> Node:  # noqa: ANN401 (PyYAML's nodes are untyped)
        line = node.start_mark.line + 1
        if depth > _DEEPEST:  # an alias may lead back to where it is
            raise problem(self._source, line, "this is nested too deeply")
        if node.id == "sequence":
            return Listed(line, tuple([self.node(item, depth + 1) for item in node.value]))
        if node.id == "mapping":
            entries = [(self._key(key), self.node(value, depth + 1)) for key, value in node.value]
            return _mapping(line, entries, self._source)
        kind = node.tag.removeprefix(_YAML_TYPE)
        flag = node.value.lower() in ("true", "yes", "on") if kind == "bool" else None
        return Scalar(line, node.value, flag, is_null=kind == "null")

    def _key(self, node: Any) -> Scalar:  # noqa: ANN401
        line = node.start_mark.line + 1
        if node.id != "scalar":
            raise problem(self._source, line, "a key has to be a text")
        return Scalar(line, node.value)


# JSON. Its own parser knows no lines, and YAML's refuses tabs.


def _read_json(text: str, source: str) -> Node:
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        raise problem(source, error.lineno, f"this is not valid JSON: {error.msg}") from error
    except (ValueError, RecursionError) as error:
        raise problem(source, None, f"this is not valid JSON: {reason_of(error)}") from error
    return _json_node([*_json_tokens(text)][::-1], source)


def _json_tokens(text: str) -> Iterator[tuple[int, str]]:
    import re

    line, counted = 1, 0
    for match in re.finditer(_PARTS, text):
        line += text.count("\n", counted, match.start())
        counted = match.start()
        if match[0] not in ",:":
            yield line, match[0]


def _json_node(ahead: list[tuple[int, str]], source: str, depth: int = 0) -> Node:
    """Take the next node from the tokens ahead, the first one last, of what is known to be JSON."""
    line, part = ahead.pop()
    if depth > _DEEPEST:
        raise problem(source, line, "this is nested too deeply")
    if part == "[":
        items: list[Node] = []
        while ahead[-1][1] != "]":
            items.append(_json_node(ahead, source, depth + 1))
        ahead.pop()
        return Listed(line, tuple(items))
    if part == "{":
        entries: list[tuple[Scalar, Node]] = []
        while ahead[-1][1] != "}":
            place, key = ahead.pop()
            entries.append((Scalar(place, json.loads(key)), _json_node(ahead, source, depth + 1)))
        ahead.pop()
        return _mapping(line, entries, source)
    if part[0] == '"':
        return Scalar(line, json.loads(part))
    flag = part == "true" if part in ("true", "false") else None
    return Scalar(line, part, flag, is_null=part == "null")


def _mapping(line: int, entries: list[tuple[Scalar, Node]], source: str) -> Mapping:
    seen: dict[str, int] = {}
    for key, _ in entries:
        if key.text in seen:
            first = seen[key.text]
            message = f"`{key.text}` is there a second time (first: line {first})"
            raise problem(source, key.line, message, help="leave one out")
        seen[key.text] = key.line
    return Mapping(line, tuple(entries))
