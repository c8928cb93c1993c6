"""Relationships that are loaded when they are read, and with every row."""
from sqlalchemy import orm
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import DeclarativeBase, Mapped, WriteOnlyMapped, relationship as relation


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"

    posts: Mapped[list["Post"]] = relation(back_populates="author")  # ! SCA009
    drafts = orm.relationship("Post")  # ! SCA009
    asked: Mapped[list["Post"]] = relation(lazy="select")  # ! SCA009
    more: Mapped[list["Post"]] = relation(lazy="dynamic")  # ! SCA009
    roles: Mapped[list["Role"]] = relation(lazy="selectin")  # ! SCA022
    role: Mapped["Role"] = relation(lazy="joined")  # ! SCA022
    raising: Mapped[list["Post"]] = relation(lazy="raise")
    nearly: Mapped[list["Post"]] = relation(lazy="raise_on_sql")
    written: WriteOnlyMapped["Post"] = relation()
    options: Mapped[list["Post"]] = relation(**{})


class Awaited(AsyncAttrs, Base):
    __tablename__ = "awaited"

    posts: Mapped[list["Post"]] = relation(back_populates="author")


def relationship(person):
    return person


friend = relationship("Ada")
