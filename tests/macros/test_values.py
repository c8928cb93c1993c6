"""Canonical values as Python and as SQL, and what bounds them."""

from functools import cache
from typing import Any

import pytest
import yaml

from macro_modules import Derived, macros
from projects import REPOSITORY

values = macros("values")
kinds = macros("kinds")


@cache
def kind(name: str) -> Derived:
    """Return a row of the type table, complete."""
    types = yaml.safe_load((REPOSITORY / "template/macros/types.yml").read_text(encoding="utf-8"))
    complete: dict[str, Derived] = {}
    kinds.complete(types, "blog", complete)
    return complete[name]


def default(name: str, value: str | None, *, null: bool = False) -> str:
    text: str = values.default_of(kind(name), "", value, null)
    return text


def bounds(name: str, **given: Any) -> list[str]:  # noqa: ANN401
    field = {"length": 0, "precision": 0, "scale": 0, "min": None, "max": None, "pattern": None}
    found: list[str] = []
    values.add_bounds(kind(name), {**field, **given}, "", found)
    return found


@pytest.mark.parametrize(
    ("name", "value", "python"),
    [
        ("str", 'say "no"', "'say \"no\"'"),
        ("int", "-5", "-5"),
        ("bool", "true", "True"),
        ("bool", "false", "False"),
        ("enum", "in-review", "PostKind.IN_REVIEW"),
        ("decimal", "2", "Decimal(2)"),
        ("decimal", "1.50", 'Decimal("1.50")'),
        ("date", "2000-01-31", 'dt.date.fromisoformat("2000-01-31")'),
        ("interval", "90.5", "dt.timedelta(seconds=90.5)"),
    ],
)
def test_a_value_is_written_as_python(name: str, value: str, python: str) -> None:
    assert values.literal(kind(name), "PostKind", value) == python


@pytest.mark.parametrize(
    ("name", "value", "sql"),
    [
        ("str", "it's 10:30", "'it''s 10\\\\:30'"),
        ("int", "7", "7"),
        ("bool", "true", "true"),
        ("enum", "in-review", "'in-review'"),
        ("decimal", "1.50", "1.50"),
        ("time", "10:20:30", "'10\\\\:20\\\\:30.000000'"),
        ("time", "10:20:30.5", "'10\\\\:20\\\\:30.5'"),
        ("datetime", "2000-01-31T10:20:30+00:00", "'2000-01-31 10\\\\:20\\\\:30.000000'"),
        ("datetime", "now", "CURRENT_TIMESTAMP"),
    ],
)
def test_a_value_is_written_as_sql_that_all_databases_store_alike(
    name: str, value: str, sql: str
) -> None:
    assert values.sql_literal(kind(name), value) == f'"{sql}"'


def test_a_named_default_is_made_each_time() -> None:
    assert default("datetime", "now") == "default_factory=utc_now"
    assert default("array", "[]") == "default_factory=list"
    assert default("int", "7") == "default=7"


def test_what_may_be_missing_is_none_where_nothing_is_given() -> None:
    assert default("int", None, null=True) == "default=None"
    assert default("int", None) == ""


def test_numbers_are_bounded_by_value_and_texts_by_length() -> None:
    assert bounds("int", min="1", max="9") == ["ge=1", "le=9"]
    assert bounds("text", min="1", max="9") == ["min_length=1", "max_length=9"]


def test_a_type_brings_bounds_of_its_own() -> None:
    assert bounds("str", length=80, min="2") == ["max_length=80", "min_length=2"]
    assert bounds("email", length=80) == ["max_length=80"]


def test_a_pattern_is_a_string() -> None:
    assert bounds("text", pattern=r"^\.+$") == [r'pattern="^\\.+$"']


@pytest.mark.parametrize(
    ("pattern", "plain"),
    [
        (r"^\d{3}-\w+$", "^[0-9]{3}-[0-9A-Za-z_]+$"),
        (r"[\d_]\d", "[0-9_][0-9]"),
        (r"[\]\w]", r"[\]0-9A-Za-z_]"),
        (r"\[\D\W", r"\[[^0-9][^0-9A-Za-z_]"),
        (r"\\d\s[^\D]", r"\\d\s[^\D]"),
    ],
)
def test_classes_of_a_pattern_are_those_of_ascii(pattern: str, plain: str) -> None:
    assert values.ascii(pattern) == plain


def test_samples_keep_within_the_limits() -> None:
    day = {"min": "2000-01-01", "max": None}

    assert values.limits(kind("int"), {"min": "1", "max": "9"}, "") == ", low=1, high=9"
    assert values.limits(kind("date"), day, "") == ', low=dt.date.fromisoformat("2000-01-01")'
    assert values.limits(kind("str"), {"min": "2", "max": None}, "") == ", low=2"
