"""Random entities that are valid, with names and values that are hard on the generated code.

`graphs()` makes whole projects, `fields()` single fields, `spellings()` fields with a token that
spells them. With `runnable`, they are such that the emitted tests can find sample values: patterns
and checks that samples meet, unique fields with room for several rows.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from scaffold.entities import names
from scaffold.entities.checks import parse_check
from scaffold.entities.defaults import expand, given
from scaffold.entities.entity import Entity, Field, Of, in_order
from scaffold.entities.fields import canonical_field
from scaffold.entities.graph import validate
from scaffold.entities.links import completed
from scaffold.entities.types import RELATIONS, TYPE_ALIASES, load_types
from scaffold.entities.values import INTEGERS
from scaffold.errors import ScaffoldError
from scaffold.grammar.fields import MODIFIER_ALIASES, OPEN_ENDED, format_field

TYPES = load_types(Path(__file__).parents[1] / "template" / "macros" / "types.yml")
REFUSED: Counter[str] = Counter()
ROOM = 1000  # of the values of a bounded or unique field

Draw = Callable[[st.SearchStrategy[Any]], Any]


def _allowed(candidates: str, check: Callable[[str], None]) -> list[str]:
    """Keep the names that are not reserved, so that a reserved word needs no change here."""
    allowed = []
    for name in candidates.split():
        try:
            check(name)
        except ScaffoldError:
            continue
        allowed.append(name)
    return allowed


HARD_FIELDS = _allowed(
    """
    a b c x1 a1 a_1 v2_3 name title body text email url price status count index key keys values
    items get pop update order group select where table user end date time datetime day uuid decimal
    enum hash filter format input max min next open range round sum vars iter len map print repr
    sorted zip all any super set id_ ids parent children child left right first last active archived
    self_ cls_ created updated deleted entity entities row session service router response status_code
    payload new old changes data name_1 is_new not_null classes imports yields nones trues exec_time
    version live created_at updated_at deleted_at async_mode await_reply lambda_arn finally_at tuple_size match_count case_number types annotated
    mapped column columns engine base result rows page_number total_pages cursor_name e f i j k n o s t
    """,
    names.check_field,
)
HARD_ENTITIES = _allowed(
    """
    A B C2 Post User Comment Tag Category Box Bus Person Child Quiz Order Group Key Value Item List Type
    Match Case Object Property Str Int Dict Set Super Print Exec Test Testimonial HTTPServer XMLDoc
    IPAddress Post2 Post2Tag MediaType InvoiceLine OAuth2Token ABTest Account Profile Role Album Track Bool
    Async Awaitable2 NoneType Data News Staff Transaction Engine2 Clazz Booking Reply Day Hero Leaf Analysis
    Bytes Iter Map Filter Status State Event Job Queue Task Token Email2 Address Company Index2 Struct
    """,
    names.check_entity,
)
PLAIN_TEXTS = [
    "draft",
    "x",
    "two words",
    "It's",
    'say "hi"',
    "a:b",
    "a,b",
    "100 %",
    "{{ x }}",
    "{% x %}",
]
HARD_TEXTS = [
    *PLAIN_TEXTS,
    "",
    "None",
    "true",
    "0",
    "é à ü",
    "日本",
    "🙂",
    "\\",
    "C:\\:x",
    "\\n",
    "{#",
    "#",
    "$x",
    ":x",
    " :y ",
    "a:null",
    "b:default=1",
    "%s",
    "%(a)s",
    "{0}",
    "''",
    "--",
    "f'{x}'",
    "x" * 90,
    "~!@#^&*()[]<>?/|`;+=",
]
HARD_PATTERNS = [
    r"^\d+:\d+$",
    r"(?:index|unique)",
    r"[:,]",
    r"\\",
    r"a\\:b",
    r"'\"",
    r"^[a-z]{2,3}$",
    r"x:null",
    "é",
]
MET_PATTERNS = [r"^.*$", r"[^\n]", r"^[^:]*.*", r".{1,}"]  # any sample meets these
ENUM_VALUES = [
    "draft",
    "live",
    "in-progress",
    "None",
    "mro",
    "name",
    "value",
    "v1.2",
    "A",
    "b_2",
    "True",
    "x" * 40,
]
LONG = "abcdefghij" * 4

_letters = "abcdefghijklmnopqrstuvwxyz"


def field_names() -> st.SearchStrategy[str]:
    """Return names that a field may have: hard ones, long ones, any."""
    word = st.text(_letters + "0123456789", min_size=1, max_size=6)
    generated = st.lists(word, min_size=1, max_size=4).map("_".join)
    return (
        st.sampled_from(HARD_FIELDS)
        | st.sampled_from([LONG, "a_" * 19 + "bc", "x" + "1" * 39, "field_" + "y" * 34])
        | generated.filter(names.field_is_free)
    )


def entity_names() -> st.SearchStrategy[str]:
    """Return names that an entity may have: hard ones, long ones, any."""
    generated = st.from_regex("[A-Z][A-Za-z0-9]{0,12}", fullmatch=True)
    return (
        st.sampled_from(HARD_ENTITIES)
        | st.sampled_from(["Abcdefghij" * 4, "Long" + "x" * 36, "HTTP" * 10])
        | generated.filter(lambda name: bool(_allowed(name, names.check_entity)))
    )


def _texts(*, empty: bool, longest: int, shortest: int = 0) -> st.SearchStrategy[str]:
    """Return printable texts, hard ones first."""
    least = max(shortest, 0 if empty else 1)
    random = st.text(
        st.characters(codec="utf-8", exclude_categories=["C", "Z"], include_characters=" "),
        min_size=least,
        max_size=min(max(longest, least), 20) if least <= 20 else least,
    )
    fitting = [text for text in HARD_TEXTS if least <= len(text) <= longest]
    return (st.sampled_from(fitting) | random) if fitting else random


def _of_type(draw: Draw, kind: str, *, roomy: bool) -> dict[str, Any]:
    """Draw the arguments of a type."""
    if kind in ("str", "email", "url", "slug"):
        least = 40 if roomy or kind != "str" else 1
        return {"length": draw(st.sampled_from([40, 100, 255, 768]) | st.integers(least, 300))}
    if kind == "decimal":
        precision = draw(st.integers(6 if roomy else 1, 15))
        return {
            "precision": precision,
            "scale": draw(st.integers(0, min(precision - 4, 4) if roomy else precision)),
        }
    if kind == "enum":
        chosen = draw(st.lists(st.sampled_from(ENUM_VALUES), min_size=1, max_size=5, unique=True))
        return {"values": tuple(chosen)}
    return {}


def _day() -> st.SearchStrategy[dt.date]:
    return st.dates(dt.date(1000, 1, 2), dt.date(9990, 1, 1))


def _number(field: Field) -> tuple[int, int, Callable[[int], str]]:
    """Return the least and the most of a type that counts, and how a count is written."""
    if field.type == "decimal":
        precision, scale = field.precision or 10, field.scale or 0
        limit = 10**precision - 1
        return -limit, limit, lambda units: format(Decimal(units).scaleb(-scale), "f")
    if field.type == "float":
        return -(10**9), 10**9, lambda units: repr(units / 8)
    if field.type == "date":
        first, last = dt.date(1000, 1, 2).toordinal(), dt.date(9990, 1, 1).toordinal()
        return first, last, lambda day: dt.date.fromordinal(day).isoformat()
    if field.type == "datetime":
        return 0, 4 * 10**9, lambda second: dt.datetime.fromtimestamp(second, dt.UTC).isoformat()
    limit = INTEGERS[field.type]
    return -limit, limit - 1, str


def _bounds_and_default(draw: Draw, field: Field, *, default: bool) -> dict[str, str]:
    """Draw a min and a max with room between them, and a default that is neither below nor above."""
    least, most, write = _number(field)
    chosen: dict[str, str] = {}
    if draw(st.booleans()):
        least = draw(st.integers(least, max(least, most - ROOM)))
        chosen["min"] = write(least)
    if draw(st.booleans()):
        most = draw(st.integers(min(least + ROOM, most), most))
        chosen["max"] = write(most)
    if default:
        chosen["default"] = write(draw(st.integers(least, most)))
    return chosen


def _lengths_and_default(
    draw: Draw, field: Field, *, default: bool, runnable: bool
) -> dict[str, str]:
    longest = field.length or 200
    chosen: dict[str, str] = {}
    shortest = 0
    if draw(st.integers(0, 3)) == 0:
        shortest = draw(st.integers(0, min(longest, 5)))
        chosen["min"] = str(shortest)
    if field.type == "text" and draw(st.integers(0, 3)) == 0:
        longest = draw(st.integers(60, 300))
        chosen["max"] = str(longest)
    if default:
        chosen["default"] = draw(_texts(empty=True, longest=longest, shortest=shortest))
    elif draw(st.integers(0, 3)) == 0:
        chosen["pattern"] = draw(st.sampled_from(MET_PATTERNS if runnable else HARD_PATTERNS))
    return chosen


def _default(draw: Draw, field: Field) -> str | None:
    simple: dict[str, st.SearchStrategy[str]] = {
        "bool": st.sampled_from(["true", "false"]),
        "time": st.times().map(dt.time.isoformat),
        "interval": st.integers(-(10**9), 10**12).map(_interval),
        "uuid": st.sampled_from(["random"]) | st.uuids().map(str),
        "json": st.sampled_from(["{}", "[]"]),
        "array": st.just("[]"),
        "email": st.sampled_from(["ann@example.com", "a.b+c@mail.example.org"]),
        "url": st.sampled_from(["https://example.com/", "http://example.com:8000/a?b=c#d"]),
        "slug": st.sampled_from(["a", "two-words", "x-1"]),
    }
    if field.type == "enum":
        return str(draw(st.sampled_from(field.values)))
    return str(draw(simple[field.type])) if field.type in simple else None


def _interval(microseconds: int) -> str:
    text = format(Decimal(microseconds).scaleb(-6), "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def _values(draw: Draw, field: Field, *, unique: bool, runnable: bool) -> dict[str, Any]:
    """Draw the default and the bounds that fit a field."""
    wants = not unique and draw(st.booleans())
    accepts = TYPES[field.type].accepts
    chosen: dict[str, Any] = {}
    if field.type in ("str", "text"):
        chosen = dict(_lengths_and_default(draw, field, default=wants, runnable=runnable))
    elif {"min", "max"} <= accepts:
        chosen = dict(_bounds_and_default(draw, field, default=wants))
    elif wants and "default" in accepts and (default := _default(draw, field)) is not None:
        chosen = {"default": default}
    if wants and field.type in ("date", "datetime") and draw(st.booleans()):
        chosen["default"] = "today" if field.type == "date" else "now"
    moved = chosen.get("default")
    fits = moved is not None and moved not in ("today", "random") and "\\" not in moved
    if fits and "server_default" in accepts and draw(st.integers(0, 2)) == 0:
        chosen["server_default"] = chosen.pop("default")
    return chosen


@st.composite
def fields(
    draw: st.DrawFn,
    kinds: tuple[str, ...] | None = None,
    *,
    runnable: bool = False,
    name: str | None = None,
) -> Field:
    """Return a complete field that is no reference, in canonical form."""
    offered = kinds or tuple(kind for kind in TYPES if kind not in RELATIONS)
    kind = draw(st.sampled_from(offered))
    accepts = TYPES[kind].accepts
    key = draw(st.sampled_from(["", "", "unique", "index"]))
    key = key if key in accepts else ""
    arguments = _of_type(draw, kind, roomy=runnable or key == "unique")
    if kind == "array":
        element = draw(st.sampled_from([name for name, row in TYPES.items() if row.element]))
        arguments = {"of": Of(element, **_of_type(draw, element, roomy=True))}
    field = Field(name or draw(field_names()), kind, **arguments)
    more = _values(draw, field, unique=key == "unique", runnable=runnable)
    null = draw(st.integers(0, 2)) == 0
    if (null or "default" in more or "server_default" in more) and draw(st.integers(0, 5)) == 0:
        more["readonly"] = True
    if draw(st.integers(0, 5)) == 0:
        more["private"] = True
    if draw(st.integers(0, 5)) == 0:
        more["column"] = draw(
            st.sampled_from(["select", "group", "the_column", "x" * 60, "order", "col2"])
        )
    if more.get("column") == field.name:
        del more["column"]
    flags: dict[str, Any] = {key: True} if key else {}
    return given(Field(field.name, kind, null=null, **arguments, **flags, **more), TYPES)


@st.composite
def references(draw: st.DrawFn, to: str, *, self: bool = False) -> Field:
    """Return a reference to an entity, with a name for the other side."""
    kind = draw(st.sampled_from(["ref", "ref", "one"]))
    null = self or draw(st.booleans())
    actions = ["restrict", "cascade", *(["set_null"] if null else [])]
    return Field(
        draw(field_names()),
        kind,
        to=to,
        back=draw(st.none() if not self else field_names()) or draw(st.none() | field_names()),
        on_delete=draw(st.sampled_from(actions)),
        null=null,
        unique=kind == "ref" and draw(st.integers(0, 4)) == 0,
        private=draw(st.integers(0, 5)) == 0,
        readonly=null and draw(st.integers(0, 5)) == 0,
    )


@st.composite
def links(draw: st.DrawFn, to: str, *, self: bool = False, via: str | None = None) -> Field:
    """Return a many-to-many relation to an entity, with a name for the other side."""
    name = draw(field_names())
    back = draw(st.none() if not self else field_names()) or draw(st.none() | field_names())
    if via is not None:
        through = draw(st.just(()) | st.tuples(field_names(), field_names()))
        return Field(name, "many", to=to, back=back, via=via, through=through)
    table = draw(st.none() | st.sampled_from(["class", "links", "order_of_" + "y" * 51]))
    return Field(name, "many", to=to, back=back, table=table)


@st.composite
def graphs(
    draw: st.DrawFn,
    *,
    max_entities: int = 4,
    max_fields: int = 6,
    runnable: bool = True,
    circular: bool = False,
) -> tuple[Entity, ...]:
    """Return valid, expanded entities in the order they are recorded.

    With `circular` they may refer to each other, and lead to each other through a third.
    """
    graph: tuple[Entity, ...] = ()
    wanted = draw(
        st.lists(entity_names(), min_size=1, max_size=max_entities, unique_by=names.snake)
    )
    for name in wanted:
        new = _entity(draw, name, graph, max_fields, runnable=runnable)
        for attempt in (new, _plainer(new)):
            larger = _with(graph, attempt)
            if larger:
                graph = larger
                break
    if circular and graph and draw(st.booleans()):
        graph = draw(_returned(graph))
    if circular and graph and draw(st.booleans()):
        graph = draw(_linked_through(graph))
    return graph or (expand(Entity("Post", fields=(Field("title", length=255),)), TYPES),)


@st.composite
def _returned(draw: st.DrawFn, graph: tuple[Entity, ...]) -> tuple[Entity, ...]:
    """Add a reference from any entity to any other, which may refer to it already."""
    one, other = draw(st.sampled_from(graph)), draw(st.sampled_from(graph))
    drawn = draw(references(other.name, self=one == other))
    field = replace(drawn, null=True, back=drawn.back or draw(field_names()))
    return _together(graph, replace(one, fields=(*one.fields, field))) or graph


@st.composite
def _linked_through(draw: st.DrawFn, graph: tuple[Entity, ...]) -> tuple[Entity, ...]:
    """Add an entity that stands between two others, or one and itself."""
    one, other = draw(st.sampled_from(graph)), draw(st.sampled_from(graph))
    name = draw(entity_names())
    sides = [
        replace(draw(references(to)), type="ref", unique=False, back=draw(field_names()))
        for to in (one.name, other.name)
    ]
    drawn = draw(links(other.name, self=one == other, via=name))
    field = replace(drawn, through=tuple(side.name for side in sides))
    more = draw(st.lists(fields(runnable=True), max_size=2))
    between = Entity(name, f"{names.snake(name)[:40]}_list", fields=(*sides, *more))
    return _together(graph, replace(one, fields=(*one.fields, field)), between) or graph


def _entity(
    draw: Draw, name: str, graph: tuple[Entity, ...], most: int, *, runnable: bool
) -> Entity:
    drawn = draw(st.lists(fields(runnable=runnable), min_size=1, max_size=most))
    targets = [entity.name for entity in graph]
    if targets and draw(st.booleans()):
        to = draw(st.lists(st.sampled_from(targets), min_size=1, max_size=3))
        drawn = [*(draw(references(target) | links(target)) for target in to), *drawn]
    if draw(st.integers(0, 5)) == 0:
        drawn.append(draw(references(name, self=True) | links(name, self=True)))
    kept = _apart(drawn)
    plural = names.plural(name)
    if (
        plural == names.snake(name)
        or draw(st.integers(0, 7)) == 0
        or not _plural_fits(plural, name)
    ):
        plural = f"{names.snake(name)[:40]}_list"
    options = {
        "pk": draw(st.sampled_from(["int", "int", "uuid4", "uuid7"])),
        "api": draw(st.sampled_from(["full", "full", "full", "read-only", "none"])),
        "page": draw(st.sampled_from(["keyset", "offset"])),
        "timestamps": draw(st.booleans()),
        "soft_delete": draw(st.integers(0, 3)) == 0,
        "lock": draw(st.integers(0, 3)) == 0,
    }
    if draw(st.integers(0, 7)) == 0:
        options["table"] = draw(st.sampled_from(["order", "group", "t_" + "x" * 58, "user"]))
    given_by_options = Entity(name, **options).option_columns
    kept = [field for field in kept if not given_by_options.keys() & _attributes(field)]
    keys = {} if draw(st.integers(0, 3)) else _composites(draw, kept)
    checks = () if draw(st.integers(0, 3)) else _checks(draw, kept)
    return Entity(name, plural, **options, **keys, checks=checks, fields=tuple(kept))


def _plural_fits(plural: str, entity: str) -> bool:
    try:
        names.check_plural(plural, entity)
    except ScaffoldError:
        return False
    return True


def _apart(drawn: list[Field]) -> list[Field]:
    """Drop fields whose attributes, columns or default back names are taken."""
    kept: list[Field] = []
    taken: set[str] = set()
    unnamed: set[tuple[str, bool]] = set()
    for field in drawn:
        own = _attributes(field)
        if field.to is not None:
            default = (field.to, field.type == "one")
            if field.back is None and default in unnamed:
                continue
            unnamed |= {default} if field.back is None else set()
        if not own & taken:
            taken |= own
            kept.append(field)
    return kept


def _attributes(field: Field) -> set[str]:
    own = {field.name} if field.is_link else {field.name, field.column_name}
    return own if field.to is None else {*own, f"{field.name}_id"}


def _composites(draw: Draw, kept: list[Field]) -> dict[str, Any]:
    fitting = [
        field.name
        for field in kept
        if (field.is_reference or "unique" in TYPES[field.type].accepts)
        and field.default is None
        and field.server_default is None
        and not (field.unique or field.type == "one")
    ]
    if len(fitting) < 2:
        return {}
    members = tuple(draw(st.permutations(fitting))[:2])
    return {draw(st.sampled_from(["unique", "index"])): (members,)}


def _checks(draw: Draw, kept: list[Field]) -> tuple[str, ...]:
    """Draw checks that every row meets."""
    made = []
    for field in kept:
        if field.on_delete == "set_null":
            continue
        name = field.name
        always = [f"{name} is null or {name} is not null"]
        if field.type in ("int", "bigint", "smallint", "float", "decimal"):
            always += [
                f"{name} * 2 - {name} = {name}" if field.type == "float" else f"{name} = {name}"
            ]
            always += [
                f"not ({name} <> {name})",
                f"{name} between {name} and {name}",
                f"-{name} <= -{name}",
            ]
        if field.type in ("str", "text", "slug", "email", "url"):
            always += [f"{name} <> 'it''s never: this, (or that)'", f"{name} in ({name}, 'b')"]
        if field.type == "bool":
            always += [f"{name} = true or {name} = false"]
        if draw(st.booleans()):
            made.append(parse_check(draw(st.sampled_from(always))).text)
    return tuple(dict.fromkeys(made[:2]))


def _plainer(entity: Entity) -> Entity:
    """Return the entity without what most often collides."""
    plain = tuple(field for field in entity.fields if field.to is None)
    return Entity(entity.name, entity.plural, fields=plain)


def _with(graph: tuple[Entity, ...], entity: Entity) -> tuple[Entity, ...]:
    """Return the graph with one more entity, or nothing where that is refused."""
    return () if entity.name in {each.name for each in graph} else _together(graph, entity)


def _together(graph: tuple[Entity, ...], *changed: Entity) -> tuple[Entity, ...]:
    """Return the graph with these entities, or nothing where that is refused."""
    try:
        rest = [each for each in graph if each.name not in {entity.name for entity in changed}]
        larger = completed(in_order((*rest, *(expand(each, TYPES) for each in changed))))
        validate(larger, TYPES)
    except ScaffoldError as error:
        REFUSED[error.message.split("`")[0] + error.message.split("`")[-1]] += 1
        return ()
    return larger


# What the command line may be given.


@st.composite
def spellings(draw: st.DrawFn) -> tuple[str, Field]:
    """Return a token and the field that it spells, in one of the ways that the grammar allows."""
    to = draw(entity_names())
    field = draw(fields() | references(to) | links(to) | links(to, via=draw(entity_names())))
    field = canonical_field(given(field, TYPES), TYPES)
    token = format_field(field, TYPES)
    aliases = {value: key for key, value in (TYPE_ALIASES | MODIFIER_ALIASES).items()}
    head, *modifiers = token.split(":") if not _has_open(field) else [token]
    if not modifiers:
        return token, field
    kind = modifiers[0]
    if kind.split(",")[0] not in TYPES and not kind[:1].isupper():
        return token, field
    base, comma, arguments = modifiers.pop(0).partition(",")
    base = aliases.get(base, base) if draw(st.booleans()) else base
    brackets = [(",", ""), ("(", ")"), ("{", "}")]
    opening, closing = draw(st.sampled_from(brackets)) if comma else ("", "")
    spelled = f"{base}{opening}{arguments}{closing}"
    modifiers = [aliases.get(word, word) for word in draw(st.permutations(modifiers))]
    return ":".join([head, spelled, *modifiers]), field


def _has_open(field: Field) -> bool:
    texts = [getattr(field, key) for key in OPEN_ENDED] + [field.min, field.max]
    return any(text is not None for text in texts)


def broken_tokens() -> st.SearchStrategy[str]:
    """Return tokens that may be wrong in any way: parsing them must not fail but with a clear error."""
    pieces = st.sampled_from(
        [
            ":",
            ",",
            "=",
            "\\",
            "(",
            ")",
            "{",
            "}",
            "default=",
            "min=",
            "enum,",
            "User",
            "str",
            "é",
            " ",
        ]
    )
    mutated = st.tuples(spellings(), st.integers(0, 60), pieces).map(
        lambda drawn: drawn[0][0][: drawn[1]] + drawn[2] + drawn[0][0][drawn[1] :]
    )
    return st.text(max_size=40) | st.lists(pieces, max_size=8).map("".join) | mutated


def json_values() -> st.SearchStrategy[Any]:
    """Return anything that may stand in an answers file."""
    return st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
        ),
        max_leaves=8,
    )
