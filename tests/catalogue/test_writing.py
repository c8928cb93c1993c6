"""Rows 22 to 32 and 41: what changes rows, in transactions, with many at once."""

import asyncio
import datetime as dt
from decimal import Decimal

import pytest
from blog.domain.account import AccountChanges, AccountFields
from blog.domain.errors import (
    AlreadyExists,
    Contention,
    MissingReference,
    NotFound,
    RuleViolated,
    StillReferenced,
    VersionConflict,
)
from blog.domain.post import PostChanges, PostFields, PostStatus
from blog.domain.refresh_token import RefreshTokenFields
from blog.domain.user import UserFields
from blog.persistence.unit_of_work import SqlUnitOfWork
from blog.services.retrying import retrying

from catalogue import entries
from catalogue.blog_project import Make, Statements

pytestmark = pytest.mark.asyncio
AT_ONCE = 50


async def test_22_add_one_and_many(work: SqlUnitOfWork) -> None:
    ada = await work.users.add(entries.user(1))
    others = await work.users.add_many([entries.user(n) for n in (3, 2)])

    assert ada.id > 0
    assert ada.created_at.tzinfo is not None
    assert [other.email for other in others] == ["user3@example.org", "user2@example.org"]
    assert len({ada.id, *(other.id for other in others)}) == 3
    assert await work.users.add_many([]) == []


async def test_23_bulk_insert_counts_or_returns_keys(work: SqlUnitOfWork) -> None:
    ada = await work.users.add(entries.user(1))
    many = [entries.post(ada.id, n) for n in range(7000)]  # over 32,767 parameters

    assert await work.posts.insert_many(many) == 7000
    keys = await work.posts.insert_many_keys(many[:1500])
    assert len(set(keys)) == 1500
    for place in (0, 700, 1499):
        assert (await work.posts.get(keys[place])).title == f"Post {place}"
    assert await work.posts.insert_many([]) == 0
    assert await work.posts.insert_many_keys([]) == []
    assert await work.posts.count() == 8500


async def test_24_upsert_says_whether_it_was_created(work: SqlUnitOfWork) -> None:
    first = await work.users.upsert(entries.user(1), by=[UserFields.email])
    again = await work.users.upsert(entries.user(1, name="Ada", age=36), by=[UserFields.email])

    assert (first.created, again.created) == (True, False)
    assert again.entity.id == first.entity.id
    assert (again.entity.name, again.entity.age) == ("Ada", 36)
    assert again.entity.created_at == first.entity.created_at
    many = await work.users.upsert_many([entries.user(1), entries.user(2)], by=[UserFields.email])
    assert [one.created for one in many] == [False, True]
    assert await work.users.count() == 2


async def test_24_upsert_of_what_is_the_same_is_not_created(work: SqlUnitOfWork) -> None:
    await work.tags.upsert(entries.tag("python"), by=[entries.TAG_NAME])

    again = await work.tags.upsert(entries.tag("python"), by=[entries.TAG_NAME])

    assert again.created is False


async def test_24_upsert_counts_the_version(work: SqlUnitOfWork) -> None:
    first = await work.accounts.upsert(entries.account("Ada"), by=[AccountFields.owner])
    again = await work.accounts.upsert(entries.account("Ada", "7"), by=[AccountFields.owner])

    assert again.entity.version == first.entity.version + 1
    with pytest.raises(VersionConflict):
        await work.accounts.update(
            first.entity.id, {"balance": Decimal(1)}, version=first.entity.version
        )


async def test_24_fifty_upserts_at_once_leave_one_row(make_work: Make) -> None:
    async def upsert(number: int) -> bool:
        async def use_case(work: SqlUnitOfWork) -> bool:
            done = await work.users.upsert(entries.user(1, name=f"{number}"), by=[UserFields.email])
            await work.commit()
            return bool(done.created)

        return await retrying(make_work, use_case, attempts=20)

    created = await asyncio.gather(*(upsert(number) for number in range(AT_ONCE)))

    assert sum(created) == 1
    async with make_work() as work:
        assert await work.users.count() == 1


async def test_25_update_one_partial_bulk_and_by_statement(work: SqlUnitOfWork) -> None:
    ada = await work.users.add(entries.user(1, age=30))
    posts = await work.posts.add_many([entries.post(ada.id, n) for n in range(4)])

    changed = await work.users.update(ada.id, {"name": "Ada"})
    assert (changed.name, changed.age, changed.email) == ("Ada", 30, ada.email)
    assert changed.updated_at >= ada.updated_at
    assert await work.users.update(ada.id, {}) == changed
    with pytest.raises(NotFound):
        await work.users.update(-1, {"name": "Nobody"})
    assert (
        await work.posts.update_where({"status": PostStatus.LIVE}, PostFields.id.gt(posts[1].id))
        == 2
    )
    assert await work.posts.update_where({"views": 1}, PostFields.id.eq(-1)) == 0
    assert await work.posts.update_where({}, PostFields.views.eq(0)) == 0
    each: dict[int, PostChanges] = {
        posts[0].id: {"title": "A"},
        posts[1].id: {"title": "B"},
        -1: {"title": "C"},
    }
    assert await work.posts.update_each(each) == 2
    assert await work.posts.update_each({}) == 0
    titles = [
        title for (title,) in await work.posts.values(PostFields.title, order=[PostFields.id.asc()])
    ]
    assert titles == ["A", "B", "Post 2", "Post 3"]


async def test_25_affected_rows_count_what_fits_not_what_differs(work: SqlUnitOfWork) -> None:
    ada = await work.users.add(entries.user(1))
    await work.posts.add_many([entries.post(ada.id, n) for n in range(3)])

    assert await work.posts.update_where({"views": 0}, PostFields.author_id.eq(ada.id)) == 3


async def test_26_delete_one_bulk_and_older_than(work: SqlUnitOfWork) -> None:
    ada = await work.users.add(entries.user(1))
    tokens = await work.refresh_tokens.add_many([entries.token(ada.id, n) for n in range(-3, 3)])

    expired = RefreshTokenFields.expires_at.lt(entries.NOON)
    assert await work.refresh_tokens.delete_where(expired) == 3
    assert await work.refresh_tokens.delete_where(expired) == 0
    await work.refresh_tokens.delete(tokens[-1].id)
    with pytest.raises(NotFound):
        await work.refresh_tokens.delete(tokens[-1].id)
    assert list(await work.refresh_tokens.find_all()) == list(tokens[3:5])
    assert tokens[3].expires_at == entries.NOON + dt.timedelta(0)


async def test_27_update_and_delete_return_rows(work: SqlUnitOfWork) -> None:
    ada = await work.users.add(entries.user(1))
    posts = await work.posts.add_many([entries.post(ada.id, n) for n in range(4)])

    changed = await work.posts.update_returning({"views": 9}, PostFields.id.le(posts[1].id))
    assert [(post.id, post.views) for post in changed] == [(posts[0].id, 9), (posts[1].id, 9)]
    gone = await work.posts.delete_returning(PostFields.views.eq(9))
    assert [post.id for post in gone] == [posts[0].id, posts[1].id]
    assert await work.posts.count() == 2
    assert await work.posts.delete_returning(PostFields.views.eq(9)) == []


async def test_28_nothing_matched_is_not_found(work: SqlUnitOfWork) -> None:
    for attempt in (
        work.users.update(-1, {"name": "Nobody"}),
        work.users.delete(-1),
        work.posts.increment(-1, PostFields.views, 1),
        work.users.get(-1),
    ):
        with pytest.raises(NotFound):
            await attempt


async def test_29_transactions_roll_back_on_errors(make_work: Make) -> None:
    with pytest.raises(AlreadyExists):
        async with make_work() as work:
            await work.users.add(entries.user(1))
            await work.users.add(entries.user(1))
    async with make_work() as work:
        assert await work.users.count() == 0
        await work.users.add(entries.user(1))
        await work.commit()
        await work.users.add(entries.user(2))
        await work.rollback()
        await work.users.add(entries.user(3))
        await work.commit()
    async with make_work() as work:
        emails = [user.email for user in await work.users.find_all()]
    assert emails == ["user1@example.org", "user3@example.org"]


async def test_30_the_inner_part_fails_and_the_outer_commits(make_work: Make) -> None:
    async with make_work() as work:
        await work.users.add(entries.user(1))
        with pytest.raises(AlreadyExists):
            async with work.savepoint():
                await work.users.add(entries.user(2))
                await work.users.add(entries.user(1))
        async with work.savepoint():
            await work.users.add(entries.user(3))
        await work.commit()

    async with make_work() as work:
        emails = [user.email for user in await work.users.find_all()]
    assert emails == ["user1@example.org", "user3@example.org"]


async def test_31_fifty_transfers_with_row_locks_lose_nothing(make_work: Make) -> None:
    async with make_work() as work:
        ada, bob = await work.accounts.add_many(
            [entries.account("Ada", "1000"), entries.account("Bob", "0")]
        )
        await work.commit()

    async def transfer(number: int) -> None:
        async def use_case(work: SqlUnitOfWork) -> None:
            giver = await work.accounts.get(ada.id, lock=True)
            taker = await work.accounts.get(bob.id, lock=True)
            await work.accounts.update(ada.id, {"balance": giver.balance - number})
            await work.accounts.update(bob.id, {"balance": taker.balance + number})
            await work.commit()

        await retrying(make_work, use_case, attempts=20)

    await asyncio.gather(*(transfer(1) for _ in range(AT_ONCE)))

    async with make_work() as work:
        left = [account.balance for account in await work.accounts.find_all()]
    assert left == [Decimal(950), Decimal(50)]


async def test_31_fifty_transfers_with_versions_lose_nothing(make_work: Make) -> None:
    async with make_work() as work:
        ada = await work.accounts.add(entries.account("Ada", "0"))
        await work.commit()

    async def deposit(_number: int) -> None:
        async def use_case(work: SqlUnitOfWork) -> None:
            before = await work.accounts.get(ada.id)
            try:
                changes: AccountChanges = {"balance": before.balance + 1}
                await work.accounts.update(ada.id, changes, version=before.version)
            except VersionConflict as error:
                raise Contention from error
            await work.commit()

        await retrying(make_work, use_case, attempts=200)

    await asyncio.gather(*(deposit(number) for number in range(AT_ONCE)))

    async with make_work() as work:
        assert (await work.accounts.get(ada.id)).balance == AT_ONCE


async def test_31_retries_are_bounded(make_work: Make) -> None:
    tried = []

    async def use_case(_work: SqlUnitOfWork) -> None:
        tried.append(1)
        raise Contention

    with pytest.raises(Contention):
        await retrying(make_work, use_case, attempts=3)
    assert len(tried) == 3


async def test_32_integrity_errors_are_told_apart(work: SqlUnitOfWork) -> None:
    ada = await work.users.add(entries.user(1))
    await work.posts.add(entries.post(ada.id))

    async with work.savepoint():
        pass
    for kind, attempt in (
        (AlreadyExists, lambda: work.users.add(entries.user(1))),
        (MissingReference, lambda: work.posts.add(entries.post(-1))),
        (StillReferenced, lambda: work.users.delete(ada.id)),
        (RuleViolated, lambda: work.accounts.add(entries.account("Ada", "-1"))),
    ):
        with pytest.raises(kind):
            async with work.savepoint():
                await attempt()


async def test_41_a_change_in_the_database(make_work: Make, statements: Statements) -> None:
    async with make_work() as work:
        ada = await work.users.add(entries.user(1))
        post = await work.posts.add(entries.post(ada.id))
        await work.commit()

    async def look() -> None:
        async def use_case(work: SqlUnitOfWork) -> None:
            await work.posts.increment(post.id, PostFields.views, 1)
            await work.commit()

        await retrying(make_work, use_case, attempts=20)

    statements.sent.clear()
    await asyncio.gather(*(look() for _ in range(20)))

    async with make_work() as work:
        assert (await work.posts.get(post.id)).views == 20
        assert (
            await work.posts.increment(post.id, PostFields.price, Decimal("1.50"))
        ).price == Decimal("1.50")
