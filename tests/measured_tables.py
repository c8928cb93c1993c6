"""Tables to measure consequences on."""

import datetime as dt

from sqlalchemy import DateTime, ForeignKey, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    """The tables of these tests."""


class User(Base):
    """A user with posts that are loaded when they are read."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(50), default="")
    number: Mapped[int] = mapped_column(default=0)
    email: Mapped[str | None] = mapped_column(String(50), unique=True)
    at: Mapped[dt.datetime | None] = mapped_column(DateTime)
    posts: Mapped[list["Post"]] = relationship(back_populates="user")
    raising: Mapped[list["Post"]] = relationship(lazy="raise", viewonly=True)
    dynamic: Mapped[list["Post"]] = relationship(lazy="dynamic", viewonly=True)


class Post(Base):
    """A post that must have a user."""

    __tablename__ = "posts"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    user: Mapped[User] = relationship(back_populates="posts")


class EagerUser(Base):
    """The same users, with posts that are always loaded."""

    __table__ = User.__table__
    posts: Mapped[list[Post]] = relationship(lazy="selectin", viewonly=True)
