"""The small language of `--check`, which SQLite, PostgreSQL and MariaDB all understand.

    price >= 0 and (status <> 'draft' or published_on is not null)

The canonical text has lower-case keywords, single spaces and no more parentheses than it needs;
it is made of names, numbers, 'strings' (a quote is doubled), operators and keywords only.
"""

import re
from collections.abc import Mapping
from typing import NoReturn

from scaffold.entities.checks.nodes import Node, show, walk
from scaffold.entities.checks.parser import Parser
from scaffold.errors import ScaffoldError
from scaffold.frozen import dataclass

LONGEST = 500


@dataclass(frozen=True, slots=True)
class Check:
    """A condition: its canonical text, and the names of the fields it uses, in order."""

    text: str
    names: tuple[str, ...]
    tree: Node


def parse_check(text: str) -> Check:
    """Return the condition that the text describes."""
    if len(text) > LONGEST:
        raise ScaffoldError(f"a check has at most {LONGEST} characters, this one {len(text)}")
    if not text.isprintable():
        raise ScaffoldError(f"the check `{text}` has characters that cannot be printed")
    parser = Parser(text)
    tree = parser.whole()
    used = tuple(dict.fromkeys(node.text for node in walk(tree) if node.kind == "name"))
    if not used:
        raise ScaffoldError(f"the check `{text}` uses no field")
    return Check(show(tree), used, tree)


def with_names(text: str, new: Mapping[str, str]) -> str:
    """Return a canonical condition in which fields have new names, by their old ones."""
    return show(_renamed(parse_check(text).tree, new))


def _renamed(node: Node, new: Mapping[str, str]) -> Node:
    if node.kind == "name":
        return Node("name", new.get(node.text, node.text))
    return Node(node.kind, node.text, tuple(_renamed(part, new) for part in node.parts))


def check_kinds(check: Check, kinds: Mapping[str, str], what: str) -> None:
    """Refuse comparisons that some database would refuse, given the kind of each field.

    `what` is how errors name the check.

    A kind is `number`, `text`, `bool`, or any other word: fields of that kind compare only with
    fields of the same kind. `opaque` ones do not compare at all.
    """
    for node in walk(check.tree):
        if node.kind in ("compare", "in", "between"):
            _check_operands(node, kinds, what)
        elif node.kind in ("+", "-", "*", "negative"):
            for part in node.parts:
                if _kind(part, kinds) != "number":
                    _fail(what, f"`{show(part)}` is no number")


def _check_operands(node: Node, kinds: Mapping[str, str], what: str) -> None:
    first, *others = node.parts
    kind = _kind(first, kinds)
    for other in others:
        if kind == "opaque" or _kind(other, kinds) == "opaque":
            opaque = first if kind == "opaque" else other
            _fail(what, f"`{opaque.text}` can only be compared with `is null`")
        if _kind(other, kinds) != kind and not _is_day(first, other, kinds):
            _fail(what, f"`{show(first)}` is {kind}, `{show(other)}` is {_kind(other, kinds)}")


def _is_day(one: Node, two: Node, kinds: Mapping[str, str]) -> bool:
    """Say whether a date is compared with a day written as a string."""
    name, literal = (one, two) if one.kind == "name" else (two, one)
    day = re.fullmatch(r"'[1-9][0-9]{3}-[01][0-9]-[0-3][0-9]'", literal.text)
    return _kind(name, kinds) == "date" and literal.kind == "string" and day is not None


def _kind(node: Node, kinds: Mapping[str, str]) -> str:
    if node.kind == "name":
        return kinds[node.text]
    return {"string": "text", "bool": "bool"}.get(node.kind, "number")


def _fail(what: str, problem: str) -> NoReturn:
    raise ScaffoldError(f"{what} cannot be used: {problem}")
