"""Render a template version with answers to files in memory, each one only when asked for."""

from __future__ import annotations

import hashlib
import marshal
import os
import posixpath
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import PurePath
from typing import Any

from jinja2 import Template as JinjaTemplate
from jinja2 import TemplateError

from scaffold.answers import ANSWERS_FILE
from scaffold.cache import keep_newest, read_cached, write_cached
from scaffold.errors import ScaffoldError
from scaffold.index import FORMAT, Index, Source, bytecode_folder, load_index
from scaffold.jinja_env import TemplateEnvironment, has_tags, make_environment
from scaffold.questions import Questionnaire, readable, render_text
from scaffold.source import Template

_MISSING = b"\0missing"
_DICT_ATTRIBUTES = frozenset(dir(dict))
_KEPT_CONTEXTS = 4
# A value that a `yield` tag introduced: its name, itself, and its digest.
Yielded = tuple[str, Any, bytes]
Target = tuple[str, tuple[Yielded, ...]]


class Rendered:
    """One file of a render.

    Equal keys mean equal bytes, in whatever renders they appear. `mode` is 0o644 or 0o755;
    `once` says that the file is written only where there is none.
    """

    __slots__ = ("_body", "_make", "key", "mode", "once", "path")

    def __init__(
        self, path: str, mode: int, key: bytes, make: Callable[[], bytes], once: bool = False
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
    """Render the template with the recorded answers `data`, `_commit` and `_src_path` included."""
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
        self._files = make_environment(template.root, index.envops, bytecode)
        # An undefined name in a path would quietly drop or misname a file.
        self._paths = make_environment(template.root, index.envops, bytecode, strict=True)
        self._context = _context(template, index, self._files, data)
        self._digests: dict[tuple[str, ...], bytes] = {}
        self._parts: dict[tuple[str, tuple[bytes, ...]], list[Target]] = {}
        self._folders: dict[tuple[str, ...], list[Target]] = {(): [("", ())]}

    def run(self) -> Render:
        files: dict[str, Rendered] = {}
        origin: dict[str, Target] = {}
        excluded = self._matcher(self._index.exclude)
        once = self._matcher(self._index.skip_if_exists)
        for source in self._index.sources:
            base = self._key(source)
            for path, yielded in self._targets(source):
                if excluded is not None and excluded(path):
                    continue
                if path in files:
                    raise _same_path(path, origin[path][1], yielded)
                keep = once is not None and once(path)
                files[path] = self._rendered(source, path, yielded, base, keep)
                origin[path] = (path, yielded)
        return Render(files, self._context)

    def _matcher(self, patterns: tuple[str, ...]) -> Callable[[str], bool] | None:
        if not patterns:
            return None
        from scaffold.patterns import matcher

        lines: list[str] = []
        for pattern in patterns:
            if has_tags(pattern, self._index.envops):
                pattern = render_text(self._files, pattern, self._context)
            lines.extend(pattern.splitlines())
        return matcher(lines)

    def _targets(self, source: Source) -> Iterator[Target]:
        """Return the paths a source renders to, with the values that make them differ."""
        for folder, yielded in self._folder(source.parts[:-1]):
            for name, added in self._part(source.parts[-1], yielded):
                path = self._path(folder, name)
                if source.is_template or not self._has_sibling(source, path):
                    yield path, (yielded + added if added else yielded)

    def _folder(self, parts: tuple[str, ...]) -> list[Target]:
        found = self._folders.get(parts)
        if found is None:
            found = [
                (self._path(folder, name), yielded + added)
                for folder, yielded in self._folder(parts[:-1])
                for name, added in self._part(parts[-1], yielded)
            ]
            self._folders[parts] = found
        return found

    def _path(self, folder: str, name: str) -> str:
        if name == ANSWERS_FILE:
            return name
        path = f"{folder}/{name}" if folder else name
        if "/." in path or "//" in path or path[0] in "./":
            path = posixpath.normpath(path)
            if path.startswith(("/", "../")) or path in {".", ".."}:
                raise ScaffoldError(f"the template renders a path outside the project: `{path}`")
        return path

    def _has_sibling(self, source: Source, path: str) -> bool:
        suffix = self._index.suffix
        dynamic = "/".join(source.parts) != path
        return dynamic and os.path.exists(f"{self._template.root}/{path}{suffix}")

    def _part(self, part: str, yielded: tuple[Yielded, ...]) -> list[Target]:
        if not has_tags(part, self._index.envops):
            return [(part, ())]
        memo = (part, tuple(digest for _, _, digest in yielded))
        found = self._parts.get(memo)
        if found is None:
            extra = {name: value for name, value, _ in yielded}
            try:
                found = list(self._render_part(part, {**self._context, **extra}))
            except TemplateError as error:
                raise readable(error, f"the path `{part}`") from error
            self._parts[memo] = found
        return found

    def _render_part(self, part: str, context: dict[str, Any]) -> Iterator[Target]:
        compiled = self._paths.from_text(part)
        self._paths.captured = None
        text = compiled.render(context)
        captured = self._paths.captured
        if captured is None:
            if text:
                yield text, ()
            return
        name, values = captured
        for value in values or ():
            context[name] = value
            self._paths.captured = None
            text = _strictly(self._paths, compiled, context)
            if text:
                yield text, ((name, value, _digest(_dump(value))),)

    def _rendered(
        self, source: Source, path: str, yielded: tuple[Yielded, ...], base: bytes, keep: bool
    ) -> Rendered:
        if not source.is_template:
            return Rendered(path, source.mode, base, lambda: self._copy(source), keep)
        key = base
        for name, _, digest in yielded:
            key += name.encode() + digest
        return Rendered(path, source.mode, key, lambda: self._fill(source, yielded), keep)

    def _copy(self, source: Source) -> bytes:
        return (self._template.root / source.path).read_bytes()

    def _fill(self, source: Source, yielded: tuple[Yielded, ...]) -> bytes:
        context = self._context
        if yielded:
            context = {**context, **{name: value for name, value, _ in yielded}}
        try:
            self._files.captured = None
            text: str = self._files.get_template(source.path).render(context)
        except TemplateError as error:
            raise readable(error, f"`{source.path}`") from error
        if self._files.captured is not None:
            raise ScaffoldError(f"`{source.path}` has a `yield` tag, which only paths may have")
        return text.encode()

    def _key(self, source: Source) -> bytes:
        """Return a digest of all that the file's bytes depend on, but for yielded values."""
        if source.reads is None:
            every = tuple((name,) for name in sorted(self._context))
            parts = [self._value_digest(chain) for chain in every]
        else:
            parts = [self._value_digest(chain) for chain in source.reads]
        return _digest(bytes.fromhex(source.digest) + b"".join(parts))

    def _value_digest(self, chain: tuple[str, ...]) -> bytes:
        known = self._digests.get(chain)
        if known is None:
            value = self._context.get(chain[0], _MISSING)
            for key in chain[1:]:
                # Where Jinja would find a method or an attribute, the whole value counts.
                if type(value) is not dict or key in _DICT_ATTRIBUTES:
                    break
                value = value.get(key, _MISSING)
            known = self._digests[chain] = _digest(_dump(value))
        return known


def _strictly(
    environment: TemplateEnvironment, compiled: JinjaTemplate, context: dict[str, Any]
) -> str:
    """Render a path for one value; unlike the first time, the body must be defined."""
    environment.lenient = False
    try:
        return compiled.render(context)
    finally:
        environment.lenient = True


def _context(
    template: Template, index: Index, environment: TemplateEnvironment, data: Mapping[str, Any]
) -> dict[str, Any]:
    """Answer the template's questions; answers worked out lately are in the cache."""
    constants = {"_copier_conf": _copier_conf(template)}
    recorded = _dump(data)
    folder = template.cache / f"answers-{FORMAT}"
    cached = folder / _digest(recorded).hex()
    content = read_cached(cached)
    if content is not None:
        with suppress(ValueError, EOFError, TypeError):
            return {**marshal.loads(content), **constants}
    everything = Questionnaire(index, environment, data, constants)
    everything.answer_all()
    context = everything.context("render")
    with suppress(ValueError):
        known = {name: value for name, value in context.items() if name not in constants}
        write_cached(cached, marshal.dumps(known, 2))
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


def _same_path(path: str, first: tuple[Yielded, ...], second: tuple[Yielded, ...]) -> ScaffoldError:
    names = [_name(yielded) for yielded in (first, second)]
    return ScaffoldError(
        f"{names[0]} and {names[1]} would both be written to `{path}`",
        help="give one of them another name",
    )


def _name(yielded: tuple[Yielded, ...]) -> str:
    for _, value, _ in reversed(yielded):
        if isinstance(value, dict) and "name" in value:
            return f"`{value['name']}`"
        return f"`{value}`"
    return "a file of the template"


def _dump(value: Any) -> bytes:
    # Version 2 writes equal values alike, tells 1 from True, and keeps the order of keys.
    try:
        return marshal.dumps(value, 2)
    except ValueError:
        return repr(value).encode()


def _digest(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=16).digest()
