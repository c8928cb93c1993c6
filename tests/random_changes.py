"""Random changes of an entity: any two of them at once, with rows that meet both states."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from changes import OWNER, Change
from evolution import revise
from projects import REPOSITORY
from scaffold.entities.defaults import expand
from scaffold.entities.entity import Entity, Field, in_order
from scaffold.entities.graph import validate
from scaffold.entities.types import load_types
from scaffold.errors import ScaffoldError
from scaffold.grammar.fields import parse_field
from strategies import HARD_TEXTS

Draw = Callable[[st.SearchStrategy[Any]], Any]
Options = dict[str, Any]

TYPES = load_types(REPOSITORY / "template" / "macros" / "types.yml")
# Types that can become each other, with values that each of them holds.
FAMILIES = (
    ("smallint", "int", "bigint", "decimal,9,2", "decimal,12,4", "float", "str,30"),
    ("str,20", "str,90", "text", "email", "slug"),
    ("enum,u,v", f"enum,u,v,much-more,{'w' * 40},{'x' * 40}", "enum,v,u"),
    ("date", "datetime"),
    ("bool",),
    ("uuid",),
    ("json",),
    ("array,str,20", "array,str,40"),
    ("time",),
    ("interval",),
)
FILLS = {
    "str": "3", "text": "3", "email": "a@b.cd", "slug": "3", "smallint": "3", "int": "3", "bigint": "3",
    "decimal": "3", "float": "3.0", "enum": "u", "date": "2026-01-01", "datetime": "2026-01-01T00:00:00+00:00",
    "bool": "true", "uuid": "00000000-0000-4000-8000-000000000077", "json": "{}", "array": "[]",
    "time": "10:00:00", "interval": "5", "ref": "2",
}  # fmt: skip
OLD_NAMES = tuple("abcdef")
NEW_NAMES = ("new_a", "new_b", "group", "value")
LONG_NAMES = ("new_" + "x" * 36, "y" * 40, "group", "v")


@dataclass(slots=True)
class State:
    """An entity on its way, and which of its fields was called what."""

    entity: Entity
    names: tuple[str, ...]
    renames: dict[str, str] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)

    def put(self, old: Field, new: Field | None) -> None:
        """Replace a field, or take it away with the groups that have it."""
        fields = (new if each is old else each for each in self.entity.fields)
        groups: Options = {
            key: self._groups(getattr(self.entity, key), old.name, new)
            for key in ("unique", "index")
        }
        self.entity = replace(self.entity, fields=tuple(each for each in fields if each), **groups)

    @staticmethod
    def _groups(
        groups: tuple[tuple[str, ...], ...], old: str, new: Field | None
    ) -> tuple[tuple[str, ...], ...]:
        if new is None:
            return tuple(group for group in groups if old not in group)
        return tuple(tuple(new.name if name == old else name for name in group) for group in groups)


def drawn_field(draw: Draw, name: str, family: tuple[str, ...] | None = None) -> Field:
    if family is None and draw(st.integers(0, 4)) == 0:
        on_delete = draw(st.sampled_from(("restrict", "cascade")))
        return parse_field(f"{name}:Owner:back={name}_things:on_delete={on_delete}", TYPES)
    family = family or draw(st.sampled_from(FAMILIES))
    return parse_field(f"{name}:{draw(st.sampled_from(family))}", TYPES)


def add(draw: Draw, state: State) -> None:
    taken = {each.name for each in state.entity.fields} | set(state.renames)
    name = draw(st.sampled_from([name for name in state.names if name not in taken]))
    made = drawn_field(draw, name)
    state.entity = replace(
        state.entity,
        fields=(*state.entity.fields, replace(made, null=draw(st.booleans()))),
    )


def remove(draw: Draw, state: State) -> None:
    assume(len(state.entity.fields) > 1)
    state.put(draw(st.sampled_from(state.entity.fields)), None)


def rename(draw: Draw, state: State) -> None:
    old = draw(st.sampled_from(state.entity.fields))
    taken = {each.name for each in state.entity.fields} | set(state.renames)
    assume(old.name not in (*state.names, *state.renames))
    name = draw(st.sampled_from([name for name in state.names if name not in taken]))
    state.renames[old.name] = name
    state.put(old, replace(old, name=name))


def retype(draw: Draw, state: State) -> None:
    old = draw(st.sampled_from(state.entity.fields))
    family: tuple[str, ...] = next((each for each in FAMILIES if _spelled(old) in each), ())
    assume(len(family) > 1)
    made = drawn_field(draw, old.name, family)
    state.put(old, replace(made, null=old.null, index=old.index and made.type != "text"))


def _spelled(one: Field) -> str:
    sizes = [one.length] if one.type == "str" else [one.precision, one.scale]
    if one.of is not None:
        return f"{one.type},{one.of.type},{one.of.length}"
    return ",".join([one.type, *(str(size) for size in sizes if size is not None), *one.values])


def relax(draw: Draw, state: State) -> None:
    old = draw(st.sampled_from(state.entity.fields))
    state.put(old, replace(old, null=not old.null))


def limit(draw: Draw, state: State) -> None:
    old = draw(st.sampled_from(state.entity.fields))
    modifiers: dict[str, Options] = {
        "unique": {"unique": not old.unique, "index": False},
        "index": {"index": not old.index, "unique": False},
        "bounds": {"min": None if old.min else "-5", "max": None if old.max else "50"},
        "server default": {"server_default": None if old.server_default else FILLS[old.type]},
        "on delete": {"on_delete": "restrict" if old.on_delete == "cascade" else "cascade"},
    }
    fitting = ["on delete", "unique"] if old.to else ["unique", "index", "bounds", "server default"]
    state.put(old, replace(old, **modifiers[draw(st.sampled_from(fitting))]))


def regroup(draw: Draw, state: State) -> None:
    names = [each.name for each in state.entity.fields]
    assume(len(names) > 1)
    key = draw(st.sampled_from(("unique", "index")))
    group = tuple(draw(st.permutations(names))[:2])
    groups: Options = {key: () if getattr(state.entity, key) else (group,)}
    state.entity = replace(state.entity, **groups)


def share(draw: Draw, state: State) -> None:
    option = draw(st.sampled_from(("timestamps", "soft_delete", "lock")))
    options: Options = {option: not getattr(state.entity, option)}
    state.entity = replace(state.entity, **options)


def check(draw: Draw, state: State) -> None:
    name = draw(
        st.sampled_from([each.name for each in state.entity.fields if each.to is None] or [""])
    )
    assume(name)
    text = f"{name} is null or {name} = {name}"
    state.entity = replace(state.entity, checks=() if state.entity.checks else (text,))


def call(draw: Draw, state: State) -> None:
    state.renamed["Thing"] = "Item"
    keeps_table = draw(st.booleans())
    table = state.entity.table if keeps_table else "items"
    state.entity = replace(state.entity, name="Item", plural="items", table=table)


EDITS = (add, remove, rename, retype, relax, limit, regroup, share, check, call)


@st.composite
def random_changes(draw: Draw, *, hard: bool = False) -> Change:
    """Draw an entity, and two changes of it at once; hard ones are long, and no row would fit."""
    names = OLD_NAMES[: draw(st.integers(2, len(OLD_NAMES)))]
    names = tuple(name + "z" * 35 for name in names) if hard else names
    options = {key: draw(st.booleans()) for key in ("timestamps", "soft_delete", "lock")}
    fields = tuple(replace(drawn_field(draw, name), null=draw(st.booleans())) for name in names)
    thing = Entity("Thing", table="t" * 60 if hard else "", fields=fields, **options)
    state = State(expand(thing, TYPES), LONG_NAMES if hard else NEW_NAMES)
    for prepare in draw(st.lists(st.sampled_from((limit, regroup, check)), max_size=2)):
        prepare(draw, state)
    before = _settled(state.entity)
    state.entity = before
    for edit in draw(st.lists(st.sampled_from(EDITS), min_size=2, max_size=2, unique=True)):
        edit(draw, state)
    after = _settled(state.entity)
    assume(after != before)
    fills = {each.name: FILLS[each.type] for each in after.fields if not each.unique}
    if hard:
        texts = st.sampled_from(HARD_TEXTS)
        fills |= {each.name: draw(texts) for each in after.fields if each.type in {"str", "text"}}
    change = Change(
        (before, OWNER),
        (after, OWNER),
        tables=state.renamed,
        fields={after.name: state.renames},
        fills={after.name: fills},
    )
    assume(_is_possible(change))
    return change


def _is_possible(change: Change) -> bool:
    """Tell whether nothing is asked for that a person would have to say."""
    scenario = change.scenario()
    try:
        with TemporaryDirectory() as folder:
            revise(Path(folder), scenario.before, scenario.edit)
    except ScaffoldError:
        return False
    return True


def kept(change: Change) -> Iterator[tuple[str, str]]:
    """Yield the columns whose values are not touched, `table.column` before and after."""
    (before, _), (after, _) = change.before, change.after
    renames = change.fields[after.name]
    fields = {each.name: each for each in after.fields}
    for old in before.fields:
        new = fields.get(renames.get(old.name, old.name))
        if new is not None and _spelled(old) == _spelled(new) and old.to == new.to:
            yield f"{before.table}.{old.column_name}", f"{after.table}.{new.column_name}"


def _settled(one: Entity) -> Entity:
    """Return the entity as it is recorded, or give up on one that is refused."""
    try:
        made = expand(replace(one, samples=()), TYPES)
        validate(in_order([made, OWNER]), TYPES)
    except ScaffoldError:
        assume(condition=False)
        raise
    return made
