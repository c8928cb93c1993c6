"""Rows 9, 10, 16, 17, 42, 43, 44: relations, joins, eager loading."""

import pytest
from blog.domain.comment import CommentFields
from blog.domain.post import PostFields
from blog.domain.profile import NewProfile
from blog.domain.relations import (
    COMMENT_AUTHOR,
    COMMENT_PARENT,
    COMMENT_REPLIES,
    POST_AUTHOR,
    POST_COMMENTS,
    POST_TAGS,
    PROFILE_USER,
    ROLE_USERS,
    TAG_POSTS,
    USER_POSTS,
    USER_PROFILE,
    USER_ROLES,
)
from blog.domain.role import NewRole
from blog.domain.tag import NewTag
from blog.domain.user_role import NewUserRole
from blog.persistence.base import Base
from blog.persistence.models import RoleRow, UserRow
from blog.persistence.unit_of_work import SqlUnitOfWork
from sqlalchemy.ext.associationproxy import AssociationProxy

from catalogue import entries
from catalogue.blog_project import Statements

pytestmark = pytest.mark.asyncio


async def test_09_both_sides_of_many_to_one(work: SqlUnitOfWork) -> None:
    ada, bob = await work.users.add_many([entries.user(1), entries.user(2)])
    first, second = await work.posts.add_many([entries.post(ada.id, 1), entries.post(ada.id, 2)])

    assert await work.posts.related([first.id, second.id], POST_AUTHOR) == {
        first.id: ada,
        second.id: ada,
    }
    found = await work.users.related([ada.id, bob.id], USER_POSTS)
    assert list(found[ada.id]) == [first, second]
    assert list(found[bob.id]) == []


async def test_09_every_relation_names_its_other_side_and_raises_when_lazy() -> None:
    relations = [each for mapper in Base.registry.mappers for each in mapper.relationships]

    assert relations
    for relation in relations:
        assert relation.lazy == "raise", relation
        assert relation.back_populates, relation


async def test_10_many_to_many_with_an_association_object(work: SqlUnitOfWork) -> None:
    ada = await work.users.add(entries.user(1))
    admin, editor = await work.roles.add_many([NewRole(name="admin"), NewRole(name="editor")])
    await work.user_roles.add(NewUserRole(user_id=ada.id, role_id=admin.id, note="since today"))
    await work.users.link(ada.id, USER_ROLES, editor.id)
    await work.users.link(ada.id, USER_ROLES, editor.id)  # once is enough

    assert list((await work.users.related([ada.id], USER_ROLES))[ada.id]) == [admin, editor]
    assert list((await work.roles.related([admin.id], ROLE_USERS))[admin.id]) == [ada]
    payload = {each.role_id: each.note for each in await work.user_roles.find_all()}
    assert payload == {admin.id: "since today", editor.id: None}
    await work.users.unlink(ada.id, USER_ROLES, admin.id)
    assert list((await work.users.related([ada.id], USER_ROLES))[ada.id]) == [editor]


async def test_10_association_proxies_on_both_sides() -> None:
    assert isinstance(vars(UserRow)["roles"], AssociationProxy)
    assert "users" in dir(RoleRow)


async def test_10_many_to_many_with_a_link_table(work: SqlUnitOfWork) -> None:
    ada = await work.users.add(entries.user(1))
    post = await work.posts.add(entries.post(ada.id))
    python, sql = await work.tags.add_many([NewTag(name="python"), NewTag(name="sql")])
    for tag in (python, sql, python):
        await work.posts.link(post.id, POST_TAGS, tag.id)

    assert list((await work.posts.related([post.id], POST_TAGS))[post.id]) == [python, sql]
    assert list((await work.tags.related([sql.id], TAG_POSTS))[sql.id]) == [post]
    await work.posts.unlink(post.id, POST_TAGS, sql.id)
    await work.posts.unlink(post.id, POST_TAGS, sql.id)
    assert list((await work.posts.related([post.id], POST_TAGS))[post.id]) == [python]


async def test_16_related_entities_in_one_joined_query(
    work: SqlUnitOfWork, statements: Statements
) -> None:
    ada, bob = await work.users.add_many([entries.user(1), entries.user(2)])
    post = await work.posts.add(entries.post(ada.id))
    statements.sent.clear()

    inner = await work.users.pairs(USER_POSTS)
    outer = await work.users.pairs(USER_POSTS, outer=True)

    assert inner == [(ada, post)]
    assert outer == [(ada, post), (bob, None)]
    assert statements.count == 2


async def test_17_eager_loading_does_not_grow_with_rows(
    work: SqlUnitOfWork, statements: Statements
) -> None:
    counts = []
    for size in (2, 20):
        users = await work.users.add_many([entries.user(size * 100 + n) for n in range(size)])
        posts = await work.posts.add_many([entries.post(user.id) for user in users])
        await work.comments.add_many([entries.comment(post.id, post.author_id) for post in posts])
        statements.sent.clear()

        found = await work.users.find_all()
        with_posts = await work.users.related([user.id for user in found], USER_POSTS)
        keys = [post.id for some in with_posts.values() for post in some]
        with_comments = await work.posts.related(keys, POST_COMMENTS)  # nested

        assert len([one for some in with_comments.values() for one in some]) >= size
        counts.append(statements.count)

    assert counts == [3, 3]


async def test_17_many_keys_are_loaded_in_chunks(work: SqlUnitOfWork) -> None:
    ada = await work.users.add(entries.user(1))
    keys = await work.posts.insert_many_keys([entries.post(ada.id, n) for n in range(1200)])

    found = await work.posts.related(keys, POST_AUTHOR)

    assert len(found) == 1200


async def test_17_a_page_has_what_leads_to_one_in_its_rows(
    work: SqlUnitOfWork, statements: Statements
) -> None:
    ada, bob = await work.users.add_many([entries.user(1), entries.user(2)])
    profile = await work.profiles.add(NewProfile(bio="Writes.", user_id=ada.id))
    post = await work.posts.add(entries.post(bob.id))
    statements.sent.clear()

    page = await work.users.page(limit=2, include=[USER_PROFILE, USER_POSTS])

    assert page.items == [ada, bob]
    assert page.related == {
        "profile": {ada.id: profile},
        "posts": {ada.id: [], bob.id: [post]},
    }
    assert statements.count == 2


async def test_17_a_page_goes_several_ways_at_once(work: SqlUnitOfWork) -> None:
    ada, bob = await work.users.add_many([entries.user(1), entries.user(2)])
    post = await work.posts.add(entries.post(ada.id))
    question = await work.comments.add(entries.comment(post.id, ada.id))
    answer = await work.comments.add(entries.comment(post.id, bob.id, parent_id=question.id))
    where, order = CommentFields.body.eq("Well."), [CommentFields.id.desc()]

    page = await work.comments.page(where, order=order, include=[COMMENT_PARENT, COMMENT_AUTHOR])

    assert page.items == [answer, question]
    assert page.related == {
        "parent": {answer.id: question},
        "author": {question.id: ada, answer.id: bob},
    }


async def test_42_one_to_one_in_one_joined_query(
    work: SqlUnitOfWork, statements: Statements
) -> None:
    ada, bob = await work.users.add_many([entries.user(1), entries.user(2)])
    profile = await work.profiles.add(NewProfile(bio="Writes.", user_id=ada.id))
    statements.sent.clear()

    found = await work.users.pairs(USER_PROFILE, outer=True)

    assert found == [(ada, profile), (bob, None)]
    assert statements.count == 1
    assert await work.users.related([ada.id, bob.id], USER_PROFILE) == {ada.id: profile}
    assert await work.profiles.related([profile.id], PROFILE_USER) == {profile.id: ada}


async def test_42_one_to_one_has_one(work: SqlUnitOfWork) -> None:
    from blog.domain.errors import AlreadyExists

    ada = await work.users.add(entries.user(1))
    await work.profiles.add(NewProfile(bio="One.", user_id=ada.id))
    with pytest.raises(AlreadyExists):
        await work.profiles.add(NewProfile(bio="Two.", user_id=ada.id))


async def test_43_parent_and_children_in_one_transaction(work: SqlUnitOfWork) -> None:
    ada = await work.users.add(entries.user(1))
    posts = await work.posts.add_many([entries.post(ada.id, n) for n in range(3)])

    assert ada.id > 0
    assert len({post.id for post in posts}) == 3
    assert {post.author_id for post in posts} == {ada.id}
    await work.rollback()
    assert await work.users.count() == 0
    assert await work.posts.count() == 0


async def test_44_joined_pairs_are_filtered(work: SqlUnitOfWork) -> None:
    ada = await work.users.add(entries.user(1))
    draft, live = await work.posts.add_many([entries.post(ada.id, 1), entries.live(ada.id, 2)])

    assert await work.posts.pairs(POST_AUTHOR, PostFields.title.eq("Post 2")) == [(live, ada)]
    assert await work.posts.pairs(POST_COMMENTS) == []
    assert await work.posts.pairs(POST_COMMENTS, outer=True) == [(draft, None), (live, None)]


async def test_09_relations_to_oneself(work: SqlUnitOfWork) -> None:
    ada = await work.users.add(entries.user(1))
    post = await work.posts.add(entries.post(ada.id))
    question = await work.comments.add(entries.comment(post.id, ada.id))
    answer = await work.comments.add(entries.comment(post.id, ada.id, parent_id=question.id))

    assert await work.comments.related([question.id, answer.id], COMMENT_PARENT) == {
        answer.id: question
    }
    assert list((await work.comments.related([question.id], COMMENT_REPLIES))[question.id]) == [
        answer
    ]
    assert await work.comments.related([answer.id], COMMENT_AUTHOR) == {answer.id: ada}
