r"""The grammar of a field on the command line, and its inverse.

    FIELD = name[:type[,arg...]][:modifier[=value]]...

`\:` and `\,` stand for the characters themselves. The value of `default=`, `server_default=` and
`pattern=` runs to the end of the token, or to the next of these three.
"""

import re
from typing import TYPE_CHECKING, Any

from scaffold.entities import names
from scaffold.entities.defaults import given
from scaffold.entities.entity import Field, Of
from scaffold.entities.fields import canonical_field
from scaffold.entities.types import TYPE_ALIASES, type_of_name
from scaffold.errors import ScaffoldError

if TYPE_CHECKING:
    from scaffold.entities.types import TypeRow, TypeTable

MODIFIER_ALIASES = {"uniq": "unique"}
EXAMPLES = {"length": "80", "precision": "10", "scale": "2", "to": "User"}
FLAGS = ("null", "unique", "index", "private", "readonly")
VALUED = ("min", "max", "back", "on_delete", "via", "table", "column")
OPEN_ENDED = ("default", "server_default", "pattern")
MODIFIERS = (*FLAGS, *VALUED, *OPEN_ENDED)
WRITTEN = (
    *("back", "on_delete", "via", "table", "null", "unique", "index", "min", "max"),
    *("private", "readonly"),
)

_ANY_MODIFIER = "|".join((*MODIFIERS, *MODIFIER_ALIASES))
_COLON = re.compile(r"(?<!\\):")
_NEXT_MODIFIER = re.compile(rf":({_ANY_MODIFIER})(?=[:=]|\Z)")
_MISREAD = re.compile(rf"(?<=\\)[:,]|{_NEXT_MODIFIER.pattern}")
_OPENS = re.compile(rf"({'|'.join(OPEN_ENDED)})=")
_BRACKETS = re.compile(r"([A-Za-z_0-9]+)(?:\((.*)\)|\{(.*)\})", re.DOTALL)
_ESCAPED = re.compile(r"\\([:,])")

Attributes = dict[str, Any]


def parse_field(token: str, types: "TypeTable") -> Field:
    """Return the field that a token describes, complete but for the name of the other side."""
    name, *pieces = _split(token)
    names.check_field(name)
    attributes: Attributes = {}
    if pieces and _modifier_of(pieces[0]) is None:
        attributes = _parse_type(pieces.pop(0), name, types)
    for piece in pieces:
        key, value = _parse_modifier(piece, name)
        if key in attributes and key not in ("to", "of"):
            raise ScaffoldError(f"`{key}` is given twice for field `{name}`", help="leave one out")
        attributes[key] = value
    if "via" in attributes:
        attributes |= _parse_via(attributes["via"], name)
    return canonical_field(given(Field(name=name, **attributes), types), types)


def format_field(field: Field, types: "TypeTable") -> str:
    """Return the token that `parse_field` reads as this field; what it would fill in is left out."""
    parts = [field.name, *_format_type(field, types)]
    for key in WRITTEN:
        value = getattr(field, key)
        if value is True:
            parts.append(key)
        elif key == "via" and value:
            parts.append(format_modifier(key, ".".join((value, *field.through))))
        elif value and (key, value) != ("on_delete", "restrict"):
            parts.append(format_modifier(key, value))
    if field.column is not None:
        parts.append(format_modifier("column", field.column))
    for key in OPEN_ENDED:
        value = getattr(field, key)
        if value is not None:
            parts.append(format_modifier(key, value))
    return ":".join(parts)


def format_modifier(key: str, value: str) -> str:
    """Return a modifier with its value as it is typed."""
    return f"{key}={_escape_open(value) if key in OPEN_ENDED else _escape(value)}"


def _split(token: str) -> list[str]:
    """Split a token at its colons; an open-ended value stays in one piece with its colons."""
    pieces: list[str] = []
    at = 0
    while True:
        if pieces and _OPENS.match(token, at):
            end = _end_of_open(token, at, pieces[0])
            pieces.append(token[at:end])
            at = end + 1
            if end == len(token):
                return pieces
            continue
        colon = _COLON.search(token, at)
        pieces.append(token[at : colon.start() if colon else None])
        if colon is None:
            return pieces
        at = colon.end()


def _end_of_open(token: str, start: int, field: str) -> int:
    for match in _NEXT_MODIFIER.finditer(token, start):
        if token[match.start() - 1] == "\\":
            continue
        if match[1] in OPEN_ENDED and token[match.end() : match.end() + 1] == "=":
            return match.start()
        opened = token[start:].partition("=")[0]
        raise ScaffoldError(
            f"`{match[0]}` of field `{field}` is inside the value of `{opened}=`, which runs "
            "to the end",
            help=f"put `{match[1]}` before `{opened}=`, or write `\\{match[0]}` if it is part "
            "of the value",
        )
    return len(token)


def _modifier_of(piece: str) -> str | None:
    key = piece.partition("=")[0]
    key = MODIFIER_ALIASES.get(key, key)
    return key if key in MODIFIERS else None


def _parse_type(text: str, field: str, types: "TypeTable") -> Attributes:
    kind, args = _type_and_args(text)
    if kind[:1].isupper() and args and kind.lower() in types:
        raise ScaffoldError(
            f"unknown type `{kind}` for field `{field}`",
            help=f"did you mean the type `{kind.lower()}`?",
        )
    if kind[:1].isupper():
        kind, args = "ref", [kind, *args]
    kind = TYPE_ALIASES.get(kind, kind)
    if not kind:
        raise _empty(field)
    row = types.get(kind)
    if row is None:
        raise _unknown(text, kind, field, types)
    if row.args == ("of",):
        return {"type": kind, "of": _parse_element(text, args, field, types)}
    if row.args == ("values",):
        return {"type": kind, "values": tuple(args)}
    return {"type": kind, **_arguments(row, args, field, types)}


def _type_and_args(text: str) -> tuple[str, list[str]]:
    if match := _BRACKETS.fullmatch(text):
        inside = match[2] if match[2] is not None else match[3]
        return match[1], _commas(inside)
    kind, *args = _commas(text)
    return kind, args


def _commas(text: str) -> list[str]:
    """Split at commas that are neither escaped nor in brackets."""
    parts = re.findall(r"(?:\\[:,]|\([^)]*\)|\{[^}]*\}|[^,])+|(?<=,)(?=,|\Z)|\A(?=,|\Z)", text)
    return [_ESCAPED.sub(r"\1", part).strip() for part in parts]


def _parse_element(text: str, args: list[str], field: str, types: "TypeTable") -> Of:
    if not args:
        raise ScaffoldError(
            f"`{text}` of field `{field}` does not say what it holds", help=f"{field}:{text},str"
        )
    # The kind first: an array of arrays of arrays is refused before it is read to its end.
    kind, element = args[0], None
    if kind not in types or types[kind].element:
        element = _parse_type(",".join(args), field, types)
        kind = element["type"]
    if element is None or not types[kind].element:
        raise ScaffoldError(
            f"an array cannot hold `{kind}`, as field `{field}` says",
            help="an array holds "
            + ", ".join(f"`{row.name}`" for row in types.values() if row.element),
        )
    return Of(**{**types[kind].given, **element})


def _arguments(row: "TypeRow", args: list[str], field: str, types: "TypeTable") -> Attributes:
    kind, expected = row.name, row.args
    shown = ",".join([kind, *(EXAMPLES.get(name, name) for name in expected)])
    if len(args) != len(expected) and (args or not row.given):
        listed = names.listed(expected) if expected else "nothing"
        takes = f"takes {'an entity' if 'to' in expected else listed} after it"
        raise ScaffoldError(
            f"`{','.join([kind, *args])}` does not fit field `{field}`: `{kind}` {takes}",
            help=f"write it as {field}:{shown}",
        )
    values: Attributes = {}
    for name, text in zip(expected, args, strict=False):
        if name == "to":
            _check_target(text, field, types)
            values[name] = text
            continue
        if not re.fullmatch(r"[0-9]{1,9}", text):
            raise ScaffoldError(
                f"the {name} of field `{field}` must be a whole number, not `{text}`",
                help=f"write it as {field}:{shown}",
            )
        values[name] = int(text)
    return values


def _check_target(name: str, field: str, types: "TypeTable") -> None:
    try:
        names.check_entity(name)
    except ScaffoldError:
        if type_of_name(name, types) is None:
            raise
        raise _unknown(name, name, field, types) from None


def _unknown(text: str, kind: str, field: str, types: "TypeTable") -> ScaffoldError:
    message = f"unknown type `{kind}` for field `{field}`"
    if meant := type_of_name(kind, types):
        return ScaffoldError(message, help=f"did you mean the type `{meant}`?")
    if near := names.nearest_type(kind, [*types, *TYPE_ALIASES]):
        near = TYPE_ALIASES.get(near, near)
        return ScaffoldError(message, help=f"a type with a similar name exists: `{near}`")
    if near := names.nearest(text.partition("=")[0], MODIFIERS):
        return ScaffoldError(message, help=f"a modifier with a similar name exists: `{near}`")
    listed = ", ".join(f"`{name}`" for name in types)
    return ScaffoldError(
        message, help=f"the types are {listed}; an entity is written like `{names.camel(kind)}`"
    )


def _parse_modifier(piece: str, field: str) -> tuple[str, str | bool]:
    key, equals, value = piece.partition("=")
    known = _modifier_of(piece)
    if known is None:
        raise _unknown_modifier(key, field)
    if known in FLAGS:
        if equals:
            raise ScaffoldError(
                f"`{known}` of field `{field}` takes no value", help=f"write it as `{known}`"
            )
        return known, True
    if not equals or (not value and known not in ("default", "server_default")):
        raise ScaffoldError(
            f"`{known}` of field `{field}` needs a value", help=f"write it as `{known}=...`"
        )
    return known, _ESCAPED.sub(r"\1", value)


def _parse_via(text: str, field: str) -> Attributes:
    """Read `UserRole`, or `UserRole.user.role` with its references to either side."""
    entity, *through = text.split(".")
    if len(through) not in (0, 2):
        raise ScaffoldError(
            f"`via={text}` of field `{field}` must be an entity, or an entity and two references",
            help=f"write it as via={entity}, or with its references to this entity and to the "
            f"other: via={entity}.this.other",
        )
    names.check_entity(entity)
    return {"via": entity, "through": tuple(through)}


def _unknown_modifier(key: str, field: str) -> ScaffoldError:
    message = f"unknown modifier `{key}` for field `{field}`"
    if not key:
        return _empty(field)
    if near := names.nearest(key, MODIFIERS):
        return ScaffoldError(message, help=f"a modifier with a similar name exists: `{near}`")
    return ScaffoldError(
        message, help="the modifiers are " + ", ".join(f"`{name}`" for name in MODIFIERS)
    )


def _empty(field: str) -> ScaffoldError:
    return ScaffoldError(
        f"there is nothing after a colon of field `{field}`", help="leave out the colon"
    )


def _format_type(field: Field, types: "TypeTable") -> list[str]:
    if field.to is not None:
        return [field.to if field.type == "ref" else f"{field.type},{field.to}"]
    if field.of is not None:
        return [",".join([field.type, *_format_plain(field.of, types)])]
    if field.values:
        return [",".join([field.type, *field.values])]
    shown = _format_plain(field, types)
    return [] if shown == ["str"] else [",".join(shown)]


def _format_plain(item: Field | Of, types: "TypeTable") -> list[str]:
    row = types[item.type]
    values = {name: getattr(item, name) for name in row.args}
    shown = [str(value) for value in values.values()] if values != row.given else []
    return [item.type, *shown]


def _escape(text: str) -> str:
    return re.sub(r"([:,])", r"\\\1", text)


def _escape_open(text: str) -> str:
    """Escape only what would be read as something else: most patterns stay as they were typed."""
    return _MISREAD.sub(lambda match: "\\" + match[0], text)
