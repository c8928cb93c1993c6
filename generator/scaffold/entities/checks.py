"""The small language of `--check`, which SQLite, PostgreSQL and MariaDB all understand.

    price >= 0 and (status <> 'draft' or published_on is not null)

The canonical text has lower-case keywords, single spaces and no more parentheses than it needs;
it is made of names, numbers, 'strings' (a quote is doubled), operators and keywords only.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import NoReturn

from scaffold.errors import ScaffoldError
from scaffold.frozen import dataclass

LONGEST = 500
DEEPEST = 30

_KEYWORDS = frozenset({"and", "or", "not", "is", "null", "in", "between", "true", "false"})
_OPERATORS = _KEYWORDS - {"null", "true", "false"}
_COMPARISONS = {"=": "=", "!=": "<>", "<>": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_TOKEN = re.compile(
    r"""\s*(?:
        (?P<number>[0-9]+(?:\.[0-9]+)?(?![A-Za-z0-9_.]))
      | (?P<string>'(?:[^']|'')*')
      | (?P<word>[A-Za-z_][A-Za-z0-9_]*)
      | (?P<sign><>|!=|<=|>=|[=<>+*(),-])
    )""",
    re.VERBOSE,
)
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
    parser = _Parser(text)
    tree = parser.whole()
    used = tuple(dict.fromkeys(node.text for node in _walk(tree) if node.kind == "name"))
    if not used:
        raise ScaffoldError(f"the check `{text}` uses no field")
    return Check(_show(tree), used, tree)


def with_names(text: str, new: Mapping[str, str]) -> str:
    """Return a canonical condition in which fields have new names, by their old ones."""
    return _show(_renamed(parse_check(text).tree, new))


def _renamed(node: Node, new: Mapping[str, str]) -> Node:
    if node.kind == "name":
        return Node("name", new.get(node.text, node.text))
    return Node(node.kind, node.text, tuple(_renamed(part, new) for part in node.parts))


def check_kinds(check: Check, kinds: Mapping[str, str]) -> None:
    """Refuse comparisons that some database would refuse, given the kind of each field.

    A kind is `number`, `text`, `bool`, or any other word: fields of that kind compare only with
    fields of the same kind. `opaque` ones do not compare at all.
    """
    for node in _walk(check.tree):
        if node.kind in ("compare", "in", "between"):
            _check_operands(node, kinds, check.text)
        elif node.kind in ("+", "-", "*", "negative"):
            for part in node.parts:
                if _kind(part, kinds) != "number":
                    _fail(check.text, f"`{_show(part)}` is no number")


def _check_operands(node: Node, kinds: Mapping[str, str], text: str) -> None:
    first, *others = node.parts
    kind = _kind(first, kinds)
    for other in others:
        if kind == "opaque" or _kind(other, kinds) == "opaque":
            opaque = first if kind == "opaque" else other
            _fail(text, f"`{opaque.text}` can only be compared with `is null`")
        if _kind(other, kinds) != kind and not _is_day(first, other, kinds):
            _fail(text, f"`{_show(first)}` is {kind}, `{_show(other)}` is {_kind(other, kinds)}")


def _is_day(one: Node, two: Node, kinds: Mapping[str, str]) -> bool:
    """Say whether a date is compared with a day written as a string."""
    name, literal = (one, two) if one.kind == "name" else (two, one)
    day = re.fullmatch(r"'[1-9][0-9]{3}-[01][0-9]-[0-3][0-9]'", literal.text)
    return _kind(name, kinds) == "date" and literal.kind == "string" and day is not None


def _kind(node: Node, kinds: Mapping[str, str]) -> str:
    if node.kind == "name":
        return kinds[node.text]
    return {"string": "text", "bool": "bool"}.get(node.kind, "number")


def _fail(text: str, problem: str, help: str | None = None) -> NoReturn:
    raise ScaffoldError(f"the check `{text}` cannot be used: {problem}", help=help)


def _walk(node: Node) -> Iterator[Node]:
    for part in node.parts:
        yield from _walk(part)
    yield node


def _show(node: Node) -> str:  # noqa: PLR0911  # one line a kind of node
    parts = node.parts
    match node.kind:
        case "or" | "and" | "+" | "-" | "*":
            binds = _BINDS[node.kind]
            return f"{_wrap(parts[0], binds)} {node.kind} {_wrap(parts[1], binds + 1)}"
        case "not":
            return f"not ({_show(parts[0])})"
        case "compare":
            return f"{_wrap(parts[0], 5)} {node.text} {_wrap(parts[1], 5)}"
        case "null":
            return f"{_wrap(parts[0], 5)} is {node.text}"
        case "in":
            return f"{_wrap(parts[0], 5)} in ({', '.join(map(_show, parts[1:]))})"
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
    shown = _show(node)
    return shown if _BINDS.get(node.kind, _ATOM) >= binds else f"({shown})"


class _Parser:
    """Recursive descent: one method a level, the loosest first."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(self._tokens())
        self.at = 0
        self.depth = 0

    def whole(self) -> Node:
        tree = self.condition()
        if self.tokens[self.at][0] != "end":
            self._expected("`and`, `or` or the end")
        return tree

    def condition(self) -> Node:
        node = self._all_of()
        while self._take("or"):
            node = Node("or", "", (node, self._all_of()))
        return node

    def _all_of(self) -> Node:
        node = self._negation()
        while self._take("and"):
            node = Node("and", "", (node, self._negation()))
        return node

    def _negation(self) -> Node:
        if self._take("not"):
            with_depth = self._deeper(self._negation)
            return Node("not", "", (with_depth,))
        return self._comparison()

    def _comparison(self) -> Node:
        if self._is_nested_condition():
            self._take("(")
            node = self._deeper(self.condition)
            self._need(")")
            return node
        left = self._sum()
        kind, token = self.tokens[self.at]
        if kind == "sign" and token in _COMPARISONS:
            self.at += 1
            self._refuse_null()
            return Node("compare", _COMPARISONS[token], (left, self._sum()))
        if self._take("is"):
            text = "not null" if self._take("not") else "null"
            self._need("null")
            return Node("null", text, (left,))
        negated = self._take("not")
        node = self._range(left)
        return Node("not", "", (node,)) if negated else node

    def _range(self, left: Node) -> Node:
        if self._take("in"):
            self._need("(")
            items = [self._sum()]
            while self._take(","):
                items.append(self._sum())
            self._need(")")
            return Node("in", "", (left, *items))
        if self._take("between"):
            low = self._sum()
            self._need("and")
            return Node("between", "", (left, low, self._sum()))
        help_text = f"for a `bool`, write `{left.text} = true`" if left.kind == "name" else None
        return self._expected("a comparison", help_text)

    def _is_nested_condition(self) -> bool:
        """Say whether the parenthesis here holds a condition rather than a sum."""
        if self.tokens[self.at] != ("sign", "("):
            return False
        depth = 0
        for kind, here in self.tokens[self.at :]:
            depth += (here == "(") - (here == ")") if kind == "sign" else 0
            if depth == 0:
                return False
            if (kind == "word" and here in _OPERATORS) or (kind == "sign" and here in _COMPARISONS):
                return True
        return False

    def _sum(self) -> Node:
        node = self._product()
        while (sign := self.tokens[self.at][1]) in ("+", "-") and self._take(sign):
            node = Node(sign, "", (node, self._product()))
        return node

    def _product(self) -> Node:
        node = self._signed()
        while self._take("*"):
            node = Node("*", "", (node, self._signed()))
        return node

    def _signed(self) -> Node:
        if self._take("-"):
            return Node("negative", "", (self._deeper(self._signed),))
        return self._atom()

    def _atom(self) -> Node:
        kind, token = self.tokens[self.at]
        if self._take("("):
            node = self._deeper(self._sum)
            self._need(")")
            return node
        if kind == "word" and token in ("true", "false"):
            self.at += 1
            return Node("bool", token)
        if kind not in ("number", "string", "name"):
            self._expected("a field, a number or a 'string'")
        self.at += 1
        if kind == "name" and self.tokens[self.at] == ("sign", "("):
            self._fail(f"`{token}(...)`: a check has no functions")
        return Node(kind, token)

    def _deeper(self, parse: Callable[[], Node]) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            self._fail(f"it is nested more than {DEEPEST} deep")
        node = parse()
        self.depth -= 1
        return node

    def _take(self, token: str) -> bool:
        kind, here = self.tokens[self.at]
        if here != token or kind not in ("sign", "word"):
            return False
        self.at += 1
        return True

    def _need(self, token: str) -> None:
        if not self._take(token):
            self._expected(f"`{token}`")

    def _refuse_null(self) -> None:
        if self.tokens[self.at] == ("word", "null"):
            self._fail("nothing is equal to `null`", "write `is null` or `is not null`")

    def _expected(self, what: str, help: str | None = None) -> NoReturn:
        kind, token = self.tokens[self.at]
        found = "the end" if kind == "end" else f"`{token}`"
        self._fail(f"expected {what}, found {found}", help)

    def _fail(self, problem: str, help: str | None = None) -> NoReturn:
        raise ScaffoldError(f"the check `{self.text}` cannot be read: {problem}", help=help)

    def _tokens(self) -> Iterator[tuple[str, str]]:
        text, at = self.text.rstrip(), 0
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None or match.lastgroup is None:
                self._unreadable(text[at:].lstrip())
            yield self._token(match.lastgroup, match[match.lastgroup])
            at = match.end()
        yield "end", ""

    def _token(self, kind: str, token: str) -> tuple[str, str]:
        if kind == "number":
            whole, point, fraction = token.partition(".")
            return kind, (whole.lstrip("0") or "0") + point + fraction
        if kind == "string" and "\\" in token:
            self._fail("a string has a backslash, which MariaDB would read as an escape")
        if kind == "word":
            lower = token.lower()
            return ("word", lower) if lower in _KEYWORDS else ("name", token)
        return kind, token

    def _unreadable(self, rest: str) -> NoReturn:
        if rest.startswith("'"):
            self._fail("a string has no end")
        helps = {
            '"': "write strings in single quotes: 'draft'",
            "/": "there is no division: multiply the other side",
            "%": "there is no remainder",
            "&": "write `and`",
            "|": "write `or`",
            "!": "write `not`",
        }
        self._fail(f"unexpected `{rest.split(maxsplit=1)[0][:20]}`", helps.get(rest[0]))
