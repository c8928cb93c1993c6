import json
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given

import strategies
from scaffold.edits.addition import add_entity
from scaffold.entities.defaults import expand
from scaffold.entities.entity import Entity, Field, Of, in_order
from scaffold.entities.graph import validate
from scaffold.entities.records import from_record, to_record
from scaffold.errors import ScaffoldError
from scaffold.grammar.fields import format_field, parse_field
from strategies import TYPES


def entity(name: str, *tokens: str, **options: Any) -> Entity:  # noqa: ANN401  # as Entity takes them
    fields = tuple(parse_field(token, TYPES) for token in tokens or ("title",))
    return expand(Entity(name, fields=fields, **options), TYPES)


@given(strategies.graphs(runnable=False, circular=True))
def test_a_record_is_read_back_equal(graph: tuple[Entity, ...]) -> None:
    for one in graph:
        line = json.dumps(to_record(one))

        assert one == from_record(json.loads(line))
        assert line == json.dumps(to_record(from_record(json.loads(line))))


@given(strategies.graphs(runnable=False, circular=True))
def test_what_is_valid_stays_valid(graph: tuple[Entity, ...]) -> None:
    validate(graph, TYPES)

    assert graph == in_order(reversed(graph))
    assert graph == tuple(expand(one, TYPES) for one in graph)
    assert all(one.name < two.name for one, two in pairwise(graph))


@given(strategies.graphs(runnable=False, circular=True))
def test_the_fields_of_an_entity_can_be_typed_again(graph: tuple[Entity, ...]) -> None:
    for one in graph:
        for field in one.fields:
            assert field == parse_field(format_field(field, TYPES), TYPES)


@given(strategies.json_values())
def test_any_value_is_an_entity_or_a_clear_error(value: object) -> None:
    with pytest.raises(ScaffoldError, match="the recorded entities cannot be read"):
        from_record(value)


def test_a_record_has_its_keys_in_order() -> None:
    post = entity(
        "Post",
        "title:str,200:index",
        "price:decimal,10,2:min=0:default=0",
        "status:enum,draft,live:default=draft",
        "author:User",
        "tags:array,str,50",
        unique=(("author", "title"),),
        checks=("price >= 0",),
        samples=((("price", "1.00"),),),
        lock=True,
    )

    assert json.dumps(to_record(post)) == (
        '{"name": "Post", "plural": "posts", "table": "posts", "pk": "int", "api": "full", '
        '"page": "keyset", "timestamps": true, "lock": true, "unique": [["author", "title"]], '
        '"checks": ["price >= 0"], "samples": [{"price": "1.00"}], "fields": ['
        '{"name": "title", "type": "str", "length": 200, "index": true}, '
        '{"name": "price", "type": "decimal", "precision": 10, "scale": 2, "default": "0", "min": "0"}, '
        '{"name": "status", "type": "enum", "values": ["draft", "live"], "default": "draft"}, '
        '{"name": "author", "type": "ref", "to": "User", "back": "posts", "on_delete": "restrict"}, '
        '{"name": "tags", "type": "array", "of": {"type": "str", "length": 50}}]}'
    )


def test_an_empty_default_is_recorded() -> None:
    note = entity("Note", "body:default=")

    assert to_record(note)["fields"][0]["default"] == ""
    assert note == from_record(to_record(note))


def test_a_scale_of_nothing_is_recorded() -> None:
    assert to_record(entity("Note", "size:decimal,5,0"))["fields"][0]["scale"] == 0


def _record(**changes: object) -> dict[str, Any]:
    record = to_record(entity("Post", "title:str,200", "status:enum,a,b", "tags:array,str"))
    return {key: value for key, value in (record | changes).items() if value is not ...}


def _field(**changes: object) -> dict[str, Any]:
    record = {"name": "title", "type": "str", "length": 9} | changes
    return _record(fields=[{key: value for key, value in record.items() if value is not ...}])


@pytest.mark.parametrize(
    ("record", "problem"),
    [
        ([], "an entity must be a mapping, not `[]`"),
        (_record(name=...), "an entity has no `name`"),
        (_record(plural=...), "the entity `Post` has no `plural`"),
        (_record(fields=...), "the entity `Post` has no `fields`"),
        (_record(tabel="x"), "`tabel` is no property of the entity `Post`"),
        (_record(pk=1), "`pk` of the entity `Post` must be text, not `1`"),
        (_record(lock="yes"), "`lock` of the entity `Post` must be true, not `'yes'`"),
        (_record(lock=False), "`lock` of the entity `Post` must be true, not `False`"),
        (_record(unique=[]), "`unique` of the entity `Post` must be a list, not `[]`"),
        (_record(unique=["a"]), "`unique` of the entity `Post` must hold lists of text"),
        (_record(index=[["a", 1]]), "`index` of the entity `Post` must hold lists of text"),
        (_record(checks=[1]), "`checks` of the entity `Post` must hold lists of text"),
        (_record(fields="title"), "`fields` of the entity `Post` must be a list, not `'title'`"),
        (_record(fields=["title"]), "the entity `Post` must be a mapping, not `'title'`"),
        (_field(type=...), "the entity `Post` has no `type`, field `title`"),
        (_field(nul=True), "`nul` is no property of the entity `Post`, field `title`"),
        (
            _field(null=False),
            "`null` of the entity `Post`, field `title` must be true, not `False`",
        ),
        (
            _field(length="9"),
            "`length` of the entity `Post`, field `title` must be a whole number, not `'9'`",
        ),
        (
            _field(length=True),
            "`length` of the entity `Post`, field `title` must be a whole number, not `True`",
        ),
        (_field(default=0), "`default` of the entity `Post`, field `title` must be text, not `0`"),
        (
            _field(default=None),
            "`default` of the entity `Post`, field `title` must be text, not `None`",
        ),
        (_field(values=[1]), "`values` of `title` of the entity `Post` must hold lists of text"),
        (
            _field(of={"type": "str", "size": 1}),
            "`size` is no property of `title` of the entity `Post`",
        ),
        (_field(of={}), "`title` of the entity `Post` has no `type`"),
    ],
)
def test_a_record_by_hand_is_read_strictly(record: object, problem: str) -> None:
    with pytest.raises(ScaffoldError) as caught:
        from_record(record)

    assert caught.value.message.startswith(f"the recorded entities cannot be read: {problem}")


def test_a_misspelled_key_gets_the_nearest() -> None:
    with pytest.raises(ScaffoldError) as caught:
        from_record(_record(tabel="x"))

    assert caught.value.help == "a property with a similar name exists: `table`"


def test_expand_fills_in_what_the_rules_say() -> None:
    bare = Entity(
        "BlogPost",
        fields=(
            Field("title"),
            Field("tags", "array", of=Of("decimal")),
            Field("author", "ref", to="User"),
        ),
    )

    full = expand(bare, TYPES)

    assert full.plural == "blog_posts"
    assert full.table == "blog_posts"
    assert full.field("title").length == 255
    assert full.field("tags").of == Of("decimal", precision=10, scale=2)
    assert full.field("author").back == "blog_posts"
    assert full.field("author").on_delete == "restrict"
    assert full == expand(full, TYPES)


def test_expand_keeps_what_is_given() -> None:
    full = entity("Staff", "title:str,9", plural="members", table="employees")

    assert full.plural == "members"
    assert full.table == "employees"
    assert full.field("title").length == 9


def test_adding_keeps_the_order() -> None:
    entities = in_order([entity("User"), entity("Comment")])

    assert [one.name for one in add_entity(entities, entity("Post"), TYPES)] == [
        "Comment",
        "Post",
        "User",
    ]


def test_adding_the_same_again_changes_nothing() -> None:
    entities = (entity("Post", "title", "body:text"),)

    assert add_entity(entities, entity("Post", "title", "body:text"), TYPES) == entities


def test_adding_another_of_that_name_is_refused() -> None:
    entities = (entity("Post", "title", "body:text"),)

    with pytest.raises(ScaffoldError) as caught:
        add_entity(entities, entity("Post", "name"), TYPES)

    assert caught.value.message == "this project has an entity `Post` already"
    assert caught.value.note == "it has no `name`; it has `title` and `body:text` besides"


def test_two_branches_may_have_added_the_same_entity() -> None:
    with pytest.raises(ScaffoldError, match="the entity `Post` is recorded twice"):
        validate([entity("Post"), entity("Post")], TYPES)


def test_what_is_recorded_has_to_be_canonical() -> None:
    post = entity("Post", "price:decimal:default=0.50")
    price = replace(post.fields[0], default="00.50")

    with pytest.raises(ScaffoldError, match=r"`Post.price` is not recorded in its canonical form"):
        validate([replace(post, fields=(price,))], TYPES)
    with pytest.raises(ScaffoldError, match=r"the check `price>=0` of `Post` is not recorded"):
        validate([replace(post, checks=("price>=0",))], TYPES)


@pytest.mark.parametrize(
    ("field", "problem"),
    [
        (Field("x", "strng"), "unknown type `strng` for `Post.x`"),
        (Field("x", "int", length=3), "an argument that its type `int` does not take"),
        (Field("x", "str", length=9, scale=2), "an argument that its type `str` does not take"),
        (Field("x", "str"), "`Post.x` has a `str` without its `length`"),
        (Field("x", "decimal", precision=3), "`Post.x` has a `decimal` without its `scale`"),
        (Field("x", "decimal", precision=3, scale=4), "the scale of `Post.x` is 4"),
        (Field("x", "decimal", precision=39, scale=4), "the precision of `Post.x` is 39"),
        (Field("x", "ref"), "`Post.x` has a `ref` without its `to`"),
        (Field("x", "enum"), "`Post.x` is an `enum` without values"),
        (
            Field("x", "array", of=Of("str")),
            "the element `str` of `Post.x` does not fit its `length`",
        ),
        (Field("x", "array", of=Of("int", length=3)), "the element `int` of `Post.x` does not fit"),
        (Field("x", "array", of=Of("json")), "`Post.x` cannot be an array of `json`"),
        (Field("x", "array", of=Of("strng")), "unknown type `strng` for `Post.x`"),
        (Field("x", "int", back="posts"), "`Post.x` takes no `back`"),
        (Field("x", "ref", to="Post", null=True), "`Post.x` records no `back`"),
        (Field("x", "ref", to="Post", null=True, back="y"), "`Post.x` records no `on_delete`"),
    ],
)
def test_a_field_by_hand_is_checked(field: Field, problem: str) -> None:
    with pytest.raises(ScaffoldError, match=problem):
        validate([Entity("Post", "posts", "posts", fields=(field,))], TYPES)


def test_a_cycle_that_may_be_empty_somewhere_is_fine() -> None:
    validate([entity("A1", "b:B1:null:back=many_a"), entity("B1", "a:A1:back=many_b")], TYPES)


def test_a_cycle_is_found_behind_references_that_can_be_filled() -> None:
    entities = [entity("A1", "b:B1", "c:C1"), entity("B1", "a:A1", "c:C1"), entity("C1")]

    with pytest.raises(ScaffoldError, match=r"`A1.b` → `B1.a` refer back to `A1`"):
        validate(entities, TYPES)


def test_a_cycle_of_required_references_is_named() -> None:
    entities = [
        entity("A1", "b:B1"),
        entity("B1", "c:C1"),
        entity("C1", "a:A1"),
        entity("D1", "a:A1"),
    ]

    with pytest.raises(ScaffoldError) as caught:
        validate(entities, TYPES)

    assert caught.value.message == (
        "`A1.b` → `B1.c` → `C1.a` refer back to `A1`, and none of them may be empty: no first row could be added"
    )
    assert caught.value.help == "let one be empty: a:A1:null"
