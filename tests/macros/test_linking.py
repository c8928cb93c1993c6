"""Links have endpoints on the sides from which they may be changed."""

from macro_modules import derived, lines, macros
from projects import entity

linking = macros("linking")

BLOG = derived(
    entity("Post", "title:str", "main_tags:many,Tag", pk="uuid4"), entity("Tag", "name:str")
)


def test_both_sides_have_a_path() -> None:
    assert [side["path"] for side in BLOG["Post"]["link_sides"]] == [
        "/posts/{key}/main-tags/{tag_id}",
        "/tags/{key}/posts/{post_id}",
    ]


def test_each_side_has_the_keys_of_its_own_entity_first() -> None:
    assert [(side["key"], side["other_key"]) for side in BLOG["Post"]["link_sides"]] == [
        ("UUID", "Int64"),
        ("Int64", "UUID"),
    ]


def test_a_side_names_its_constant_as_the_domain_does() -> None:
    assert [side["constant"] for side in BLOG["Post"]["link_sides"]] == [
        "POST_MAIN_TAGS",
        "TAG_POSTS",
    ]
    assert "from blog.domain.relations import POST_MAIN_TAGS" in lines(
        linking.imports(BLOG["Post"], "blog")
    )


def test_a_side_that_is_read_only_has_no_endpoint() -> None:
    post, _ = derived(
        entity("Post", "title:str", "tags:many,Tag"), entity("Tag", "name:str", api="read-only")
    )

    assert [side["tag"] for side in post["link_sides"]] == ["posts"]
    assert not any("TAG_POSTS" in line for line in lines(linking.imports(post, "blog")))


def test_the_other_side_declares_nothing() -> None:
    assert BLOG["Tag"]["link_sides"] == []
