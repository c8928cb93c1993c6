"""What the rows on both sides of a relation know of each other."""

import datetime as dt

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.ext.asyncio import async_sessionmaker, AsyncSession
from sqlalchemy.orm import selectinload

from blog.domain.relations import relations_of
from blog.domain.role import Role
from blog.domain.user import User
from blog.persistence.base import Base
from blog.persistence.models import (
    CommentRow,
    FriendshipRow,
    PostRow,
    ProfileRow,
    RoleRow,
    TagRow,
    UserRoleRow,
    UserRow,
)

Sessions = async_sessionmaker[AsyncSession]

FOLLOWS = Base.metadata.tables["users_follows"]
HIDDEN = Base.metadata.tables["class"]


@pytest.fixture
async def stored(session_factory: Sessions) -> Sessions:
    """Store rows that are related in every way."""
    ann, ben = UserRow(name="Ann"), UserRow(name="Ben")
    admin, tag, hidden = RoleRow(name="admin"), TagRow(name="tag"), TagRow(name="hidden")
    async with session_factory() as session:
        session.add_all([ann, ben, admin, tag, hidden])
        await session.flush()
        post = PostRow(title="On links", author_id=ann.id, tags=[tag], hidden_tags=[hidden, tag])
        granted = UserRoleRow(user_id=ann.id, role_id=admin.id, by_id=ben.id, granted=dt.datetime.now(dt.UTC))
        friendship = FriendshipRow(asker_id=ann.id, asked_id=ben.id, since=dt.date(2024, 1, 2))
        session.add_all([ProfileRow(user_id=ann.id), granted, friendship, post])
        await session.flush()
        session.add(CommentRow(body="Yes.", post_id=post.id))
        await session.execute(FOLLOWS.insert(), {"user_id": ann.id, "other_user_id": ben.id})
        ben.mentor_id = ann.id
        await session.commit()
    return session_factory


async def test_references(stored: Sessions) -> None:
    statement = select(UserRow).order_by(UserRow.name)
    loaded = (
        selectinload(UserRow.profile),
        selectinload(UserRow.pupils),
        selectinload(UserRow.mentor),
        selectinload(UserRow.given_roles),
        selectinload(UserRow.posts).selectinload(PostRow.comments),
    )
    async with stored() as session:
        ann, ben = await session.scalars(statement.options(*loaded))

    assert ann.profile is not None
    assert ben.profile is None
    assert (ann.pupils, ben.pupils) == ([ben], [])
    assert ben.mentor is ann
    assert [each.user_id for each in ben.given_roles] == [ann.id]
    assert [comment.body for comment in ann.posts[0].comments] == ["Yes."]


async def test_links(stored: Sessions) -> None:
    statement = select(UserRow).order_by(UserRow.name)
    loaded = (
        selectinload(UserRow.follows),
        selectinload(UserRow.followers),
        selectinload(UserRow.posts).selectinload(PostRow.tags).selectinload(TagRow.posts),
    )
    async with stored() as session:
        ann, ben = await session.scalars(statement.options(*loaded))
        hidden = await session.scalars(select(TagRow.name).where(TagRow.hidden_posts.any()).order_by(TagRow.name))

    assert (ann.follows, ann.followers, ben.followers) == ([ben], [], [ann])
    assert [tag.name for tag in ann.posts[0].tags] == ["tag"]
    assert ann.posts[0].tags[0].posts == ann.posts
    assert list(hidden) == ["hidden", "tag"]


async def test_links_through_an_entity(stored: Sessions) -> None:
    statement = select(UserRow).order_by(UserRow.name)
    loaded = (
        selectinload(UserRow.user_roles).selectinload(UserRoleRow.role).selectinload(RoleRow.user_roles),
        selectinload(UserRow.asked_for).selectinload(FriendshipRow.asked),
        selectinload(UserRow.friendships).selectinload(FriendshipRow.asker),
    )
    async with stored() as session:
        ann, ben = await session.scalars(statement.options(*loaded))
        admins = await session.scalars(select(UserRow.name).where(UserRow.roles.any(RoleRow.name == "admin")))
        role = (
            await session.scalars(
                select(RoleRow).options(selectinload(RoleRow.user_roles).selectinload(UserRoleRow.user)),
            )
        ).one()

    assert [each.name for each in ann.roles] == ["admin"]
    assert list(role.users) == [ann]
    assert list(admins) == ["Ann"]
    assert (list(ann.friends), list(ben.friends_of), list(ben.friends)) == ([ben], [ann], [])


@pytest.mark.parametrize("name", sorted(set(relations_of(User)) - {"roles", "friends", "friends_of"}))
async def test_nothing_is_loaded_unasked(stored: Sessions, name: str) -> None:
    async with stored() as session:
        ann = (await session.scalars(select(UserRow).where(UserRow.name == "Ann"))).one()

        with pytest.raises(InvalidRequestError, match="lazy='raise'"):
            getattr(ann, name)


async def test_links_go_with_either_side(stored: Sessions) -> None:
    count = select(func.count()).select_from(HIDDEN)
    async with stored() as session:
        assert await session.scalar(count) == 2

        await session.delete((await session.scalars(select(TagRow).where(TagRow.name == "tag"))).one())
        await session.flush()
        assert await session.scalar(count) == 1

        await session.delete((await session.scalars(select(PostRow))).one())
        await session.flush()
        assert await session.scalar(count) == 0


def test_the_domain_names_both_sides() -> None:
    assert relations_of(User)["roles"].target is Role
    assert relations_of(Role)["users"].target is User
    assert {"follows", "followers", "profile", "spouse", "married_to"} <= set(relations_of(User))
