"""Rows 11 to 15, 18 to 21, 45: how rows are found, counted, paged and streamed."""

import asyncio
from decimal import Decimal

import pytest
import pytest_asyncio
from blog.domain.criteria import Criterion, all_of, any_of, not_
from blog.domain.errors import InvalidCursor, NotFound, SeveralFound
from blog.domain.post import Post, PostFields, PostStatus
from blog.domain.user import User, UserFields
from blog.persistence.unit_of_work import SqlUnitOfWork
from sqlalchemy import text

from catalogue import entries
from catalogue.blog_project import Make, Statements

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def users(work: SqlUnitOfWork) -> list[User]:
    ages = (30, None, 25, 30, 41)
    return list(
        await work.users.add_many([entries.user(n, age=age) for n, age in enumerate(ages, 1)])
    )


@pytest_asyncio.fixture
async def posts(work: SqlUnitOfWork, users: list[User]) -> list[Post]:
    return list(
        await work.posts.add_many(
            [
                entries.live(users[0].id, 1, title="Async", price=Decimal("9.50"), views=3),
                entries.live(users[0].id, 2, title="async too", price=Decimal(20), views=7),
                entries.post(users[1].id, 3, title="Sync_it", price=Decimal("0.50")),
                entries.post(users[2].id, 4, title="100% sure", price=Decimal(5), views=2),
            ]
        )
    )


async def test_11_one_none_first_many(work: SqlUnitOfWork, users: list[User]) -> None:
    first, *_, last = users
    assert await work.users.get(first.id) == first
    assert await work.users.find(first.id) == first
    assert await work.users.find(-1) is None
    with pytest.raises(NotFound):
        await work.users.get(-1)
    assert await work.users.find_by(UserFields.email.eq("user5@example.org")) == last
    assert await work.users.find_by(UserFields.email.eq("nobody@example.org")) is None
    with pytest.raises(SeveralFound):
        await work.users.find_by(UserFields.age.eq(30))
    assert await work.users.first(order=[UserFields.id.desc()]) == last
    assert await work.users.first(UserFields.age.gt(99)) is None
    assert list(await work.users.find_all()) == users
    assert await work.users.exists(UserFields.age.eq(41))
    assert not await work.users.exists(UserFields.age.eq(42))


async def test_12_filters_and_order(work: SqlUnitOfWork, posts: list[Post]) -> None:
    async_, too, sync, sure = posts
    F = PostFields

    async def titles(*where: Criterion) -> list[str]:
        return [post.title for post in await work.posts.find_all(*where)]

    assert await titles(F.price.gt(Decimal(5)), F.views.ge(7)) == ["async too"]
    assert await titles(any_of(F.price.lt(Decimal(1)), F.views.eq(3))) == ["Async", "Sync_it"]
    assert await titles(all_of(F.price.ge(Decimal(5)), F.price.le(Decimal(10)))) == [
        "Async",
        "100% sure",
    ]
    assert await titles(F.status.in_([PostStatus.LIVE])) == ["Async", "async too"]
    assert await titles(F.status.not_in([PostStatus.LIVE])) == ["Sync_it", "100% sure"]
    assert await titles(F.id.in_([])) == []
    assert await titles(F.title.like("A%")) == ["Async"]  # upper and lower case differ
    assert await titles(F.title.ilike("a%")) == ["Async", "async too"]
    assert await titles(F.title.like(r"Sync\_%")) == ["Sync_it"]
    assert await titles(F.title.like(r"100\%%")) == ["100% sure"]
    assert await titles(F.published_at.is_null()) == ["Sync_it", "100% sure"]
    assert await titles(F.published_at.is_not_null()) == ["Async", "async too"]
    assert await titles(not_(F.status.eq(PostStatus.LIVE))) == ["Sync_it", "100% sure"]
    assert await titles(F.price.between(Decimal(5), Decimal("9.50"))) == ["Async", "100% sure"]
    assert await titles(F.title.eq("ASYNC")) == []
    ordered = await work.posts.find_all(order=[F.status.desc(), F.price.desc()])
    assert ordered == [too, async_, sure, sync]


async def test_12_none_is_compared_alike(work: SqlUnitOfWork, users: list[User]) -> None:
    F = UserFields
    thirty, none, young, thirty_too, old = users

    assert await work.users.find_all(F.age.ne(30)) == [young, old]
    assert await work.users.find_all(F.age.not_in([30])) == [young, old]
    assert await work.users.find_all(F.age.eq(None)) == [none]
    assert await work.users.find_all(not_(F.age.gt(30))) == [thirty, young, thirty_too]
    rising = await work.users.find_all(order=[F.age.asc()])
    assert rising == [young, thirty, thirty_too, old, none]
    falling = await work.users.find_all(order=[F.age.desc()])
    assert falling == [none, old, thirty, thirty_too, young]


async def test_13_some_columns_only(
    work: SqlUnitOfWork, posts: list[Post], statements: Statements
) -> None:
    statements.sent.clear()

    found = await work.posts.values(
        PostFields.title,
        PostFields.price,
        where=[PostFields.views.gt(2)],
        order=[PostFields.title.desc()],
    )

    assert found == [("async too", Decimal("20.00")), ("Async", Decimal("9.50"))]
    assert "body" not in statements.sent[-1]
    assert len(posts) == 4


@pytest.mark.usefixtures("posts")
async def test_14_aggregates_have_one_type_everywhere(
    work: SqlUnitOfWork, users: list[User]
) -> None:
    F = PostFields

    found = await work.posts.aggregate(
        F.id.count(), F.author_id.count_distinct(), F.views.sum(), F.views.avg()
    )

    assert found == (4, 3, 12, 3.0)
    assert [type(value) for value in found] == [int, int, int, float]
    prices = await work.posts.aggregate(F.price.sum(), F.price.min(), F.price.max(), F.price.avg())
    assert prices == (Decimal("35.00"), Decimal("0.50"), Decimal("20.00"), Decimal("8.75"))
    assert {type(value) for value in prices} == {Decimal}
    nothing = await work.posts.aggregate(F.views.sum(), F.price.avg(), where=[F.id.eq(-1)])
    assert nothing == (None, None)
    assert await work.posts.count(F.status.eq(PostStatus.LIVE)) == 2
    assert (await work.users.aggregate(UserFields.age.count())) == (4,)
    assert len(users) == 5


async def test_15_groups_and_having(work: SqlUnitOfWork, posts: list[Post]) -> None:
    F = PostFields
    count, total = F.id.count(), F.price.sum()

    by_status = await work.posts.grouped(F.status, count, total)
    assert by_status == [
        (PostStatus.DRAFT, 2, Decimal("5.50")),
        (PostStatus.LIVE, 2, Decimal("29.50")),
    ]
    busy = await work.posts.grouped(F.author_id, count, having=[count.gt(1)])
    assert busy == [(posts[0].author_id, 2)]


async def test_18_pages(work: SqlUnitOfWork, users: list[User]) -> None:
    page = await work.users.numbered_page(page=2, size=2)
    assert (list(page.items), page.total, page.pages) == (users[2:4], 5, 3)
    assert list(await work.users.find_all(skip=3, limit=5)) == users[3:]
    seen: list[User] = []
    after = None
    while True:
        part = await work.users.page(order=[UserFields.age.desc()], after=after, limit=2)
        seen += part.items
        after = part.next
        if after is None:
            break
    assert seen == list(await work.users.find_all(order=[UserFields.age.desc()]))
    assert len(seen) == 5
    with pytest.raises(InvalidCursor):
        await work.users.page(after="bm9uc2Vuc2U", order=[UserFields.age.desc()])


async def test_19_raw_sql_in_a_repository(make_work: Make) -> None:
    from blog.persistence.repositories.user import SqlUserRepository

    class ByHand(SqlUserRepository):  # type: ignore[misc, unused-ignore]
        async def rename_like(self, pattern: str, name: str) -> int:
            statement = text("UPDATE users SET name = :name WHERE email LIKE :pattern")
            return int(await self._affect(statement, {"name": name, "pattern": pattern}))

        async def names_longer_than(self, length: int) -> list[str]:
            statement = text("SELECT name FROM users WHERE length(name) > :length ORDER BY id")
            return list((await self._run(statement, {"length": length})).scalars())

    async with make_work() as work:
        await work.users.add_many([entries.user(1), entries.user(2)])
        by_hand = ByHand(work._session)
        assert await by_hand.rename_like("user1%", "'; DROP TABLE users; --") == 1
        assert await by_hand.names_longer_than(10) == ["'; DROP TABLE users; --"]


async def test_20_streams_read_in_parts(make_work: Make) -> None:
    async with make_work() as work:
        ada = await work.users.add(entries.user(1))
        await work.posts.insert_many([entries.post(ada.id, n) for n in range(2500)])
        await work.commit()

    async with make_work() as work:
        titles = [post.title async for post in work.posts.stream(batch=100)]
    assert titles == [f"Post {n}" for n in range(2500)]


@pytest.mark.filterwarnings("ignore:Previous unbuffered result was left incomplete")
async def test_20_nothing_commits_inside_a_stream(make_work: Make) -> None:
    async with make_work() as work:
        ada = await work.users.add(entries.user(1))
        await work.posts.insert_many([entries.post(ada.id, n) for n in range(300)])
        await work.commit()

    async with make_work() as work:
        with pytest.raises(RuntimeError):
            async for _ in work.posts.stream(batch=100):
                await work.commit()


async def test_21_batches_miss_nothing_while_rows_change(make_work: Make) -> None:
    async with make_work() as work:
        ada = await work.users.add(entries.user(1))
        keys = await work.posts.insert_many_keys([entries.post(ada.id, n) for n in range(600)])
        await work.commit()
    over = asyncio.Event()

    async def disturb() -> None:
        turn = 0
        while not over.is_set():
            turn += 1
            async with make_work() as other:
                some = keys[turn % 10 :: 10]
                await other.posts.update_where({"title": f"turn {turn}"}, PostFields.id.in_(some))
                await other.commit()
            await asyncio.sleep(0)

    disturbing = asyncio.create_task(disturb())
    visited: list[int] = []
    async with make_work() as work:
        async for batch in work.posts.batches(size=50):
            visited += [post.id for post in batch]
            await work.commit()
            await asyncio.sleep(0)
    over.set()
    await disturbing

    assert visited == sorted(keys)


async def test_45_several_aggregates_in_one_statement(
    work: SqlUnitOfWork, posts: list[Post], statements: Statements
) -> None:
    F = PostFields
    statements.sent.clear()

    count, total, best, mean = await work.posts.aggregate(
        F.id.count(), F.price.sum(), F.views.max(), F.views.avg()
    )

    assert (count, total, best, mean) == (len(posts), Decimal("35.00"), 7, 3.0)
    assert statements.count == 1
