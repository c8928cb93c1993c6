"""Many-to-many relations: what both sides know of each other, and of what is in between."""

from typing import Any

import pytest

from macro_modules import derived
from projects import entity
from scaffold.entities.entity import Entity

BLOG = derived(
    entity("Post", "title:str", "main_tags:many,Tag:back=posts", pk="uuid4"),
    entity("Tag", "name:str", "likes:many,Tag:back=liked_by"),
)


def through(*fields: str, **options: Any) -> derived:  # noqa: ANN401
    """Return users with roles, where this stands in between."""
    return derived(*users(), entity("UserRole", "user:User", "role:Role", *fields, **options))


def users() -> tuple[Entity, Entity]:
    roles = "roles:many,Role:via=UserRole"
    return entity("User", "name:str", roles), entity("Role", "name:str")


def linked_by_keys(found: derived) -> bool:
    (roles,) = found["User"]["links"]
    assert roles["bare"] == roles["open"] == roles["back_open"]
    return bool(roles["bare"])


def test_the_other_side_knows_where_it_comes_from() -> None:
    posts, _ = BLOG["Tag"]["relations"]

    assert (posts["name"], posts["to"], posts["back"]) == ("posts", "Post", "main_tags")
    assert (posts["table"], posts["single"]) == ("posts_main_tags", False)


def test_the_table_in_between_has_a_key_to_each_side() -> None:
    (table,) = BLOG["Post"]["link_tables"]

    assert table["name"] == "posts_main_tags"
    assert [(column["name"], column["type"]) for column in table["columns"]] == [
        ("post_id", "sa.Uuid()"),
        ("tag_id", 'sa.BigInteger().with_variant(sa.Integer(), "sqlite")'),
    ]
    assert table["indexes"] == [{"name": "ix_posts_main_tags_tag_id", "columns": ["tag_id"]}]


def test_a_table_between_one_entity_tells_its_columns_apart() -> None:
    (table,) = BLOG["Tag"]["link_tables"]

    assert [column["name"] for column in table["columns"]] == ["tag_id", "other_tag_id"]


def test_through_an_entity_each_side_looks_at_the_rows_in_between() -> None:
    found = through()
    (roles,) = found["User"]["links"]
    (incoming,) = (each for each in found["Role"]["relations"] if "link" in each)

    assert found["User"]["link_tables"] == []
    assert (roles["rows"], roles["value"]) == ("user_roles", "role")
    assert (incoming["rows"], incoming["value"]) == ("user_roles", "user")


def test_what_in_between_needs_no_more_than_its_keys_is_linked_by_them() -> None:
    assert linked_by_keys(through("since:date:default=today", "note:str:null"))
    assert not linked_by_keys(through("reason:str"))
    assert not linked_by_keys(through("size:int:default=1", checks=("size > 0",)))


def test_both_sides_have_an_endpoint() -> None:
    sides = BLOG["Post"]["link_sides"]

    assert [(side["path"], side["key"], side["other_key"], side["constant"]) for side in sides] == [
        ("/posts/{key:id}/main-tags/{tag_id:id}", "UUID", "Int64", "POST_MAIN_TAGS"),
        ("/tags/{key:id}/posts/{post_id:id}", "Int64", "UUID", "TAG_POSTS"),
    ]


def test_a_side_that_is_read_only_has_none() -> None:
    tag = entity("Tag", "name:str", api="read-only")
    found = derived(entity("Post", "title:str", "tags:many,Tag"), tag)

    assert [side["tag"] for side in found["Post"]["link_sides"]] == ["posts"]
    assert through(api="read-only")["User"]["link_sides"] == []


def test_a_read_only_entity_declares_links_that_nobody_changes() -> None:
    post = entity("Post", "title:str", "tags:many,Tag", api="read-only")

    assert derived(post, entity("Tag", "name:str"))["Post"]["link_sides"] == []


@pytest.mark.parametrize(("here", "there"), [("none", "full"), ("full", "none")])
def test_where_a_side_has_no_endpoints_its_links_have_none(here: str, there: str) -> None:
    post = entity("Post", "title:str", "tags:many,Tag", api=here)

    assert derived(post, entity("Tag", "name:str", api=there))["Post"]["link_sides"] == []


def test_what_is_in_between_needs_no_endpoints_of_its_own() -> None:
    assert len(through(api="none")["User"]["link_sides"]) == 2


def test_a_link_to_its_own_entity_has_an_endpoint_in_each_direction() -> None:
    assert [side["path"] for side in BLOG["Tag"]["link_sides"]] == [
        "/tags/{key:id}/likes/{tag_id:id}",
        "/tags/{key:id}/liked-by/{tag_id:id}",
    ]


def test_a_private_link_is_changed_and_not_shown() -> None:
    found = derived(entity("Post", "title:str", "tags:many,Tag:private"), entity("Tag", "name:str"))
    (tags,), (posts,) = found["Post"]["links"], found["Tag"]["relations"]

    assert not tags["exposed"]
    assert not posts["exposed"]
    assert len(found["Post"]["link_sides"]) == 2
