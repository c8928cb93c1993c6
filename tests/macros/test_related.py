"""What leads to an entity has a line in its model."""

from macro_modules import derived, lines, macros
from projects import entity

related = macros("related")

BLOG = derived(
    entity("User", "name:str", "mentor:User:null:back=pupils"),
    entity("Post", "author:User", "tags:many,Tag"),
    entity("Tag", "name:str", "likes:many,Tag:back=liked_by"),
    entity("Profile", "user:one,User"),
)


def test_the_model_of_the_other_side_has_a_line_per_relation() -> None:
    assert [related.line(relation) for relation in BLOG["User"]["relations"]] == [
        'posts: relating.Many["_models.PostRow"] = relating.Many("PostRow", "author", "author_id")',
        'profile: relating.One["_models.ProfileRow"] = relating.One("ProfileRow", "user", "user_id")',
        'pupils: relating.Many["_models.UserRow"] = relating.Many("UserRow", "mentor", "mentor_id")',
    ]


def test_a_link_names_its_table_and_its_columns_where_both_sides_are_one() -> None:
    posts, liked_by = map(related.line, BLOG["Tag"]["relations"])

    assert posts.endswith('relating.Linked("PostRow", "tags", "posts_tags")')
    assert liked_by.endswith(
        'relating.Linked("TagRow", "likes", "tags_likes", "other_tag_id", "tag_id")'
    )


def test_a_link_through_an_entity_looks_at_the_rows_in_between() -> None:
    blog = derived(
        entity("User", "name:str", "roles:many,Role:via=UserRole"),
        entity("Role", "name:str"),
        entity("UserRole", "user:User", "role:Role"),
    )

    assert related.line(blog["Role"]["relations"][0]) == (
        'users: relating.Through[list["_models.UserRow"]] = relating.through("user_roles", "user")'
    )


def test_an_entity_that_nothing_leads_to_imports_nothing() -> None:
    assert related.imports(BLOG["Post"], "blog") == ""
    assert lines(related.imports(BLOG["User"], "blog"))[1:] == [
        "from blog.persistence import relating",
        "if TYPE_CHECKING:",
        "from blog.persistence import models as _models",
    ]
