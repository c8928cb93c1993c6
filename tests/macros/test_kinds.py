"""The rows of the type table leave out what they do not need; templates find all of it."""

from copy import deepcopy

from macro_modules import Derived, macros

kinds = macros("kinds")

TYPES: dict[str, Derived] = {
    "moment": {
        "python": "dt.datetime",
        "imports": ["import datetime as dt"],
        "named": {"now": {"python": "now", "imports": ["from {package}.values import now"]}},
    },
    "json": {"imports": ["from {package}.values import Json"], "named": {"{}": {"python": "dict"}}},
}


def complete() -> dict[str, Derived]:
    made: dict[str, Derived] = {}
    kinds.complete(TYPES, "blog", made)
    return made


def test_each_row_has_every_key() -> None:
    assert all(row.keys() == kinds.plain_kind.keys() for row in complete().values())
    assert complete()["moment"]["python"] == "dt.datetime"


def test_a_recorded_field_has_whatever_it_leaves_out() -> None:
    plain = kinds.plain_field

    assert not any(plain[name] for name in ("null", "unique", "index", "private", "readonly"))
    assert all(
        plain[name] is None for name in ("column", "default", "server_default", "min", "max")
    )


def test_imports_from_the_project_name_its_package() -> None:
    assert complete()["json"]["imports"] == ["from blog.values import Json"]
    assert complete()["moment"]["named"]["now"]["imports"] == ["from blog.values import now"]


def test_a_named_value_may_need_no_import() -> None:
    assert complete()["json"]["named"]["{}"] == {"python": "dict", "imports": []}


def test_the_type_table_is_left_as_it_is() -> None:
    before = deepcopy(TYPES)

    complete()

    assert before == TYPES
