"""Columns of text without a length."""
from typing import Optional

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, String, Table, Text, cast
from sqlalchemy.orm import DeclarativeBase, Mapped, column_property, declarative_base, mapped_column


class Base(DeclarativeBase):
    pass


class Typed(DeclarativeBase):
    type_annotation_map = {str: String(255)}


Old = declarative_base()


class User(Base):
    __tablename__ = "users"

    a: Mapped[str]  # ! SCA015
    b: Mapped[Optional[str]] = mapped_column(index=True)  # ! SCA015
    c: Mapped["str | None"] = mapped_column("cc")  # ! SCA015
    d: Mapped[str] = mapped_column(String)  # ! SCA015
    e: Mapped[str] = mapped_column(sa.String())  # ! SCA015
    f = Column(sa.Unicode, unique=True)  # ! SCA015
    g: Mapped[str] = mapped_column(String(80))
    h: Mapped[str] = mapped_column(Text)
    i: Mapped[str] = mapped_column(ForeignKey("roles.name"))
    j: Mapped[str] = column_property(cast(1, String))
    k: Mapped[int]


class Role(Old):
    __tablename__ = "roles"

    name = Column("name", String, primary_key=True)  # ! SCA015


class Post(Typed):
    __tablename__ = "posts"

    a: Mapped[str]


class Mixin:
    a: Mapped[str]
