"""Many-to-many relations: the table in between, or the entity that both sides look through."""

from macro_modules import derived, lines, macros
from projects import entity

links = macros("links")

BLOG = derived(
    entity("Post", "title:str", "tags:many,Tag"),
    entity("Tag", "name:str", "likes:many,Tag:back=liked_by", pk="uuid4"),
)
THROUGH = derived(
    entity("User", "name:str", "roles:many,Role:via=UserRole"),
    entity("Role", "name:str"),
    entity("UserRole", "user:User", "role:Role"),
)


def test_the_table_has_a_key_to_each_side() -> None:
    (table,) = lines(links.tables(BLOG["Post"]))

    assert table.startswith('TAGS_TABLE = Table("posts_tags", Base.metadata, Column("post_id", ')
    key = 'ForeignKey("tags.id", name="fk_posts_tags_tag_id", ondelete="CASCADE")'
    assert f'Column("tag_id", {key}, primary_key=True)' in table


def test_the_table_has_an_index_for_the_way_back() -> None:
    assert 'Index("ix_posts_tags_tag_id", "tag_id")' in links.tables(BLOG["Post"])


def test_a_revision_creates_the_same_columns() -> None:
    (table,) = BLOG["Post"]["link_tables"]

    assert table["name"] == "posts_tags"
    assert [(column["name"], column["type"]) for column in table["columns"]] == [
        ("post_id", 'sa.BigInteger().with_variant(sa.Integer(), "sqlite")'),
        ("tag_id", "sa.Uuid()"),
    ]


def test_the_declaring_side_names_the_table() -> None:
    (side,) = lines(links.sides(BLOG["Post"]))

    assert side.startswith('tags: Mapped[list["TagRow"]] = relationship(secondary=TAGS_TABLE, ')
    assert 'back_populates="posts"' in side


def test_a_link_to_its_own_entity_says_which_column_is_which() -> None:
    (side,) = lines(links.sides(BLOG["Tag"]))

    assert "primaryjoin=relating.on(LIKES_TABLE.c.tag_id)" in side
    assert "secondaryjoin=relating.on(LIKES_TABLE.c.other_tag_id)" in side
    assert "from blog.persistence import relating" in lines(links.imports(BLOG["Tag"], "blog"))


def test_through_an_entity_there_is_a_proxy_and_no_table() -> None:
    assert lines(links.tables(THROUGH["User"])) == []
    assert lines(links.sides(THROUGH["User"])) == [
        'roles: AssociationProxy[list["RoleRow"]] = association_proxy("user_roles", "role")'
    ]
    assert [
        (each["rows"], each["value"]) for each in THROUGH["Role"]["relations"] if "link" in each
    ] == [("user_roles", "user")]


def test_what_in_between_needs_more_than_its_keys_is_not_linked_by_them() -> None:
    user, *_ = derived(
        entity("User", "name:str", "roles:many,Role:via=UserRole"),
        entity("Role", "name:str"),
        entity("UserRole", "user:User", "role:Role", "reason:str"),
    )

    assert [THROUGH["User"]["links"][0][name] for name in ("bare", "open", "back_open")] == [
        True
    ] * 3
    assert [user["links"][0][name] for name in ("bare", "open", "back_open")] == [False] * 3
