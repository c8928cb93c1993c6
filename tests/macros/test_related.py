"""Relations are declared once, and written down on both sides."""

from macro_modules import derived, lines, macros
from projects import entity

related = macros("related")

BLOG = derived(
    entity("User", "name:str", "mentor:User:null:back=pupils"),
    entity("Post", "author:User", "tags:many,Tag"),
    entity("Tag", "name:str", "likes:many,Tag:back=liked_by"),
    entity("Profile", "user:one,User"),
)


def test_a_reference_leads_to_one_and_back_to_many() -> None:
    assert lines(related.lines(BLOG["Post"]))[:2] == [
        'POST_AUTHOR: Final = relation.ToOne(Post, "author", User, "posts")',
        'USER_POSTS: Final = relation.ToMany(User, "posts", Post, "author")',
    ]


def test_one_to_one_leads_back_to_one() -> None:
    assert lines(related.lines(BLOG["Profile"]))[1] == (
        'USER_PROFILE: Final = relation.ToOne(User, "profile", Profile, "user")'
    )


def test_many_lead_to_many_from_both_sides() -> None:
    assert lines(related.lines(BLOG["Post"]))[2:] == [
        'POST_TAGS: Final = relation.ToMany(Post, "tags", Tag, "posts")',
        'TAG_POSTS: Final = relation.ToMany(Tag, "posts", Post, "tags")',
    ]


def test_the_sides_of_a_link_through_an_entity_name_its_keys_in_their_order() -> None:
    entities = derived(
        entity("User", "name:str", "roles:many,Role:via=UserRole"),
        entity("Role", "name:str"),
        entity("UserRole", "user:User", "role:Role"),
    )
    sides = lines(related.lines(entities["User"]))

    assert sides[0].endswith(', relation.Through(UserRole, NewUserRole, "user_id", "role_id"))')
    assert sides[1].endswith(', relation.Through(UserRole, NewUserRole, "role_id", "user_id"))')
    imported = related.domain_imports(entities, "blog")
    assert "from blog.domain.user_role import NewUserRole, UserRole\n" in imported


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


def test_an_entity_that_nothing_leads_to_imports_nothing() -> None:
    assert related.imports(BLOG["Post"], "blog") == ""
    assert "from blog.persistence import relating" in related.imports(BLOG["User"], "blog")
