"""Changes of entities, each with what is expected of the rows: what is added, dropped, renamed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from evolution import ROWS, Scenario
from projects import entity
from scaffold.entities.edit import Edit
from scaffold.entities.entity import Entity, in_order


@dataclass(frozen=True, slots=True)
class Change:
    """What entities become, and what is expected of the rows."""

    before: tuple[Entity, ...]
    after: tuple[Entity, ...]
    tables: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    fills: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    values: Mapping[str, tuple[str | None, ...]] = field(default_factory=dict)
    expected: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What columns hold after the change, `table.column` to one for each row."""
    nullable: tuple[str, ...] = ()
    """Columns that come back nullable: nothing is known that their rows could hold."""
    rows: int = ROWS

    def scenario(self) -> Scenario:
        edit = Edit(in_order(self.after), self.tables, self.fields, self.fills, accepts_loss=True)
        return Scenario(in_order(self.before), edit, rows=self.rows, values=self.values)


def thing(*fields: str, **options: Any) -> Entity:  # noqa: ANN401
    return entity("Thing", *fields, **{"timestamps": False, **options})


def of_things(*old: str, to: tuple[str, ...], **more: Any) -> Change:  # noqa: ANN401
    """Return the change of the fields of one entity."""
    return Change((thing(*old),), (thing(*to),), **more)


OWNER = entity("Owner", "name:str,40", timestamps=False)

PLAIN = {
    "a_str": "str,40",
    "a_text": "text",
    "an_int": "int",
    "a_bigint": "bigint",
    "a_smallint": "smallint",
    "a_float": "float",
    "a_decimal": "decimal,12,3",
    "a_bool": "bool",
    "a_date": "date",
    "a_time": "time",
    "a_datetime": "datetime",
    "an_interval": "interval",
    "a_uuid": "uuid",
    "a_json": "json",
    "an_array": "array,str,20",
    "a_choice": "enum,draft,live",
    "an_email": "email",
}
FILLS = {
    "a_str": ("it's 100 %: :x", "it's 100 %: :x"),
    "a_text": ('say "hi"', 'say "hi"'),
    "an_int": ("-5", "-5"),
    "a_bigint": ("9000000000", "9000000000"),
    "a_smallint": ("7", "7"),
    "a_float": ("2.5", "2.5"),
    "a_decimal": ("1.25", "1.25"),
    "a_bool": ("true", "1"),
    "a_date": ("2024-02-29", "2024-02-29"),
    "a_time": ("10:20:30", "10:20:30"),
    "a_datetime": ("2024-02-29T10:20:30.5+00:00", "2024-02-29T10:20:30.500000"),
    "an_interval": ("1.5", "1500000"),
    "a_uuid": ("00000000-0000-4000-8000-000000000009", "00000000000040008000000000000009"),
    "a_json": ("{}", "{}"),
    "an_array": ("[]", "[]"),
    "a_choice": ("live", "live"),
    "an_email": ("a@example.com", "a@example.com"),
}

ADDED = {
    "nullable columns of every type": of_things(
        "x:int", to=("x:int", *(f"{name}:{kind}:null" for name, kind in PLAIN.items()))
    ),
    "required columns of every type": of_things(
        "x:int",
        to=("x:int", *(f"{name}:{kind}" for name, kind in PLAIN.items())),
        fills={"Thing": {name: text for name, (text, _) in FILLS.items()}},
        expected={f"things.{name}": (shown,) * 3 for name, (_, shown) in FILLS.items()},
    ),
    "required columns with defaults": of_things(
        "x:int",
        to=(
            "x:int",
            "a:int:default=3",
            "b:str:default=it's :b",
            "c:datetime:default=now",
            "d:date:default=today",
            "e:uuid:default=random",
            "f:json:default=[]",
            "g:enum,u,v:default=v",
        ),
        expected={"things.a": ("3",) * 3, "things.b": ("it's :b",) * 3, "things.g": ("v",) * 3},
    ),
    "columns with server defaults": of_things(
        "x:int",
        to=(
            "x:int",
            "a:int:server_default=3",
            "b:str:server_default=it's :b 5 %",
            "c:datetime:server_default=now",
            "d:bool:null:server_default=true",
            "e:decimal,8,3:index:server_default=1.5",
        ),
        fills={"Thing": {"a": "4"}},
        expected={
            "things.a": ("4",) * 3,
            "things.b": ("it's :b 5 %",) * 3,
            "things.d": ("1",) * 3,
            "things.e": ("1.5",) * 3,
        },
    ),
    "columns with constraints": Change(
        (thing("x:int"), OWNER),
        (
            thing(
                "x:int",
                "a:str,30:unique:null",
                "b:int:index:min=3:max=9",
                "owner:Owner:null",
                "keeper:Owner:back=kept:on_delete=cascade",
                "whole:Thing:null:back=halves:on_delete=set_null",
                unique=(("x", "a"),),
                index=(("b", "x"),),
                checks=("b <> 4 or a = ':x'",),
            ),
            OWNER,
        ),
        fills={"Thing": {"b": "5", "keeper": "2"}},
        expected={"things.b": ("5",) * 3, "things.keeper_id": ("2",) * 3},
    ),
    "what entities share": Change(
        (thing("a:str,20:unique", "b:int", "owner:Owner:unique", unique=(("a", "b"),)), OWNER),
        (
            thing(
                "a:str,20:unique",
                "b:int",
                "owner:Owner:unique",
                unique=(("a", "b"),),
                timestamps=True,
                soft_delete=True,
                lock=True,
            ),
            OWNER,
        ),
        expected={
            "things.version": ("1",) * 3,
            "things.live": ("1",) * 3,
            "things.deleted_at": ("None",) * 3,
        },
    ),
    "an entity that an old one refers to": Change(
        (thing("x:int"),),
        (thing("x:int", "owner:Owner:null"), entity("Owner", "name:str", "first:Thing:null:back=owners")),
    ),
}  # fmt: skip
DROPPED = {
    "nullable columns of every type": of_things(
        "x:int", *(f"{name}:{kind}:null" for name, kind in PLAIN.items()), to=("x:int",)
    ),
    "required columns of every type": of_things(
        "x:int", *(f"{name}:{kind}" for name, kind in PLAIN.items()), to=("x:int",)
    ),
    "columns with constraints": replace(
        ADDED["columns with constraints"],
        before=(
            thing(
                "x:int",
                "a:str,30:unique:null",
                "b:int:index:min=3:max=9",
                "c:int:min=3:max=9:default=8",
                "owner:Owner:null",
                "keeper:Owner:back=kept:on_delete=cascade",
                "whole:Thing:null:back=halves:on_delete=set_null",
                unique=(("x", "a"),),
                index=(("b", "x"),),
                checks=("b <> 4 or a = ':x'",),
            ),
            OWNER,
        ),
        after=(thing("x:int"), OWNER),
        fills={},
        expected={},
        values={"things.b": ("5", "6", "7"), "things.c": ("5", "6", "7")},
        nullable=("things.b", "things.keeper_id"),
    ),
    "what entities share": Change(
        (
            thing("a:str,20:unique", "owner:Owner:unique", timestamps=True, soft_delete=True, lock=True),
            OWNER,
        ),
        (thing("a:str,20:unique", "owner:Owner:unique"), OWNER),
    ),
    "an entity that others refer to": Change(
        (thing("x:int", "owner:Owner", "keeper:Owner:null:back=kept"), OWNER),
        (thing("x:int"),),
        nullable=("things.owner_id",),
    ),
}  # fmt: skip
RENAMED = {
    "columns": Change(
        (
            thing(
                "a:str,30:unique",
                "b:int:index:min=0",
                "c:enum,u,v:server_default=u",
                "owner:Owner:on_delete=cascade",
                "whole:Thing:null:back=halves",
                "d:decimal,8,2:null:server_default=1.5",
                unique=(("b", "owner"),),
                checks=("b <> 4 or a = ':b'",),
            ),
            OWNER,
        ),
        (
            thing(
                "a2:str,30:unique",
                "b2:int:index:min=0",
                "c2:enum,u,v:server_default=u",
                "keeper:Owner:on_delete=cascade:back=things",
                "rest:Thing:null:back=halves",
                "d2:decimal,8,2:null:server_default=1.5",
                unique=(("b2", "keeper"),),
                checks=("b2 <> 4 or a2 = ':b'",),
            ),
            OWNER,
        ),
        fields={
            "Thing": {"a": "a2", "b": "b2", "c": "c2", "owner": "keeper", "whole": "rest", "d": "d2"}
        },
        expected={
            "things.a2": ("a", "bb", "ccc"),
            "things.b2": ("1", "2", "3"),
            "things.keeper_id": ("1", "2", "3"),
        },
    ),
    "columns in a circle": of_things(
        "a:int:min=-5", "b:int", "c:int:index", "d:int",
        to=("b:int:min=-5", "c:int", "a:int:index", "d:int"),
        fields={"Thing": {"a": "b", "b": "c", "c": "a"}},
        values={f"things.{name}": (str(n), str(n), str(n)) for n, name in enumerate("abcd")},
        expected={"things.a": ("2",) * 3, "things.b": ("0",) * 3, "things.c": ("1",) * 3},
    ),
    "a column whose name another one gets": of_things(
        "a:int", "b:str,20", to=("b:int:unique", "a:text:null"), fields={"Thing": {"a": "b"}},
        expected={"things.b": ("1", "2", "3"), "things.a": ("None",) * 3},
    ),
    "tables": Change(
        (
            thing("a:str,30:unique", "b:int:min=0:index", "owner:Owner", "whole:Thing:null:back=halves"),
            OWNER,
            entity("Note", "text:text", "thing:Thing:on_delete=cascade"),
        ),
        (
            entity(
                "Item", "a:str,30:unique", "b:int:min=0:index", "keeper:Person:back=things",
                "whole:Item:null:back=halves", timestamps=False,
            ),
            entity("Person", "name:str,40", plural="people", timestamps=False),
            entity("Note", "text:text", "thing:Item:on_delete=cascade"),
        ),
        tables={"Thing": "Item", "Owner": "Person"},
        fields={"Item": {"owner": "keeper"}},
        expected={"items.a": ("a", "bb", "ccc"), "notes.thing_id": ("1", "2", "3")},
    ),
    "tables in a circle": Change(
        (thing("a:int", "owner:Owner"), OWNER),
        (
            entity("Owner", "a:int", "thing:Thing:back=things", timestamps=False),
            entity("Thing", "name:str,40", timestamps=False),
        ),
        tables={"Thing": "Owner", "Owner": "Thing"},
        fields={"Owner": {"owner": "thing"}},
        expected={"owners.a": ("1", "2", "3"), "things.name": ("a", "bb", "ccc")},
    ),
    "a table whose name another one gets": Change(
        (thing("a:int", "b:str,40:unique", pk="uuid4"),),
        (
            entity("Item", "a:int", "b:str,40:unique", pk="uuid4", timestamps=False),
            thing("item:Item:unique", "c:int"),
        ),
        tables={"Thing": "Item"},
        expected={"items.a": ("1", "2", "3")},
    ),
    "names of sql words": Change(
        (entity("Order", "group:int:index", "select:str,40:server_default=from", "total:int:column=table:unique",
                table="order", unique=(("group", "select"),), timestamps=False),),
        (entity("Order", "key:int:index:column=from", "select:str,40:server_default=where", "total:int:unique",
                "most:int:column=limit", table="group", unique=(("key", "select"),), timestamps=False),),
        fields={"Order": {"group": "key"}},
        fills={"Order": {"most": "3"}},
        expected={"group.from": ("1", "2", "3"), "group.total": ("1", "2", "3"), "group.limit": ("3",) * 3},
    ),
    "long names": Change(
        (entity("Thing", f"{'a' * 40}:str,40:unique", f"{'b' * 40}:int:min=0:index", table="t" * 60),),
        (entity("Thing", f"{'c' * 40}:str,40:unique", f"{'d' * 40}:int:min=0:index", table="u" * 60),),
        fields={"Thing": {"a" * 40: "c" * 40, "b" * 40: "d" * 40}},
        expected={f"{'u' * 60}.{'d' * 40}": ("1", "2", "3")},
    ),
}  # fmt: skip
