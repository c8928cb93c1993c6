"""Changes of a table with rows."""

import ast
from typing import Any

from macro_modules import lines, macros

changes = macros("revision/changes")

SIZE = {"name": "size", "type": "sa.Integer()", "nullable": False, "server_default": None}
DROP = {"call": "drop_index", "name": "ix_posts_size"}
RENAMED: dict[str, Any] = {
    "old": "posts",
    "new": "articles",
    "old_key": "pk_posts",
    "new_key": "pk_articles",
    "key_columns": ["id"],
    "counted": None,
}


def test_all_that_changes_a_table_in_a_row_is_one_batch() -> None:
    step = {"table": "posts", "plain": [], "calls": [DROP, {"call": "drop_column", "name": "size"}]}

    assert lines(changes.batch(step)) == [
        'with op.batch_alter_table("posts") as batch:',
        'batch.drop_index(op.f("ix_posts_size"))',
        'batch.drop_column("size")',
    ]


def test_sqlite_copies_plain_columns_without_a_cast() -> None:
    text = changes.batch({"table": "posts", "plain": [SIZE], "calls": [DROP]})

    assert 'reflect_args=(sa.Column("size", sa.Integer(), nullable=False),),' in lines(text)


def test_several_plain_columns_come_one_a_line() -> None:
    text = changes.batch({"table": "posts", "plain": [SIZE, SIZE], "calls": [DROP]})

    assert lines(text) == [
        "with op.batch_alter_table(",
        '"posts",',
        "reflect_args=(",
        *['sa.Column("size", sa.Integer(), nullable=False),'] * 2,
        "),",
        ") as batch:",
        'batch.drop_index(op.f("ix_posts_size"))',
    ]


def test_values_are_set_where_they_are_missing_and_on_one_database() -> None:
    step = {
        "table": "posts",
        "column": "size",
        "type": "sa.Integer()",
        "value": "0",
        "where": None,
        "dialect": None,
    }
    everywhere = changes.set_values(step)
    somewhere = changes.set_values({**step, "where": "x", "dialect": "mysql"})

    assert everywhere.endswith('.update().values({"size": 0}))\n')
    assert lines(somewhere)[0] == 'if op.get_context().dialect.name in {"mysql", "mariadb"}:'
    assert '.where(x).values({"size": 0})' in somewhere


def test_a_table_takes_the_name_of_its_key_along() -> None:
    text = changes.rename_table(RENAMED)

    assert 'op.rename_table("posts", "articles")' in lines(text)
    assert lines(text)[-4:-2] == [
        'if op.get_context().dialect.name == "sqlite":',
        'with op.batch_alter_table("articles") as batch:',
    ]
    assert 'RENAME CONSTRAINT "pk_posts" TO "pk_articles"' in text
    assert 'batch.create_primary_key(op.f("pk_articles"), ["id"])' in lines(text)
    assert "SEQUENCE" not in text


def test_what_counts_the_keys_is_called_for_the_table() -> None:
    text = changes.rename_table({**RENAMED, "counted": "id"})

    assert 'ALTER SEQUENCE "posts_id_seq" RENAME TO "articles_id_seq"' in text


def test_a_column_keeps_all_but_its_name() -> None:
    column = {**SIZE, "server_default": 'sa.text("0")'}
    text = changes.rename_column({"table": "posts", "column": column, "new": "width"})

    (call,) = (
        node
        for node in ast.walk(ast.parse(text.strip()))
        if isinstance(node, ast.Call) and node.keywords
    )
    assert {each.arg: ast.unparse(each.value) for each in call.keywords} == {
        "new_column_name": "'width'",
        "existing_type": "sa.Integer()",
        "existing_nullable": "False",
        "existing_server_default": "sa.text('0')",
    }


def test_what_differs_on_one_database_changes_there() -> None:
    step = {"table": "posts", "dialect": "mysql", "plain": [], "calls": [DROP]}

    assert lines(changes.batch(step)) == [
        'if op.get_context().dialect.name in {"mysql", "mariadb"}:',
        'with op.batch_alter_table("posts") as batch:',
        'batch.drop_index(op.f("ix_posts_size"))',
    ]
