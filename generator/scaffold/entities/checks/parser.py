"""Read the text of a check to a tree."""

import re
from collections.abc import Callable, Iterator
from typing import NoReturn

from scaffold.entities.checks.nodes import Node
from scaffold.errors import ScaffoldError

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


class Parser:
    """Recursive descent: one method a level, the loosest first."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(self._tokens())
        self.at = 0
        self.depth = 0

    def whole(self) -> Node:
        """Read the text to its end."""
        tree = self._condition()
        if self.tokens[self.at][0] != "end":
            self._expected("`and`, `or` or the end")
        return tree

    def _condition(self) -> Node:
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
            node = self._deeper(self._condition)
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
