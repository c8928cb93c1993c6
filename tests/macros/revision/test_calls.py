"""The calls of a batch, one line each."""

from typing import Any

import pytest

from macro_modules import macros

calls = macros("revision/calls")


def column(kind: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"name": "size", "type": kind, "nullable": False, "server_default": None, **changes}


def altered(old: dict[str, Any], new: dict[str, Any], using: str | None = None) -> str:
    text: str = calls.alter_column({"old": old, "new": new, "using": using})
    return text


def test_a_column_is_added_with_its_server_default() -> None:
    added = calls.add_column({"column": column("sa.Integer()", server_default='sa.text("0")')})

    assert added == (
        'add_column(sa.Column("size", sa.Integer(), server_default=sa.text("0"), nullable=False))'
    )


def test_what_of_a_column_stays_is_said_again() -> None:
    default = 'sa.text("0")'
    old = column("sa.Integer()", server_default=default)
    new = column("sa.BigInteger()", server_default=default)

    assert altered(old, new) == (
        'alter_column("size", existing_type=sa.Integer(), type_=sa.BigInteger(), '
        'existing_nullable=False, existing_server_default=sa.text("0"))'
    )


def test_what_of_a_column_changes_is_said_once() -> None:
    old = column("sa.Integer()", server_default='sa.text("0")')

    assert altered(old, column("sa.Integer()", nullable=True)) == (
        'alter_column("size", existing_type=sa.Integer(), nullable=True, server_default=None)'
    )


def test_postgresql_is_told_how_the_new_value_is_made() -> None:
    text = altered(column("sa.Text()"), column("sa.Integer()"), using="size::integer")

    assert "type_=sa.Integer(), postgresql_using='size::integer', " in text


def test_constraints_have_names_that_no_convention_changes() -> None:
    unique = {"name": "uq_posts_a_b", "columns": ("a", "b")}

    assert calls.create_unique_constraint(unique) == (
        'create_unique_constraint(op.f("uq_posts_a_b"), ["a", "b"])'
    )
    assert calls.drop_constraint({"name": "fk_posts_a", "kind": "foreignkey"}) == (
        'drop_constraint(op.f("fk_posts_a"), type_="foreignkey")'
    )


def test_a_condition_is_what_the_model_says() -> None:
    check = {"name": "ck_posts_size", "expression": 'sa.column("size") > sa.text("0")'}

    assert calls.create_check_constraint(check) == (
        'create_check_constraint(op.f("ck_posts_size"), sa.column("size") > sa.text("0"))'
    )


def test_a_foreign_key_says_what_happens_on_delete_if_anything_does() -> None:
    key = {"name": "fk", "column": "a_id", "to_table": "as", "to_column": "id", "on_delete": None}

    assert calls.create_foreign_key(key) == (
        'create_foreign_key(op.f("fk"), "as", ["a_id"], ["id"])'
    )
    assert 'ondelete="CASCADE")' in calls.create_foreign_key({**key, "on_delete": "CASCADE"})


@pytest.mark.parametrize(
    ("dialect", "test"),
    [
        ("sqlite", '== "sqlite"'),
        ("!sqlite", '!= "sqlite"'),
        ("mysql", 'in {"mysql", "mariadb"}'),
    ],
)
def test_mariadb_goes_by_two_names(dialect: str, test: str) -> None:
    assert calls.test(dialect) == test


def test_a_sequence_is_called_as_postgresql_calls_it() -> None:
    assert calls.sequence("posts", "id") == "posts_id_seq"
    assert calls.sequence("p" * 60, "id") == "p" * 56 + "_id_seq"
