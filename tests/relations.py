"""Entities with every kind of relation: to others, to themselves, to each other, and two to one."""

from projects import entity
from scaffold.entities.entity import Entity, in_order
from scaffold.entities.links import completed

# By a name that some database or Python keeps for itself.
HARD_TABLE = "class"
# Names of 40 characters, whose lines are the longest.
LONG, OTHER_LONG = "Abcdefghij" * 4, "Zbcdefghij" * 4
LONG_FIELD, LONG_BACK, LONG_TABLE = "x" * 40, "y" * 40, "t" * 60


def relations() -> tuple[Entity, ...]:
    """Return the entities as they are recorded."""
    return completed(
        in_order(
            [
                entity(
                    "User",
                    "name:str,80",
                    "mentor:User:null:back=pupils:on_delete=set_null",
                    "spouse:one,User:null:back=married_to",
                    "follows:many,User:back=followers",
                    "roles:many,Role:via=UserRole",
                    "friends:many,User:via=Friendship.asker.asked:back=friends_of",
                ),
                entity("Profile", "bio:text:null", "user:one,User:on_delete=cascade"),
                entity("Role", "name:str,40:unique", pk="uuid7"),
                entity(
                    "UserRole",
                    "user:User:on_delete=cascade",
                    "role:Role",
                    "granted:datetime:default=now",
                    "by:User:null:back=given_roles:on_delete=set_null",
                    unique=(("user", "role"),),
                    soft_delete=True,
                ),
                entity("Friendship", "asker:User:back=asked_for", "asked:User", "since:date"),
                entity("Tag", "name:str,40:unique", pk="uuid4", api="none"),
                entity(
                    "Post",
                    "title:str,200",
                    "author:User:on_delete=cascade",
                    "editor:User:null:back=edited",
                    "tags:many,Tag",
                    f"hidden_tags:many,Tag:back=hidden_posts:table={HARD_TABLE}",
                    "pinned:Comment:null:back=pinned_in:on_delete=set_null",
                    soft_delete=True,
                ),
                entity(
                    "Comment",
                    "body:text",
                    "post:Post:on_delete=cascade",
                    "models:many,Model:private",
                ),
                entity("Model", "name:str", "owner:User", lock=True),
                entity(
                    LONG,
                    "name:str",
                    f"{LONG_FIELD}:many,{LONG}:back={LONG_BACK}:table={LONG_TABLE}",
                    f"{LONG_BACK[1:]}:many,{OTHER_LONG}:table=links_between",
                ),
                entity(OTHER_LONG, f"{LONG_FIELD}:one,{LONG}:back=z"),
            ]
        )
    )
