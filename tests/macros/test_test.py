"""What the emitted tests need beyond the derived model."""

from macro_modules import derived, field, lines, macros
from projects import entity

test = macros("test")

BLOG = derived(
    entity("User", "name:str", pk="uuid4", page="offset"),
    entity("Post", "slug:slug:unique", "author:User", "tags:many,Tag", lock=True),
    entity("Tag", "name:str"),
)


def test_a_unit_test_needs_no_rows_to_refer_to() -> None:
    assert test.sample_keys(BLOG["Post"]) == "author_id=UUID(int=1)"


def test_a_second_row_refers_to_the_same() -> None:
    assert test.same_keys(BLOG["Post"], "stored") == "author_id=stored.author_id"


def test_the_body_of_a_request_comes_after_what_it_refers_to() -> None:
    assert lines(test.payload(BLOG["Post"])) == [
        "author_id = (await make_user(work)).id",
        "await work.commit()",
        "new = new_post(author_id=author_id)",
        'payload = PostCreate.model_validate(new).model_dump(mode="json")',
    ]
    assert test.arguments(BLOG["Post"]) == "client: AsyncClient, work: SqlUnitOfWork"
    made = "from tests.factories.user import make_user"
    assert made in lines(test.api_imports(BLOG["Post"], "blog"))


def test_a_body_that_refers_to_nothing_needs_no_database() -> None:
    assert lines(test.payload(BLOG["User"]))[0] == "new = new_user()"
    assert test.arguments(BLOG["User"]) == "client: AsyncClient"


def test_an_update_moves_the_time_and_the_version() -> None:
    assert test.changes(BLOG["Post"]) == (
        "slug=other.slug, updated_at=updated.updated_at, version=stored.version + 1"
    )
    assert test.moved(BLOG["User"]).endswith('| payload | {"updated_at": after["updated_at"]}')


def test_what_is_unique_is_what_a_second_row_shares() -> None:
    slug = field(BLOG["Post"], "slug")

    assert test.shared(BLOG["Post"], slug, "stored") == "slug=stored.slug"


def test_samples_of_checks_go_together() -> None:
    event = derived(entity("Event", "low:int:unique", "high:int", checks=("low < high",)))["Event"]

    assert test.shared(event, field(event, "low"), "one") == "low=one.low, high=one.high"


def test_keys_in_json_are_numbers_or_text() -> None:
    assert test.in_json(BLOG["Post"]["key"], "stored.id") == "stored.id"
    assert test.in_json(BLOG["User"]["key"], "stored.id") == "str(stored.id)"


def test_a_link_has_a_path_and_two_constants() -> None:
    (link,) = BLOG["Post"]["links"]

    assert test.link_path("{ROUTE}", "one.id", "main_tags", "other.id") == (
        "{ROUTE}/{one.id}/main-tags/{other.id}"
    )
    assert (test.here(BLOG["Post"], link), test.there(link)) == ("POST_TAGS", "TAG_POSTS")


def test_a_path_by_a_natural_key_takes_its_values_from_the_body() -> None:
    imported = "from tests.conftest import segments"

    assert test.natural_path(BLOG["Post"]) == '"by-slug", payload["slug"]'
    assert imported in lines(test.api_imports(BLOG["Post"], "blog"))
    assert imported not in lines(test.api_imports(BLOG["Tag"], "blog"))


def test_a_total_takes_a_statement_of_its_own() -> None:
    assert (test.list_statements(BLOG["Post"]), test.list_statements(BLOG["User"])) == ("1", "2")


def test_what_tests_import_is_what_there_is_to_test() -> None:
    stored = lines(test.persistence_imports(BLOG["Post"], "blog"))
    plain = lines(test.persistence_imports(BLOG["Tag"], "blog"))

    for error in ("AlreadyExists", "VersionConflict"):
        assert f"from blog.domain.errors import {error}" in stored
        assert f"from blog.domain.errors import {error}" not in plain


def test_links_are_tested_from_the_side_that_declares_them() -> None:
    made = "from tests.factories.tag import make_tag"
    assert "from tests.factories.post import make_post" in test.unit_imports(BLOG["Post"], "blog")
    for imports in (test.unit_imports, test.api_imports):
        assert made in lines(imports(BLOG["Post"], "blog"))
        assert made not in lines(imports(BLOG["Tag"], "blog"))


def test_what_is_read_only_is_never_sent() -> None:
    country = derived(entity("Country", "name:str", api="read-only", pk="uuid4"))["Country"]

    assert lines(test.api_imports(country, "blog")) == ["from uuid import UUID"]
    assert "from blog.api.schemas.post import PostCreate" in test.api_imports(BLOG["Post"], "blog")
