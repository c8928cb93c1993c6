"""The first and the last value of each type: answered, found, ordered, paged and exported as sent."""

import json
import sys
from typing import Any

import httpx
import pytest
import pytest_asyncio

pytestmark = pytest.mark.asyncio

SPAN = "P292471Y76DT4H54.775807S"
LIMITS: dict[str, tuple[Any, Any]] = {
    "code": ("", "\U0010ffff" * 20),
    "note": ("", "\n\U0010ffff "),
    "small": (-(2**15), 2**15 - 1),
    "whole": (-(2**31), 2**31 - 1),
    "large": (-(2**63), 2**63 - 1),
    "ratio": (-sys.float_info.max, sys.float_info.max),
    "price": ("-999999999.999", "999999999.999"),
    "shown": (False, True),
    "day": ("0001-01-01", "9999-12-31"),
    "begins": ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"),
    "opens": ("00:00:00", "23:59:59.999999"),
    "lasts": (f"-{SPAN}", SPAN),
    "token": (f"{'0' * 8}-0000-0000-0000-{'0' * 12}", f"{'f' * 8}-ffff-ffff-ffff-{'f' * 12}"),
    "extra": ({}, []),
    "picture": ("", "_____w=="),
}
ARRAYS = {
    "days": "day",
    "begun": "begins",
    "opened": "opens",
    "lasted": "lasts",
    "tokens": "token",
    "numbers": "large",
    "prices": "price",
    "words": "code",
}
UNORDERED = ("extra", "picture")
EQUAL_ONLY = ("token", "shown")


def body(place: int) -> dict[str, Any]:
    """Return the first or the last value of each type, in arrays as well."""
    values = {name: limits[place] for name, limits in LIMITS.items()}
    return values | {name: [LIMITS[of][place]] * place for name, of in ARRAYS.items()}


@pytest_asyncio.fixture
async def stored(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    """Store both, the last as a part of the first; return what was answered."""
    answers: list[dict[str, Any]] = []
    for place in (0, 1):
        whole = {"whole_of_id": answers[0]["id"]} if answers else {}
        answer = await client.post("/samples", json=body(place) | whole)
        assert answer.status_code == 201, answer.text
        answers.append(answer.json())
    return answers


async def codes(client: httpx.AsyncClient, **query: str) -> list[str]:
    answer = await client.get("/samples", params=query)
    assert answer.status_code == 200, answer.text
    return [item["code"] for item in answer.json()["items"]]


async def test_they_are_answered_as_they_were_sent(
    client: httpx.AsyncClient, stored: list[dict[str, Any]]
) -> None:
    for place, answered in enumerate(stored):
        sent = body(place)
        assert {name: answered[name] for name in sent} == sent
        assert (await client.get(f"/samples/{answered['id']}")).json() == answered
        again = await client.patch(f"/samples/{answered['id']}", json=sent)
        assert again.json() == answered | {"updated_at": again.json()["updated_at"]}


async def test_zero_has_no_sign(client: httpx.AsyncClient) -> None:
    answer = await client.post("/samples", json=body(0) | {"ratio": -0.0, "price": "-0.000"})

    assert '"ratio":0.0,"price":"0.000"' in answer.text


async def test_they_are_included_and_exported(
    client: httpx.AsyncClient, stored: list[dict[str, Any]]
) -> None:
    first, last = stored
    included = await client.get("/samples", params={"include": "whole_of,parts", "order": "id"})
    exported = await client.get("/samples/export", params={"order": "id"})

    assert [item["parts"] for item in included.json()["items"]] == [[last], []]
    assert [item["whole_of"] for item in included.json()["items"]] == [None, first]
    assert [json.loads(line) for line in exported.text.splitlines()] == stored


@pytest.mark.usefixtures("stored")
async def test_they_are_found(client: httpx.AsyncClient) -> None:
    for name in LIMITS.keys() - UNORDERED:
        for place, value in enumerate(LIMITS[name]):
            text = str(value).lower() if name == "shown" else str(value)
            assert await codes(client, **{name: f"eq:{text}"}) == [LIMITS["code"][place]], name
            if name not in EQUAL_ONLY:
                below = await codes(client, **{name: f"lte:{text}", "order": "id"})
                assert below == [*LIMITS["code"][: place + 1]], name


@pytest.mark.usefixtures("stored")
async def test_pages_end_at_them_in_any_order(client: httpx.AsyncClient) -> None:
    first, last = LIMITS["code"]
    for name in LIMITS.keys() - UNORDERED:
        for order, expected in [(name, [first, last]), (f"-{name}", [last, first])]:
            found: list[str] = []
            after: dict[str, str] = {}
            for _ in expected:
                query = {"order": order, "limit": "1", **after}
                page = (await client.get("/samples", params=query)).json()
                found += [item["code"] for item in page["items"]]
                after = {"after": page["next"]}
            assert (found, page["next"]) == (expected, None), order
