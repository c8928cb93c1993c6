"""What a project asks to be checked: `[tool.scaffold.check]` in its pyproject.toml."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from typing import TYPE_CHECKING, Any, NamedTuple

from scaffold.check.errors import CheckError
from scaffold.check.rule import SYNTAX
from scaffold.untrusted import read_regular, reason_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

KEYS = ("exclude", "ignore", "per-file-ignores", "select")
CODES = re.compile(r"^SCA[0-9]{0,3}$")


class Settings(NamedTuple):
    """Which rules hold where; codes may be prefixes, and an empty `select` means all."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_file: tuple[tuple[str, tuple[str, ...]], ...] = ()
    exclude: tuple[str, ...] = ()

    def holds(self, code: str, path: str) -> bool:
        """Tell whether a rule is to be checked in a file; `path` is as seen from the project."""
        # A file that was not checked is news, whatever was to be looked for in it.
        if self.select and not code.startswith(self.select) and code != SYNTAX:
            return False
        if self.ignore and code.startswith(self.ignore):
            return False
        return not any(
            code.startswith(codes) and codes and _matches(path, pattern)
            for pattern, codes in self.per_file
        )

    def excludes(self, path: str) -> bool:
        """Tell whether a file or a folder is left out."""
        return any(_matches(path, pattern) for pattern in self.exclude)


def _matches(path: str, pattern: str) -> bool:
    return fnmatch(path, pattern) or fnmatch(path, f"{pattern.rstrip('/')}/*")


def read(root: Path) -> Settings:
    """Read the settings of a project, or none."""
    file = root / "pyproject.toml"
    try:
        content = read_regular(file).decode("utf-8")
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError) as error:
        raise CheckError(f"cannot read {file}: {error}") from error
    if "scaffold" not in content:
        return Settings()
    import tomllib

    try:
        document = tomllib.loads(content)
    except (tomllib.TOMLDecodeError, ValueError, RecursionError) as error:
        raise CheckError(f"{file}: {reason_of(error)}") from error
    for name in ("tool", "scaffold", "check"):
        document = document.get(name, {})
        if not isinstance(document, dict):
            raise CheckError(f"{file}: `{name}` is no table")
    return _parsed(document, file)


def _parsed(table: Mapping[str, Any], file: Path) -> Settings:
    where = f"[tool.scaffold.check] in {file}"
    if unknown := sorted(set(table) - set(KEYS)):
        raise CheckError(f"{where} has no `{unknown[0]}`", help=f"it has {', '.join(KEYS)}")
    per_file = table.get("per-file-ignores", {})
    if not isinstance(per_file, dict):
        raise CheckError(f"{where}: `per-file-ignores` is no table of paths and lists of codes")
    return Settings(
        select=codes_of(_texts(table, "select", where), where),
        ignore=codes_of(_texts(table, "ignore", where), where),
        per_file=tuple(
            (pattern, codes_of(_texts(per_file, pattern, where), where)) for pattern in per_file
        ),
        exclude=tuple(_texts(table, "exclude", where)),
    )


def _texts(table: Mapping[str, Any], key: str, where: str) -> list[str]:
    found = table.get(key, [])
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise CheckError(f"{where}: `{key}` is no list of texts")
    return found


def codes_of(texts: Iterable[str], where: str) -> tuple[str, ...]:
    """Return codes and prefixes of codes; a word that is none is an error."""
    found = tuple(text.strip().upper() for text in texts if text.strip())
    if not found:
        return ()
    from scaffold.check.rules import RULES

    codes = [SYNTAX, *(rule.code for rule in RULES)]
    for each in found:
        if not CODES.match(each) or not any(code.startswith(each) for code in codes):
            known = f"{RULES[0].code} to {RULES[-1].code}"
            raise CheckError(
                f"{where}: no rule has a code like `{each}`", help=f"there are {known}"
            )
    return found
