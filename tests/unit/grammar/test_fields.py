import pytest
from hypothesis import example, given

import strategies
from scaffold.entities.entity import Field, Of
from scaffold.errors import ScaffoldError
from scaffold.grammar.fields import format_field, parse_field
from strategies import TYPES


@given(strategies.spellings())
@example(("a:default=\\\\:", Field("a", length=255, default="\\:")))
@example(("a:default=x\\:index", Field("a", length=255, default="x:index")))
@example(("a:default=\\\\\\:null", Field("a", length=255, default="\\\\:null")))
def test_formatting_is_the_inverse_of_parsing(spelled: tuple[str, Field]) -> None:
    token, field = spelled

    assert field == parse_field(token, TYPES)
    assert field == parse_field(format_field(field, TYPES), TYPES)


@given(strategies.broken_tokens())
def test_a_broken_token_gives_a_field_or_a_clear_error(token: str) -> None:
    try:
        field = parse_field(token, TYPES)
    except ScaffoldError:
        return

    canonical = format_field(field, TYPES)
    assert field == parse_field(canonical, TYPES)
    assert canonical == format_field(parse_field(canonical, TYPES), TYPES)


@pytest.mark.parametrize(
    ("token", "canonical"),
    [
        ("title", "title"),
        ("title:str", "title"),
        ("title:string", "title"),
        ("title:str,255", "title"),
        ("title:str,200", "title:str,200"),
        ("title:str(200)", "title:str,200"),
        ("title:str{200}", "title:str,200"),
        ("title:index", "title:index"),
        ("title:uniq", "title:unique"),
        ("count:integer", "count:int"),
        ("done:boolean:default=TRUE", "done:bool:default=true"),
        ("price:decimal{8,3}", "price:decimal,8,3"),
        ("price:decimal(10,2):default=00.50", "price:decimal:default=0.50"),
        ("author:User", "author:User"),
        ("author:ref,User", "author:User"),
        ("author:references,User", "author:User"),
        ("author:belongs_to(User):null", "author:User:null"),
        ("author:User:on_delete=restrict", "author:User"),
        ("tags:array,str,50", "tags:array,str,50"),
        ("tags:array(decimal(8,3))", "tags:array,decimal,8,3"),
        ("tags:array,string", "tags:array,str"),
        ("status:enum,draft,live:default=live", "status:enum,draft,live:default=live"),
        (
            "at:datetime:default=2024-01-02T03:04:05+01:00",
            "at:datetime:default=2024-01-02T02:04:05+00:00",
        ),
        ("at:datetime:default=NOW", "at:datetime:default=now"),
        (
            "at:datetime:min=2024-01-01T00\\:00\\:00Z",
            "at:datetime:min=2024-01-01T00\\:00\\:00+00\\:00",
        ),
        ("code:default=a:pattern=^a", "code:default=a:pattern=^a"),
        ("code:pattern=^a:default=a", "code:default=a:pattern=^a"),
        ("code:pattern=^\\d+:\\d+$", "code:pattern=^\\d+:\\d+$"),
        ("note:default=", "note:default="),
        ("x:int:max=9:min=+1", "x:int:min=1:max=9"),
        ("x:int:column=order:null", "x:int:null:column=order"),
        ("x:column=x", "x"),
    ],
)
def test_the_canonical_token(token: str, canonical: str) -> None:
    assert canonical == format_field(parse_field(token, TYPES), TYPES)


def test_what_was_left_out_is_recorded() -> None:
    assert parse_field("price:decimal", TYPES) == Field("price", "decimal", precision=10, scale=2)
    assert parse_field("tags:array,str", TYPES) == Field("tags", "array", of=Of("str", 255))
    assert parse_field("author:User", TYPES) == Field(
        "author", "ref", to="User", on_delete="restrict"
    )


def test_an_open_ended_value_keeps_its_colons_and_commas() -> None:
    assert parse_field("x:default=a:b,c=d", TYPES).default == "a:b,c=d"
    assert parse_field("x:default=\\:index", TYPES).default == ":index"


def test_a_modifier_inside_a_value_is_explained() -> None:
    with pytest.raises(ScaffoldError, match="inside the value of `default=`") as caught:
        parse_field("x:int:default=1:index", TYPES)

    assert (
        caught.value.help
        == "put `index` before `default=`, or write `\\:index` if it is part of the value"
    )


def test_a_template_without_a_type_refuses_it_by_name() -> None:
    fewer = {name: row for name, row in TYPES.items() if name != "slug"}

    with pytest.raises(ScaffoldError, match="unknown type `slug` for field `path`"):
        parse_field("path:slug", fewer)
