"""Changes of columns that stay: their types, and what else is said of them."""

from changes import OWNER, Change, of_things, thing
from projects import entity

TYPES = {
    "widened": of_things(
        "a:str,20:unique", "b:str,20", "c:smallint:index", "d:int:min=0:server_default=5", "e:int", "f:int",
        "g:decimal,6,2:max=50", "h:date", "i:enum,u,v:server_default=u", "j:int:server_default=7",
        "k:array,str,20", "q:bool", "m:int", "n:date:null", "o:smallint:null:index",
        to=(
            "a:str,60:unique", "b:text", "c:int:index", "d:bigint:min=0:server_default=5", "e:decimal,14,2", "f:float",
            "g:decimal,9,4:max=50", "h:datetime", "i:enum,u,v,more:server_default=more", "j:str,30:server_default=7",
            "k:array,str,30", "q:int", "m:text", "n:datetime", "o:bigint:index",
        ),
        fills={"Thing": {"n": "2020-01-01T00:00:00+00:00", "o": "9"}},
        values={"things.d": ("0", "5", "9")},
        expected={
            "things.a": ("a", "bb", "ccc"),
            "things.c": ("1", "2", "3"),
            "things.d": ("0", "5", "9"),
            "things.e": ("1", "2", "3"),
            "things.g": ("1", "2", "3"),
            "things.h": tuple(f"2026-01-0{day}T00:00:00" for day in (1, 2, 3)),
            "things.i": ("u", "v", "u"),
            "things.j": ("1", "2", "3"),
            "things.q": ("1", "0", "1"),
            "things.m": ("1", "2", "3"),
            "things.n": ("2026-01-01T00:00:00", "2026-01-02T00:00:00", "2020-01-01T00:00:00"),
            "things.o": ("1", "2", "9"),
        },
    ),
    "narrowed": of_things(
        "a:str,60:index", "b:text", "c:bigint:index", "d:decimal,12,4", "e:float", "f:decimal,9,2",
        "h:datetime", "i:enum,u,v,more:server_default=more", "j:enum,u,v,more:null", "k:enum,u,v,more",
        "q:str,30", "m:text:null",
        to=(
            "a:str,2:index", "b:str,2:null", "c:smallint:index", "d:decimal,6,1", "e:int", "f:int",
            "h:date", "i:enum,u,v:server_default=u", "j:enum,u", "k:enum,more,x", "q:enum,a,b", "m:str,3",
        ),
        fills={"Thing": {"i": "v", "j": "u", "k": "more", "q": "b", "m": "z"}},
        values={
            "things.a": ("a", "bbb", "日本語"), "things.b": ("aaa", "b", "🙂🙂🙂"),
            "things.d": ("1.5", "2.25", "3.5678"), "things.e": ("1.5", "2.25", "3.75"),
            "things.f": ("2.5", "2.25", "3.75"), "things.i": ("u", "v", "more"),
            "things.j": ("u", "more", None), "things.q": ("a", "c", "d"),
        },
        expected={
            "things.a": ("a", "bb", "日本"),
            "things.b": ("aa", "b", "🙂🙂"),
            "things.c": ("1", "2", "3"),
            "things.d": ("1.5", "2.3", "3.6"),
            "things.e": ("2", "2", "4"),
            "things.f": ("3", "2", "4"),
            "things.h": ("2026-01-01", "2026-01-02", "2026-01-03"),
            "things.i": ("u", "v", "v"),
            "things.j": ("u", "u", "u"),
            "things.k": ("more", "more", "more"),
            "things.q": ("a", "b", "b"),
            "things.m": ("it'", "it'", "z"),
        },
    ),
    "parsed": of_things(
        "a:str", "b:text:null", "c:str,40:null", "d:str:null", "e:str:server_default=7", "f:str,40:null",
        to=("a:int", "b:bigint:null:index", "c:decimal,8,2:null", "d:float", "e:smallint:server_default=7",
            "f:date:null"),
        fills={"Thing": {"a": "-1", "d": "0.5", "e": "0"}},
        values={
            "things.a": ("12", "-3", "no"), "things.b": ("12", "1.5", None), "things.c": ("1.255", "-2", "x"),
            "things.d": ("1.5", "", None), "things.e": ("1", "2", "3"), "things.f": ("2024-02-29", "2024-13-01", ""),
        },
        expected={
            "things.a": ("12", "-3", "-1"), "things.b": ("12", "None", "None"), "things.c": ("1.26", "-2", "None"),
            "things.d": ("1.5", "0.5", "0.5"), "things.e": ("1", "2", "3"), "things.f": ("2024-02-29", "None", "None"),
        },
    ),
    "replaced": Change(
        (thing("a:bool", "b:json", "c:time:null", "d:uuid", "owner:Owner", "e:array,int"), OWNER),
        (thing("a:str,20:default=x", "b:str", "c:int:null", "d:int:null", "owner:Thing:null:back=others", "e:array,str,9"), OWNER),
        fills={"Thing": {"b": "y", "e": "[]"}},
        expected={"things.a": ("x",) * 3, "things.b": ("y",) * 3, "things.c": ("None",) * 3,
                  "things.owner_id": ("None",) * 3},
        nullable=("things.owner_id",),
    ),
}  # fmt: skip
PROPERTIES = {
    "required": Change(
        (thing("a:int:null", "b:str,20:null:unique", "c:enum,u,v:null", "d:datetime:null", "owner:Owner:null",
               "e:int:null:server_default=5"), OWNER),
        (thing("a:int:default=4", "b:str,20:unique", "c:enum,u,v", "d:datetime", "owner:Owner",
               "e:int:server_default=6"), OWNER),
        fills={"Thing": {"b": "only", "c": "v", "d": "2020-01-01T00:00:00+00:00", "owner": "2"}},
        values={"things.c": ("u", "v", None)},
        expected={"things.a": ("1", "2", "4"), "things.b": ("a", "bb", "only"), "things.c": ("u", "v", "v"),
                  "things.owner_id": ("1", "2", "2"), "things.e": ("1", "2", "6")},
    ),
    "optional": Change(
        (thing("a:int", "b:str,20:unique", "c:enum,u,v", "owner:Owner:on_delete=cascade"), OWNER),
        (thing("a:int:null", "b:str,20:unique:null", "c:enum,u,v:null", "owner:Owner:null:on_delete=set_null"), OWNER),
    ),
    "server defaults": of_things(
        "a:int", "b:str:server_default=x", "c:datetime", "d:bool:server_default=true", "e:date:server_default=2020-01-01",
        "f:time", "g:decimal,6,2:server_default=1.5", "h:int:server_default=2", "i:float",
        to=("a:int:server_default=3", "b:str:server_default=it's :b 5 %", "c:datetime:server_default=now", "d:bool",
            "e:date", "f:time:server_default=10:20:30", "g:decimal,6,2:server_default=2.5", "h:int", "i:float:server_default=0.5"),
    ),
    "keys and checks": Change(
        (
            thing("a:str,20:unique", "b:int:index:min=0", "c:int", "d:int", "owner:Owner", "keeper:Owner:unique:back=kept",
                  "third:Owner:back=thirds", unique=(("c", "d"),), index=(("b", "c"),),
                  checks=("c > 0", "d > 0 or a = ':x'")),
            OWNER,
        ),
        (
            thing("a:str,20:index", "b:int:unique:min=1", "c:int:index", "d:int:max=50", "owner:Owner:unique",
                  "keeper:Owner:back=kept:on_delete=cascade", "third:Owner:back=thirds",
                  unique=(("d", "c"), ("third", "a")), index=(("c", "b"),),
                  checks=("c > 0 and d > 0",)),
            OWNER,
        ),
    ),
    "on delete": Change(
        (thing("owner:Owner:null", "keeper:Owner:null:back=kept:on_delete=set_null"), OWNER),
        (thing("owner:Owner:null:on_delete=set_null", "keeper:Owner:back=kept:on_delete=cascade"), OWNER),
        fills={"Thing": {"keeper": "3"}},
    ),
    "keys of another kind": Change(
        (thing("a:int", "owner:Owner", pk="uuid4"), entity("Owner", "name:str,40", pk="uuid7")),
        (thing("a:bigint", "owner:Owner:on_delete=cascade", "b:Owner:back=bs", "c:uuid:index:default=random", pk="uuid4"),
         entity("Owner", "title:str,60", pk="uuid7")),
        fields={"Owner": {"name": "title"}},
        fills={"Thing": {"b": "00000000-0000-4000-8000-000000000002"}},
        expected={"things.b_id": ("00000000000040008000000000000002",) * 3},
    ),
}  # fmt: skip
TAG = entity("Tag", "name:str,40", timestamps=False)
LINKS = {
    "added": Change((thing("a:int"), TAG), (thing("a:int", "tags:many,Tag", "peers:many,Thing:back=peers_of"), TAG)),
    "dropped": Change(
        (thing("a:int", "tags:many,Tag", "peers:many,Thing:back=peers_of"), TAG), (thing("a:int"), TAG)
    ),
    "renamed": Change(
        (thing("a:int", "tags:many,Tag", "peers:many,Thing:back=peers_of"), TAG),
        (
            entity("Item", "a:int", "labels:many,Label:back=things", "friends:many,Item:back=friends_of", timestamps=False),
            entity("Label", "name:str,40", timestamps=False),
        ),
        tables={"Thing": "Item", "Tag": "Label"},
        fields={"Item": {"tags": "labels", "peers": "friends"}},
        expected={
            "items_labels.item_id": ("1", "2", "3"), "items_labels.label_id": ("1", "2", "3"),
            "items_friends.item_id": ("1", "2", "3"), "items_friends.other_item_id": ("1", "2", "3"),
        },
    ),
    "to others": Change(
        (thing("a:int", "tags:many,Tag", pk="uuid4"), TAG, OWNER),
        (thing("a:int", "tags:many,Owner", pk="uuid4"), TAG, OWNER),
        expected={"things_tags.owner_id": ()},
    ),
    "one to one": Change(
        (thing("a:int"), TAG, OWNER),
        (thing("a:int", "tag:one,Tag:null", "owner:Owner:null"), TAG, OWNER),
    ),
    "one no more": Change(
        (thing("a:int", "tag:one,Tag", "owner:Owner"), TAG, OWNER),
        (thing("a:int", "tag:Tag", "owner:one,Owner:on_delete=cascade"), TAG, OWNER),
        expected={"things.tag_id": ("1", "2", "3"), "things.owner_id": ("1", "2", "3")},
    ),
}  # fmt: skip
