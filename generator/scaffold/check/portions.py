"""Loops and limits over portions: each stands for many rows, or is short by nature."""

from __future__ import annotations

import ast
import re

from scaffold.check.syntax import last_name

NAMES = re.compile(
    r"batch|chunk|part|slice|group|segment|attempt|retr|window|table|tries", re.IGNORECASE
)
SOURCES = re.compile(
    r"batched|chunk|partition|range|batch|page|segment|group|sorted_tables|islice", re.IGNORECASE
)


def is_portioned(target: ast.expr, iterated: ast.expr) -> bool:
    """Tell whether a loop is short by nature, or each round stands for many rows."""
    if any(NAMES.search(node.id) for node in ast.walk(target) if isinstance(node, ast.Name)):
        return True
    if isinstance(iterated, (ast.List, ast.Tuple, ast.Set, ast.Dict, ast.Constant)):
        return True
    if last_name(iterated).isupper():
        return True
    return any(
        SOURCES.search(last_name(node))
        for node in ast.walk(iterated)
        if isinstance(node, (ast.Name, ast.Attribute))
    )


def mentions(node: ast.AST, names: set[str]) -> bool:
    """Tell whether an expression uses one of these names."""
    return any(isinstance(each, ast.Name) and each.id in names for each in ast.walk(node))
