"""Render a template version with answers to files in memory, each one only when asked for."""

from __future__ import annotations

import marshal
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import jinja2
from jinja2 import TemplateError

from scaffold.answers import ANSWERS_FILE
from scaffold.cache import keep_newest, read_cached, write_cached
from scaffold.digests import Digests, dump, short
from scaffold.errors import ScaffoldError
from scaffold.index import FORMAT, Index, Source, bytecode_folder, load_index
from scaffold.jinja_env import TemplateEnvironment, has_tags, make_environment
from scaffold.memo import Memo
from scaffold.paths import Paths, Yielded, same_path
from scaffold.questions import Questionnaire, render_text
from scaffold.template_errors import readable

if TYPE_CHECKING:
    from collections.abc import Callable

    from scaffold.source import Template

_DICT_ATTRIBUTES = frozenset(dir(dict))
_MISSING = "\0missing"
# Two renders a command, and room for a dry run before it.
_KEPT_CONTEXTS = 4
_KEPT_BODIES = 200


class Rendered:
    """One file of a render.

    Equal keys mean equal bytes, in whatever renders they appear. `mode` is 0o644 or 0o755;
    `once` says that the file is written only where there is none.
    """

    __slots__ = ("_body", "_make", "key", "mode", "once", "path")

    def __init__(
        self, path: str, mode: int, key: bytes, make: Callable[[], bytes], *, once: bool = False
    ) -> None:
        self.path = path
        self.mode = mode
        self.key = key
        self.once = once
        self._make = make
        self._body: bytes | None = None

    def body(self) -> bytes:
        """Return the file's bytes, rendering them the first time."""
        if self._body is None:
            self._body = self._make()
        return self._body

    def __repr__(self) -> str:
        return f"Rendered({self.path!r}, {self.mode:o})"


class Render(Mapping[str, Rendered]):
    """All files of a render by their path, and the variables that the template saw."""

    __slots__ = ("context", "files")

    def __init__(self, files: dict[str, Rendered], context: dict[str, Any]) -> None:
        self.files = files
        self.context = context

    def __getitem__(self, path: str) -> Rendered:
        return self.files[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self.files)

    def __len__(self) -> int:
        return len(self.files)


def render(template: Template, data: Mapping[str, Any]) -> Render:
    """Render the template with the recorded answers `data`, `_commit` and `_src_path` included.

    What a template raises, and answers that do not fit its questions, are errors.
    """
    index = load_index(template)
    if index.unsupported:
        from scaffold.fallback import render_with_copier

        return render_with_copier(template, data, index)
    return _Rendering(template, index, data).run()


class _Rendering:
    """One render in the making."""

    def __init__(self, template: Template, index: Index, data: Mapping[str, Any]) -> None:
        self._template = template
        self._index = index
        bytecode = bytecode_folder(template)
        self._environment = make_environment(template.root, index.envops, bytecode)
        strict = make_environment(template.root, index.envops, bytecode, strict=True)
        self._context = _context(template, index, self._environment, data)
        self._digests = Digests()
        self._paths = Paths(template.root, index, strict, self._context, self._digests)
        self._keys: dict[str, bytes] = {}
        self._chains: dict[tuple[str, ...], bytes] = {}

    def run(self) -> Render:
        files: dict[str, Rendered] = {}
        origins: dict[str, Yielded] = {}
        is_excluded = self._matcher(self._index.exclude)
        is_once = self._matcher(self._index.skip_if_exists)
        for source in self._index.sources:
            key = self._key(source)
            for path, yielded in self._paths.of(source):
                if is_excluded is not None and is_excluded(path):
                    continue
                if path in files:
                    raise same_path(path, origins[path], yielded)
                once = is_once is not None and is_once(path)
                make = _Body(self, source, yielded)
                files[path] = Rendered(path, source.mode, key + yielded.digest, make, once=once)
                origins[path] = yielded
        return Render(files, self._context)

    def body(self, source: Source, yielded: Yielded) -> bytes:
        """Render one file."""
        if not source.is_template:
            return (self._template.root / source.path).read_bytes()
        if yielded.values:
            return self._fill(source, yielded)
        # What all entities have a part in takes the longest, and is the next command's old render.
        folder = self._template.cache / f"bodies-{FORMAT}"
        cached = folder / self._key(source).hex()
        content = read_cached(cached)
        if content is None:
            content = self._fill(source, yielded)
            write_cached(cached, content)
            keep_newest(folder, _KEPT_BODIES)
        return content

    def _fill(self, source: Source, yielded: Yielded) -> bytes:
        environment = self._environment
        environment.captured = None
        try:
            compiled = environment.get_template(source.path)
            text: str = compiled.render({**self._context, **yielded.values})
        except TemplateError as error:
            raise readable(error, f"`{source.path}`") from error
        if environment.captured is not None:
            raise ScaffoldError(f"`{source.path}` has a `yield` tag, which only paths may have")
        return text.encode()

    def _matcher(self, patterns: tuple[str, ...]) -> Callable[[str], bool] | None:
        if not patterns:
            return None
        from scaffold.patterns import matcher

        lines: list[str] = []
        for pattern in patterns:
            tagged = has_tags(pattern, self._index.envops)
            text = render_text(self._environment, pattern, self._context) if tagged else pattern
            lines.extend(text.splitlines())
        return matcher(lines)

    def _key(self, source: Source) -> bytes:
        """Return a digest of all that the file's bytes depend on, but for yielded values."""
        known = self._keys.get(source.path)
        if known is None:
            known = self._keys[source.path] = self._new_key(source)
        return known

    def _new_key(self, source: Source) -> bytes:
        reads = source.reads
        if reads is None:
            reads = tuple((name,) for name in sorted(self._context))
        return short(bytes.fromhex(source.digest) + b"".join(map(self._value_digest, reads)))

    def _value_digest(self, chain: tuple[str, ...]) -> bytes:
        known = self._chains.get(chain)
        if known is None:
            value = self._context.get(chain[0], _MISSING)
            for key in chain[1:]:
                # Where Jinja would find a method or an attribute, the whole value counts.
                if type(value) is not dict or key in _DICT_ATTRIBUTES:
                    break
                value = value.get(key, _MISSING)
            known = self._chains[chain] = self._digests.of(value)
        return known


class _Body:
    """The way to a file's bytes; smaller than a function, since most are never called."""

    __slots__ = ("_rendering", "_source", "_yielded")

    def __init__(self, rendering: _Rendering, source: Source, yielded: Yielded) -> None:
        self._rendering = rendering
        self._source = source
        self._yielded = yielded

    def __call__(self) -> bytes:
        return self._rendering.body(self._source, self._yielded)


def _context(
    template: Template, index: Index, environment: TemplateEnvironment, data: Mapping[str, Any]
) -> dict[str, Any]:
    """Answer the template's questions; answers worked out lately are in the cache."""
    constants = {"_copier_conf": _copier_conf(template)}
    folder = template.cache / f"answers-{FORMAT}"
    cached = folder / short(dump(data)).hex()
    content = read_cached(cached)
    if content is not None:
        with suppress(ValueError, EOFError, TypeError):
            return {**marshal.loads(content), **constants}  # noqa: S302 (written below)
    environment.memo = Memo(template.cache / f"memo-{FORMAT}-{jinja2.__version__}")
    questionnaire = Questionnaire(index, environment, data, constants)
    questionnaire.answer_all()
    environment.memo.save()
    context = questionnaire.context("render")
    with suppress(ValueError):
        known = {name: value for name, value in context.items() if name not in constants}
        write_cached(cached, marshal.dumps(known))
        keep_newest(folder, _KEPT_CONTEXTS)
    return context


def _copier_conf(template: Template) -> dict[str, Any]:
    system = {"linux": "linux", "darwin": "macos", "win32": "windows"}.get(sys.platform)
    return {
        "answers_file": PurePath(ANSWERS_FILE),
        "os": system,
        "sep": os.sep,
        "vcs_ref_hash": template.commit,
    }
