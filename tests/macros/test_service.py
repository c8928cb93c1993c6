"""The use cases of an entity."""

import ast

from macro_modules import derived, lines, macros
from projects import entity

service = macros("service")

BLOG = derived(
    entity("User", "email:email:unique", page="offset", lock=True),
    entity("Post", "title:str", "tags:many,Tag"),
    entity("Tag", "name:str"),
    entity("Plain", "size:int"),
)


def test_pages_are_those_of_the_entity() -> None:
    assert service.page(BLOG["Post"]).startswith("async def page(")
    assert service.page(BLOG["User"]).startswith("async def numbered_page(")
    assert f") -> {service.page_class(BLOG['Post'])}[Post]:" in service.page(BLOG["Post"])
    assert f") -> {service.page_class(BLOG['User'])}[User]:" in service.page(BLOG["User"])


def test_a_page_is_asked_for_as_its_route_asks() -> None:
    keyset, numbered = (ast.parse(service.page(BLOG[name])).body[0] for name in ("Post", "User"))

    assert "*where: Criterion, order: Sequence[Ordering]=(), after: " in ast.unparse(keyset)
    assert "page: int=1, size: int=50, skip: int | None=None" in ast.unparse(numbered)


def test_what_tells_one_from_another_are_its_fields() -> None:
    assert service.natural(BLOG["User"]) == "UserFields.email"
    assert "from blog.domain.upserted import Upserted" in lines(
        service.imports(BLOG["User"], "blog")
    )


def test_a_lock_brings_the_version_along() -> None:
    assert service.version(BLOG["User"]) == ", *, version: int | None = None"
    assert service.given_version(BLOG["User"]) == ", version=version"
    assert service.only_if(BLOG["User"]).startswith("; with `version`")
    for macro in (service.version, service.given_version, service.only_if):
        assert macro(BLOG["Post"]) == ""


def test_both_sides_of_a_link_can_be_linked() -> None:
    for name in ("Post", "Tag"):
        assert "from blog.domain.relation import ToMany" in service.imports(BLOG[name], "blog")


def test_an_entity_alone_imports_nothing() -> None:
    assert lines(service.imports(BLOG["Plain"], "blog")) == []
