"""Comments that let a finding pass: `# noqa` and `# noqa: SCA004, SCA005`."""

from __future__ import annotations

import io
import re
import tokenize

COMMENT = re.compile(
    r"#\s*noqa(?P<codes>\s*:\s*[A-Z]+[0-9]+(?:[\s,]+[A-Z]+[0-9]+)*)?", re.IGNORECASE
)
CODE = re.compile(r"[A-Z]+[0-9]+", re.IGNORECASE)
EVERYTHING = frozenset({"*"})


def allowed(source: bytes) -> dict[int, frozenset[str]]:
    """Return the codes that the comments of a file let pass, by line."""
    found: dict[int, frozenset[str]] = {}
    if b"noqa" not in source.lower():
        return found
    try:
        for token in tokenize.tokenize(io.BytesIO(source).readline):
            if token.type == tokenize.COMMENT and (match := COMMENT.search(token.string)):
                codes = match.group("codes")
                named = frozenset(code.upper() for code in CODE.findall(codes)) if codes else None
                found[token.start[0]] = EVERYTHING if named is None else named
    except (SyntaxError, tokenize.TokenError, UnicodeDecodeError):
        return found
    return found


def passes(codes: dict[int, frozenset[str]], code: str, *lines: int) -> bool:
    """Tell whether a comment in one of the lines lets a code pass."""
    found = [codes.get(line, frozenset()) for line in lines]
    return any(each is EVERYTHING or code in each for each in found)
