"""Every conversion of a name, and every refusal of one."""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache

from scaffold.entities import reserved
from scaffold.errors import ScaffoldError

LONGEST_NAME = 40
LONGEST_TABLE = 60

_ENTITY = re.compile(r"[A-Z][A-Za-z0-9]*")
_FIELD = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_TABLE = re.compile(r"[a-z][a-z0-9_]*")
_AFTER_ACRONYM = re.compile(r"([A-Z]+)([A-Z][a-z])")
_BEFORE_CAPITAL = re.compile(r"([a-z0-9])([A-Z])")

_IRREGULAR = {
    "alumnus": "alumni",
    "analysis": "analyses",
    "axis": "axes",
    "basis": "bases",
    "calf": "calves",
    "child": "children",
    "crisis": "crises",
    "criterion": "criteria",
    "curriculum": "curricula",
    "diagnosis": "diagnoses",
    "foot": "feet",
    "goose": "geese",
    "half": "halves",
    "hero": "heroes",
    "hypothesis": "hypotheses",
    "knife": "knives",
    "leaf": "leaves",
    "life": "lives",
    "loaf": "loaves",
    "man": "men",
    "medium": "media",
    "mouse": "mice",
    "ox": "oxen",
    "parenthesis": "parentheses",
    "person": "people",
    "phenomenon": "phenomena",
    "potato": "potatoes",
    "quiz": "quizzes",
    "shelf": "shelves",
    "stimulus": "stimuli",
    "synopsis": "synopses",
    "thesis": "theses",
    "thief": "thieves",
    "tomato": "tomatoes",
    "tooth": "teeth",
    "wife": "wives",
    "wolf": "wolves",
    "woman": "women",
}
_OWN_PLURAL = frozenset(
    {
        "aircraft",
        "data",
        "deer",
        "equipment",
        "feedback",
        "fish",
        "furniture",
        "information",
        "luggage",
        "media",
        "metadata",
        "money",
        "moose",
        "news",
        "offspring",
        "rice",
        "series",
        "sheep",
        "software",
        "species",
        "staff",
    },
)


@cache
def words(name: str) -> tuple[str, ...]:
    """Split a name in any spelling into its words, in lower case: `HTTPServer` is http, server."""
    spaced = _BEFORE_CAPITAL.sub(r"\1 \2", _AFTER_ACRONYM.sub(r"\1 \2", name))
    return tuple(re.sub(r"[^A-Za-z0-9]+", " ", spaced).lower().split())


def snake(name: str) -> str:
    """Return `blog_post` for `BlogPost`."""
    return "_".join(words(name))


def camel(name: str) -> str:
    """Return `BlogPost` for `blog_post`; a name that is CamelCase already keeps its acronyms."""
    if _ENTITY.fullmatch(name):
        return name
    return "".join(word[0].upper() + word[1:] for word in words(name))


def kebab(name: str) -> str:
    """Return `blog-post` for `blog_post` and `BlogPost`."""
    return "-".join(words(name))


def label(name: str) -> str:
    """Return `blog post`, for people."""
    return " ".join(words(name))


def plural(name: str) -> str:
    """Return the snake_case plural of a name: `blog_posts` for `BlogPost`."""
    *first, last = words(name)
    return "_".join([*first, _plural_of(last)])


def member(value: str) -> str:
    """Return the name of an enum's member for a value: `IN_PROGRESS` for `in-progress`."""
    return re.sub(r"[^A-Za-z0-9]", "_", value).upper()


def column(field: str, *, reference: bool) -> str:
    """Return the column of a field unless another was given."""
    return f"{field}_id" if reference else field


def _plural_of(word: str) -> str:
    if word in _OWN_PLURAL:
        return word
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if re.search(r"[^aeiou]y$", word):
        return word[:-1] + "ies"
    if re.search(r"(?:s|x|z|ch|sh)$", word):
        return word + "es"
    return word + "s"


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate that looks most like the name, if one does."""
    from difflib import get_close_matches  # only when there is an error to explain

    by_lower = {candidate.lower(): candidate for candidate in candidates}
    found = get_close_matches(name.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None


def nearest_type(name: str, types: Iterable[str]) -> str | None:
    """Return the type that the name misspells: a type with other letters is another type."""
    return nearest(name, [each for each in types if each[0] == name[:1].lower()])


def listed(names: Iterable[str]) -> str:
    """Return names as people list them: `a`, `b` and `c`."""
    *first, last = [f"`{name}`" for name in names]
    return f"{', '.join(first)} and {last}" if first else last


@cache
def check_entity(name: str) -> None:
    """Refuse a name that cannot be an entity's class and module."""
    _check_form(
        name,
        "an entity",
        _ENTITY,
        "an entity's name is one CamelCase word of ASCII letters and digits",
        camel,
    )
    other = f"{name[: LONGEST_NAME - 5]}Entry"
    reason = reserved.CLASS_NAMES.get(name) or _reason(
        snake(name), reserved.MODULE_NAMES, reserved.MODULE_PREFIXES
    )
    if reason:
        raise ScaffoldError(
            f"`{name}` cannot be the name of an entity", note=reason, help=f"try `{other}`"
        )


@cache
def check_field(name: str, what: str = "a field") -> None:
    """Refuse a name that cannot be an attribute of the generated classes."""
    most = LONGEST_NAME if what == "a field" else LONGEST_TABLE
    _check_form(
        name,
        what,
        _FIELD,
        "such a name is snake_case: words of ASCII letters and digits with one underscore between",
        _free_field,
        most,
    )
    if reason := _reason(name, reserved.FIELD_NAMES, reserved.FIELD_PREFIXES):
        raise ScaffoldError(
            f"`{name}` cannot be the name of {what}",
            note=reason,
            help=_better_field(name, what),
        )


def check_plural(name: str, entity: str) -> None:
    """Refuse a plural that cannot be an attribute of the unit of work and a route."""
    if not _FIELD.fullmatch(name) or len(name) > LONGEST_TABLE:
        raise ScaffoldError(
            f"`{name}` cannot be the plural of `{entity}`",
            note=f"a plural is snake_case and has at most {LONGEST_TABLE} characters",
            help=f"give another: --plural {snake(_ascii(name))[:LONGEST_NAME] or 'items'}",
        )
    if name == snake(entity):
        raise ScaffoldError(
            f"the plural of `{entity}` is the same as the singular",
            note="the generated code needs two names to tell one from many",
            help=f"give another: --plural {name}_list",
        )
    if reason := reserved.PLURAL_NAMES.get(name):
        raise ScaffoldError(
            f"`{name}` cannot be the plural of `{entity}`",
            note=reason,
            help=f"give another: --plural {name}_list",
        )


def check_table(name: str, owner: str, option: str = "--table ") -> None:
    """Refuse a name that some database would not take for a table; `option` gives another."""
    if not _TABLE.fullmatch(name) or len(name) > LONGEST_TABLE:
        raise ScaffoldError(
            f"`{name}` cannot be the table of `{owner}`",
            note="a table's name begins with a letter and has lower-case ASCII letters, digits and "
            f"underscores only, at most {LONGEST_TABLE} characters",
            help=f"try {option}{snake(_ascii(name))[:LONGEST_NAME] or 'items'}",
        )
    if reason := _reason(name, reserved.TABLE_NAMES, reserved.TABLE_PREFIXES):
        raise ScaffoldError(
            f"`{name}` cannot be the table of `{owner}`",
            note=reason,
            help=f"try {option}app_{name}",
        )


def check_column(name: str, field: str) -> None:
    """Refuse a name that some database would not take for a column."""
    if not _TABLE.fullmatch(name) or len(name) > LONGEST_TABLE:
        raise ScaffoldError(
            f"`{name}` cannot be the column of `{field}`",
            note="a column's name begins with a letter and has lower-case ASCII letters, digits "
            f"and underscores only, at most {LONGEST_TABLE} characters",
            help=f"try `column={snake(_ascii(name))[:LONGEST_NAME] or 'value'}`",
        )
    if reason := reserved.COLUMN_NAMES.get(name):
        raise ScaffoldError(
            f"`{name}` cannot be the column of `{field}`",
            note=reason,
            help=f"try `column={name}_value`",
        )


def field_is_free(name: str) -> bool:
    """Say whether a field may be called so."""
    return bool(_FIELD.fullmatch(name)) and not _reason(
        name, reserved.FIELD_NAMES, reserved.FIELD_PREFIXES
    )


def _reason(name: str, words: Mapping[str, str], prefixes: Mapping[str, str]) -> str | None:
    if name in words:
        return words[name]
    return next((why for prefix, why in prefixes.items() if name.startswith(prefix)), None)


def _check_form(  # noqa: PLR0913, PLR0917  # one rule, spelled out twice
    name: str,
    what: str,
    pattern: re.Pattern[str],
    rule: str,
    spelling: Callable[[str], str],
    most: int = LONGEST_NAME,
) -> None:
    if len(name) > most:
        raise ScaffoldError(
            f"the name `{name}` is too long for {what}: {len(name)} characters",
            note=f"it may have at most {most}",
        )
    if pattern.fullmatch(name):
        return
    plain = spelling(_ascii(name))
    fits = pattern.fullmatch(plain) and plain != name
    raise ScaffoldError(
        f"`{name}` cannot be the name of {what}", note=rule, help=f"try `{plain}`" if fits else None
    )


def _ascii(name: str) -> str:
    """Return the name without accents; what has no ASCII letter is dropped."""
    if name.isascii():
        return name
    from unicodedata import normalize  # only to make a suggestion

    return normalize("NFKD", name.replace("ß", "ss")).encode("ascii", "ignore").decode()


def _free_field(name: str) -> str:
    """Return the name in snake_case, or one like it where that is reserved."""
    plain = snake(name)
    is_reserved = _reason(plain, reserved.FIELD_NAMES, reserved.FIELD_PREFIXES) is not None
    return reserved.BETTER_FIELD_NAMES.get(plain, f"{plain}_value") if is_reserved else plain


def _better_field(name: str, what: str) -> str:
    other = f"{name[: LONGEST_NAME - 6]}_value"
    if not field_is_free(other):
        other = f"own_{name[: LONGEST_NAME - 4]}"
    better = reserved.BETTER_FIELD_NAMES.get(name, other)
    if what != "a field" or name in reserved.COLUMN_NAMES:
        return f"try `{better}`"
    return f"try `{better}`; `column={name}` keeps the name in the database"
