"""What happens to the values of a column whose type changes: kept, fitted, or lost."""

import ast
from dataclasses import replace
from decimal import Decimal

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
_BITS = {"smallint": 15, "int": 31, "bigint": 63}
_LARGEST_WHOLE_FLOAT = 2**63 - 2**10  # that a bigint holds
_FLOAT_DIGITS = 255  # before the point, as many as PostgreSQL's patterns count
_LEAP_YEARS = "([0-9]{2}(0[48]|[2468][048]|[13579][26])|(0[48]|[2468][048]|[13579][26])00)"
_DATE_PATTERN = (
    "^(?!0000)([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)"
    f"|02-(0[1-9]|1[0-9]|2[0-8]))|{_LEAP_YEARS}-02-29)$"
)
_SQLITE = "sqlite"
_HALF = Decimal("0.5")
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
    SQLite must not cast. `through` is a type on the way: values become that first, and are cut then.
    """

    loss: str | None = None
    misfits: str | None = None
    rewritings: tuple[Rewriting, ...] = ()
    using: str | None = None
    plain: bool = False
    through: str | None = None


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
            return _to_text(new, _DATE_WIDTH)
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
        what = f"a whole number in the range of {new}"
        return _parsed(what, _integer_pattern(new), _INTEGERS[new.kind][2])
    if new.kind == "float":
        return _parsed("a number", _number_pattern(_FLOAT_DIGITS), "double precision")
    if new.kind == "decimal":
        precision, scale = new.sizes
        room = precision - scale
        what = f"a number with at most {room} digits before the point"
        # The largest numbers would be rounded up to one digit more.
        beyond = f"^-?0*{'9' * room}[.]{'9' * scale}[5-9]"
        made = _parsed(what, _number_pattern(room), f"numeric({precision}, {scale})", beyond)
        return replace(made, rewritings=(_rounded(scale),))
    if new.kind == "date":
        made = _parsed("a date such as 2024-12-31", _DATE_PATTERN, "date")
        return replace(made, plain=True)
    return None


def _parsed(what: str, pattern: str, name: str, beyond: str = "") -> Conversion:
    misfits = f'sa.not_({{}}.regexp_match("{pattern}"))'
    if beyond:
        misfits = f'sa.or_({misfits}, {{}}.regexp_match("{beyond}"))'
    return Conversion(f"text that is not {what}", misfits, using=f"{{}}::{name}")


def _number_pattern(room: int) -> str:
    """Match numbers with at most so many digits before the point."""
    whole = f"0*[0-9]{{1,{room}}}" if room else "0+"
    return f"^-?{whole}([.][0-9]+)?$"


def _integer_pattern(integer: ColumnType) -> str:
    """Match the whole numbers in the range of a type, digit by digit: no cast of the databases' own is exact."""
    low, high = (f"{abs(limit):f}" for limit in _range(integer))
    size = len(high)
    smaller = [f"[0-9]{{1,{size - 1}}}"]
    for place, digit in enumerate(high[:-1]):
        if digit != "0":
            smaller.append(f"{high[:place]}[0-{int(digit) - 1}][0-9]{{{size - place - 1}}}")
    last = f"{high[:-1]}[0-{high[-1]}]|-0*{low[:-1]}[0-{low[-1]}]"
    return f"^(-?0*({'|'.join(smaller)})|0*{last})$"


def _rounded(scale: int, ties: int | None = None) -> Rewriting:
    """Round on SQLite as the others do by themselves.

    Its decimals are floats, which may be below what they stand for: a little more, behind all of
    `ties` digits, decides ties.
    """
    if ties is None:
        return Rewriting(f"sa.func.round({{}}, {scale})", dialect=_SQLITE)
    more = Decimal(1).scaleb(-ties - 2)
    value = f"sa.func.round({{}} + sa.func.sign({{}}) * {more:f}, {scale})"
    return Rewriting(value, dialect=_SQLITE)


def _range(integer: ColumnType) -> tuple[Decimal, Decimal]:
    size = Decimal(2 ** _BITS[integer.kind])
    return -size, size - 1


def _limits(decimal: ColumnType, digits: int | None = None) -> tuple[Decimal, Decimal]:
    """Return the smallest and the largest decimal, of so many digits."""
    precision, scale = decimal.sizes
    kept = precision if digits is None else min(precision, digits)
    largest = (Decimal(10) ** kept - 1).scaleb(precision - scale - kept)
    return -largest, largest


def _nearest(
    old: ColumnType, limits: tuple[Decimal, Decimal], half: Decimal = Decimal(0)
) -> tuple[Rewriting, ...]:
    """Bring numbers that do not fit, or would not when they are rounded, to the nearest that does."""
    low, high = limits
    return (
        Rewriting(_spelled(old, high), f'{{}} >= sa.literal_column("{high + half:f}")'),
        Rewriting(_spelled(old, low), f'{{}} <= sa.literal_column("{low - half:f}")'),
    )


def _spelled(kind: ColumnType, number: Decimal) -> str:
    match kind.kind:
        case "decimal":
            text = f"{number:f}"
            return f'Decimal("{text}")' if "." in text else f"Decimal({text})"
        case "float":
            return repr(float(number)).replace("e+", "e")
        case _:
            return str(int(number))


def _to_text(new: ColumnType, width: int) -> Conversion:
    if new.length >= width:
        return Conversion()
    return Conversion(
        f"all but the first {int(new.length)} characters", through=f"sa.String({width})"
    )


def _from_number(old: ColumnType, new: ColumnType) -> Conversion | None:
    if new.is_text:
        return _to_text(new, _width(old))
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
    digits = _INTEGERS[old.kind][0] if old.kind in _INTEGERS else _whole_digits(old)
    grows = digits < fits if old.kind in _INTEGERS else digits <= fits
    losses = [] if grows else [f"numbers beyond the range of {new}"]
    if old.kind in _INTEGERS or (old.kind == "decimal" and old.sizes[1] == 0):
        return _lossy(losses, () if grows else _nearest(old, _range(new)))
    losses.insert(0, "digits after the point")
    if old.kind == "decimal":
        nearest = () if grows else _nearest(old, _range(new), _HALF)
        return _lossy(losses, (*nearest, _rounded(0)))
    low, high = _range(new)
    if high > _LARGEST_WHOLE_FLOAT:
        nearest = _nearest(old, (low, Decimal(_LARGEST_WHOLE_FLOAT)))
    else:
        nearest = _nearest(old, (low, high), _HALF)
    # Casts would round halves to the even number.
    up = Rewriting(
        "sa.func.sign({}) * sa.func.floor(sa.func.abs({}) + 0.5)",
        f'sa.func.abs({{}}) < sa.literal_column("{2**52}")',
        f"!{_SQLITE}",
    )
    return _lossy(losses, (*nearest, up, _rounded(0)))


def _whole_digits(number: ColumnType) -> float:
    """Return how many digits may stand before the point."""
    return number.sizes[0] - number.sizes[1] if number.kind == "decimal" else float("inf")


def _lossy(losses: list[str], rewritings: tuple[Rewriting, ...]) -> Conversion:
    return Conversion(" and ".join(losses) or None, rewritings=rewritings)


def _to_decimal(old: ColumnType, new: ColumnType) -> Conversion:
    precision, scale = new.sizes
    room = precision - scale
    beyond = f"numbers with more than {room} digits before it"
    if old.kind in _INTEGERS:
        if room >= _INTEGERS[old.kind][1]:
            return Conversion()
        whole = ColumnType("decimal", (room, 0))
        return Conversion(
            f"numbers with more than {room} digits", rewritings=_nearest(old, _limits(whole))
        )
    behind = f"digits after the first {scale} behind the point"
    if old.kind == "float":
        limits = _limits(new, _EXACT_DIGITS)
        half = _HALF.scaleb(max(room - _EXACT_DIGITS, -scale))
        return _lossy([behind, beyond], (*_nearest(old, limits, half), _rounded(scale)))
    losses: list[str] = []
    rewritings: tuple[Rewriting, ...] = ()
    cuts = old.sizes[1] > scale
    if _whole_digits(old) >= room and (cuts or _whole_digits(old) > room):
        half = _HALF.scaleb(-scale) if cuts else Decimal(0)
        rewritings = _nearest(old, _limits(new), half)
    if cuts:
        losses.append(behind)
        rewritings = (*rewritings, _rounded(scale, old.sizes[1]))
    if _whole_digits(old) > room:
        losses.append(beyond)
    return _lossy(losses, rewritings)
