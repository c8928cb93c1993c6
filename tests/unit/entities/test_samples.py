import os
import re
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import strategies
from scaffold.entities.checks import check_kinds, parse_check
from scaffold.entities.defaults import expand
from scaffold.entities.entity import Entity
from scaffold.entities.graph import validate
from scaffold.entities.patterns import matches
from scaffold.entities.records import from_record, to_record
from scaffold.entities.samples.rows import sample_rows
from scaffold.entities.samples.search import ROWS
from scaffold.errors import ScaffoldError
from scaffold.grammar.fields import parse_field
from strategies import TYPES

HERE = str(Path(__file__).parent)
Row = dict[str, str | None]

TOKENS = {
    "n": "n:int",
    "m": "m:int:null",
    "tiny": "tiny:smallint:min=-5:max=5",
    "price": "price:decimal,8,2",
    "total": "total:decimal,8,2:null:min=0",
    "ratio": "ratio:float",
    "title": "title:str,20",
    "note": "note:text:null",
    "kind": "kind:enum,open,closed,held",
    "flag": "flag:bool",
    "maybe": "maybe:bool:null",
    "starts": "starts:date:min=2000-01-01",
    "ends": "ends:date:null",
    "meta": "meta:json:null",
}
KINDS = {
    **dict.fromkeys(["n", "m", "tiny", "price", "total", "ratio"], "number"),
    **dict.fromkeys(["title", "note", "kind"], "text"),
    **dict.fromkeys(["flag", "maybe"], "bool"),
    **dict.fromkeys(["starts", "ends"], "date"),
    "meta": "opaque",
}
REALS = ("price", "total", "ratio")

_sign = st.sampled_from(["=", "<>", "<", "<=", ">", ">="])
_numbers = st.sampled_from(["n", "m", "tiny", "price", "total", "ratio"])
_sums = st.recursive(
    _numbers | st.sampled_from(["0", "1", "2.5", "10", "1000"]),
    lambda inner: st.tuples(inner, st.sampled_from(["+", "-", "*"]), inner).map(
        lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"
    ),
    max_leaves=3,
)
_texts = st.sampled_from(["title", "note", "kind", "'open'", "'it''s'", "'sample a'"])
_comparisons = (
    st.tuples(_numbers, _sign, _sums).map(" ".join)
    | st.tuples(_numbers, _sums, _sums).map(lambda p: f"{p[0]} between {p[1]} and {p[2]}")
    | st.tuples(st.sampled_from(["title", "note", "kind"]), _sign, _texts).map(" ".join)
    | st.tuples(st.just("starts"), _sign, st.sampled_from(["ends", "'2010-05-05'"])).map(" ".join)
    | st.sampled_from(["flag", "maybe"]).map(lambda name: f"{name} = true")
    | st.sampled_from(["m", "total", "note", "maybe", "ends", "meta"]).flatmap(
        lambda name: st.sampled_from([f"{name} is null", f"{name} is not null"])
    )
    | st.lists(_texts, min_size=1, max_size=3).map(lambda items: f"kind in ({', '.join(items)})")
)
CHECKS = st.recursive(
    _comparisons,
    lambda inner: (
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(
            lambda parts: f"({parts[0]}) {parts[1]} ({parts[2]})"
        )
        | inner.map(lambda text: f"not ({text})")
    ),
    max_leaves=3,
)


def entity(*tokens: str, name: str = "Event", **options: Any) -> Entity:  # noqa: ANN401  # as Entity takes them
    fields = tuple(parse_field(token, TYPES) for token in tokens)
    return expand(Entity(name, fields=fields, **options), TYPES)


def samples(*tokens: str, **options: Any) -> list[Row]:  # noqa: ANN401  # as Entity takes them
    return [dict(row) for row in entity(*tokens, **options).samples]


def column(rows: list[Row], name: str) -> list[str | None]:
    return [row[name] for row in rows]


def sql_value(name: str, text: str | None) -> float | str | None:
    if text is None:
        return None
    if KINDS[name] == "bool":
        return int(text == "true")
    if KINDS[name] == "number":
        return float(text) if name in REALS else int(text)
    return text


def store(checks: tuple[str, ...], rows: list[Row]) -> None:
    """Let SQLite itself check the rows."""
    names = list(TOKENS)
    conditions = ", ".join(f"check ({text})" for text in checks)
    with sqlite3.connect(":memory:") as database:
        database.execute(f"create table events ({', '.join(names)}, {conditions})")
        for row in rows:
            values = [sql_value(name, row.get(name)) for name in names]
            marks = ", ".join("?" * len(names))
            database.execute(f"insert into events values ({marks})", values)  # noqa: S608  # no input
    database.close()


@given(st.lists(CHECKS, min_size=1, max_size=3))
def test_sqlite_accepts_the_rows_that_are_found(texts: list[str]) -> None:
    found = [parse_check(text) for text in texts]
    for check in found:
        check_kinds(check, KINDS, "the check")
    checks = tuple(dict.fromkeys(check.text for check in found))
    try:
        made = entity(*TOKENS.values(), checks=checks)
    except ScaffoldError as error:
        assert error.message.startswith("no row satisfies the checks of `Event`")  # noqa: PT017
        return
    validate((made,), TYPES)
    rows = [dict(row) for row in made.samples]
    if rows and "meta" not in rows[0] and any("meta" in text for text in checks):
        rows = [row | {"meta": "{}"} for row in rows]

    store(checks, rows)


@given(strategies.graphs(runnable=False, circular=True))
def test_the_same_entity_gets_the_same_rows(graph: tuple[Entity, ...]) -> None:
    for one in graph:
        assert one == expand(replace(one, samples=()), TYPES)


def test_another_process_finds_the_same_rows() -> None:
    program = (
        "from test_samples import samples;"
        "print(samples(r'a:str,9:pattern=^[^a-f]\\W\\d\\S.$', 'n:int', checks=('n > 3',)))"
    )
    shown = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONPATH": os.pathsep.join([HERE, *sys.path]), "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2", "3")
    }

    assert len(shown) == 1


def test_an_entity_without_checks_and_patterns_has_no_samples() -> None:
    assert samples("title:str,80", "size:int:min=3") == []
    assert "samples" not in to_record(entity("title:str,80"))


def test_nothing_is_imported_for_an_entity_without_checks_and_patterns() -> None:
    program = (
        "import sys; from scaffold.entities.defaults import expand;"
        "from scaffold.entities.entity import Entity; from scaffold.entities.graph import validate;"
        "validate((expand(Entity('Post', fields=()), {}),) * 0, {});"
        "own = {name for name in sys.modules if name.startswith('scaffold.entities.samples')};"
        "print(own | {'random', 'rstr'} & sys.modules.keys())"
    )
    shown = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
        check=True,
        capture_output=True,
        text=True,
    ).stdout

    assert shown.strip() == "set()"


def test_only_fields_with_a_pattern_or_in_a_check_are_sampled() -> None:
    rows = samples("a:int", "b:str,5:pattern=^x+$", "c:int", checks=("c > 1",))

    assert {tuple(row) for row in rows} == {("b", "c")}
    assert len(rows) == ROWS


@pytest.mark.parametrize(
    "pattern",
    [
        "^[A-Z]{3}-[0-9]+$",
        r"^\d{4}-\d{2}$",
        r"\S+@\S+\.[a-z]{2,}",
        "^(red|green|blue)(-dark)?$",
        r"(?i)^abc\b",
        "^(a+)+$",
        "^(((((((a+)+)+)+)+)+)+)+$",
        "^[^aeiou]+$",
        "é",
        r"\\",
    ],
)
def test_values_match_the_pattern(pattern: str) -> None:
    values = column(samples(f"code:str,30:pattern={pattern}"), "code")

    assert len(values) >= min(ROWS, 2)
    assert all(value is not None and re.search(pattern, value) for value in values)
    assert all(value is not None and len(value) <= 30 and value.isprintable() for value in values)


@pytest.mark.parametrize(
    "pattern", ["^(?=a)", "(?!a)", "(?<=a)b", r"(a)\1", "(?P<q>a)(?P=q)", "(?>a)", r"a\Z"]
)
def test_a_pattern_that_has_to_be_tried_in_many_ways_is_refused(pattern: str) -> None:
    with pytest.raises(ScaffoldError, match="linear time"):
        samples(f"code:str,30:pattern={pattern}")


def test_a_pattern_is_matched_in_linear_time() -> None:
    assert not matches("^(a+)+$", "a" * 10_000 + "!")
    assert matches("^(a|a)*$", "a" * 10_000)
    assert not matches("^a$", "a\n")


def test_values_match_the_pattern_and_the_length() -> None:
    values = column(samples("code:str,6:min=5:pattern=^[a-z]+$"), "code")

    assert all(value is not None and 5 <= len(value) <= 6 for value in values)


def test_what_is_unique_differs_in_each_row() -> None:
    values = column(samples("code:str,2:unique:pattern=^[AB][0-9]$"), "code")

    assert len(set(values)) == ROWS


def test_there_are_no_more_rows_than_what_is_unique_allows() -> None:
    values = column(samples("place:int:unique", checks=("place in (1, 2, 3)",)), "place")

    assert sorted(map(str, values)) == ["1", "2", "3"]


def test_what_is_unique_together_differs_in_each_row() -> None:
    rows = samples("a:int", "b:int", checks=("a between 1 and 2", "b < 3"), unique=(("a", "b"),))

    assert len({(row["a"], row["b"]) for row in rows}) == ROWS


def test_neighbors_of_a_pattern_with_two_values_differ() -> None:
    values = column(samples("code:str,1:pattern=^[ab]$", "n:int", checks=("n > 0",)), "code")

    assert all(one != two for one, two in zip(values, values[1:] + values[:1], strict=True))


def test_null_is_used_only_where_nothing_else_will_do() -> None:
    rows = samples("a:int:null", "b:int:null", checks=("a is null", "b > 1 or b is null"))

    assert set(column(rows, "a")) == {None}
    assert None not in column(rows, "b")


def test_unknown_is_enough_where_true_cannot_be() -> None:
    assert set(column(samples("a:int:null", checks=("a <> a",)), "a")) == {None}


def test_a_document_that_may_be_there_is_left_out() -> None:
    rows = samples("a:int", "meta:json:null", checks=("meta is not null or a > 1",))

    assert {tuple(row) for row in rows} == {("a",)}


def test_a_document_that_must_not_be_there_is_null() -> None:
    rows = samples("a:int:null", "meta:json:null", checks=("meta is null", "a is not null"))

    assert set(column(rows, "meta")) == {None}


def test_an_optional_reference_is_empty_unless_a_check_needs_it() -> None:
    fields = ("post:Post:null", "sheet:Leaflet:null", "n:int")
    one_of_both = ("post is null or sheet is null", "post is not null or sheet is not null")

    assert "post" not in samples(*fields, checks=("post is null or n > 1",))[0]
    assert sum(name in samples(*fields, checks=one_of_both)[0] for name in ("post", "sheet")) == 1


def test_references_to_one_entity_are_different_rows() -> None:
    fields = ("payer:User:back=paid", "payee:User:back=received")

    assert samples(*fields, checks=("payer <> payee",)) == []
    with pytest.raises(ScaffoldError, match="no row satisfies"):
        samples(*fields, checks=("payer = payee",))


def test_a_reference_that_must_not_be_empty_is_one_to_fill() -> None:
    made = entity("post:Post:null", name="Leaflet", checks=("post is not null",))
    other = entity("sheet:Leaflet", name="Post")

    assert made.samples == ((("post", "any"),),)
    with pytest.raises(ScaffoldError, match="no first row could be added"):
        validate((made, other), TYPES)


def test_rows_of_what_is_unique_with_a_reference_may_repeat() -> None:
    made = entity(
        "post:Post:null:unique",
        "a:int",
        checks=("post is not null", "a in (1, 2)"),
        unique=(("post", "a"),),
    )

    assert made.samples == expand(replace(made, samples=()), TYPES).samples
    assert sorted(dict(row)["a"] or "" for row in made.samples) == ["1", "2"]
    with pytest.raises(ScaffoldError, match="refers to `Post`"):
        validate((made,), TYPES)


def test_several_fields_that_must_be_empty() -> None:
    rows = samples("a:int:null", "b:date:null", "c:int", checks=("not (a > 1 or b is not null)",))

    assert set(column(rows, "b")) == {None}
    assert None not in column(rows, "a")


def test_what_no_request_may_set_has_its_default() -> None:
    rows = samples(
        "status:enum,open,closed:readonly:default=open",
        "closed:date:null",
        checks=("status = 'open' or closed is null",),
    )

    assert set(column(rows, "status")) == {"open"}


def test_a_row_holds_whenever_the_tests_run() -> None:
    rows = samples("starts:date:readonly:default=today", "ends:date", checks=("starts <= ends",))

    assert all(value is not None and value >= "2120" for value in column(rows, "ends"))


@pytest.mark.parametrize(
    ("tokens", "check"),
    [
        (("a:decimal", "b:int", "c:decimal"), "c = a * b and b > 10"),
        (("a:int", "b:int", "c:int"), "a * a + b * b = c * c and a > 0 and b > a"),
        (("a:smallint", "b:int"), "a * b > 1000000"),
        (("a:decimal,3,3", "b:decimal,3,3"), "a + b = 1"),
        (("a:float:min=0:max=1", "b:float"), "a * 3 = b"),
        (("a:time", "b:time"), "a < b"),
        (("a:interval", "b:interval"), "a > b"),
        (("a:datetime:max=1999-12-31", "b:datetime"), "b < a"),
        (("a:uuid", "b:uuid"), "a <> b"),
        (("a:email", "b:email"), "a <> b"),
        (("a:url", "b:slug"), "a > b"),
        (("a:str", "b:str"), "a < b and b > 'x'"),
        (("a:int:min=1000000", "b:int:max=-1000000"), "a + b = 0"),
    ],
)
def test_rows_that_are_hard_to_find(tokens: tuple[str, ...], check: str) -> None:
    made = entity(*tokens, checks=(check,))

    validate((made,), TYPES)
    assert made.samples


def test_samples_are_recorded_between_checks_and_fields() -> None:
    record = to_record(entity("a:int", checks=("a > 1",)))

    assert list(record)[-3:] == ["checks", "samples", "fields"]
    assert all(int(row["a"]) > 1 for row in record["samples"])
    assert to_record(from_record(record)) == record


SIZED = ("size:int:unique", "code:str,3:pattern=^[a-z]+$", "title:str")


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            [{"size": "2"}],
            "sample 1 of `Event` must have values for `size` and `code`, and no others",
        ),
        (
            [{"size": "2", "code": "a", "title": "b"}],
            "sample 1 of `Event` must have values for `size` and `code`, and no others",
        ),
        ([{"size": "02", "code": "a"}], "`size` of sample 1 of `Event` cannot be `02`"),
        ([{"size": "2", "code": "A"}], "`code` of sample 1 of `Event` cannot be `A`"),
        ([{"size": "2", "code": "long"}], "`code` of sample 1 of `Event` cannot be `long`"),
        ([{"size": None, "code": "a"}], "`size` of sample 1 of `Event` may not be null"),
        ([{"size": "1", "code": "a"}], "sample 1 of `Event` does not satisfy the check `size > 1`"),
        (
            [{"size": "2", "code": "a"}, {"size": "2", "code": "b"}],
            "the samples of `Event` have a value of `size` twice",
        ),
    ],
)
def test_samples_by_hand_that_are_refused(rows: list[Row], message: str) -> None:
    record = to_record(entity(*SIZED, checks=("size > 1",))) | {"samples": rows}

    with pytest.raises(ScaffoldError) as caught:
        validate((from_record(record),), TYPES)

    assert message == caught.value.message


def test_samples_by_hand_are_kept() -> None:
    record = to_record(entity(*SIZED, checks=("size > 1",)))
    by_hand = from_record(record | {"samples": [{"size": "77", "code": "abc"}]})

    validate((by_hand,), TYPES)

    assert by_hand == expand(by_hand, TYPES)


def test_samples_that_nothing_asks_for_are_refused() -> None:
    record = to_record(entity("size:int")) | {"samples": [{"size": "1"}]}

    with pytest.raises(ScaffoldError, match="no check and no pattern that asks for them"):
        validate((from_record(record),), TYPES)


@pytest.mark.parametrize("samples", [[], [1], [{"size": 1}], {"size": "1"}, "x", [None]])
def test_samples_that_cannot_be_read(samples: object) -> None:
    record = to_record(entity(*SIZED)) | {"samples": samples}

    with pytest.raises(ScaffoldError, match="`samples` of the entity `Event` must"):
        from_record(record)


def test_a_row_is_found_without_fields_to_choose() -> None:
    assert sample_rows(entity("title:str")) == ()
