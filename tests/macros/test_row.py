"""ORM models: columns, references, and what they import."""

from macro_modules import derived, lines, macros
from projects import entity

row = macros("row")

BLOG = derived(
    entity("User", "email:email:null", "mentor:User:null:back=pupils", pk="uuid7"),
    entity(
        "Post",
        "title:str,200:column=headline",
        "price:decimal,8,2:server_default=1.5",
        "kind:enum,open,closed",
        "author:User:on_delete=cascade",
        soft_delete=True,
        lock=True,
    ),
)


def column(name: str) -> str:
    (line,) = (each for each in lines(row.columns(BLOG["Post"])) if each.startswith(f"{name}:"))
    return line


def test_a_column_has_its_name_where_it_is_not_the_fields() -> None:
    assert column("title") == 'title: Mapped[str] = mapped_column("headline", Varchar(200))'


def test_a_server_default_is_text() -> None:
    assert column("price").endswith('mapped_column(Fixed(8, 2), server_default=TextClause("1.5"))')


def test_an_enum_is_as_long_as_its_longest_value() -> None:
    assert column("kind") == "kind: Mapped[PostKind] = mapped_column(Choice(PostKind, 6))"


def test_a_reference_is_a_foreign_key_with_a_name() -> None:
    assert column("author_id") == (
        "author_id: Mapped[UUID] = mapped_column("
        'ForeignKey("users.id", name="fk_posts_author_id", ondelete="CASCADE"))'
    )


def test_the_key_is_of_its_kind() -> None:
    assert row.key(BLOG["Post"]) == "id: Mapped[int] = mapped_column(BigKey(), primary_key=True)"
    assert row.key(BLOG["User"]) == (
        "id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=uuid7)"
    )


def test_a_relation_to_its_own_entity_says_which_side_is_one() -> None:
    (mentor,) = lines(row.relations(BLOG["User"]))

    assert mentor.startswith('mentor: Mapped["UserRow | None"] = relationship(')
    assert 'foreign_keys=[mentor_id], remote_side="UserRow.id"' in mentor
    assert "remote_side" not in row.relations(BLOG["Post"])


def test_only_other_modules_are_imported_for_the_type_checker() -> None:
    assert lines(row.related(BLOG["Post"], "blog")) == [
        "if TYPE_CHECKING:",
        "from blog.persistence.models.user import UserRow",
    ]
    assert row.related(BLOG["User"], "blog") == ""


def test_options_are_mixins() -> None:
    assert row.mixins(BLOG["Post"]) == "Timestamps, SoftDelete, Versioned, "


def test_mail_addresses_are_stored_in_lower_case() -> None:
    assert lines(row.validators(BLOG["User"])) == [
        '@validates("email")',
        "def _lower_email(self, _name: str, value: str | None) -> str | None:",
        "return value.lower() if value is not None else None",
    ]
    assert row.validators(BLOG["Post"]) == ""


def test_a_model_imports_what_its_columns_and_constraints_are_made_of() -> None:
    tag = derived(entity("Tag", "name:str,40:unique", "size:int:min=1:index"))["Tag"]

    assert set(lines(row.imports(tag, "blog"))) == {
        "from blog.persistence.types import BigKey",
        "from blog.persistence.types import Varchar",
        "from sqlalchemy import CheckConstraint",
        "from sqlalchemy import ColumnClause",
        "from sqlalchemy import Index",
        "from sqlalchemy import Integer",
        "from sqlalchemy import TextClause",
        "from sqlalchemy import UniqueConstraint",
    }


def test_a_model_without_constraints_imports_none() -> None:
    tag = derived(entity("Tag", "size:int", pk="uuid4"))["Tag"]

    assert set(lines(row.imports(tag, "blog"))) == {
        "from sqlalchemy import Integer",
        "from sqlalchemy import Uuid",
        "from uuid import UUID",
        "from uuid import uuid4",
    }


def test_a_reference_imports_its_key_and_its_relation() -> None:
    assert set(lines(row.imports(BLOG["Post"], "blog"))) >= {
        "from uuid import UUID",
        "from sqlalchemy import ForeignKey",
        "from sqlalchemy.orm import relationship",
        "from typing import TYPE_CHECKING",
        "from sqlalchemy import TextClause",
        "from blog.domain.post import PostKind",
    }


def test_mail_addresses_and_links_import_what_they_need() -> None:
    tagged = derived(entity("Post", "mail:email", "tags:many,Tag"), entity("Tag", "name:str"))
    mail, name = (lines(row.imports(tagged[each], "blog")) for each in ("Post", "Tag"))

    assert "from sqlalchemy.orm import validates" in mail
    assert "from sqlalchemy import Column, ForeignKey, Index, Table" in mail
    assert "from sqlalchemy.orm import validates" not in name
