import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.entities.checks import check_kinds, parse_check
from scaffold.errors import ScaffoldError

KINDS = {
    "price": "number",
    "tax": "number",
    "status": "text",
    "active": "bool",
    "starts": "date",
    "ends": "date",
    "at": "datetime",
    "document": "opaque",
    "payer": "a reference to User",
    "payee": "a reference to User",
}

_numbers = st.sampled_from(["price", "tax", "0", "00.50", "12"])
_sums = st.recursive(
    _numbers,
    lambda inner: (
        st.tuples(inner, st.sampled_from(["+", "-", "*"]), inner).map(
            lambda parts: f"({parts[0]}){parts[1]} ({parts[2]})"
        )
        | inner.map(lambda text: f"-({text})")
    ),
    max_leaves=5,
)
_comparisons = (
    st.tuples(_sums, st.sampled_from(["=", "!=", "<>", "<", "<=", ">", ">="]), _sums).map(
        lambda parts: f"price+{parts[0]} {parts[1]}{parts[2]}"
    )
    | st.tuples(_sums, _sums).map(lambda parts: f"tax BETWEEN {parts[0]} and {parts[1]}")
    | st.lists(
        st.sampled_from(["'a'", "'it''s'", "'( , and'", "status"]), min_size=1, max_size=3
    ).map(lambda items: f"status not in({','.join(items)})")
    | st.sampled_from(["document is null", "at IS NOT NULL", "active = TRUE", "(starts<ends)"])
)
CONDITIONS = st.recursive(
    _comparisons,
    lambda inner: (
        st.tuples(inner, st.sampled_from(["and", "or", "AND"]), inner).map(
            lambda parts: f"({parts[0]}) {parts[1]} ({parts[2]})"
        )
        | inner.map(lambda text: f"not ({text})")
    ),
    max_leaves=5,
)


@given(CONDITIONS.filter(lambda text: len(text) < 300))
def test_the_canonical_text_is_stable(text: str) -> None:
    check = parse_check(text)
    check_kinds(check, KINDS, "the check")

    again = parse_check(check.text)

    assert again == check
    assert not re.search(r"  |\( | \)|!=", re.sub(r"'(?:[^']|'')*'", "''", check.text))


@given(
    st.text(alphabet="ab1'\"()<>=!+-*, .andornotisullbetween", max_size=40) | st.text(max_size=20)
)
def test_any_text_gives_a_check_or_a_clear_error(text: str) -> None:
    try:
        check = parse_check(text)
    except ScaffoldError:
        return

    assert check == parse_check(check.text)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("price>=0", "price >= 0"),
        ("price != 1", "price <> 1"),
        ("  (price = 1)  ", "price = 1"),
        ("((price)) > ((1))", "price > 1"),
        ("price > 00.50", "price > 0.50"),
        ("price = 1 AND tax = 2 OR tax = 3", "price = 1 and tax = 2 or tax = 3"),
        ("(price = 1 or tax = 2) and tax = 3", "(price = 1 or tax = 2) and tax = 3"),
        ("price = 1 or (tax = 2 and tax = 3)", "price = 1 or tax = 2 and tax = 3"),
        ("not price = 1", "not (price = 1)"),
        ("status not in ('a','b')", "not (status in ('a', 'b'))"),
        ("price not between 1 and 2", "not (price between 1 and 2)"),
        ("price between 1 and 2 and tax = 3", "price between 1 and 2 and tax = 3"),
        ("document IS NOT null", "document is not null"),
        ("(price+tax)*2 < 9", "(price + tax) * 2 < 9"),
        ("price-(tax-1) = 0", "price - (tax - 1) = 0"),
        ("price = - 5", "price = -5"),
        ("price = -tax", "price = - tax"),
        ("price = --5", "price = - (-5)"),
        ("status = 'it''s'", "status = 'it''s'"),
        ("active = True", "active = true"),
    ],
)
def test_the_canonical_text(text: str, canonical: str) -> None:
    assert canonical == parse_check(text).text


def test_the_names_are_those_of_the_fields() -> None:
    assert parse_check("tax < price and status = 'tax and fees' and tax > 0").names == (
        "tax",
        "price",
        "status",
    )


def test_a_name_always_stands_alone() -> None:
    """The template puts a column in the place of a name, word by word."""
    text = parse_check("-price < (-tax) and not(price in(tax,1))").text
    words = [word.strip("(),") for word in text.split(" ")]

    assert words.count("price") == 2
    assert words.count("tax") == 2


@pytest.mark.parametrize(
    ("text", "problem", "help"),
    [
        ("", "expected a field, a number or a 'string', found the end", None),
        ("price", "expected a comparison, found the end", "for a `bool`, write `price = true`"),
        ("price >= ", "expected a field, a number or a 'string', found the end", None),
        ("(price = 1", "expected `)`, found the end", None),
        ("price = 1 tax = 2", "expected `and`, `or` or the end, found `tax`", None),
        ("price = 1 = 2", "expected `and`, `or` or the end, found `=`", None),
        ("length(status) > 1", "`length(...)`: a check has no functions", None),
        ("price = null", "nothing is equal to `null`", "write `is null` or `is not null`"),
        ("price / 2 = 1", "unexpected `/`", "there is no division: multiply the other side"),
        ("status = 'x", "a string has no end", None),
        ('status = "x"', 'unexpected `"x"`', "write strings in single quotes: 'draft'"),
        ("price = 1 && tax = 2", "unexpected `&&`", "write `and`"),
        ("price = 1; drop table posts", "unexpected `;`", None),
        (
            "status = 'a\\b'",
            "a string has a backslash, which MariaDB would read as an escape",
            None,
        ),
        ("price in 1", "expected `(`, found `1`", None),
        ("price = 1a", "unexpected `1a`", None),
        ("(" * 31 + "price" + ")" * 31 + " = 1", "it is nested more than 30 deep", None),
    ],
)
def test_what_cannot_be_read(text: str, problem: str, help: str | None) -> None:
    with pytest.raises(ScaffoldError) as caught:
        parse_check(text)

    assert f"the check `{text}` cannot be read: {problem}" == caught.value.message
    assert help == caught.value.help


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1 = 1", "uses no field"),
        ("a = '\n'", "cannot be printed"),
        ("a = 1 or " * 60 + "a = 1", "at most 500 characters"),
    ],
)
def test_what_is_refused_as_a_whole(text: str, message: str) -> None:
    with pytest.raises(ScaffoldError, match=message):
        parse_check(text)


@pytest.mark.parametrize(
    "text",
    [
        "price + tax >= 0",
        "status <> 'x'",
        "active = false",
        "starts <= ends",
        "starts >= '2024-01-01'",
        "at is null",
        "document is not null",
        "payer <> payee",
    ],
)
def test_comparisons_that_every_database_knows(text: str) -> None:
    check_kinds(parse_check(text), KINDS, f"the check `{text}`")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("price = 'x'", "`price` is number, `'x'` is text"),
        ("status > 1", "`status` is text, `1` is number"),
        ("active = 1", "`active` is bool, `1` is number"),
        ("starts < at", "`starts` is date, `at` is datetime"),
        ("at > '2024-01-01'", "`at` is datetime, `'2024-01-01'` is text"),
        ("starts > 'today'", "`starts` is date, `'today'` is text"),
        ("document = 'x'", "`document` can only be compared with `is null`"),
        ("status + 1 > 2", "`status` is no number"),
        ("-starts < ends", "`starts` is no number"),
        ("price in (1, 'x')", "`price` is number, `'x'` is text"),
        ("price between 1 and status", "`price` is number, `status` is text"),
        ("payer = 1", "`payer` is a reference to User, `1` is number"),
    ],
)
def test_comparisons_that_some_database_refuses(text: str, problem: str) -> None:
    with pytest.raises(ScaffoldError, match=re.escape(problem)):
        check_kinds(parse_check(text), KINDS, f"the check `{text}`")
