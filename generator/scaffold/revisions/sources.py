"""The Python source that a revision is made of."""

import ast
from collections.abc import Iterable, Iterator
from typing import Any

_SOURCES = frozenset({"type", "server_default", "expression", "value", "where"})


def names_used(made: Iterable[dict[str, Any]]) -> set[str]:
    """Return the names that the Python source in the steps refers to."""
    names = set()
    for step in made:
        for source in _sources(step):
            names |= {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
    return names


def _sources(value: object, key: str = "") -> Iterator[str]:
    if isinstance(value, str):
        if key in _SOURCES:
            yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _sources(inner, name)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _sources(inner, key)
