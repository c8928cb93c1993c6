"""Relations are declared once, and written down on both sides."""

from macro_modules import derived, lines, macros
from projects import entity

relations = macros("relations")

BLOG = derived(
    entity("User", "name:str", "mentor:User:null:back=pupils"),
    entity("Post", "author:User", "tags:many,Tag"),
    entity("Tag", "name:str", "likes:many,Tag:back=liked_by"),
    entity("Profile", "user:one,User"),
)


def test_a_reference_leads_to_one_and_back_to_many() -> None:
    assert lines(relations.lines(BLOG["Post"]))[:2] == [
        'POST_AUTHOR: Final = relation.ToOne(Post, "author", User, "posts")',
        'USER_POSTS: Final = relation.ToMany(User, "posts", Post, "author")',
    ]


def test_one_to_one_leads_back_to_one() -> None:
    assert lines(relations.lines(BLOG["Profile"]))[1] == (
        'USER_PROFILE: Final = relation.ToOne(User, "profile", Profile, "user")'
    )


def test_many_lead_to_many_from_both_sides() -> None:
    assert lines(relations.lines(BLOG["Post"]))[2:] == [
        'POST_TAGS: Final = relation.ToMany(Post, "tags", Tag, "posts")',
        'TAG_POSTS: Final = relation.ToMany(Tag, "posts", Post, "tags")',
    ]


def test_what_an_entity_declares_stands_together() -> None:
    sides = [line.split(":")[0] for line in lines(relations.both_sides(BLOG))]

    assert sides[:4] == ["USER_MENTOR", "USER_PUPILS", "POST_AUTHOR", "USER_POSTS"]


def test_an_entity_without_relations_is_not_imported() -> None:
    imported = relations.imports(derived(*BLOG.entities, entity("Alone", "size:int")), "blog")

    assert lines(imported)[0] == "from blog.domain import relation"
    assert "from blog.domain.profile import Profile" in lines(imported)
    assert "Alone" not in imported


def test_the_sides_of_a_link_through_an_entity_name_its_keys_in_their_order() -> None:
    entities = derived(
        entity("User", "name:str", "roles:many,Role:via=UserRole"),
        entity("Role", "name:str"),
        entity("UserRole", "user:User", "role:Role"),
    )
    sides = lines(relations.lines(entities["User"]))

    assert sides[0].endswith(', relation.Through(UserRole, NewUserRole, "user_id", "role_id"))')
    assert sides[1].endswith(', relation.Through(UserRole, NewUserRole, "role_id", "user_id"))')
    imported = relations.imports(entities, "blog")
    assert "from blog.domain.user_role import NewUserRole, UserRole\n" in imported
