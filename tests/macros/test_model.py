"""The derived model: all entities, and what each has to know of the others."""

from macro_modules import Derived, derived
from projects import ANSWERS, entity, working_tree
from scaffold.entities.entity import Entity
from scaffold.entities.records import to_record
from scaffold.render.render import render

BLOG = derived(
    entity("User", "name:str"),
    entity("Profile", "bio:text", "user:one,User"),
    entity("Post", "author:User", "editor:User:private:back=edited"),
    entity("Seat", "holder:User:unique"),
)


def model(*entities: Entity) -> Derived:
    records = [to_record(each) for each in entities]
    made: Derived = render(working_tree(), {**ANSWERS, "entities": records}).context["model"]
    return made


def relation(name: str) -> Derived:
    return next(each for each in BLOG["User"]["relations"] if each["name"] == name)


def test_entities_are_sorted_by_module_with_numbers_as_numbers() -> None:
    entities = (entity(name, "size:int") for name in ("B10", "B9", "Abc"))

    assert [e["module"] for e in model(*entities)["entities"]] == ["abc", "b9", "b10"]


def test_no_entity_is_no_error() -> None:
    assert model() == {"entities": []}


def test_an_entity_knows_what_leads_to_it() -> None:
    assert [each["name"] for each in BLOG["User"]["relations"]] == [
        "posts",
        "edited",
        "profile",
        "seats",
    ]


def test_both_sides_know_of_a_link() -> None:
    blog = derived(entity("Post", "title:str", "tags:many,Tag"), entity("Tag", "name:str"))

    assert [each["name"] for each in blog["Post"]["links"]] == ["tags"]
    assert [each["name"] for each in blog["Tag"]["relations"]] == ["posts"]


def test_what_is_unique_leads_back_to_one() -> None:
    assert relation("profile")["single"]
    assert relation("seats")["single"]
    assert not relation("posts")["single"]


def test_what_is_private_is_not_seen_from_the_other_side() -> None:
    assert relation("posts")["exposed"]
    assert not relation("edited")["exposed"]
