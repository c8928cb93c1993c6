"""The Jinja environment that Copier documents for templates, without importing Copier."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from types import BuiltinMethodType, NoneType
from typing import TYPE_CHECKING, Any, cast

from jinja2 import (
    StrictUndefined,
    Undefined,
    nodes,
)
from jinja2.environment import TemplateModule
from jinja2.exceptions import UndefinedError
from jinja2.ext import Extension
from jinja2.runtime import Context, LoopContext, Macro
from jinja2.sandbox import SandboxedEnvironment
from jinja2.utils import Namespace

from scaffold.errors import ScaffoldError
from scaffold.template.loader import Loader
from scaffold.template.macro_cache import PREFIX, Memo

if TYPE_CHECKING:
    from jinja2 import Template
    from jinja2.parser import Parser

    from scaffold.cache.store import Kept

# Whatever a template may hold.
Value = Any

_DICT_ATTRIBUTES = frozenset(dir(dict))
# The public methods of plain values: nothing in them leads out of the sandbox.
_PLAIN = {
    kind: frozenset(name for name in dir(kind) if name[0] != "_") - {"format", "format_map"}
    for kind in (dict, list, str, int, float, bool, tuple, NoneType)
}
# What Jinja itself hands to templates: loop variables, imported macros, namespaces.
_JINJAS_OWN = {LoopContext, Namespace, TemplateModule}
_MISSING = object()
_FIELD_LOOKUP = re.compile(r"\{[^{}]*[.\[]")
_UNDEFINED = {"jinja2.Undefined": Undefined, "jinja2.StrictUndefined": StrictUndefined}


class TemplateEnvironment(SandboxedEnvironment):
    """A sandbox with short ways for what templates do most: plain values, macros, `format`.

    The short ways answer what `SandboxedEnvironment` would; all else is left to it.
    """

    # What a `yield` tag reported, and whether its body may still lack the value it introduces.
    captured: tuple[str, Any] | None = None
    lenient: bool = True
    # What pure macros returned; None where they are always called.
    memo: Memo | None = None

    def getattr(self, obj: Value, attribute: str) -> Value:
        """Look up `obj.attribute` as the sandbox does."""
        if type(obj) is dict and attribute not in _DICT_ATTRIBUTES:
            try:
                return obj[attribute]
            except KeyError:
                return self.undefined(obj=obj, name=attribute)
        # The sandbox wraps `format` only for fields that look up attributes or items.
        kind = type(obj)
        if attribute in _PLAIN.get(kind, ()) or (attribute == "format" and _is_flat(obj)):
            return getattr(obj, attribute)
        if kind in _JINJAS_OWN and attribute[0] != "_":
            found = getattr(obj, attribute, _MISSING)
            if found is not _MISSING:
                return found
        return super().getattr(obj, attribute)

    def call(self, context: Context, obj: Value, /, *args: Value, **kwargs: Value) -> Value:
        """Call a function as the sandbox does."""
        kind = type(obj)
        if kind is Macro:
            args = (context.eval_ctx, *args)
            if self.memo is not None and str(obj.name).startswith(PREFIX):
                obj = partial(self.memo.call, obj)
        elif kind is not BuiltinMethodType:
            return super().call(context, obj, *args, **kwargs)
        if kwargs:
            kwargs.pop("_block_vars", None)
            kwargs.pop("_loop_vars", None)
        return obj(*args, **kwargs)

    def is_safe_attribute(self, obj: Value, attr: str, value: Value) -> bool:
        """Keep a path's `parser`, which is a module, away from templates, as Copier does."""
        if isinstance(obj, PurePath) and attr == "parser":
            return False
        return super().is_safe_attribute(obj, attr, value)

    def from_text(self, text: str) -> Template:
        """Return the template of this text, whose code is kept like that of a file."""
        return self.get_template(cast("Loader", self.loader).add(text))


def _is_flat(text: Value) -> bool:
    """Tell whether this is a format string whose fields look nothing up."""
    return type(text) is str and _FIELD_LOOKUP.search(text) is None


class YieldExtension(Extension):
    """The tag `{% yield x from xs %}...{% endyield %}` that Copier has for paths."""

    tags = {"yield"}  # noqa: RUF012 (Jinja declares it as a plain attribute)

    def parse(self, parser: Parser) -> nodes.Node:
        """Parse the tag into a call that reports its name and iterable."""
        line = next(parser.stream).lineno
        name = parser.parse_assign_target(name_only=True)
        parser.stream.expect("name:from")
        iterable = parser.parse_expression()
        body = parser.parse_statements(("name:endyield",), drop_needle=True)
        call = self.call_method("_capture", [nodes.Const(name.name), iterable])
        return nodes.CallBlock(call, [], [], body, lineno=line)

    def _capture(self, name: str, iterable: Value, caller: Callable[[], str]) -> str:
        environment = cast("TemplateEnvironment", self.environment)
        if environment.captured is not None:
            raise ScaffoldError("a path of the template has more than one `yield` tag")
        environment.captured = (name, iterable)
        try:
            return caller()
        except UndefinedError:
            if not environment.lenient:
                raise
            return ""


def _refused(name: str) -> Callable[..., Any]:
    def refuse(*_: Value, **__: Value) -> Value:
        raise ScaffoldError(
            f"the template uses the filter `{name}`, which looks at this machine",
            note="what a template makes depends on its answers alone",
            help="use another template, or another version of it",
        )

    return refuse


# They read variables, names of users and of files, and where links lead.
REFUSED_FILTERS = {
    name: _refused(name) for name in ("expanduser", "expandvars", "fileglob", "realpath", "relpath")
}


class _Filters(dict[str, Callable[..., Any]]):
    """Jinja's filters; those of jinja2-ansible-filters are imported when one is first used."""

    _ansible: Mapping[str, Callable[..., Any]] | None = None

    def __missing__(self, name: str) -> Callable[..., Any]:
        if self._ansible is None:
            from jinja2_ansible_filters.core_filters import FilterModule

            self._ansible = {**FilterModule().filters(), **REFUSED_FILTERS}
        self[name] = self._ansible[name]
        return self[name]

    def get(self, name: str, default: Value = None) -> Value:
        try:
            return self[name]
        except KeyError:
            return default

    def __contains__(self, name: object) -> bool:
        return self.get(str(name)) is not None


def make_environment(
    root: Path, envops: Mapping[str, Any], codes: Kept[bytes] | None, *, strict: bool = False
) -> TemplateEnvironment:
    """Return the environment for a template version; `strict` refuses undefined names.

    What is compiled is put into `codes`, which the caller saves.
    """
    options = {"keep_trailing_newline": True, **envops}
    undefined = _UNDEFINED[options.pop("undefined", "jinja2.Undefined")]
    environment = TemplateEnvironment(
        loader=Loader(root, codes),
        extensions=[YieldExtension],
        undefined=StrictUndefined if strict else undefined,
        auto_reload=False,
        cache_size=-1,
        **options,
    )
    environment.filters = _Filters(environment.filters)
    environment.filters["to_json"] = partial(json.dumps, default=_jsonable)
    environment.globals["pathjoin"] = _pathjoin
    return environment


def _jsonable(value: Value) -> Value:
    # Copier's fallback for what JSON does not know; pydantic comes with Copier.
    from pydantic_core import to_jsonable_python

    return to_jsonable_python(value, fallback=_plain)


def _plain(value: Value) -> Value:
    return str(value) if isinstance(value, PurePath) else value


def _pathjoin(*path: str, mode: str = "posix") -> str:
    kinds = {"posix": PurePosixPath, "windows": PureWindowsPath, "native": PurePath}
    return str(kinds[mode](*path))


def has_tags(text: str, envops: Mapping[str, Any]) -> bool:
    """Tell whether Jinja could change the text at all."""
    if envops.get("line_statement_prefix") or envops.get("line_comment_prefix") or "\r" in text:
        return True
    return any(tag in text for tag in _delimiters(envops))


def _delimiters(envops: Mapping[str, Any]) -> Iterator[str]:
    starts: Iterable[tuple[str, str]] = (("block", "{%"), ("variable", "{{"), ("comment", "{#"))
    for kind, usual in starts:
        yield str(envops.get(f"{kind}_start_string", usual))
