"""The endpoints of an entity."""

from macro_modules import derived, lines, macros
from projects import entity

route = macros("route")

BLOG = derived(
    entity("User", "email:email:unique", page="offset", lock=True),
    entity("Post", "slug:slug", "author:User", unique=(("slug", "author"),)),
    entity("Country", "name:str", api="read-only", pk="uuid4"),
    entity("Vote", "kind:enum,up,down", "secret:bool", unique=(("kind", "secret"),)),
)


def test_the_path_of_a_natural_key_may_have_slashes_in_its_last_segment() -> None:
    assert route.natural_path(BLOG["User"]) == "/by-email/{by_email:text}"


def test_a_natural_key_of_several_fields_has_a_segment_for_each() -> None:
    assert (
        route.natural_path(BLOG["Post"]) == "/by-slug-and-author-id/{by_slug:text}/{by_author_id}"
    )
    assert route.natural_arguments(BLOG["Post"]) == "by_slug: Slug, by_author_id: Int64"


def test_the_path_and_the_body_must_agree() -> None:
    assert route.agreement(BLOG["Post"]) == (
        'agree({"slug": (by_slug, payload.slug), "author_id": (by_author_id, payload.author_id)})'
    )


def test_pages_are_those_of_the_entity() -> None:
    assert (route.page(BLOG["Post"]), route.paging(BLOG["Post"])) == ("PageRead", "page")
    assert (route.page(BLOG["User"]), route.paging(BLOG["User"])) == (
        "NumberedPageRead",
        "numbered_page",
    )


def test_a_numbered_page_has_a_total_and_a_keyset_page_a_cursor() -> None:
    assert route.page_arguments(BLOG["Post"]) == "after=query.after, limit=query.limit"
    assert route.page_parts(BLOG["Post"]) == "next=page.next"
    assert route.page_arguments(BLOG["User"]) == "page=query.page, size=query.size, skip=query.skip"
    assert "total=page.total" in route.page_parts(BLOG["User"])


def test_a_lock_brings_the_version_along() -> None:
    assert route.version(BLOG["User"]) == ", version: ExpectedVersion, response: Response"
    assert (
        route.etag(BLOG["User"], "found") == """response.headers["ETag"] = f'"{found.version}"'"""
    )
    assert route.given_version(BLOG["User"]) == ", version=version"
    assert "If-Match" in route.only_if(BLOG["User"])
    imported = lines(route.imports(BLOG["User"], "blog"))
    assert "from blog.api.dependencies.version import ExpectedVersion" in imported
    assert route.given_version(BLOG["Post"]) == route.only_if(BLOG["Post"]) == ""
    assert route.version(BLOG["Post"]) == route.etag(BLOG["Post"], "found") == ""


def test_what_is_read_only_imports_nothing_for_writing() -> None:
    assert lines(route.imports(BLOG["Country"], "blog")) == ["from uuid import UUID"]
    assert "from blog.api.schemas.base import Many" in lines(route.imports(BLOG["Post"], "blog"))


def test_the_types_of_a_natural_key_are_imported() -> None:
    assert "from blog.api.schemas.values import Slug" in lines(route.imports(BLOG["Post"], "blog"))
    assert "from blog.api.schemas.values import Email" in lines(route.imports(BLOG["User"], "blog"))


def test_an_enum_of_a_natural_key_is_imported() -> None:
    assert "from blog.domain.vote import VoteKind" in lines(route.imports(BLOG["Vote"], "blog"))


def test_a_truth_is_no_positional_argument() -> None:
    assert route.natural_arguments(BLOG["Vote"]) == "*, by_kind: VoteKind, by_secret: bool"
