"""What the tests of the catalogue store: new entities of the blog, with only what matters given."""

import datetime as dt
from decimal import Decimal
from typing import Any

from blog.domain.account import NewAccount
from blog.domain.comment import NewComment
from blog.domain.post import NewPost, PostStatus
from blog.domain.refresh_token import NewRefreshToken
from blog.domain.role import NewRole
from blog.domain.tag import NewTag, TagFields
from blog.domain.user import NewUser

NOON = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)


def user(number: int = 1, **more: Any) -> NewUser:
    return NewUser(**{"email": f"user{number}@example.org", "name": f"User {number}", **more})


def post(author_id: int, number: int = 1, **more: Any) -> NewPost:
    return NewPost(**{"title": f"Post {number}", "body": "Text.", "author_id": author_id, **more})


def live(author_id: int, number: int = 1, **more: Any) -> NewPost:
    return post(author_id, number, status=PostStatus.LIVE, published_at=NOON, **more)


def comment(post_id: int, author_id: int, body: str = "Well.", **more: Any) -> NewComment:
    return NewComment(body=body, post_id=post_id, author_id=author_id, **more)


def account(owner: str, balance: str = "100") -> NewAccount:
    return NewAccount(owner=owner, balance=Decimal(balance))


def token(user_id: int, hours: int) -> NewRefreshToken:
    """Return one that expires so many hours after noon."""
    return NewRefreshToken(expires_at=NOON + dt.timedelta(hours=hours), user_id=user_id)


TAG_ID = TagFields.id
TAG_NAME = TagFields.name


def tag(name: str) -> NewTag:
    return NewTag(name=name)


def role(name: str) -> NewRole:
    return NewRole(name=name)
