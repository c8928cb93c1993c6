"""Factories of the emitted tests: samples that are another each time, and valid."""

from ast import literal_eval

from macro_modules import derived, lines, macros
from projects import entity

factory = macros("factory")

BLOG = derived(
    entity("User", "name:str,80", "mentor:User:null:back=pupils", pk="uuid4"),
    entity("Post", "title:str,200", "size:int:min=1:max=9", "author:User", "reader:User:back=read"),
    entity("Event", "low:int", "high:int", checks=("low < high",)),
)


def test_a_sample_knows_the_limits_of_its_field() -> None:
    assert lines(factory.values(BLOG["Post"]))[:2] == [
        "title=samples.text(number, 200),",
        "size=samples.integer(number, low=1, high=9),",
    ]


def test_a_reference_that_must_be_is_an_argument() -> None:
    assert lines(factory.values(BLOG["Post"]))[2:] == [
        "author_id=author_id,",
        "reader_id=reader_id,",
    ]
    assert factory.key_parameters(BLOG["Post"]) == "*, author_id: UUID, reader_id: UUID"
    assert factory.keys(BLOG["Post"]) == "author_id=author_id, reader_id=reader_id"


def test_what_it_refers_to_is_stored_before() -> None:
    assert lines(factory.made_keys(BLOG["Post"]))[0] == "author_id = (await make_user(work)).id"
    assert "from tests.factories.user import make_user" in lines(
        factory.imports(BLOG["Post"], "blog")
    )


def test_a_reference_that_may_be_missing_is() -> None:
    assert "mentor_id=None," in lines(factory.values(BLOG["User"]))
    assert factory.key_parameters(BLOG["User"]) == factory.keys(BLOG["User"]) == ""


def test_checks_have_rows_that_satisfy_them() -> None:
    assert lines(factory.values(BLOG["Event"])) == ['low=row["low"],', 'high=row["high"],']
    assert factory.row(BLOG["Event"]) == "row = next(_rows)"
    rows = literal_eval(factory.rows(BLOG["Event"]).split(" = ")[1].split('"""')[0])
    assert rows
    assert all(row["low"] < row["high"] for row in rows)


def test_an_enum_is_imported_where_samples_choose_from_it() -> None:
    found = derived(entity("Door", "state:enum,open,shut", "size:int", checks=("size > 0",)))[
        "Door"
    ]

    assert set(lines(factory.imports(found, "blog"))) == {
        "import itertools",
        "from typing import Any",
        "from tests.factories import samples",
        "from blog.domain.door import DoorState",
    }


def test_where_nothing_is_made_from_it_there_is_no_number() -> None:
    assert factory.number(BLOG["Post"]) == "number = next(samples.numbers)"
    assert factory.number(BLOG["Event"]) == ""
    assert "from tests.factories import samples" not in factory.imports(BLOG["Event"], "blog")
