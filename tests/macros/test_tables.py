"""The table of an entity as data, which models declare and revisions create."""

from typing import Any

from macro_modules import Derived, derived
from projects import entity


def table(*fields: str, **options: Any) -> Derived:  # noqa: ANN401
    user = entity("User", "name:str")
    spec: Derived = derived(user, entity("Post", *fields, **options))["Post"]["table_spec"]
    return spec


def test_only_a_key_that_is_counted_counts() -> None:
    assert [table("size:int", pk=pk)["columns"][0]["autoincrement"] for pk in ("int", "uuid7")] == [
        True,
        False,
    ]


def test_options_have_columns_of_their_own() -> None:
    columns = table("size:int", soft_delete=True, lock=True)["columns"]

    assert [column["name"] for column in columns[2:]] == [
        "created_at",
        "updated_at",
        "deleted_at",
        "live",
        "version",
    ]


def test_a_reference_is_indexed_and_says_what_happens_on_delete() -> None:
    spec = table("author:User:null:on_delete=set_null:column=writer")

    assert spec["indexes"] == [{"name": "ix_posts_writer", "columns": ["writer"]}]
    assert spec["foreign_keys"] == [
        {
            "name": "fk_posts_writer",
            "column": "writer",
            "to_table": "users",
            "to_column": "id",
            "on_delete": "SET NULL",
        }
    ]


def test_what_is_softly_deleted_does_not_count_as_taken() -> None:
    spec = table("slug:slug:unique", "kind:int", unique=(("kind", "slug"),), soft_delete=True)

    assert [unique["columns"] for unique in spec["uniques"]] == [
        ["slug", "live"],
        ["kind", "slug", "live"],
    ]


def test_groups_name_fields_and_hold_columns() -> None:
    spec = table("size:int:column=width", "author:User", index=(("author", "size"),))

    assert spec["indexes"][-1] == {
        "name": "ix_posts_author_id_width",
        "columns": ["author_id", "width"],
    }


def test_values_and_bounds_are_checked() -> None:
    checks = table("kind:enum,open,shut", "size:int:min=1:max=9", "day:date:min=2000-01-01")[
        "checks"
    ]

    assert {check["name"]: check["expression"] for check in checks} == {
        "ck_posts_kind": 'sa.column("kind").in_(["open", "shut"])',
        "ck_posts_size_min": 'sa.column("size") >= sa.text("1")',
        "ck_posts_size_max": 'sa.column("size") <= sa.text("9")',
        "ck_posts_day_min": 'sa.column("day") >= "2000-01-01"',
    }


def test_a_condition_names_fields_and_holds_columns_but_in_strings() -> None:
    condition = "kind in ('size', 'a:b') and (size + 1) > 0"
    samples = ((("kind", "size"), ("size", "1")),)
    spec = table("size:int:column=width", "kind:str", checks=(condition,), samples=samples)

    assert spec["checks"] == [
        {
            "name": "ck_posts_check",
            "expression": "\"kind in ('size', 'a\\\\:b') and (width + 1) > 0\"",
        }
    ]


def test_names_are_cut_where_a_database_would_cut_them() -> None:
    long = "a" * 40
    (unique,) = table(f"{long}:int", "size:int", unique=((long, "size"),))["uniques"]
    (longer,) = table(f"{long}:int", f"{long[1:]}:int", unique=((long, long[1:]),))["uniques"]

    assert unique["name"] == f"uq_posts_{long}_size"
    assert len(longer["name"]) == 60
