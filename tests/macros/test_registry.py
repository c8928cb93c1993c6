"""A registry has one line per entity, and nothing else, so that lines of two branches merge."""

from macro_modules import derived, macros
from projects import entity

registry = macros("registry")


def test_each_entity_has_one_line() -> None:
    entities = derived(entity("Post", "title:str"), entity("BlogTag", "name:str"))

    assert registry.each(entities, "{plural}: {name} = {module}") == (
        "posts: Post = post\nblog_tags: BlogTag = blog_tag\n"
    )


def test_no_entity_has_no_line() -> None:
    assert registry.each([], "{name}") == ""


def test_an_empty_list_says_what_it_would_hold() -> None:
    assert registry.annotation([]) == ": list[str]"
    assert registry.annotation(derived(entity("Post", "title:str"))) == ""
