"""What lists may be asked for."""

from macro_modules import derived, lines, macros
from projects import entity

query = macros("query")

BLOG = derived(
    entity(
        "Post",
        "title:str",
        "note:text:null",
        "secret:str:private",
        "body:json",
        "extra:json:null",
        "kind:enum,open,closed",
        timestamps=False,
    ),
    entity("User", "name:str", page="offset", lock=True),
)


def test_each_field_that_responses_show_has_a_filter() -> None:
    assert lines(query.filters(BLOG["Post"])) == [
        "FilterBy(PostFields.title, TEXT),",
        "FilterBy(PostFields.note, TEXT, null=True),",
        "FilterBy(PostFields.extra, PRESENCE, null=True),",
        "FilterBy(PostFields.kind, choice(PostKind)),",
    ]


def test_what_the_project_keeps_has_filters() -> None:
    assert lines(query.filters(BLOG["User"]))[1:] == [
        "FilterBy(UserFields.created_at, MOMENT),",
        "FilterBy(UserFields.updated_at, MOMENT),",
        "FilterBy(UserFields.version, INT64),",
    ]


def test_only_the_kinds_that_are_used_are_imported() -> None:
    assert set(lines(query.imports(BLOG["Post"], "blog"))) == {
        "from blog.api.queries.kinds import TEXT",
        "from blog.api.queries.kinds import PRESENCE",
        "from blog.api.queries.kinds import choice",
        "from blog.domain.post import PostKind",
    }


def test_pages_are_those_of_the_entity() -> None:
    assert query.page_class(BLOG["Post"]) == "KeysetQuery"
    assert query.page_class(BLOG["User"]) == "OffsetQuery"
