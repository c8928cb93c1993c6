"""What the endpoints of links import."""

from macro_modules import derived, lines, macros
from projects import entity

linking = macros("linking")

POST = entity("Post", "title:str", "tags:many,Tag", pk="uuid4")


def imported(api: str) -> list[str]:
    blog = derived(POST, entity("Tag", "name:str", api=api))
    return lines(linking.imports(blog["Post"], "blog"))


def test_both_sides_are_named_where_both_have_an_endpoint() -> None:
    assert "from blog.domain.relations import POST_TAGS" in imported("full")
    assert "from blog.domain.relations import TAG_POSTS" in imported("full")
    assert "from blog.api.dependencies.services.tag import TagUse" in imported("full")


def test_a_side_that_is_read_only_is_not_named() -> None:
    assert "from blog.domain.relations import POST_TAGS" in imported("read-only")
    assert not any("TAG_POSTS" in line or "TagUse" in line for line in imported("read-only"))


def test_the_keys_of_both_sides_are_there() -> None:
    assert "from uuid import UUID" in imported("full")
    assert "from blog.api.schemas.values import Int64" in imported("full")
