"""What a change would lose or invent is said before anything is written, with the way out."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from evolution import revise
from projects import entity
from scaffold.entities.edit import Edit
from scaffold.entities.entity import Entity, in_order
from scaffold.errors import ScaffoldError
from scaffold.revisions.revision import Revision

OWNER = entity("Owner", "name:str,40")


def thing(*fields: str, **options: Any) -> Entity:  # noqa: ANN401
    return entity("Thing", *fields, **options)


def changed(
    root: Path,
    before: Entity,
    after: Entity | None,
    fills: Mapping[str, str] | None = None,
    *,
    accepts_loss: bool = False,
) -> Revision:
    """Write the revision that changes one entity."""
    edit = Edit(
        in_order([each for each in (after, OWNER) if each]),
        fills={"Thing": fills or {}},
        accepts_loss=accepts_loss,
    )
    made = revise(root, in_order([before, OWNER]), edit)
    assert made is not None
    return made


def renamed(root: Path, before: Entity, after: Entity, old: str, new: str) -> Revision:
    """Write the revision that renames a field of an entity, and accept what it cuts off."""
    edit = Edit(
        in_order([after, OWNER]),
        field_renames={after.name: {old: new}},
        accepts_loss=True,
    )
    made = revise(root, in_order([before, OWNER]), edit)
    assert made is not None
    return made


def refusal(root: Path, before: Entity, after: Entity | None) -> ScaffoldError:
    with pytest.raises(ScaffoldError) as caught:
        changed(root, before, after)
    assert list(root.rglob("*.py")) == []
    assert caught.value.message.endswith("; nothing was written")
    return caught.value


LOSSES = [
    ("a:str", "`Thing` (all rows)", None),
    ("a:str b:int", "`Thing.b` (all values)", "a:str"),
    ("a:str owner:Owner", "`Thing.owner` (all values)", "a:str"),
    ("a:str,40", "`Thing.a` (all but the first 20 characters)", "a:str,20"),
    ("a:text", "`Thing.a` (all but the first 255 characters)", "a:str"),
    ("a:int", "`Thing.a` (numbers beyond the range of smallint)", "a:smallint"),
    ("a:bigint", "`Thing.a` (digits after the first 15)", "a:float"),
    ("a:float", "`Thing.a` (digits after the point and numbers beyond the range of int)", "a:int"),
    ("a:decimal,8,2", "`Thing.a` (digits after the point)", "a:int"),
    ("a:int", "`Thing.a` (all but the first 3 characters)", "a:str,3"),
    ("a:date", "`Thing.a` (all but the first 7 characters)", "a:str,7"),
    ("a:decimal,8,2", "`Thing.a` (digits after the first 1 behind the point)", "a:decimal,8,1"),
    ("a:decimal,8,2", "`Thing.a` (numbers with more than 4 digits before it)", "a:decimal,6,2"),
    ("a:datetime", "`Thing.a` (the time of day)", "a:date"),
    ("a:str:null", "`Thing.a` (text that is not a whole number in the range of int)", "a:int:null"),
    ("a:enum,u,v,w:null", "`Thing.a` (`v`, `w`)", "a:enum,u:null"),
    ("a:str:null", "`Thing.a` (values other than `u`, `v`)", "a:enum,u,v:null"),
    ("a:bool", "`Thing.a` (all values: bool cannot become string(20))", "a:str,20:default=x"),
    ("a:int owner:Owner", "`Thing.owner` (all values)", "a:int owner:Thing:null:back=x"),
]


@pytest.mark.parametrize(("before", "loss", "after"), LOSSES)
def test_what_would_be_lost_is_named_and_needs_consent(
    tmp_path: Path, before: str, loss: str, after: str | None
) -> None:
    old, new = thing(*before.split()), thing(*after.split()) if after else None

    error = refusal(tmp_path, old, new)
    made = changed(tmp_path, old, new, accepts_loss=True)

    assert error.message == f"this would lose data of {loss}; nothing was written"
    assert error.help == "add --accept-data-loss if that is meant"
    assert made.text


def test_all_losses_are_listed_at_once(tmp_path: Path) -> None:
    error = refusal(tmp_path, thing("a:str,40", "b:int", "c:int"), thing("a:str,20"))

    assert "`Thing.b` (all values), `Thing.c` (all values) and `Thing.a` (all but" in error.message


def test_what_entities_share_is_lost_too(tmp_path: Path) -> None:
    error = refusal(tmp_path, thing("a:int", soft_delete=True), thing("a:int", timestamps=False))

    assert "`Thing.created_at` (all values)" in error.message
    assert "`Thing` (which rows are deleted: they come back)" in error.message


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a:str,40", "a:str,50"),
        ("a:str", "a:text"),
        ("a:smallint", "a:bigint"),
        ("a:int", "a:decimal,12,2"),
        ("a:int", "a:str,11"),
        ("a:decimal,8,2", "a:decimal,9,3"),
        ("a:date", "a:datetime"),
        ("a:enum,u", "a:enum,u,v"),
        ("a:enum,u", "a:str"),
        ("a:int", "a:int:null"),
        ("a:int", "a:int b:int:null"),
        ("a:int", "a:int b:int:default=3"),
        ("a:int", "a:int b:int:server_default=3"),
        ("a:int:null", "a:int:default=3"),
        ("a:array,str,20", "a:array,str,30"),
        ("a:int", "a:int:unique"),
    ],
)
def test_what_loses_nothing_needs_no_consent(tmp_path: Path, before: str, after: str) -> None:
    assert changed(tmp_path, thing(*before.split()), thing(*after.split())).text


# Values for rows that exist.


def test_a_new_required_column_needs_a_value(tmp_path: Path) -> None:
    before, after = thing("a:str"), thing("a:str", "rating:int")

    error = refusal(tmp_path, before, after)
    made = changed(tmp_path, before, after, {"rating": "5"})

    assert error.message.startswith("`Thing.rating` is required, and rows that exist have no value")
    assert error.help == "say what they get, --fill VALUE, or let it be empty: `null`"
    assert 'values({"rating": 5})' in made.text


def test_several_values_that_are_missing_are_named_at_once(tmp_path: Path) -> None:
    error = refusal(tmp_path, thing("a:str"), thing("a:str", "b:int", "c:date"))

    assert "`Thing.b` is required" in error.message
    assert "`Thing.c` is required" in error.message
    assert error.help == (
        "say what they get, --fill b=VALUE --fill c=VALUE, or let them be empty: `null`"
    )


def test_a_reference_is_not_invented(tmp_path: Path) -> None:
    before, after = thing("a:str"), thing("a:str", "owner:Owner")

    error = refusal(tmp_path, before, after)
    made = changed(tmp_path, before, after, {"owner": "7"})

    assert error.note == "the value of a reference is the key of a row of `owners`"
    assert "--fill VALUE" in str(error.help)
    assert '.values({"owner_id": 7})' in made.text


def test_what_cannot_be_typed_can_be_left_empty(tmp_path: Path) -> None:
    error = refusal(tmp_path, thing("a:str"), thing("a:str", "b:bytes"))

    assert error.help == "let it be empty: `null`"


def test_nulls_need_a_value_in_a_column_that_becomes_required(tmp_path: Path) -> None:
    before, after = thing("a:str:null"), thing("a:str")

    error = refusal(tmp_path, before, after)
    made = changed(tmp_path, before, after, {"a": "none"})

    assert error.message.startswith("`Thing.a` is required, and rows may have no value for it")
    assert '.where(sa.column("a").is_(None))' in made.text


@pytest.mark.parametrize(
    ("before", "after", "left"),
    [
        ("a:enum,u,v,w", "a:enum,u", "`v`, `w`"),
        ("a:str", "a:enum,u", "values other than `u`"),
        ("a:str", "a:int", "text that is not a whole number in the range of int"),
    ],
)
def test_values_that_no_longer_fit_a_required_column_need_another(
    tmp_path: Path, before: str, after: str, left: str
) -> None:
    fill = "u" if "enum" in after else "0"

    error = refusal(tmp_path, thing(before), thing(after))
    made = changed(tmp_path, thing(before), thing(after), {"a": fill})

    assert error.message.startswith(f"`Thing.a` is required, and rows may have {left};")
    assert f'.values({{"a": "{fill}"}})' in made.text


def test_values_that_no_longer_fit_an_optional_column_become_null(tmp_path: Path) -> None:
    before, after = thing("a:enum,u,v:null"), thing("a:enum,u:null")

    made = changed(tmp_path, before, after, accepts_loss=True)

    assert '.where(sa.column("a").not_in(["u"]))' in made.text.replace("\n        ", "")
    assert '.values({"a": None})' in made.text


def test_a_field_that_is_called_like_the_mark_of_soft_deletion(tmp_path: Path) -> None:
    old = thing("a:int", "live:bool")

    error = refusal(tmp_path, old, thing("a:int"))
    made = changed(tmp_path, old, thing("a:int", "live:bool", unique=(("a", "live"),)))

    assert error.message == "this would lose data of `Thing.live` (all values); nothing was written"
    assert made.notes == (
        "where two rows of `things` have the same `a` and `live`, the database refuses the revision",
    )


def test_what_the_database_may_refuse_is_noted(tmp_path: Path) -> None:
    made = changed(
        tmp_path,
        thing("a:str", "b:int"),
        thing("a:str:unique", "b:int:min=0", soft_delete=True),
    )

    assert made.notes == (
        "where two rows of `things` have the same `a`, the database refuses the revision",
        "where rows of `things` do not meet `ck_things_b_min`, the database refuses the revision",
    )


@pytest.mark.parametrize("after", ["a:enum,u,v,w", "a:enum,u"])
def test_the_database_does_not_refuse_other_values_of_an_enum(tmp_path: Path, after: str) -> None:
    """Rows have none that is not listed: it is replaced first."""
    made = changed(tmp_path, thing("a:enum,u,v"), thing(after), {"a": "u"})

    assert "create_check_constraint" in made.text
    assert made.notes == ()


def test_rows_that_met_a_constraint_meet_it_when_it_is_made_anew(tmp_path: Path) -> None:
    """As when an entity gets another name, and its keys with it."""
    before, after = thing("owner:Owner"), thing("owner:Owner:on_delete=cascade")

    made = changed(tmp_path, before, after)

    assert "create_foreign_key" in made.text
    assert () == made.notes


def test_the_database_does_not_refuse_what_is_only_renamed(tmp_path: Path) -> None:
    before = thing("a:str", "b:int:min=0", unique=(("a", "b"),), checks=("b < 9",))
    after = thing("a:str", "c:int:min=0", unique=(("a", "c"),), checks=("c < 9",))

    made = renamed(tmp_path, before, after, "b", "c")

    assert "create_check_constraint" in made.text
    assert "create_unique_constraint" in made.text
    assert made.notes == ()


@pytest.mark.parametrize(
    "after",
    [
        thing("a:str,80:unique", "b:int"),
        thing("a:str,40:unique", "b:int", unique=(("a", "b"),)),
        thing("a:str,40", "b:int", unique=(("a", "b"),)),
        thing("a:text", "b:int:unique", soft_delete=True),
    ],
)
def test_rows_that_were_unique_stay_unique(tmp_path: Path, after: Entity) -> None:
    made = changed(tmp_path, thing("a:str,40:unique", "b:int:unique"), after)

    assert made.notes == ()


def test_values_that_are_cut_may_not_be_unique_any_more(tmp_path: Path) -> None:
    before, after = thing("a:str,40:unique"), thing("a:str,20:unique")

    made = changed(tmp_path, before, after, accepts_loss=True)

    assert made.notes == (
        "where two rows of `things` have the same `a`, the database refuses the revision",
    )


def test_a_table_takes_the_rules_of_its_rows_to_its_new_name(tmp_path: Path) -> None:
    before = thing("a:str:unique", "b:int:min=0", "up:Thing:null:back=down")
    after = entity("Item", "a:str:unique", "b:int:min=0", "up:Item:null:back=down")
    edit = Edit((OWNER, after), entity_renames={"Thing": "Item"})

    made = revise(tmp_path, (OWNER, before), edit)

    assert made is not None
    assert "create_foreign_key" in made.text
    assert made.notes == ()


def test_a_renamed_column_whose_values_change_may_still_be_refused(tmp_path: Path) -> None:
    before, after = thing("a:str,40:unique"), thing("b:str,20:unique")

    made = renamed(tmp_path, before, after, "a", "b")

    assert made.notes == (
        "where two rows of `things` have the same `b`, the database refuses the revision",
    )


def test_a_revision_names_a_table_once_for_all_its_columns(tmp_path: Path) -> None:
    made = changed(tmp_path, thing("a:str"), thing("a:str", "b:int:null", "c:int:null"))

    assert made.path.name.endswith("_add_b_and_c_to_things.py")
    assert made.text.startswith('"""Add b and c to things.')


def test_the_key_of_an_entity_does_not_change(tmp_path: Path) -> None:
    with pytest.raises(ScaffoldError, match="the primary key of the table `things` would change"):
        changed(tmp_path, thing("a:int"), thing("a:int", pk="uuid4"))


def test_a_downgrade_says_what_does_not_come_back(tmp_path: Path) -> None:
    before = thing("a:str", "b:int:default=8", "c:str:null", "owner:Owner", "d:date")

    made = changed(tmp_path, before, thing("a:str"), accepts_loss=True)

    told = made.text.split('"""Undo `upgrade`.')[1].split('"""')[0]
    assert [line.strip() for line in told.strip().splitlines()] == [
        "The values of things.b do not come back: in each row it is `8`.",
        "The values of things.c do not come back.",
        "The values of things.owner_id do not come back, and it may be null.",
        "The values of things.d do not come back: in each row it is its default.",
    ]
