"""What requests may send, and what responses show."""

from macro_modules import derived, lines, macros
from projects import entity

schema = macros("schema")

BLOG = derived(
    entity("User", "name:str", pk="uuid4"),
    entity(
        "Post",
        "title:str,200:min=1",
        "body:text:null:private",
        "views:int:readonly:default=0",
        "mail:email:null",
        "words:array,str,30",
        "seen:datetime:default=now",
        "kind:enum,open,closed:default=open",
        "author:User",
        lock=True,
    ),
)


def test_a_plain_default_stands_where_nothing_bounds_the_field() -> None:
    created = lines(schema.create_fields(BLOG["Post"]))

    assert "title: str = Field(max_length=200, min_length=1)" in created
    assert "body: str | None = None" in created
    assert "kind: PostKind = PostKind.OPEN" in created
    assert "seen: Moment = Field(default_factory=utc_now)" in created
    assert "author_id: UUID" in created


def test_a_patch_leaves_out_what_it_does_not_change() -> None:
    assert "mail: Email | None = unset(max_length=254)" in lines(schema.patch_fields(BLOG["Post"]))


def test_what_is_readonly_is_shown_but_never_sent() -> None:
    for sent in (schema.create_fields, schema.patch_fields, schema.made):
        assert "views" not in sent(BLOG["Post"])
    assert "views: int" in lines(schema.shown_fields(BLOG["Post"]))


def test_what_is_private_is_sent_but_never_shown() -> None:
    for sent in (schema.create_fields, schema.patch_fields, schema.made):
        assert "body" in sent(BLOG["Post"])
    assert "body" not in schema.shown_fields(BLOG["Post"])


def test_responses_show_what_the_project_keeps() -> None:
    assert lines(schema.shown_fields(BLOG["Post"]))[-3:] == [
        "created_at: dt.datetime",
        "updated_at: dt.datetime",
        "version: int",
    ]


def test_bounds_of_an_item_have_a_name() -> None:
    assert lines(schema.items(BLOG["Post"])) == ["WordsItem = Annotated[str, Field(max_length=30)]"]
    assert "words: list[WordsItem]" in lines(schema.create_fields(BLOG["Post"]))


def test_the_new_entity_is_made_of_what_was_sent() -> None:
    assert lines(schema.made(BLOG["User"])) == ["NewUser(", "name=self.name,", ")"]


def test_what_is_related_may_be_included_where_the_api_has_it() -> None:
    user, post, _ = derived(
        entity("User", "name:str"),
        entity("Post", "author:User", "editor:User:private:back=edited", "tags:many,Tag"),
        entity("Tag", "name:str", api="none"),
    )

    assert lines(schema.related_fields(post)) == ["author: UserRead | None = None"]
    assert lines(schema.related_fields(user)) == ["posts: list[PostRead] | None = None"]
    assert "Tag" not in schema.related_imports(post, "blog")


def test_a_schema_imports_what_its_fields_are_made_of() -> None:
    tag = derived(entity("Tag", "names:array,str,30", "note:text:null:private", pk="uuid4"))["Tag"]

    assert set(lines(schema.imports(tag, "blog"))) == {
        "from uuid import UUID",
        "import datetime as dt",
        "from typing import Annotated",
        "from typing import cast",
        "from pydantic import Field",
        "from blog.domain.tag import NewTag, TagChanges",
        "from blog.api.schemas.base import unset",
    }


def test_one_that_is_read_only_imports_nothing_for_writing() -> None:
    tag = derived(entity("Tag", "mail:email", api="read-only", timestamps=False))["Tag"]

    assert set(lines(schema.imports(tag, "blog"))) == {
        "from blog.api.schemas.values import EmailText"
    }
