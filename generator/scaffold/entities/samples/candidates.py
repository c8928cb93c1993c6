"""Values that a field may have, for its checks and its pattern to choose from."""

from __future__ import annotations

import datetime as dt
import math
import string
from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, localcontext
from random import Random
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from scaffold.entities import values
from scaffold.entities.samples.evaluate import DIGITS, INTEGERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from scaffold.entities.entity import Field

FIRST_DAY = dt.date(2024, 1, 1)
FIRST_MOMENT = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
PLAIN = 8  # values to begin with, one a row
STEPS = (-1, 1, -10, 10)  # to neighbors
ENOUGH = 3 * PLAIN  # strings that match a pattern
TRIES = 1500  # of making one
DRAWS = 1000  # of how often something is repeated in one string
FIRST_TRIES = 200  # of those, with nothing but what the pattern says
LONGEST = 1000  # string, unless the field takes longer ones only
MOST_WORK = 100_000  # for all strings of one field: characters made, and chosen from

_ALNUM = frozenset(string.ascii_letters + string.digits)
_T = TypeVar("_T")


def fits(field: Field, text: str) -> bool:
    """Say whether the field takes a value, and the text is its canonical one."""
    if text in values.NAMED.get(field.type, ()):
        return False
    try:
        if values.canonical(field, "default", text) != text:
            return False
    except values.MisfitError:
        return False
    if field.type in ("str", "text"):
        return True  # bounds are lengths, which are looked at above
    value: Any = values.order(field, text) if field.min or field.max else None
    return (field.min is None or value >= values.order(field, field.min)) and (
        field.max is None or value <= values.order(field, field.max)
    )


def choices(field: Field, constants: Sequence[str], random: Random) -> list[str]:
    """Return values to choose from: plain ones first, then those at the constants and the bounds."""
    found = list(_plain(field))
    if field.pattern is not None:
        found = _enough(field, [*found, *constants], random)
    for constant in (*constants, *_bounds(field)):
        found += near(field, constant)
    return [text for text in dict.fromkeys(found) if fits(field, text)]


def _enough(field: Field, given: Sequence[str], random: Random) -> list[str]:
    """Return strings that match the pattern: of those given, and made from it."""
    found = dict.fromkeys(text for text in given if fits(field, text))
    for text in _matching(field, random):
        if fits(field, text):
            found[text] = None
        if len(found) >= ENOUGH:
            break
    # MariaDB passes over a space at the end where it compares.
    return [text for text in found if text == text.strip()] or list(found)


def near(field: Field, text: str) -> list[str]:
    """Return the value itself and its neighbours; some may not fit."""
    around = _AROUND.get(field.type, _around_text)
    try:
        return list(around(field, text))
    except (ValueError, ArithmeticError):  # of another type, or beyond what it can say
        return []


def _plain(field: Field) -> Iterator[str]:
    plain = _PLAIN.get(field.type, _plain_text)
    for number in range(PLAIN):
        try:
            yield from plain(field, number)
        except (ValueError, OverflowError):  # past the last date
            return


def _plain_text(field: Field, number: int) -> Iterator[str]:
    longest = min(field.length or 60, int(field.max or 60))
    name = f"sample {string.ascii_lowercase[number]}"
    yield name[-longest:].rjust(int(field.min or 0), "x") if longest else ""


def _plain_number(field: Field, number: int) -> Iterator[str]:
    unit = _unit(field)
    low = Decimal(field.min) if field.min is not None else None
    high = Decimal(field.max) if field.max is not None else None
    first = Decimal(1)
    if low is not None and low > first:
        first = low
    elif high is not None and high < first + PLAIN:
        first = max(high - PLAIN, low if low is not None else high - PLAIN)
    for value in (first + number, first + number * unit):
        yield _spelled(field, value)


def _plain_day(field: Field, number: int) -> Iterator[str]:
    first = dt.date.fromisoformat(field.min) if field.min else FIRST_DAY
    if field.max:
        first = min(first, dt.date.fromisoformat(field.max) - dt.timedelta(days=PLAIN))
    yield (first + dt.timedelta(days=number)).isoformat()


def _plain_moment(field: Field, number: int) -> Iterator[str]:
    first = dt.datetime.fromisoformat(field.min) if field.min else FIRST_MOMENT
    if field.max:
        first = min(first, dt.datetime.fromisoformat(field.max) - dt.timedelta(hours=PLAIN))
    yield (first + dt.timedelta(hours=number)).isoformat()


_PLAIN: dict[str, Callable[[Field, int], Iterator[str]]] = {
    **dict.fromkeys((*INTEGERS, "decimal", "float", "interval"), _plain_number),
    "date": _plain_day,
    "datetime": _plain_moment,
    "time": lambda _, number: iter([dt.time(8 + number).isoformat()]),
    "bool": lambda _, number: iter(["true" if number % 2 else "false"]),
    "enum": lambda field, number: iter([field.values[number % len(field.values)]]),
    "uuid": lambda _, number: iter([f"00000000-0000-4000-8000-{number + 1:012d}"]),
    "email": lambda _, number: iter([f"{string.ascii_lowercase[number]}@example.com"]),
    "url": lambda _, number: iter([f"https://example.com/{number + 1}"]),
    "slug": lambda field, number: iter(
        [f"{string.ascii_lowercase[number]}-sample"[: field.length].strip("-")]
    ),
}


def _bounds(field: Field) -> tuple[str, ...]:
    if field.type in ("str", "text"):
        return ()
    return tuple(bound for bound in (field.min, field.max) if bound is not None)


def _around_text(_: Field, text: str) -> Iterator[str]:
    yield from (text, f"{text}a", text[:-1].rstrip())


def _around_number(field: Field, text: str) -> Iterator[str]:
    value, unit = Decimal(text), _unit(field)
    with localcontext(prec=DIGITS):
        yield _spelled(field, value)
        for rounding in (ROUND_FLOOR, ROUND_CEILING):
            whole = (value / unit).to_integral_value(rounding) * unit
            yield from (_spelled(field, whole + step) for step in (0, -unit, unit))
        yield from (_spelled(field, value + step) for step in STEPS)
        if 0 < value < values.INTEGERS["bigint"]:
            yield _spelled(field, Decimal(math.isqrt(int(value))))


def _around_day(_: Field, text: str) -> Iterator[str]:
    day = dt.date.fromisoformat(text)
    yield day.isoformat()
    yield from ((day + dt.timedelta(days=days)).isoformat() for days in STEPS)


def _around_moment(_: Field, text: str) -> Iterator[str]:
    moment = dt.datetime.fromisoformat(text)
    yield moment.isoformat()
    yield from ((moment + dt.timedelta(hours=hours)).isoformat() for hours in STEPS)


def _around_time(_: Field, text: str) -> Iterator[str]:
    time = dt.time.fromisoformat(text)
    yield time.isoformat()
    yield from (time.replace(minute=minute).isoformat() for minute in (0, 59))


_AROUND: dict[str, Callable[[Field, str], Iterator[str]]] = {
    **dict.fromkeys((*INTEGERS, "decimal", "float", "interval"), _around_number),
    "date": _around_day,
    "datetime": _around_moment,
    "time": _around_time,
    "bool": lambda *_: iter(["false", "true"]),
    "enum": lambda field, _: iter(field.values),
}


def _unit(field: Field) -> Decimal:
    return Decimal(1).scaleb(-(field.scale or 0))


def _spelled(field: Field, value: Decimal) -> str:
    """Return the canonical text of a number, or one that does not fit."""
    if field.type in INTEGERS:
        return str(int(value))
    if field.type == "decimal":
        with localcontext(prec=DIGITS):
            value = value.quantize(_unit(field), ROUND_FLOOR)
    try:
        # Without bounds: only how the type is written.
        return values.canonical(replace(field, min=None, max=None), "default", format(value, "f"))
    except values.MisfitError:
        return ""


class _Source(Protocol):
    def xeger(self, pattern: str, /) -> str: ...


class _Steady(Random):
    """Choose the same in every run, letters and digits first, and repeat no more than `most` above the least.

    Repetitions of repetitions would have no end: after `draws` of them, it gives up.
    """

    most = 3
    draws = DRAWS
    work = MOST_WORK

    def choice(self, seq: Sequence[_T]) -> _T:  # type: ignore[override]
        """Choose from what is sorted: a set of characters comes in another order in each run."""
        self.spend(1 + len(seq) // 100)
        characters = sorted(each for each in seq if isinstance(each, str) and each.isprintable())
        plain = [each for each in characters if each in _ALNUM]
        return super().choice(plain or characters or seq)

    def randint(self, a: int, b: int) -> int:
        """Choose a number of repetitions."""
        self.draws -= 1
        if self.draws < 0:
            raise ValueError("too many repetitions")
        repetitions = super().randint(a, min(b, a + self.most)) if a < b else a
        self.spend(repetitions)
        return repetitions

    def spend(self, work: int) -> None:
        """Give up once all strings together have taken too much."""
        self.work -= work
        if self.work < 0:
            raise ValueError("too much work")


def _matching(field: Field, random: Random) -> Iterator[str]:
    """Return random strings of which many match the pattern, and all should."""
    import rstr

    steady = _Steady(random.random())
    source: _Source = rstr.Rstr(steady, whitespace=" ")
    pattern = field.pattern or ""
    least = int(field.min or 0)
    for number in range(TRIES):
        steady.most, steady.draws = (3, 1, 0, 12, 40)[number % 5], DRAWS
        try:
            steady.spend(len(pattern))
            text = source.xeger(pattern)
        except (LookupError, ValueError, AttributeError, TypeError, RecursionError):
            text = _guess(random, number)  # a construct that it does not know
        if steady.work < 0:
            return
        if len(text) > max(LONGEST, least):
            continue
        yield text
        if number >= FIRST_TRIES or len(text) < least:  # a pattern may leave room for more
            more = random.choice(string.ascii_lowercase)
            yield from (text.ljust(least, more), text.rjust(least, more))
            yield from (f"{text}{more}", f"{text} {more}")


def _guess(random: Random, number: int) -> str:
    alphabet = (string.ascii_lowercase, string.digits, string.ascii_uppercase, string.printable)
    characters = "".join(alphabet[: number % 4 + 1]) if number % 8 < 4 else alphabet[number % 4]  # noqa: PLR2004
    return "".join(random.choices(characters, k=random.randint(0, 12)))
