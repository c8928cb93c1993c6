"""Checks as trees, and their canonical text."""

from collections.abc import Iterator

from scaffold.frozen import dataclass

# How tightly a node binds, so that printing knows where parentheses are needed.
_BINDS = {"or": 1, "and": 2, "not": 3, "compare": 4, "null": 4, "in": 4, "between": 4}
_BINDS |= {"+": 5, "-": 5, "*": 6, "negative": 7}
_ATOM = 8


@dataclass(frozen=True, slots=True)
class Node:
    """An operation or an atom; `text` is a name, a literal or a comparison's sign."""

    kind: str
    text: str = ""
    parts: tuple["Node", ...] = ()


def walk(node: Node) -> Iterator[Node]:
    """Yield all nodes of a tree, the root last."""
    for part in node.parts:
        yield from walk(part)
    yield node


def show(node: Node) -> str:  # noqa: PLR0911  # one line a kind of node
    """Return the canonical text of a tree."""
    parts = node.parts
    match node.kind:
        case "or" | "and" | "+" | "-" | "*":
            binds = _BINDS[node.kind]
            return f"{_wrap(parts[0], binds)} {node.kind} {_wrap(parts[1], binds + 1)}"
        case "not":
            return f"not ({show(parts[0])})"
        case "compare":
            return f"{_wrap(parts[0], 5)} {node.text} {_wrap(parts[1], 5)}"
        case "null":
            return f"{_wrap(parts[0], 5)} is {node.text}"
        case "in":
            return f"{_wrap(parts[0], 5)} in ({', '.join(map(show, parts[1:]))})"
        case "between":
            low, high = (_wrap(part, 5) for part in parts[1:])
            return f"{_wrap(parts[0], 5)} between {low} and {high}"
        case "negative":
            # A name stands alone, so that a column can be put in its place.
            space = "" if parts[0].kind == "number" else " "
            return f"-{space}{_wrap(parts[0], _ATOM)}"
        case _:
            return node.text


def _wrap(node: Node, binds: int) -> str:
    shown = show(node)
    return shown if _BINDS.get(node.kind, _ATOM) >= binds else f"({shown})"
