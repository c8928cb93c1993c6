"""Many-to-many relations: what stands between, and by which references."""

import pytest

from projects import entity
from scaffold.entities.entity import Entity, in_order
from scaffold.entities.graph import validate
from scaffold.entities.links import completed
from scaffold.entities.records import from_record, to_record
from scaffold.errors import ScaffoldError
from scaffold.grammar.fields import format_field, parse_field
from strategies import TYPES

ROLE = entity("Role", "name:str")
USER_ROLE = entity("UserRole", "user:User", "role:Role")


def user(*fields: str) -> Entity:
    return entity("User", "name:str", *fields)


def complete(*entities: Entity) -> tuple[Entity, ...]:
    done = completed(in_order(entities))
    validate(done, TYPES)
    return done


def through(name: str, field: str, *entities: Entity) -> tuple[str, ...]:
    found = next(each for each in complete(*entities) if each.name == name)
    return found.field(field).through


def refused(*entities: Entity) -> str:
    with pytest.raises(ScaffoldError) as caught:
        complete(*entities)
    error = caught.value
    return "\n".join(text for text in (error.message, error.note, error.help) if text)


def test_the_only_references_are_found() -> None:
    assert through("User", "roles", user("roles:many,Role:via=UserRole"), ROLE, USER_ROLE) == (
        "user",
        "role",
    )


def test_the_reference_that_is_called_like_its_side_is_chosen() -> None:
    between = entity("UserRole", "by:User:back=granted", "user:User", "role:Role")

    found = through("User", "roles", user("roles:many,Role:via=UserRole"), ROLE, between)

    assert found == ("user", "role")


def test_references_that_are_named_need_no_likeness() -> None:
    follow = entity("Follow", "follower:User:back=going", "followed:User:back=coming")
    follows = "follows:many,User:via=Follow.follower.followed:back=followers"

    assert through("User", "follows", user(follows), follow) == ("follower", "followed")


def test_one_of_two_to_the_same_entity_is_its_namesake() -> None:
    friendship = entity("Friendship", "friend:User:back=befriended", "user:User")

    found = through(
        "User", "friends", user("friends:many,User:via=Friendship:back=fans"), friendship
    )

    assert found == ("user", "friend")


def test_references_that_were_found_stay_when_another_one_comes() -> None:
    before = complete(
        user("roles:many,Role:via=UserRole"), ROLE, entity("UserRole", "owner:User", "role:Role")
    )
    later = entity("UserRole", "owner:User", "role:Role", "user:User:back=others")
    owner = next(each for each in before if each.name == "User")

    assert through("User", "roles", owner, ROLE, later) == ("owner", "role")


def test_two_references_to_one_side_are_ambiguous() -> None:
    between = entity("UserRole", "owner:User", "by:User:back=granted", "role:Role")

    assert refused(user("roles:many,Role:via=UserRole"), ROLE, between) == (
        "`UserRole` refers to `User` by `owner` and `by`, and `User.roles` does not say by which it goes\n"
        "name its references to this entity and to the other: roles:many,Role:via=UserRole.owner.role"
    )


def test_one_reference_is_not_enough_for_both_sides() -> None:
    follow = entity("Follow", "user:User:back=going")

    assert refused(user("follows:many,User:via=Follow:back=followers"), follow) == (
        "`User.follows` goes through `Follow`, which does not refer to `User` twice\n"
        "give it one: scaffold field add Follow other_user:User:back=..."
    )


def test_a_unique_reference_is_none_to_go_by() -> None:
    between = entity("UserRole", "user:one,User", "role:Role")

    assert refused(user("roles:many,Role:via=UserRole"), ROLE, between) == (
        "`User.roles` goes through `UserRole`, which does not refer to `User`\n"
        "`UserRole.user` is unique, so it leads to one row at most\n"
        "give it one: scaffold field add UserRole user:User"
    )


@pytest.mark.parametrize(
    ("via", "message"),
    [
        (
            "UserRole.user.rule",
            (
                "`User.roles` goes through `UserRole.rule`, which is no reference to `Role`\n"
                "its references to `Role` are `role`"
            ),
        ),
        (
            "UserRole.user.user",
            (
                "`User.roles` must go through two references of `UserRole`\n"
                "name its references to both sides: via=UserRole.this.other"
            ),
        ),
    ],
)
def test_references_that_are_named_must_be_there(via: str, message: str) -> None:
    assert refused(user(f"roles:many,Role:via={via}"), ROLE, USER_ROLE) == message


def test_an_entity_between_cannot_go() -> None:
    assert refused(user("roles:many,Role:via=UserRole"), ROLE).startswith(
        "`User.roles` goes through `UserRole`, which this project does not have"
    )


def test_a_link_is_written_as_it_is_read() -> None:
    typed = "roles:many,Role:back=users:via=UserRole.user.role"

    field = parse_field(typed, TYPES)

    assert (field.via, field.through) == ("UserRole", ("user", "role"))
    assert format_field(field, TYPES) == typed


def test_a_link_is_recorded_with_what_it_goes_by() -> None:
    found = complete(user("roles:many,Role:via=UserRole"), ROLE, USER_ROLE)

    record = to_record(next(each for each in found if each.name == "User"))

    assert record["fields"][1] == {
        "name": "roles",
        "type": "many",
        "to": "Role",
        "back": "users",
        "via": "UserRole",
        "through": ["user", "role"],
    }
    assert tuple(from_record(to_record(each)) for each in found) == found


def test_a_record_that_does_not_say_by_what_it_goes_is_refused() -> None:
    record = to_record(user("roles:many,Role:via=UserRole"))

    with pytest.raises(ScaffoldError, match="has no `through`, field `roles`"):
        from_record(record)
