"""One recorded field, and what the templates need of it."""

from macro_modules import derived, field
from projects import entity

BLOG = derived(
    entity("User", "name:str", pk="uuid4"),
    entity(
        "Post",
        "title:str,200",
        "mail:email:null",
        "words:array,str,30",
        "kind:enum,open,in-work",
        "views:int:readonly:server_default=3",
        "seen:datetime:null:default=now",
        "author:User:column=writer",
        "editor:one,User:null:back=edits",
    ),
)


def test_a_type_may_be_another_in_requests_and_in_responses() -> None:
    mail = field(BLOG["Post"], "mail")

    assert mail["python"] == "str | None"
    assert mail["api"] == "Email | None"
    assert mail["shown"] == "EmailText | None"


def test_an_array_is_of_its_items_type() -> None:
    words = field(BLOG["Post"], "words")

    assert words["python"] == "list[str]"
    assert words["column"] == "Array(Varchar(30))"
    assert words["api"] == "list[WordsItem]"
    assert words["item"] == {"alias": "WordsItem", "type": "str", "bounds": ["max_length=30"]}


def test_an_enum_is_called_for_its_entity_and_field() -> None:
    kind = field(BLOG["Post"], "kind")

    assert kind["python"] == kind["api"] == kind["enum"]["name"] == "PostKind"
    assert kind["enum"]["values"][1] == {"member": "IN_WORK", "literal": '"in-work"'}


def test_what_the_server_sets_is_the_default_of_the_domain_as_well() -> None:
    views = field(BLOG["Post"], "views")

    assert views["server_default"] == '"3"'
    assert views["default"] == "default=3"


def test_requests_import_nothing_for_what_they_may_not_send() -> None:
    assert field(BLOG["Post"], "views")["uses_api"] == []
    assert field(BLOG["Post"], "seen")["uses_api"] == ["Moment"]
    assert field(BLOG["Post"], "seen")["given_imports"] == [
        "from blog.domain.values import utc_now"
    ]


def test_a_reference_is_the_key_of_what_it_leads_to() -> None:
    author = field(BLOG["Post"], "author_id")

    assert author["python"] == "UUID"
    assert author["column_name"] == "writer"
    assert author["needed"]
    assert author["ref"]["relation"] == "author"
    assert author["ref"]["table"] == "users"


def test_one_to_one_is_unique_and_may_be_missing() -> None:
    editor = field(BLOG["Post"], "editor_id")

    assert editor["unique"]
    assert editor["default"] == "default=None"
    assert not editor["needed"]


def test_where_checks_leave_little_choice_the_samples_are_given() -> None:
    event = derived(entity("Event", "low:int", "high:int:null", checks=("low < high",)))["Event"]
    low = field(event, "low")

    assert low["sample"] == 'row["low"]'
    assert len(low["samples"]) == len(event["samples"])
    assert f'"low": {low["samples"][0]}' in event["samples"][0]
