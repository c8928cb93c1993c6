"""What a rule is, and what it finds."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Iterator

    from scaffold.check.module import Module

SYNTAX = "SCA000"
"""The code of a file that cannot be read; it is no rule, and cannot be ignored by `noqa`."""


class Place(NamedTuple):
    """Where a rule is broken, and by what; `subject` completes the rule's message."""

    node: ast.AST
    subject: str = ""


class Rule(NamedTuple):
    """A rule: what it says, why, and how to find where it is broken.

    `title` is for a list of rules; `message` is for a finding, with `{}` for its subject. `bad` and `good` are whole files; `path` is
    where they stand, for the rules that ask for a layer. `skips` names layers that it leaves alone.
    """

    code: str
    name: str
    title: str
    message: str
    why: str
    fix: str
    bad: str
    good: str
    find: Callable[[Module], Iterator[Place]]
    path: str = "src/shop/example.py"
    skips: frozenset[str] = frozenset()


class Finding(NamedTuple):
    """A broken rule in a file; lines and columns count from 1, in characters."""

    path: str
    line: int
    column: int
    code: str
    message: str
    help: str
