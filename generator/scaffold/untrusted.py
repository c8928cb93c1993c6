"""Read files, judge paths and call git where somebody else may have prepared them to do harm."""

from __future__ import annotations

import errno
import os
import re
import stat
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Mapping

MEGABYTE = 1024 * 1024
MOST_BYTES = 32 * MEGABYTE
TOO_DEEP = "it is nested too deeply"
MOST_VALUES = 1_000_000
# Git runs what is in the one, and recovery does what is in the other.
_OWN_FOLDERS = (".git", ".scaffold")
# NTFS knows a long name by a short one, too: its first six letters, and a number.
_SHORT_NAMES = (("git~", ".git"), ("scaffo~", ".scaffold"))
# HFS+ takes names for the same that differ in these characters only.
_IGNORED = dict.fromkeys(
    [*range(0x200C, 0x2010), *range(0x202A, 0x202F), *range(0x206A, 0x2070), 0xFEFF]
)
_DRIVE = re.compile(r"[A-Za-z]:")
_HALF = re.compile("[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]")


def read_regular(path: str | os.PathLike[str], most: int = MOST_BYTES) -> bytes:
    """Return the content of a regular file; what is none, or larger than `most`, is an OSError.

    A device has no end, and a named pipe waits for ever.
    """
    _refuse_irregular(Path(path).stat(), path, most)
    with os.fdopen(os.open(path, _READ), "rb") as file:
        _refuse_irregular(os.fstat(file.fileno()), path, most)
        content = file.read(most + 1)
    if len(content) > most:
        raise _too_large(path, most)
    return content


_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def _refuse_irregular(status: os.stat_result, path: str | os.PathLike[str], most: int) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), os.fspath(path))
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "it is not a regular file", os.fspath(path))
    if status.st_size > most:
        raise _too_large(path, most)


def _too_large(path: str | os.PathLike[str], most: int) -> OSError:
    return OSError(errno.EFBIG, f"it is larger than {most // MEGABYTE} MB", os.fspath(path))


def fault_of(path: str) -> str:
    """Say why a path must not be written to in a project; nothing where it may.

    It may where it is relative and clean, and no file system takes a part of it for `.git` or
    `.scaffold`.
    """
    if "\\" in path or "\0" in path or path.startswith("/") or _DRIVE.match(path):
        return "it is no relative path with slashes"
    if not path.isascii() and not _is_encodable(path):
        return "it has half of a surrogate pair"
    for part in path.split("/"):
        if part in {"", ".", ".."}:
            return "it is not a clean path"
        if own := own_folder(part):
            return f"`{own}` belongs to {own[1:]} alone"
    return ""


def _is_encodable(path: str) -> bool:
    try:
        os.fsencode(path)
    except UnicodeEncodeError:
        return False
    return True


@lru_cache(maxsize=10_000)
def own_folder(name: str) -> str:
    """Return which of git's and scaffold's folders some file system takes a name for, if any."""
    bare = name.translate(_IGNORED).casefold().partition(":")[0].rstrip(" .")
    if bare in _OWN_FOLDERS:
        return bare
    for start, folder in _SHORT_NAMES:
        if bare.startswith(start) and bare.removeprefix(start).isdecimal():
            return folder
    return ""


def load_yaml(text: str | bytes, loader: Any = None) -> tuple[Any, Any]:  # noqa: ANN401 (PyYAML's)
    """Return the node of a YAML document and its value; whatever is wrong is a `YAMLError`.

    Aliases are counted first: ten lines of them can stand for billions of values. None and None is
    an empty document.
    """
    return _yaml(text, loader, lambda made, node: (node, made.construct_document(node)))


def compose_yaml(text: str) -> Any:  # noqa: ANN401
    """Return the node of a YAML document, or None; whatever is wrong is a `YAMLError`."""
    return _yaml(text, None, lambda _, node: (node, None))[0]


def _yaml(text: str | bytes, loader: Any, found: Callable[..., Any]) -> tuple[Any, Any]:  # noqa: ANN401
    import yaml

    made = (loader or getattr(yaml, "CSafeLoader", yaml.SafeLoader))(text)
    try:
        node = made.get_single_node()
        if node is None:
            return None, None
        _size_of(node, {})
        result: tuple[Any, Any] = found(made, node)
    except (ValueError, OverflowError, RecursionError) as error:
        raise yaml.YAMLError(reason_of(error)) from error
    finally:
        made.dispose()
    return result


def parse_python(source: str | bytes) -> ast.Module:
    """Parse Python; whatever is wrong with it is a `SyntaxError`."""
    import ast

    try:
        return ast.parse(source)
    except (ValueError, RecursionError, MemoryError) as error:  # a null byte; nested too deeply
        reason = str(error) if isinstance(error, ValueError) else TOO_DEEP
        raise SyntaxError(reason, (None, 1, 1, None)) from error


def reason_of(error: Exception) -> str:
    """Return why a parser gave up, in words for whoever wrote what it was to read."""
    if isinstance(error, RecursionError):
        return TOO_DEEP
    return (
        "a number has thousands of digits" if "set_int_max_str_digits" in str(error) else str(error)
    )


def _size_of(node: Any, sizes: dict[int, int]) -> int:  # noqa: ANN401
    """Return how many values a node has with its aliases written out."""
    import yaml

    if node.id == "scalar":
        # An escape may name half of a character, which no file and no terminal takes.
        if not node.value.isascii() and _HALF.search(node.value):
            raise yaml.MarkedYAMLError(
                problem="a text has half of a surrogate pair", problem_mark=node.start_mark
            )
        return 1
    known = sizes.get(id(node))
    if known == 0:
        raise yaml.MarkedYAMLError(
            problem="an alias leads back to where it is", problem_mark=node.start_mark
        )
    if known is None:
        sizes[id(node)] = 0
        parts = node.value
        if node.id == "mapping":
            parts = (part for pair in parts for part in pair)
        known = sizes[id(node)] = 1 + sum(_size_of(part, sizes) for part in parts)
    if known > MOST_VALUES:
        raise yaml.MarkedYAMLError(
            problem=f"its aliases stand for over {MOST_VALUES} values",
            problem_mark=node.start_mark,
        )
    return known


# What git would run because a repository says so; drivers have names of their own.
GIT_RUNS_NOTHING = {
    "core.alternateRefsCommand": ":",
    "core.askPass": ":",
    "core.editor": ":",
    "core.fsmonitor": "false",
    "core.gitProxy": ":",
    "core.hooksPath": os.devnull,
    "core.pager": "cat",
    "core.sshCommand": ":",
    "credential.helper": "",
    "commit.gpgSign": "false",
    "diff.external": "",
    "gc.auto": "0",
    "gpg.program": ":",
    "init.templateDir": "",
    "maintenance.auto": "false",
    "protocol.allow": "never",
    "submodule.recurse": "false",
}
# The same for a call that goes to a network: there it is the user's own settings that count.
GIT_FETCHES = {
    name: GIT_RUNS_NOTHING[name]
    for name in ("core.fsmonitor", "core.hooksPath", "init.templateDir", "submodule.recurse")
} | {"protocol.ext.allow": "never"}
# A hook or an alias may have set them for another repository.
_INHERITED = frozenset({
    "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR", "GIT_DIR", "GIT_EXTERNAL_DIFF",
    "GIT_INDEX_FILE", "GIT_NAMESPACE", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX", "GIT_WORK_TREE",
})  # fmt: skip


def git_environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for git with these settings, which win over all configuration.

    It asks for no password, and `safe.directory` stays as the user has it.
    """
    found = {name: value for name, value in os.environ.items() if name not in _INHERITED}
    count = found.get("GIT_CONFIG_COUNT", "")
    first = int(count) if count.isdecimal() else 0
    for number, (name, value) in enumerate(settings.items(), first):
        found[f"GIT_CONFIG_KEY_{number}"] = name
        found[f"GIT_CONFIG_VALUE_{number}"] = value
    found["GIT_CONFIG_COUNT"] = str(first + len(settings))
    if settings.get("protocol.allow") == "never":
        # A repository may lack an object and say by which program to fetch it, and its setting
        # `protocol.ext.allow` wins over `protocol.allow`.
        found |= {"GIT_ALLOW_PROTOCOL": "none", "GIT_NO_LAZY_FETCH": "1"}
    return {**found, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
