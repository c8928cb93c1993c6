"""Rows 5, 10, 12, 17, 18, 20, 24, 32 over HTTP: what clients see."""

import asyncio
import json
from typing import Any

import httpx
import pytest
import pytest_asyncio
from blog.api import errors
from blog.api.links import routers as link_routers
from blog.api.routes import routers
from blog.domain.post import PostFields
from blog.domain.relations import POST_TAGS, USER_ROLES
from blog.domain.tag import NewTag
from blog.domain.user import UserFields
from fastapi import APIRouter, FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from catalogue import entries
from catalogue.blog_project import Make, Settings, Statements, create_app, pool_of
from catalogue.conftest import client_of

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def posts(client: httpx.AsyncClient, make_work: Make) -> list[int]:
    """Store two users with three posts and a tag; return the keys of the posts."""
    async with make_work() as work:
        ada, bob = await work.users.add_many([entries.user(1), entries.user(2)])
        first = await work.posts.add(entries.live(ada.id, 1, price=5))
        second = await work.posts.add(entries.live(ada.id, 2, price=15))
        third = await work.posts.add(entries.post(bob.id, 3, price=25))
        tag = await work.tags.add(NewTag(name="python"))
        await work.posts.link(first.id, POST_TAGS, tag.id)
        await work.commit()
    assert client.base_url.host == "blog"
    return [first.id, second.id, third.id]


async def items(client: httpx.AsyncClient, query: str) -> list[dict[str, Any]]:
    answer = await client.get(f"/posts?{query}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def titles(client: httpx.AsyncClient, query: str) -> list[str]:
    return [item["title"] for item in await items(client, query)]


@pytest.mark.usefixtures("posts")
async def test_12_filters_and_order_on_the_query_string(client: httpx.AsyncClient) -> None:
    assert await titles(client, "price=gte:10&price=lt:20") == ["Post 2"]
    assert await titles(client, "status=in:draft") == ["Post 3"]
    assert await titles(client, "title=Post 1") == ["Post 1"]
    assert await titles(client, "title=ilike:post%25&order=-price") == [
        "Post 3",
        "Post 2",
        "Post 1",
    ]
    assert await titles(client, "published_at=null:") == ["Post 3"]


@pytest.mark.usefixtures("posts")
@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("titel=x", "title"),
        ("order=titel", "title"),
        ("include=autor", "author"),
        ("price=gte:cheap", "price"),
        ("status=in:gone", "status"),
        ("limit=0", "limit"),
        ("after=nonsense", ""),
    ],
)
async def test_12_unknown_names_and_bad_values_are_refused(
    client: httpx.AsyncClient, query: str, named: str
) -> None:
    answer = await client.get(f"/posts?{query}")

    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"
    assert named in answer.text


async def test_17_included_relations_cost_at_most_one_statement_each(
    client: httpx.AsyncClient, posts: list[int], statements: Statements
) -> None:
    statements.sent.clear()
    found = await items(client, "include=author,tags&order=id")

    assert statements.count == 2  # the authors come with the posts

    assert [item["author"]["name"] for item in found] == ["User 1", "User 1", "User 2"]
    assert [[tag["name"] for tag in item["tags"]] for item in found] == [["python"], [], []]
    one = (await client.get(f"/posts/{posts[0]}?include=comments")).json()
    assert one["comments"] == []
    assert "author" not in one


@pytest.mark.usefixtures("posts")
async def test_17_more_than_some_included_are_refused_with_the_list_to_ask(
    settings: Settings, make_work: Make
) -> None:
    blog = create_app(settings.model_copy(update={"max_included": 3}))
    async with make_work() as work:
        (ada,) = await work.users.find_all(order=[UserFields.id.asc()], limit=1)
        roles = [await work.roles.add(entries.role(f"role-{number}")) for number in range(4)]
        tags = await work.tags.add_many([entries.tag(f"tag-{number}") for number in range(3)])
        for role in roles:
            await work.users.link(ada.id, USER_ROLES, role.id)
        post, _ = await work.posts.find_all(PostFields.author_id.eq(ada.id))
        for tag in tags:
            await work.posts.link(post.id, POST_TAGS, tag.id)
        await work.posts.add_many([entries.post(ada.id, number) for number in range(4, 6)])
        await work.commit()

    async with client_of(blog, blog) as client:
        for path, instead in (
            (f"/users/{ada.id}?include=posts", "ask for the list of each post by `author_id`"),
            ("/users?include=posts", "ask for the list of each post by `author_id`"),
            (f"/users/{ada.id}?include=roles", "ask for the list of each user role by `user_id`"),
            (f"/posts/{post.id}?include=tags", "ask for fewer entities at a time"),
        ):
            refused = await client.get(path)
            assert (refused.status_code, refused.json()["code"]) == (422, "too_many_related")
            assert "more than 3 " in refused.json()["detail"]
            assert instead in refused.json()["detail"]
        assert (await client.get("/posts?include=author,comments")).status_code == 200


async def test_18_pages_over_http(client: httpx.AsyncClient, posts: list[int]) -> None:
    first = (await client.get("/posts?limit=2&order=-price")).json()
    second = (await client.get(f"/posts?limit=2&order=-price&after={first['next']}")).json()

    assert [item["id"] for item in first["items"] + second["items"]] == posts[::-1]
    assert second["next"] is None


@pytest.mark.usefixtures("posts")
async def test_20_export_is_a_line_per_row(client: httpx.AsyncClient, engine: AsyncEngine) -> None:
    answer = await client.get("/posts/export?order=-price")

    assert answer.headers["content-type"].startswith("application/x-ndjson")
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert [line["title"] for line in lines] == ["Post 3", "Post 2", "Post 1"]
    assert pool_of(engine).checkedout() == 0


async def test_23_bulk_create_is_all_or_nothing(client: httpx.AsyncClient, make_work: Make) -> None:
    many = [{"email": f"user{n}@example.org", "name": "User"} for n in range(5)]

    assert (await client.post("/users/bulk", json=many)).status_code == 201
    again = [{"email": "new@example.org", "name": "New"}, many[0]]
    assert (await client.post("/users/bulk", json=again)).status_code == 409
    async with make_work() as work:
        assert await work.users.count() == 5


@pytest.mark.parametrize("is_deleted", [True, False])
async def test_a_reference_to_what_was_deleted_softly_is_like_one_to_nothing(
    client: httpx.AsyncClient, *, is_deleted: bool
) -> None:
    there = (await client.post("/shelves", json={"name": "there"})).json()["id"]
    gone = (await client.post("/shelves", json={"name": "gone"})).json()["id"]
    if is_deleted:
        assert (await client.delete(f"/shelves/{gone}")).status_code == 204
    else:
        gone += 1
    right = {"code": "right", "shelf_id": there, "spare_id": there}
    stored = (await client.post("/volumes", json=right)).json()
    path = f"/volumes/{stored['id']}"

    for name in ("shelf_id", "spare_id"):
        wrong = {**right, "code": "wrong", name: gone}
        for method, where, body in (
            ("POST", "/volumes", wrong),
            ("POST", "/volumes/bulk", [{**right, "code": "first"}, wrong]),
            ("PUT", "/volumes/by-code/wrong", wrong),
            ("PUT", "/volumes/by-code/right", {**right, name: gone}),
            ("PATCH", path, {name: gone}),
        ):
            answer = await client.request(method, where, json=body)
            assert answer.status_code == 422, (method, where)
            # SQLite does not say which reference of a row leads nowhere.
            assert name in answer.text or not is_deleted, answer.text
    for where in (f"{path}/seen_on/{gone}", f"/shelves/{gone}/showed/{stored['id']}"):
        assert (await client.put(where)).status_code == 404, where

    assert (await client.get("/volumes")).json()["items"] == [stored]
    assert (await client.get(path, params={"include": "seen_on"})).json()["seen_on"] == []


async def test_24_upsert_by_natural_key(client: httpx.AsyncClient) -> None:
    ada = {"email": "ada@example.org", "name": "Ada"}
    created = await client.put("/users/by-email/ada@example.org", json=ada)
    changed = await client.put("/users/by-email/ada@example.org", json={**ada, "name": "Ada L."})

    assert (created.status_code, changed.status_code) == (201, 200)
    assert created.json()["id"] == changed.json()["id"]
    assert changed.json()["name"] == "Ada L."


async def test_32_errors_have_clear_bodies(client: httpx.AsyncClient) -> None:
    ada = (await client.post("/users", json={"email": "a@example.org", "name": "A"})).json()
    post = {"title": "T", "body": "B", "author_id": ada["id"]}
    account = (await client.post("/accounts", json={"owner": "Ada"})).json()
    assert (await client.post("/posts", json=post)).status_code == 201

    for answer, status, code in (
        (await client.get("/users/999999"), 404, "not_found"),
        (
            await client.post("/users", json={"email": "A@example.org", "name": "B"}),
            409,
            "already_exists",
        ),
        (await client.delete(f"/users/{ada['id']}"), 409, "still_referenced"),
        (await client.post("/posts", json={**post, "author_id": 999999}), 422, "missing_reference"),
        (
            await client.post("/accounts", json={"owner": "Bob", "balance": "-1"}),
            422,
            "rule_violated",
        ),
        (await client.post("/users", json={"name": "No mail"}), 422, ""),
        (
            await client.patch(
                f"/accounts/{account['id']}", json={"balance": "1"}, headers={"If-Match": '"99"'}
            ),
            412,
            "version_conflict",
        ),
    ):
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert problem["status"] == status
        assert problem["title"]
        assert code in answer.text


async def test_31_versions_over_http(client: httpx.AsyncClient) -> None:
    account = await client.post("/accounts", json={"owner": "Ada"})
    tag = account.headers["ETag"]
    url = f"/accounts/{account.json()['id']}"

    first = await client.patch(url, json={"balance": "1"}, headers={"If-Match": tag})
    second = await client.patch(url, json={"balance": "2"}, headers={"If-Match": tag})

    assert (first.status_code, second.status_code) == (200, 412)
    assert (await client.get(url)).headers["ETag"] == first.headers["ETag"] != tag


async def tags_of(client: httpx.AsyncClient, post: int) -> list[str]:
    found = (await client.get(f"/posts/{post}?include=tags")).json()
    return [tag["name"] for tag in found["tags"]]


async def test_10_links_over_http_from_both_sides(
    client: httpx.AsyncClient, posts: list[int]
) -> None:
    tag = (await client.post("/tags", json={"name": "sql"})).json()["id"]

    for method, path, expected in (
        ("PUT", f"/posts/{posts[1]}/tags/{tag}", ["sql"]),
        ("PUT", f"/tags/{tag}/posts/{posts[1]}", ["sql"]),
        ("DELETE", f"/tags/{tag}/posts/{posts[1]}", []),
        ("DELETE", f"/posts/{posts[1]}/tags/{tag}", []),
    ):
        answer = await client.request(method, path)
        assert (answer.status_code, answer.content) == (204, b"")
        assert await tags_of(client, posts[1]) == expected
    assert await tags_of(client, posts[0]) == ["python"]


async def test_10_links_through_an_association_over_http(
    client: httpx.AsyncClient, make_work: Make
) -> None:
    async with make_work() as work:
        ada = await work.users.add(entries.user(1))
        role = await work.roles.add(entries.role("admin"))
        await work.commit()

    for path in (f"/users/{ada.id}/roles/{role.id}", f"/roles/{role.id}/users/{ada.id}"):
        assert (await client.put(path)).status_code == 204

    async with make_work() as work:
        (between,) = await work.user_roles.find_all()
    assert (between.user_id, between.role_id, between.note) == (ada.id, role.id, None)
    assert between.created_at is not None
    assert (await client.delete(f"/roles/{role.id}/users/{ada.id}")).status_code == 204
    assert (await client.get(f"/users/{ada.id}?include=roles")).json()["roles"] == []


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
async def test_10_a_link_names_the_side_that_is_missing(
    client: httpx.AsyncClient, posts: list[int], method: str
) -> None:
    tag = (await client.post("/tags", json={"name": "sql"})).json()["id"]

    for path, missing in (
        (f"/posts/999999/tags/{tag}", "post 999999"),
        (f"/posts/{posts[0]}/tags/999999", "tag 999999"),
        (f"/tags/999999/posts/{posts[0]}", "tag 999999"),
        (f"/tags/{tag}/posts/999999", "post 999999"),
    ):
        answer = await client.request(method, path)
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["detail"] == f"there is no {missing}"


async def test_10_many_put_one_link_at_once(
    client: httpx.AsyncClient, posts: list[int], make_work: Make
) -> None:
    tag = (await client.post("/tags", json={"name": "sql"})).json()["id"]
    async with make_work() as work:
        ada = await work.users.add(entries.user(9))
        role = await work.roles.add(entries.role("admin"))
        await work.commit()
    paths = [
        f"/posts/{posts[1]}/tags/{tag}",
        f"/tags/{tag}/posts/{posts[1]}",
        f"/users/{ada.id}/roles/{role.id}",
        f"/roles/{role.id}/users/{ada.id}",
    ]

    answers = await asyncio.gather(*(client.put(path) for path in paths * 10))

    assert {answer.status_code for answer in answers} == {204}
    assert await tags_of(client, posts[1]) == ["sql"]
    async with make_work() as work:
        assert await work.user_roles.count() == 1  # no constraint says so


async def test_10_links_are_put_and_deleted_at_once(
    client: httpx.AsyncClient, posts: list[int], make_work: Make
) -> None:
    """Nobody waits in a circle: links of several posts and tags, from both sides, while tags go."""
    async with make_work() as work:
        tags = await work.tags.add_many([entries.tag(f"tag-{n}") for n in range(3)])
        await work.commit()
    calls = [
        (method, path)
        for method in ("PUT", "DELETE")
        for post in posts
        for tag in tags
        for path in (f"/posts/{post}/tags/{tag.id}", f"/tags/{tag.id}/posts/{post}")
    ]

    answers = await asyncio.gather(
        *(client.request(method, path) for method, path in calls),
        client.delete(f"/tags/{tags[1].id}"),
        client.delete(f"/tags/{tags[2].id}"),
    )

    assert {answer.status_code for answer in answers} <= {204, 404}
    assert [answer.status_code for answer in answers[-2:]] == [204, 204]


@pytest.mark.usefixtures("engine")
async def test_endpoints_answer_wherever_their_routers_are_put(settings: Settings) -> None:
    blog, outer, parent = create_app(settings), FastAPI(), APIRouter(prefix="/parent")
    for router in (*routers, *link_routers):
        outer.include_router(router, prefix="/{tenant}/v1")
        parent.include_router(router)
    errors.install(outer)
    outer.include_router(parent)
    outer.mount("/blog", blog)
    own = [path for path in blog.openapi()["paths"] if not path.startswith("/health")]
    assert {*outer.openapi()["paths"]} == {
        f"{b}{path}" for b in ("/{tenant}/v1", "/parent") for path in own
    }

    async with client_of(blog, outer) as client:
        for number, before in enumerate(("/one/v1", "/parent", "/blog")):
            for path in own:
                if not any(part in path for part in ("{", "/bulk", "/by-")):
                    assert (await client.get(before + path)).status_code == 200
            ada = {"email": f"ada{number}@example.org", "name": "Ada"}
            bob = {"email": f"bob{number}@example.org", "name": "Bob"}
            post = await client.post(f"{before}/users", json=ada)
            put = await client.put(f"{before}/users/by-email/{bob['email']}", json=bob)
            for answer in (post, put):
                assert answer.status_code == 201, answer.text
                assert answer.headers["Location"] == f"{before}/users/{answer.json()['id']}"
                assert (await client.get(answer.headers["Location"])).json() == answer.json()
