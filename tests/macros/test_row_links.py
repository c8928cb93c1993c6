"""Many-to-many relations in the ORM models."""

from macro_modules import derived, lines, macros
from projects import entity

row_links = macros("row_links")

BLOG = derived(
    entity("Post", "title:str", "tags:many,Tag"),
    entity("Tag", "name:str", "likes:many,Tag:back=liked_by"),
    entity("User", "name:str", "roles:many,Role:via=UserRole"),
    entity("Role", "name:str"),
    entity("UserRole", "user:User", "role:Role"),
)


def test_the_table_has_a_key_to_each_side() -> None:
    (table,) = lines(row_links.tables(BLOG["Post"]))

    assert table.startswith('TAGS_TABLE = Table("posts_tags", Base.metadata, Column("post_id", ')
    key = 'ForeignKey("tags.id", name="fk_posts_tags_tag_id", ondelete="CASCADE")'
    assert f'Column("tag_id", {key}, primary_key=True)' in table


def test_the_table_has_an_index_for_the_way_back() -> None:
    (table,) = lines(row_links.tables(BLOG["Post"]))

    assert table.endswith(', Index("ix_posts_tags_tag_id", "tag_id"))')


def test_the_declaring_side_names_the_table() -> None:
    (side,) = lines(row_links.sides(BLOG["Post"]))

    assert side.startswith('tags: Mapped[list["TagRow"]] = relationship(secondary=TAGS_TABLE, ')
    assert 'back_populates="posts"' in side
    assert "join=" not in side


def test_a_link_to_its_own_entity_says_which_column_is_which() -> None:
    (side,) = lines(row_links.sides(BLOG["Tag"]))

    assert "primaryjoin=relating.on(LIKES_TABLE.c.tag_id)" in side
    assert "secondaryjoin=relating.on(LIKES_TABLE.c.other_tag_id)" in side
    assert "from blog.persistence import relating" in lines(row_links.imports(BLOG["Tag"], "blog"))


def test_through_an_entity_there_is_a_proxy_and_no_table() -> None:
    assert lines(row_links.tables(BLOG["User"])) == []
    assert lines(row_links.sides(BLOG["User"])) == [
        'roles: AssociationProxy[list["RoleRow"]] = association_proxy("user_roles", "role")'
    ]
    assert "from sqlalchemy import Column" not in row_links.imports(BLOG["User"], "blog")


def test_only_other_modules_are_imported_for_the_type_checker() -> None:
    assert "from typing import TYPE_CHECKING" in lines(row_links.imports(BLOG["Post"], "blog"))
    assert "TYPE_CHECKING" not in row_links.imports(BLOG["Tag"], "blog")
