"""An Alembic revision: what it follows, what it does, and what it undoes."""

import ast
from typing import Any

from macro_modules import included, lay_out_block

CONTEXT: dict[str, Any] = {
    "revision": "abc123",
    "parent": None,
    "summary": "drop posts",
    "losses": (),
    "created": "2026-11-21 09:30",
    "upgrade": [{"do": "DropTable", "table": {"name": "posts"}}],
    "downgrade": [{"do": "DropTable", "table": {"name": "tags"}}],
    "imports": [],
    "uses_sqlalchemy": False,
    "dialects": [],
    "lay_out": lay_out_block,
}


def written(**changes: object) -> str:
    return included("revision.py", **{**CONTEXT, **changes})


def functions(text: str) -> dict[str, str]:
    """Return the code of the functions by their names."""
    found = (node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef))
    return {node.name: ast.unparse(ast.Module(node.body[1:], [])) for node in found}


def test_the_way_down_is_not_the_way_up() -> None:
    assert functions(written()) == {
        "upgrade": "op.drop_table('posts')",
        "downgrade": "op.drop_table('tags')",
    }


def test_it_says_what_it_follows() -> None:
    assert "down_revision: str | tuple[str, ...] | None = None\n" in written()
    assert 'down_revision: str | tuple[str, ...] | None = "def"\n' in written(parent="def")
    assert "\nRevises: def\nCreate Date: 2026-11-21 09:30 UTC\n" in written(parent="def")


def test_one_that_merges_follows_several_and_does_nothing() -> None:
    text = written(parents=["a", "b"], upgrade=[], downgrade=[])

    assert 'None = ("a", "b")\n' in text
    assert functions(text) == {"upgrade": "", "downgrade": ""}
    assert "from alembic import op" not in text


def test_it_says_which_values_the_way_down_loses() -> None:
    text = written(losses=("`posts.size` is gone", "and more"))

    assert '"""Undo `upgrade`.\n\n    `posts.size` is gone\n    and more\n    """\n' in text


def test_it_imports_what_its_types_need() -> None:
    text = written(imports=["import datetime as dt"], uses_sqlalchemy=True, dialects=["mysql"])

    assert text.split('"""\n')[1].split("\n\nrevision")[0].split("\n") == [
        "",
        "import datetime as dt",
        "",
        "import sqlalchemy as sa",
        "from alembic import op",
        "from sqlalchemy.dialects import mysql",
    ]
