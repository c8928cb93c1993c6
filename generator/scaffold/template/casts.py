"""Cast answers to the types of their questions, as Copier does."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from scaffold.untrusted import load_yaml

if TYPE_CHECKING:
    from collections.abc import Callable

# Whatever YAML can hold.
Answer = Any

_TRUE = {"y", "yes", "t", "true", "on"}
_FALSE = {"n", "no", "f", "false", "off", "~", "null", "none"}
_YAML_FLOAT = re.compile(r"-?\d+\.\d*([eE][-+]\d+)?")
_NOT_THE_SAME_IN_YAML = re.compile(
    "\\\\u[dD]|[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]"
)


def cast(type_name: str, answer: Answer) -> Answer:
    """Return the answer as a value of the type, or raise what says why it is none."""
    if answer is None and type_name not in {"json", "yaml"}:
        raise ValueError("it is empty")
    return CASTS[type_name](answer)


def _text(value: Answer) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, float | int):
        return str(value)
    if isinstance(value, bytes | bytearray):
        return value.decode()
    raise ValueError(f"{value!r} is no text")


def truth(value: Answer) -> bool:
    """Read a truth value as Copier does: numbers first, then the words of YAML."""
    if isinstance(value, bool):
        return value
    try:
        return bool(float(value))
    except (TypeError, ValueError):
        pass
    if not isinstance(value, str):
        return bool(value)
    word = value.strip().lower()
    return bool(word) and (word in _TRUE or word not in _FALSE)


def parse_yaml(text: str) -> Answer:
    """Parse YAML as Copier does; what all parsers read alike takes a fast way."""
    if not isinstance(text, str):
        raise TypeError("not a text")
    plain = not _differs_in_yaml(text)
    if plain and text.lstrip(" \n")[:1] in {"{", "["}:
        with suppress(ValueError, RecursionError):
            return json.loads(text, parse_float=_yaml_float, parse_constant=str)
    import yaml

    try:
        return load_yaml(text, None if plain else yaml.SafeLoader)[1]
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error


def _differs_in_yaml(text: str) -> bool:
    if text.isascii():
        return "\\ud" in text or "\\uD" in text or "\x7f" in text or "\t" in text
    return "\t" in text or _NOT_THE_SAME_IN_YAML.search(text) is not None


def _yaml_float(number: str) -> float | str:
    return float(number) if _YAML_FLOAT.fullmatch(number) else number


CASTS: dict[str, Callable[[Answer], Answer]] = {
    "bool": truth,
    "float": float,
    "int": int,
    "json": json.loads,
    "path": str,
    "str": _text,
    "yaml": parse_yaml,
}
