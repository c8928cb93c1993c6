"""What the OpenAPI document promises: to people who read it, to clients that are made from it."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from blog.api.schemas.base import Schema
from blog.api.schemas.sample import SampleCreate, SamplePatch
from blog.api.schemas.slot import SlotCreate
from blog.api.schemas.tag import TagCreate
from blog.api.schemas.user import UserCreate
from blog.domain.post import PostFields
from pydantic import ValidationError

from catalogue import accepted
from catalogue.blog_project import BLOG, Settings, create_app
from catalogue.running import running

# Among them is each kind of endpoint and of value.
PATHS = "^/(accounts|health|samples|slots|tags|users)"
# A request that fits its schema may still name what is not there or is there already, or another version.
CONFIGURATION = """
[checks]
positive_data_acceptance.expected-statuses = ["2xx", "404", "409", "412", "413", "422"]
negative_data_rejection.expected-statuses = ["400", "404", "405", "406", "412", "413", "415", "422"]
"""
# They have a field of each type.
BODIES: tuple[type[Schema], ...] = (SampleCreate, SamplePatch, SlotCreate, TagCreate, UserCreate)
# Of each type of JSON, and of each text that something is made of.
VALUES: tuple[object, ...] = (
    *(
        None,
        True,
        False,
        {},
        [],
        0,
        1,
        1.0,
        -1.5,
        0.001,
        2**15,
        2**31,
        2**63,
        -(2**63),
        1e10,
        1e300,
    ),
    *(
        "",
        "0",
        "1",
        "-1.5",
        "1e2",
        " 1",
        "1_0",
        "true",
        "on",
        "86400",
        "2024-12-31",
        "12:30",
        "12:30:00Z",
    ),
    *(
        "2024-12-31T12:30:00Z",
        "2024-12-31T12:30:00",
        "PT90S",
        "P",
        "1 day",
        "00:00:05",
        "AAAA",
        "A",
    ),
    *("7f1c3a52-6d0b-4c8e-9f21-0a1b2c3d4e5f", "a" * 21, "up"),
    *(
        "ada@example.org",
        "Ada <ada@example.org>",
        "ada@example",
        "https://example.org/\x85",
        "https://example.org/\ufeff",
        "ada@example.0",
        "ada@example.test",
        "https://example.org/a?b[]=1",
    ),
)


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
    (tmp_path / "schemathesis.toml").write_text(CONFIGURATION)
    # A request that is no HTTP is worth a warning to the server, but no error.
    with running(blog_folder, url, log_level="error") as (address, _process):
        options = {
            "--checks": "all",
            "--exclude-checks": "ignored_auth,object_level_authorization",  # everybody may do all
            "--generation-database": "none",
            "--include-path-regex": PATHS,
            "--max-examples": "5",
            "--phases": "coverage,fuzzing",
            "--seed": "1",
            "--suppress-health-check": "all",  # of how long it takes to find examples
        }
        called = subprocess.run(
            [sys.executable, "-m", "schemathesis.cli", "run", f"{address}/openapi.json"]
            + [word for option in options.items() for word in option],
            cwd=tmp_path,
            env={**os.environ, "SCHEMATHESIS_HOOKS": accepted.__file__},
            capture_output=True,
            check=False,
            text=True,
        )

    assert called.returncode == 0, called.stdout + called.stderr
    assert re.search(r"[0-9]{3,} generated, [0-9]{3,} passed", called.stdout), called.stdout


@pytest.mark.parametrize(
    ("schema", "name"),
    [(schema, name) for schema in BODIES for name in schema.model_fields],
)
def test_a_body_may_say_what_its_schema_says(schema: type[Schema], name: str) -> None:
    document = schema.model_json_schema()
    field = {**document["properties"][name], "$defs": document.get("$defs", {})}
    fits = jsonschema_rs.validator_for(field, validate_formats=True).is_valid
    values = [*VALUES, *([value] for value in VALUES)]

    assert [one for one in values if takes(schema, name, one)] == [
        one for one in values if fits(one)
    ]


def takes(schema: type[Schema], name: str, value: object) -> bool:
    """Return whether a body may have such a value."""
    try:
        schema.model_validate({name: value})
    except ValidationError as error:
        return name not in {each["loc"][0] for each in error.errors()}
    return True


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
