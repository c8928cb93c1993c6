"""Imports merge as sets of names: none of either side is lost, and contradictions are told."""

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scaffold.plan.imports import merge_python
from scaffold.plan.merge import Merged
from scaffold.plan.merge_file import merge_file

OWN = {"shop", "tests"}
MODULES = (
    "asyncio",
    "datetime",
    "typing",
    "fastapi",
    "sqlalchemy.orm",
    "shop.api",
    "shop.domain.x",
    "tests.a",
)
BASE = """\
\"\"\"What it is.\"\"\"

import asyncio
from typing import Any

from shop.domain.event import Event, NewEvent


class A:
    def a(self, one: Event, two: NewEvent) -> Any:
        asyncio.run(one, two)

    # Methods by hand go below this line; no update touches them.
"""
FROM = "from shop.domain.event import Event, NewEvent\n"


def merged(ours: str, theirs: str, base: str = BASE) -> str:
    made = merge_python(ours, base, theirs, OWN)
    assert made is not None
    assert made.conflicts == 0, made.content.decode()
    return made.content.decode()


def changed(*pairs: tuple[str, str], end: str = "") -> str:
    text = BASE
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return text + end


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        (  # one statement, changed by both
            "from shop.domain.event import Event, EventFields, NewEvent\n",
            "from shop.domain.event import Event, EventKind, NewEvent\n",
            "from shop.domain.event import Event, EventFields, EventKind, NewEvent\n",
        ),
        (  # a person's own statement above it
            "from shop.domain.errors import Late\n" + FROM,
            "from shop.domain.criteria import Criterion\n" + FROM,
            "from shop.domain.criteria import Criterion\nfrom shop.domain.errors import Late\n"
            + FROM,
        ),
        (  # in brackets, with comments
            "from shop.domain.event import (\n    Event,\n    # ours\n    EventFields,  # noqa: F401\n    NewEvent,\n)\n",
            "from shop.domain.event import Event, EventKind, NewEvent\n",
            (
                "from shop.domain.event import (\n    Event,\n    # ours\n    EventFields,  # noqa: F401\n"
                "    EventKind,\n    NewEvent,\n)\n"
            ),
        ),
        (  # a comment above, and one behind
            "# Ours.\nfrom shop.domain.event import Event, Late, NewEvent  # noqa: F401\n",
            "from shop.domain.event import Event, EventKind, NewEvent\n",
            "# Ours.\nfrom shop.domain.event import Event, EventKind, Late, NewEvent  # noqa: F401\n",
        ),
        (  # the same name from both
            "from shop.domain.event import Event, EventKind, NewEvent\n",
            "from shop.domain.event import Event, EventKind, NewEvent\nfrom shop.z import Z\n",
            "from shop.domain.event import Event, EventKind, NewEvent\nfrom shop.z import Z\n",
        ),
        (  # under another name
            "from shop.domain.event import Event, EventKind as Kind, NewEvent\n",
            "from shop.domain.event import Event, EventKind, NewEvent\n",
            "from shop.domain.event import Event, EventKind, EventKind as Kind, NewEvent\n",
        ),
        (  # a new section, between two
            "import httpx\n\n" + FROM,
            "from fastapi import Depends\n\n" + FROM,
            "import httpx\nfrom fastapi import Depends\n\n" + FROM,
        ),
    ],
)
def test_both_sides_are_there(ours: str, theirs: str, expected: str) -> None:
    result = merged(changed((FROM, ours)), changed((FROM, theirs)))

    assert result == changed((FROM, expected))


def test_a_name_stays_while_the_persons_code_uses_it() -> None:
    without = changed(("import asyncio\n", ""), ("asyncio.run(one, two)", "pass"))
    mine = changed(
        ("Any\n\nfrom", "Any\n\nimport httpx\n\nfrom"),
        end="\n    def b(self) -> None:\n        asyncio.run(httpx)\n",
    )

    assert "import asyncio\n" in merged(mine, without)
    assert "asyncio" not in merged(
        BASE.replace("Any\n\nfrom", "Any\n\nimport httpx\n\nfrom"), without
    )


def test_a_name_that_the_new_code_needs_comes_back() -> None:
    mine = changed(
        ("import asyncio\n", ""), ("        asyncio.run(one, two)\n", "        return one\n")
    )
    new = changed(("class A:\n", "asyncio.run()\n\n\nclass A:\n"))

    assert "import asyncio\n" in merged(mine, new)


@pytest.mark.parametrize("mine", ["from shop.mine import EventKind\n", "import EventKind\n"])
def test_a_name_that_would_mean_two_things_is_a_conflict(mine: str) -> None:
    ours = changed((FROM, FROM + mine))
    theirs = changed((FROM, "from shop.domain.event import Event, EventKind, NewEvent\n"))

    made = merge_python(ours, BASE, theirs, OWN)

    assert made is not None
    assert made.conflicts == 1
    assert (
        f"<<<<<<< your file\nimport asyncio\nfrom typing import Any\n\n{FROM}{mine}"
        in made.content.decode()
    )


def test_a_name_that_a_person_commented_on_does_not_go_silently() -> None:
    ours = changed(
        (FROM, "from shop.domain.event import (\n    Event,\n    NewEvent,  # of ours\n)\n")
    )
    theirs = changed(
        (FROM, "from shop.domain.event import Event\n"), (", two: NewEvent", ""), (", two)", ")")
    )

    made = merge_python(ours, BASE, theirs, OWN)

    assert made is None or made.conflicts


TYPES = "\nif TYPE_CHECKING:\n    from shop.domain.event import Event\n"


def test_imports_for_types_are_merged() -> None:
    typing = ("import Any\n", "import TYPE_CHECKING, Any\n")
    mine = changed(typing, (FROM, FROM + TYPES.replace("event import Event", "mine import Mine")))
    new = changed(typing, (FROM, FROM + TYPES.replace("event import Event", "other import Other")))

    result = merged(mine, new)

    assert (
        "if TYPE_CHECKING:\n    from shop.domain.mine import Mine\n    from shop.domain.other import Other\n\n\nclass A"
        in result
    )


def test_imports_for_types_stay_while_one_is_left() -> None:
    typing = ("import Any\n", "import TYPE_CHECKING, Any\n")
    base = changed(typing, (FROM, FROM + TYPES.replace("Event", "Old")))
    mine = base.replace("import Old\n", "import Mine, Old\n")

    kept = merged(mine, BASE, base)
    gone = merged(base.replace("import asyncio\n", "import asyncio\nimport abc\n"), BASE, base)

    assert "import TYPE_CHECKING, Any\n" in kept
    assert "if TYPE_CHECKING:\n    from shop.domain.event import Mine\n\n\nclass" in kept
    assert "TYPE_CHECKING" not in gone


def test_what_is_no_plain_import_is_merged_by_lines() -> None:
    for line in ("import a; import b\n", "from a import \\\n    b\n", "def a(:\n"):
        assert merge_python(BASE.replace(FROM, FROM + line), BASE, BASE, OWN) is None


def test_a_first_import_is_added_to_a_file_without_any() -> None:
    base = '"""What."""\n\n\nclass A:\n    pass\n'

    result = merged(
        base.replace("\n\n\n", "\n\nimport abc\n\n\n"), base.replace("pass", "b = 1"), base
    )

    assert result == '"""What."""\n\nimport abc\n\n\nclass A:\n    b = 1\n'


PLACE = """\
# Endpoints go below this line.


@get("", one)
def one() -> None:
    return 1
"""


def test_code_below_a_line_that_asks_for_it_is_no_conflict() -> None:
    own = '\n\n@get("/mine")\ndef mine() -> None:\n    return 2\n'
    ours = PLACE.replace("line.\n", "line.\n" + own)

    made = merge_file(
        "a.py", ours.encode(), PLACE.encode(), PLACE.replace('"", one', '"", two').encode()
    )

    assert made == Merged(ours.replace('"", one', '"", two').encode(), 0)


# Random imports.

names = st.sampled_from(["Alpha", "beta", "gamma10", "gamma9", "delta as d"])
statement = st.one_of(
    st.tuples(st.sampled_from(MODULES), names).map(lambda one: f"from {one[0]} import {one[1]}"),
    st.sampled_from(MODULES[:5]).map(lambda one: f"import {one}"),
)
statements = st.lists(statement, max_size=5, unique=True)


def written(found: list[str], body: str) -> str:
    """Return a file with these imports as ruff sorts them: through a merge with an empty file."""
    made = merge_python(f'"""A."""\n\n{body}', f'"""A."""\n\n{body}', f'"""A."""\n\n{body}', OWN)
    assert made is not None
    text = f'"""A."""\n\n{body}'
    for line in found:
        made = merge_python(f'"""A."""\n\n{line}\n\n{body}', f'"""A."""\n\n{body}', text, OWN)
        assert made is not None
        text = made.content.decode() if not made.conflicts else text
    return text


def test_no_import_is_lost_and_all_are_sorted(tmp_path: Path) -> None:
    found: list[str] = []

    @settings(max_examples=80, deadline=None)
    @given(base=statements, mine=statements, new=statements, gone=st.integers(0, 5))
    def merge_them(base: list[str], mine: list[str], new: list[str], gone: int) -> None:
        old = written(base, "A = 1\nC = 3\nD = 4\n")
        ours = written([*base, *mine], "A = 1\nC = 3\nD = 4\nB = 2\n")
        theirs = written([*base[gone:], *new], "A = 0\nC = 3\nD = 4\n")

        made = merge_python(ours, old, theirs, OWN)

        assert made is not None
        text = made.content.decode()
        if made.conflicts:
            assert "<<<<<<< your file\n" in text
            return
        found.append(text)
        by_hand = imported_names(ours) - imported_names(old)
        assert by_hand <= imported_names(text)
        assert imported_names(text) - by_hand <= imported_names(theirs)
        assert imported_names(theirs) <= imported_names(text)

    merge_them()
    assert len(found) > 10
    sorted_as_ruff_has_it(tmp_path, found)


def imported_names(text: str) -> set[tuple[str, str]]:
    return {
        (getattr(node, "module", None) or "", ast.unparse(name))
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
    }


def sorted_as_ruff_has_it(folder: Path, texts: list[str]) -> None:
    for number, text in enumerate(texts):
        (folder / f"f{number}.py").write_text(text, encoding="utf-8")
    rules = inspect.cleandoc("""
        line-length = 120
        [lint]
        select = ["I", "E3", "F811"]
        [lint.isort]
        order-by-type = false
        known-first-party = ["shop", "tests"]
    """)
    (folder / "ruff.toml").write_text(rules, encoding="utf-8")
    command = (sys.executable, "-m", "ruff", "check", "--no-cache", "--preview", "-q", ".")

    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)

    assert done.returncode == 0, done.stdout.decode()
