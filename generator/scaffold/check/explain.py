"""What a rule says, for a terminal and for docs/rules.md."""

from __future__ import annotations

import textwrap
from difflib import get_close_matches
from inspect import cleandoc
from typing import TYPE_CHECKING

from scaffold.check.errors import CheckError
from scaffold.check.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.check.rule import Rule

WIDTH = 100


def rule_of(code: str) -> Rule:
    """Return the rule of a code, or of a name."""
    wanted = code.strip().lower()
    for rule in RULES:
        if wanted in {rule.code.lower(), rule.name}:
            return rule
    known = {name.lower(): name for rule in RULES for name in (rule.code, rule.name)}
    near = get_close_matches(wanted, known, n=1)
    hint = f"a rule with a similar code or name exists: `{known[near[0]]}`" if near else None
    first, last = RULES[0].code, RULES[-1].code
    raise CheckError(f"there is no rule `{code}`", help=hint or f"the rules are {first} to {last}")


def explained(rule: Rule) -> str:
    """Return a rule as plain text."""
    why = textwrap.fill(" ".join(rule.why.split()), WIDTH)
    parts = [f"{rule.code} {rule.name}: {rule.title}", why, f"help: {rule.fix}"]
    for title, example in (("not", rule.bad), ("but", rule.good)):
        parts.append(f"{title}:\n\n{textwrap.indent(cleandoc(example), '    ')}")
    return "\n\n".join(parts)


def record(rule: Rule) -> dict[str, str]:
    """Return a rule for a program."""
    return {
        "code": rule.code,
        "name": rule.name,
        "title": rule.title,
        "why": " ".join(rule.why.split()),
        "help": rule.fix,
        "bad": cleandoc(rule.bad),
        "good": cleandoc(rule.good),
    }


def markdown() -> str:
    """Return docs/rules.md."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield cleandoc(INTRODUCTION)
    yield ""
    yield "| code | name | says |"
    yield "| --- | --- | --- |"
    for rule in RULES:
        yield f"| [{rule.code}](#{rule.code.lower()}) | {rule.name} | {rule.title} |"
    for rule in RULES:
        yield f"\n## {rule.code}\n"
        yield f"**{rule.name}**: {rule.title}\n"
        yield textwrap.fill(" ".join(rule.why.split()), WIDTH) + "\n"
        yield f"Instead: {rule.fix}.\n"
        yield f"```python\n# not\n{cleandoc(rule.bad)}\n```\n"
        yield f"```python\n# but\n{cleandoc(rule.good)}\n```"
    yield ""


INTRODUCTION = """
    # The rules of `scaffold check`

    Rendered from the rules themselves by `python scripts/rules.py`; `scaffold check --explain CODE`
    shows one. Each is about asynchronous SQLAlchemy and FastAPI, and none is one that ruff or mypy
    have. What is measured was run with SQLAlchemy 2.1.9, FastAPI 0.165 and Python 3.11 on SQLite,
    PostgreSQL 15 (asyncpg) and MariaDB 10.11 (asyncmy); tests/check/test_consequences*.py run most
    of it again.

    SCA000 is a file that cannot be read or parsed; the others are checked all the same.

    Rules look at what the code shows, imports and annotations included, and keep silent where it does
    not. On six public projects (advanced-alchemy 1.12.0, arize-phoenix 20.26.1, dstack 0.22.5,
    fastapi-users-db-sqlalchemy 7.0.0, letta 0.16.8 and prefect 3.9.1: 3,876 files) there were 702
    findings. Two samples of 35, drawn evenly over the rules, were read by hand: 5 of the first were
    wrong, and then mended; 2 of the second.
"""
