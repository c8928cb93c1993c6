"""One recorded entity, and what the templates need of it."""

import pytest

from macro_modules import Derived, derived, macros
from projects import entity


def post(*fields: str, **options: object) -> Derived:
    user = entity("User", "name:str")
    return derived(user, entity("Post", *fields, **options))["Post"]


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("Post", "a post"),
        ("BlogPost", "a blog post"),
        ("Article", "an article"),
        ("User", "a user"),
        ("Unit", "a unit"),
        ("EuroRate", "a euro rate"),
        ("Order", "an order"),
        ("OneTimeCode", "a one time code"),
    ],
)
def test_a_label_has_its_article(name: str, label: str) -> None:
    assert derived(entity(name, "size:int"))[name]["a_label"] == label


def test_the_first_unique_field_tells_one_from_another() -> None:
    assert post("title:str", "slug:slug:unique", "code:str:unique")["natural"] == ["slug"]


def test_a_group_tells_one_from_another_where_no_field_does() -> None:
    found = post("slug:slug", "author:User", unique=(("slug", "author"),))

    assert found["natural"] == ["slug", "author_id"]


@pytest.mark.parametrize("modifier", ["null", "private", "readonly"])
def test_what_not_everybody_knows_tells_nothing(modifier: str) -> None:
    by_itself = post(f"at:datetime:unique:{modifier}:default=now")
    in_a_group = post(f"at:datetime:{modifier}:default=now", "size:int", unique=(("at", "size"),))

    assert by_itself["natural"] == in_a_group["natural"] == []


def test_the_field_that_tests_change_is_free_to_change() -> None:
    found = post("shown:bool", "author:User", "at:int:readonly:null", "low:int", "title:str")
    checked = post("low:int", "title:str", checks=("low > 0",))

    assert found["changeable"] == "low"
    assert checked["changeable"] == "title"
    assert post("shown:bool", "author:User")["changeable"] is None


def test_a_change_that_responses_show_is_of_a_field_they_show() -> None:
    found = post("secret:str:private", "title:str")

    assert (found["changeable"], found["shown_changeable"]) == ("secret", "title")


def test_samples_come_again_and_again_so_the_first_follows_the_last() -> None:
    repeats = macros("entity").repeats

    assert repeats([]) == repeats(["1", "2", "1", "2"]) == ""
    assert repeats(["1", "2", "2", "3"]) != ""
    assert repeats(["1", "2", "1"]) != ""


def test_the_api_may_show_less_than_all() -> None:
    shown = [("exposed", "writable")]
    for api, expected in [
        ("full", (True, True)),
        ("read-only", (True, False)),
        ("none", (False, False)),
    ]:
        found = post("title:str", api=api)
        assert [tuple(found[name] for name in names) for names in shown] == [expected]


def test_links_bring_their_tables_and_their_endpoints() -> None:
    tag = entity("Tag", "name:str")
    blog = derived(entity("Post", "title:str", "tags:many,Tag"), tag)
    alone = derived(tag)["Tag"]

    assert [len(blog["Post"][name]) for name in ("link_tables", "link_sides")] == [1, 2]
    assert [blog["Post"][name] for name in ("linked", "linkable")] == [True, True]
    assert [blog["Tag"][name] for name in ("linked", "linkable")] == [True, False]
    assert [alone[name] for name in ("linked", "linkable")] == [False, False]


def test_a_row_of_samples_has_each_field_that_has_some() -> None:
    found = post("title:str", "low:int", "high:int", checks=("low < high",))

    assert found["samples"]
    for row in found["samples"]:
        assert [item.split(":")[0] for item in row] == ['"low"', '"high"']
    assert post("title:str")["samples"] == []


def test_commands_do_not_carry_along_what_only_the_table_needs() -> None:
    (title,) = post("title:str:index")["fields"]

    assert not title.keys() & {"migration", "index", "checked", "min", "max"}
