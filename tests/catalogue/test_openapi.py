"""What the OpenAPI document promises: to people who read it, to clients that are made from it."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from blog.domain.post import PostFields

from catalogue.blog_project import BLOG, Settings, create_app
from catalogue.running import running

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
    "allow_header_conformance",
    "missing_required_header",
    "use_after_free",
    "ensure_resource_availability",
)
# Among them is each kind of endpoint and of value.
PATHS = "^/(accounts|health|posts|refresh-tokens|tags|users)"


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return create_app(Settings()).openapi()


@pytest.fixture(scope="module")
def operations(document: dict[str, Any]) -> dict[str, Any]:
    """Return the operations, each under its method and path."""
    return {
        f"{method.upper()} {path}": operation
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }


@pytest.mark.slow
def test_the_api_does_what_its_document_says(tmp_path: Path, blog_folder: Path) -> None:
    """Whatever is sent, nothing goes wrong here, and what is answered is documented."""
    url = f"sqlite+aiosqlite:///{tmp_path}/blog.db"
    BLOG.alembic(url, "upgrade", "heads")
    # A request that is no HTTP is worth a warning to the server, but no error.
    with running(blog_folder, url, log_level="error") as (address, _process):
        options = {
            "--checks": ",".join(CHECKS),
            "--generation-database": "none",
            "--include-path-regex": PATHS,
            "--max-examples": "10",
            "--phases": "coverage,fuzzing",
            "--seed": "1",
            "--suppress-health-check": "all",  # of how long it takes to find examples
        }
        called = subprocess.run(
            [sys.executable, "-m", "schemathesis.cli", "run", f"{address}/openapi.json"]
            + [word for option in options.items() for word in option],
            cwd=tmp_path,
            capture_output=True,
            check=False,
            text=True,
        )

    assert called.returncode == 0, called.stdout + called.stderr
    assert re.search(r"[0-9]{3,} generated, [0-9]{3,} passed", called.stdout), called.stdout


def test_each_operation_is_called_like_its_function(operations: dict[str, Any]) -> None:
    names = {call: operation["operationId"] for call, operation in operations.items()}

    assert len(set(names.values())) == len(names)
    assert all(name.isidentifier() for name in names.values())
    assert names["GET /posts/{key}"] == "get_post"
    assert names["PUT /users/by-email/{by_email}"] == "upsert_user"
    assert names["PUT /posts/{key}/tags/{tag_id}"] == "link_post_tags"
    assert names["DELETE /tags/{key}/posts/{post_id}"] == "unlink_tag_posts"


def test_each_operation_has_the_tag_of_its_entity(operations: dict[str, Any]) -> None:
    for call, operation in operations.items():
        assert operation["tags"] == [call.split("/")[1].replace("-", " ")]


def test_each_operation_says_what_it_does(operations: dict[str, Any]) -> None:
    assert [call for call, operation in operations.items() if not operation["description"]] == []


def test_each_error_is_a_problem(operations: dict[str, Any]) -> None:
    errors = [
        content
        for operation in operations.values()
        for status, response in operation["responses"].items()
        if int(status) >= 400
        for content in response["content"].items()
    ]

    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    assert {media_type for media_type, _ in errors} == {"application/problem+json"}
    assert all(content == schema for _, content in errors)


@pytest.mark.parametrize(
    ("call", "statuses"),
    [
        ("GET /posts", "200 422 500 503"),
        ("POST /posts", "201 400 409 413 422 500 503"),
        ("GET /posts/{key}", "200 404 422 500 503"),
        ("PATCH /posts/{key}", "200 400 404 409 413 422 500 503"),
        ("PATCH /accounts/{key}", "200 400 404 409 412 413 422 500 503"),
        ("PUT /users/by-email/{by_email}", "200 201 400 404 409 413 422 500 503"),
        ("PUT /posts/{key}/tags/{tag_id}", "204 404 409 422 500 503"),
    ],
)
def test_what_can_be_answered_is_documented(
    operations: dict[str, Any], call: str, statuses: str
) -> None:
    assert " ".join(operations[call]["responses"]) == statuses


def test_each_field_is_documented_as_a_filter(operations: dict[str, Any]) -> None:
    parameters = {one["name"]: one for one in operations["GET /posts"]["parameters"]}
    fields = [name for name in vars(PostFields) if not name.startswith("_")]

    assert {*fields, "order", "include", "after", "limit"} == parameters.keys()
    assert "`price=lt:9.99`" in parameters["price"]["description"]
    assert "`gte:`" in parameters["price"]["description"]
    assert set(parameters["include"]["schema"]["items"]["enum"]) == {"author", "tags", "comments"}


def test_nobody_who_tries_a_list_out_begins_with_filters(operations: dict[str, Any]) -> None:
    parameters = operations["GET /posts"]["parameters"]

    assert [one["name"] for one in parameters if "example" in one or "examples" in one] == []
