"""Whatever can be stored can be addressed by what tells it from others."""

import re
from typing import Any
from urllib.parse import quote

import httpx
import pytest

pytestmark = pytest.mark.asyncio

TEXTS = (
    "",
    " ",
    "a",
    "a ",
    "A",
    "/",
    "a/b",
    "//a//",
    ".",
    "..",
    "../a",
    "a\nb",
    "\t",
    "?a=b&c#d",
    "%2F",
    "%",
    "a+b",
    "\\",
    "~:@!$'()*,;",
    "é",
    "e\u0301",
    "\U0001f600",
    "\x7f",
)
# Clients take these out of a path, so that only the query carries them.
DOTS = (".", "..", "../a")


async def put(client: httpx.AsyncClient, path: str, body: dict[str, Any], **more: Any) -> Any:
    answer = await client.put(path, json=body, **more)
    assert answer.status_code in {200, 201}, (path, more, answer.text)
    return answer.status_code, answer.json()["id"]


def in_path(route: str, *values: str) -> str:
    return "/".join([route, *(quote(value, safe="") for value in values)])


async def test_a_text_is_addressed(client: httpx.AsyncClient) -> None:
    keys = set()
    for text in TEXTS:
        body = {"name": text}
        status, key = await put(client, "/roles/by-name", body, params={"by_name": text})
        assert status == 201, text
        keys.add(key)
        if text not in DOTS:
            assert await put(client, in_path("/roles/by-name", text), body) == (200, key)
    assert len(keys) == len(TEXTS)


async def test_a_text_is_found_as_it_is(client: httpx.AsyncClient) -> None:
    stored = await client.post("/roles/bulk", json=[{"name": text} for text in TEXTS])
    assert stored.status_code == 201, stored.text

    for text in TEXTS:
        escaped = re.sub(r"([%_\\])", r"\\\1", text)
        beginning = sorted(other for other in TEXTS if other.startswith(text))
        for query, expected in [
            (f"eq:{text}", [text]),
            ("in:" + text.replace(",", r"\,"), [text]),
            (f"like:{escaped}", [text]),
            (f"like:{escaped}%", beginning),
        ]:
            found = await client.get("/roles", params={"name": query, "limit": "200"})
            names = [item["name"] for item in found.json()["items"]]
            assert sorted(names) == expected, query


async def test_texts_together_are_addressed(client: httpx.AsyncClient) -> None:
    route = "/leaves/by-path-and-locale"
    pairs = [(text, other) for text in TEXTS for other in ("de", "a/b", "")]
    for pair in pairs:
        body = dict(zip(("path", "locale"), pair, strict=True))
        query = {f"by_{name}": value for name, value in body.items()}
        status, key = await put(client, route, body, params=query)
        assert status == 201, pair
        if not set(pair) & set(DOTS):
            assert await put(client, in_path(route, *pair), body) == (200, key)
    assert len((await client.get("/leaves", params={"limit": "200"})).json()["items"]) == len(pairs)


async def test_values_of_every_kind_are_addressed_in_any_spelling(
    client: httpx.AsyncClient,
) -> None:
    route = "/slots/by-begins-and-paid-and-price-and-home-and-kind"
    home = "https://example.org/a?b=c#d"
    body = {
        "begins": "9999-12-31T23:59:59.999999Z",
        "paid": True,
        "price": "1.50",
        "home": home,
        "kind": "up",
    }
    query = {f"by_{name}": value for name, value in body.items()}
    status, key = await put(client, route, body, params=query)
    assert status == 201

    spelled = ("9999-12-31T21:59:59.999999-02:00", "1", "1.5", home, "up")
    assert await put(client, in_path(route, *spelled), body) == (200, key)
    assert await put(client, route, body, params={**query, "by_price": "1.500"}) == (200, key)


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/leaves/by-path-and-locale/a/en", {}),
        ("/leaves/by-path-and-locale/b/de", {}),
        ("/leaves/by-path-and-locale/a/b/de", {}),
        ("/leaves/by-path-and-locale", {"by_path": "a", "by_locale": "en"}),
        ("/leaves/by-path-and-locale", {"by_path": "a"}),
    ],
)
async def test_a_body_that_says_something_else_is_refused(
    client: httpx.AsyncClient, path: str, query: dict[str, str]
) -> None:
    answer = await client.put(path, params=query, json={"path": "a", "locale": "de"})

    assert answer.status_code == 422
    assert (await client.get("/leaves")).json()["items"] == []
