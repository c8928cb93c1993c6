"""Whole tables in a revision."""

import ast
from textwrap import dedent
from typing import Any

from macro_modules import derived, lines, macros
from projects import entity

tables = macros("revision/tables")

BLOG = derived(
    entity("User", "name:str", pk="uuid4"),
    entity("Post", "slug:slug:unique", "size:int:min=0:server_default=1", "author:User"),
)


def created(late: tuple[str, ...] = ()) -> list[str]:
    return lines(tables.create({"table": BLOG["Post"]["table_spec"], "late": late}))


def test_it_is_one_call_and_one_per_index() -> None:
    text = tables.create({"table": BLOG["Post"]["table_spec"], "late": ()})
    code = [ast.unparse(statement) for statement in ast.parse(dedent(text)).body]

    assert code[0].startswith("op.create_table('posts', sa.Column('id', ")
    assert code[1:] == ["op.create_index(op.f('ix_posts_author_id'), 'posts', ['author_id'])"]


def test_a_column_has_all_that_the_model_says_of_it() -> None:
    assert (
        'sa.Column("size", sa.Integer(), server_default=sa.text("1"), nullable=False),' in created()
    )
    assert 'sa.Column("author_id", sa.Uuid(), nullable=False),' in created()


def test_constraints_are_part_of_the_table() -> None:
    text = created()

    assert (
        'sa.CheckConstraint(sa.column("size") >= sa.text("0"), name=op.f("ck_posts_size_min")),'
        in text
    )
    assert 'sa.UniqueConstraint("slug", name=op.f("uq_posts_slug")),' in text
    assert 'sa.PrimaryKeyConstraint("id", name=op.f("pk_posts")),' in text


def test_indexes_come_after_the_table() -> None:
    assert created()[-2:] == [
        ")",
        'op.create_index(op.f("ix_posts_author_id"), "posts", ["author_id"])',
    ]


def test_a_key_that_closes_a_circle_comes_later() -> None:
    assert "use_alter=True," not in created()
    assert "use_alter=True," in created(late=("fk_posts_author_id",))


def test_sqlite_has_such_a_key_from_the_start() -> None:
    (key,) = BLOG["Post"]["table_spec"]["foreign_keys"]
    step: dict[str, Any] = {"table": "posts", "key": key}

    for made in (tables.add_late_key(step), tables.drop_late_key(step)):
        assert lines(made)[0] == 'if op.get_context().dialect.name != "sqlite":'
        assert 'op.f("fk_posts_author_id"), "posts", ' in made
