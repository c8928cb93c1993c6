"""Entities that this template cannot render are refused, in words, before anything is written."""

from typing import Any

import pytest
from jinja2 import UndefinedError

from macro_modules import included
from projects import entity
from scaffold.entities.records import to_record

TYPES: dict[str, object] = {"str": {}, "ref": {}, "many": {}}


def check(*records: object, spec: int = 1) -> str:
    return included("check_entities", entities=list(records), entities_spec=spec, types=TYPES)


def post(*fields: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401
    return {**to_record(entity("Post", *fields or ("title:str",))), **changes}


def refused(*records: object, spec: int = 1) -> str:
    with pytest.raises(UndefinedError) as caught:
        check(*records, spec=spec)
    return str(caught.value)


def test_known_entities_pass() -> None:
    assert check() == check(post()) == check(post("title:str", "reply:Post:null:back=r")) == ""


def test_entities_are_a_list() -> None:
    with pytest.raises(UndefinedError, match="`entities` in the answers file is not a list"):
        included("check_entities", entities={"Post": {}}, entities_spec=1, types=TYPES)


def test_a_later_form_asks_for_an_upgrade() -> None:
    assert "holds `entities_spec: 2`, which this version of the template does not" in refused(
        spec=2
    )
    assert "scaffold upgrade" in refused(spec=2)


def test_what_a_later_template_records_is_named() -> None:
    assert "entity `Post` has `colour`" in refused(post(colour="red"))
    field = {"name": "title", "type": "str", "colour": "red"}
    assert "`Post.title` has `colour`" in refused(post(fields=[field]))
    assert "`Post.price` has the type `decimal`" in refused(post("price:decimal"))


def test_a_record_without_what_each_has_is_named() -> None:
    record = post()
    del record["table"]

    assert "entity 1 in the answers file has no `table`" in refused(record)


def test_an_entity_is_there_once() -> None:
    assert "entity `Post` is in the answers file twice" in refused(post(), post())


def test_a_relation_leads_to_what_is_there() -> None:
    assert "`Post.author` refers to `User`" in refused(post("author:User"))
    through = post("r:many,Post:back=s:via=Role")
    assert "`Post.r` goes through `Role`" in refused(through)


@pytest.mark.parametrize("pattern", ["^(?=a)", "(?!a)", "(?<=a)b", "(?P<q>a)(?P=q)", "(?>a)"])
def test_a_pattern_of_the_former_engine_is_named(pattern: str) -> None:
    record = post("title:str:pattern=^a")
    record["fields"][0]["pattern"] = pattern

    assert "the pattern of `Post.title` has `(?" in refused(record)
