"""A module is laid out as `ruff format` and isort's rules leave it, whatever order its template has."""

from macro_modules import macros

modules = macros("module")


def module(text: str) -> str:
    made: str = modules.module("blog", caller=lambda: text)
    return made


def test_imports_are_sorted_and_merged_by_section() -> None:
    statements = """\
from blog.domain.post import Post
import datetime as dt
from sqlalchemy import select
from uuid import UUID
from tests.factories import samples

from blog.domain.post import NewPost
from uuid import UUID, uuid4
"""

    assert (
        modules.imports("blog", statements)
        == """\
import datetime as dt
from uuid import UUID, uuid4

from sqlalchemy import select

from blog.domain.post import NewPost, Post
from tests.factories import samples"""
    )


def test_numbers_in_names_sort_as_numbers() -> None:
    names = ["b", "A10", "a9"]

    assert modules.import_from("blog", names) == "from blog import a9, A10, b"


def test_an_import_that_is_too_long_has_one_name_a_line() -> None:
    names = ["b" * 60, "a" * 60]

    assert modules.import_from("blog", names).splitlines() == [
        "from blog import (",
        f"    {'a' * 60},",
        f"    {'b' * 60},",
        ")",
    ]


def test_imports_stand_between_the_docstring_and_the_code() -> None:
    text = '"""A post."""\n\nimport json\nx = 1\nfrom enum import StrEnum\n'

    assert module(text) == '"""A post."""\n\nimport json\nfrom enum import StrEnum\n\nx = 1\n'


def test_two_lines_part_the_imports_from_a_class() -> None:
    text = '"""A post."""\nimport json\nclass Post:\n    pass\n'

    assert module(text).splitlines()[2:] == ["import json", "", "", "class Post:", "    pass"]


def test_lines_of_nothing_but_spaces_are_dropped() -> None:
    assert module('"""A."""\nimport json\ndef f():\n    \n    a\n\n        \n    b\n').splitlines()[
        5:
    ] == [
        "def f():",
        "    a",
        "",
        "    b",
    ]


def test_a_line_that_is_too_long_is_exploded() -> None:
    call = f"    return f({'a' * 80}, {'b' * 80})"

    assert module(f'"""A."""\nimport json\ndef f():\n{call}').splitlines()[6:] == [
        "    return f(",
        f"        {'a' * 80},",
        f"        {'b' * 80},",
        "    )",
    ]


def test_docstrings_and_comments_are_left_as_they_are() -> None:
    text = f'"""A."""\nimport json\ndef f():\n    """{"(a, b) " * 20}"""\n    # {"(a, b) " * 20}\n'

    assert text.split("import json\n")[1] in module(text)
