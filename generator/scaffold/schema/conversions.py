"""What happens to the values of a column whose type changes: kept, fitted, or lost."""

import ast

from scaffold.frozen import dataclass

_KINDS = {
    "String": "string",
    "Text": "text",
    "SmallInteger": "smallint",
    "Integer": "int",
    "BigInteger": "bigint",
    "Numeric": "decimal",
    "Double": "float",
    "Boolean": "bool",
    "Date": "date",
    "Time": "time",
    "DateTime": "datetime",
    "Uuid": "uuid",
    "JSON": "json",
    "LargeBinary": "bytes",
}
# Digits that always fit, digits that may be there, and the name on PostgreSQL.
_INTEGERS = {
    "smallint": (4, 5, "smallint"),
    "int": (9, 10, "integer"),
    "bigint": (18, 19, "bigint"),
}
_EXACT_DIGITS = 15  # of a float
_FLOAT_WIDTH = 24  # of a float as text: -1.7976931348623157e+308
_DATE_WIDTH = 10
_TEXTS = frozenset({"string", "text"})
_NUMBERS = frozenset({*_INTEGERS, "decimal", "float"})
_INTEGER_PATTERN = "^-?[0-9]+$"
_NUMBER_PATTERN = "^-?[0-9]+([.][0-9]+)?$"
_DATE_PATTERN = "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
_SQLITE = "sqlite"
_MARIADB = frozenset({"mysql", "mariadb"})  # one database, two names


@dataclass(frozen=True, slots=True)
class ColumnType:
    """The type of a column, without its variants: a kind, its sizes, and what an array holds."""

    kind: str
    sizes: tuple[int, ...] = ()
    item: "ColumnType | None" = None

    @property
    def is_text(self) -> bool:
        """Tell whether the values are strings."""
        return self.kind in _TEXTS

    @property
    def length(self) -> float:
        """Return how many characters fit."""
        return self.sizes[0] if self.kind == "string" and self.sizes else float("inf")

    def __str__(self) -> str:
        """Spell it for people."""
        inner = str(self.item) if self.item else ",".join(map(str, self.sizes))
        return f"{self.kind}({inner})" if inner else self.kind


@dataclass(frozen=True, slots=True)
class Rewriting:
    """An update of the values before the type changes; `{}` in its Python source is the column."""

    value: str
    where: str | None = None
    dialect: str | None = None


@dataclass(frozen=True, slots=True)
class Conversion:
    """How values get from one type to another.

    `loss` says what may be lost, and is None where nothing is. `misfits` finds values that cannot
    be converted. `using` is what PostgreSQL needs, with `{}` for the column; `plain` says that
    SQLite must not cast.
    """

    loss: str | None = None
    misfits: str | None = None
    rewritings: tuple[Rewriting, ...] = ()
    using: str | None = None
    plain: bool = False


def read_type(source: str) -> ColumnType:
    """Return the type that the Python source of a revision makes; one that is not known is itself."""
    return _read(ast.parse(source, mode="eval").body)


def only_dialect(old: str, new: str) -> str | None:
    """Return the dialect on which alone the types of two sources differ, if there is one."""
    parts = [_with_variants(ast.parse(source, mode="eval").body) for source in (old, new)]
    (before, former), (after, later) = parts
    names = former.keys() | later.keys()
    differing = {name for name in names if _source(former.get(name)) != _source(later.get(name))}
    if _source(before) != _source(after) or not differing:
        return None
    if differing <= _MARIADB:
        return "mysql"
    return differing.pop() if len(differing) == 1 else None


def _source(node: ast.expr | None) -> str:
    return "" if node is None else ast.unparse(node)


def _with_variants(node: ast.expr) -> tuple[ast.expr, dict[str, ast.expr]]:
    """Return a type without its variants, and those by their dialects."""
    variants: dict[str, ast.expr] = {}
    while _name(node) == "with_variant" and isinstance(node, ast.Call):
        variant, *dialects = node.args
        names = [name.value for name in dialects if isinstance(name, ast.Constant)]
        variants |= {name: variant for name in names if isinstance(name, str)}
        node = node.func.value if isinstance(node.func, ast.Attribute) else node.func
    return node, variants


def _read(node: ast.expr) -> ColumnType:
    node, variants = _with_variants(node)
    name = _name(node)
    native = variants.get("postgresql")
    if name == "BigInteger" and _name(native) == "Interval":
        return ColumnType("interval")
    if name == "JSON" and _name(native) == "ARRAY" and isinstance(native, ast.Call):
        return ColumnType("array", item=_read(native.args[0]))
    if name not in _KINDS or not isinstance(node, ast.Call):
        return ColumnType(ast.unparse(node))
    sizes = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, int)]
    return ColumnType(_KINDS[name], tuple(sizes))


def _name(node: ast.expr | None) -> str | None:
    match node:
        case ast.Call(func=ast.Attribute(attr=name)):
            return name
        case _:
            return None


def conversion(  # noqa: PLR0911 (one line a pair of kinds)
    old: ColumnType, new: ColumnType
) -> Conversion | None:
    """Return how values of one type become those of another; None if there is no way."""
    if old == new:
        return Conversion()
    if old.is_text:
        return _from_text(old, new)
    if old.kind in _NUMBERS:
        return _from_number(old, new)
    match old.kind, new.kind:
        case "bool", "smallint" | "int" | "bigint":
            return Conversion(using=f"{{}}::{_INTEGERS[new.kind][2]}")
        case "date", "string" | "text":
            loss = None if new.length >= _DATE_WIDTH else f"dates do not fit {new}"
            return Conversion(loss)
        case "date", "datetime":
            midnight = Rewriting('{}.concat(" 00:00:00.000000")', dialect=_SQLITE)
            return Conversion(rewritings=(midnight,), plain=True)
        case "datetime", "date":
            day = Rewriting("sa.func.substr({}, 1, 10)", dialect=_SQLITE)
            return Conversion("the time of day", rewritings=(day,), plain=True)
        case "array", "array":
            return _of_arrays(old, new)
    return None


def _of_arrays(old: ColumnType, new: ColumnType) -> Conversion | None:
    """Keep arrays whose items are written alike in JSON and fit."""
    if old.item is None or new.item is None:
        return None
    alike = (old.item.is_text and new.item.is_text) or {old.item.kind, new.item.kind} <= {
        *_INTEGERS
    }
    way = conversion(old.item, new.item) if alike else None
    return Conversion() if way is not None and way.loss is None else None


def _from_text(  # noqa: PLR0911 (one line a kind)
    old: ColumnType, new: ColumnType
) -> Conversion | None:
    if new.is_text:
        if new.length >= old.length:
            return Conversion()
        size = int(new.length)
        cut = f"sa.func.substr({{}}, 1, {size})"
        return Conversion(
            f"all but the first {size} characters", rewritings=(Rewriting(cut, f"{{}} != {cut}"),)
        )
    if new.kind in _INTEGERS:
        return _parsed("a whole number", _INTEGER_PATTERN, _INTEGERS[new.kind][2])
    if new.kind == "float":
        return _parsed("a number", _NUMBER_PATTERN, "double precision")
    if new.kind == "decimal":
        precision, scale = new.sizes
        name = f"numeric({precision}, {scale})"
        return _parsed("a number", _NUMBER_PATTERN, name, _rounded(scale))
    if new.kind == "date":
        return _parsed("a date such as 2024-12-31", _DATE_PATTERN, "date", plain=True)
    return None


def _parsed(
    what: str, pattern: str, name: str, *rewritings: Rewriting, plain: bool = False
) -> Conversion:
    misfits = f'sa.not_({{}}.regexp_match("{pattern}"))'
    using = f"{{}}::{name}"
    return Conversion(f"text that is not {what}", misfits, rewritings, using, plain)


def _rounded(scale: int) -> Rewriting:
    """Round on SQLite as the others do by themselves."""
    return Rewriting(f"sa.func.round({{}}, {scale})", dialect=_SQLITE)


def _from_number(old: ColumnType, new: ColumnType) -> Conversion | None:
    if new.is_text:
        loss = None if new.length >= _width(old) else f"numbers that do not fit {new}"
        return Conversion(loss)
    if new.kind in _INTEGERS:
        return _to_integer(old, new)
    if new.kind == "decimal":
        return _to_decimal(old, new)
    if new.kind == "float":
        exact = old.kind in _INTEGERS and _INTEGERS[old.kind][1] <= _EXACT_DIGITS
        exact = exact or (old.kind == "decimal" and old.sizes[0] <= _EXACT_DIGITS)
        return Conversion(None if exact else f"digits after the first {_EXACT_DIGITS}")
    return None


def _width(number: ColumnType) -> int:
    """Return the length of the longest number as text."""
    if number.kind == "decimal":
        return number.sizes[0] + len("-0.")
    return 1 + _INTEGERS[number.kind][1] if number.kind in _INTEGERS else _FLOAT_WIDTH


def _to_integer(old: ColumnType, new: ColumnType) -> Conversion:
    fits, _, _ = _INTEGERS[new.kind]
    if old.kind in _INTEGERS:
        grows = _INTEGERS[old.kind][0] < fits
        return Conversion(None if grows else f"numbers beyond the range of {new}")
    if old.kind == "decimal" and old.sizes[1] == 0:
        return Conversion(None if old.sizes[0] <= fits else f"numbers beyond the range of {new}")
    return Conversion("digits after the point", rewritings=(_rounded(0),))


def _to_decimal(old: ColumnType, new: ColumnType) -> Conversion:
    precision, scale = new.sizes
    room = precision - scale
    if old.kind in _INTEGERS:
        fits = room >= _INTEGERS[old.kind][1]
        return Conversion(None if fits else f"numbers with more than {room} digits")
    if old.kind == "float":
        return Conversion(
            f"digits after the first {scale} behind the point", None, (_rounded(scale),)
        )
    losses = []
    if old.sizes[1] > scale:
        losses.append(f"digits after the first {scale} behind the point")
    if old.sizes[0] - old.sizes[1] > room:
        losses.append(f"numbers with more than {room} digits before it")
    rewritings = (_rounded(scale),) if old.sizes[1] > scale else ()
    return Conversion(" and ".join(losses) or None, rewritings=rewritings)
