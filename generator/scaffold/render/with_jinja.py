"""Render a template version with Jinja: its variables, its paths, and its files one by one."""

from __future__ import annotations

import os
import sys
from functools import cached_property
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from scaffold.answers.reading import ANSWERS_FILE
from scaffold.cache.digests import Digests, short
from scaffold.errors import ScaffoldError
from scaffold.render.files import Family
from scaffold.render.outline import Outline
from scaffold.render.paths import Paths, is_plain, join, refuse_fault
from scaffold.render.patterns import matcher
from scaffold.template.environment import has_tags, make_environment
from scaffold.template.errors import RAISED, readable
from scaffold.template.index import codes_of, derived_folder
from scaffold.template.macro_cache import Memo
from scaffold.template.questions import Questionnaire, render_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from scaffold.render.paths import Target
    from scaffold.template.index import Index, Source
    from scaffold.template.source import Template

_DICT_ATTRIBUTES = frozenset(dir(dict))
_MISSING = "\0missing"


class Making:
    """A render of one template version with one set of answers, in the making.

    `known` are the variables that a former command worked out from the same answers.
    """

    def __init__(
        self,
        template: Template,
        index: Index,
        data: Mapping[str, Any],
        known: Mapping[str, Any] | None = None,
    ) -> None:
        self._template = template
        self._index = index
        self._data = data
        self._known = known
        self._codes = codes_of(template)
        self._environment = make_environment(template.root, index.envops, self._codes)
        self._digests = Digests()
        self._keys: dict[str, bytes] = {}
        self._chains: dict[tuple[str, ...], bytes] = {}
        self._sources = {source.path: source for source in index.sources}

    @cached_property
    def variables(self) -> dict[str, Any]:
        """Return what the template sees, beyond what is the same for all answers."""
        if self._known is not None:
            return dict(self._known)
        environment = self._environment
        environment.memo = Memo(derived_folder(self._template) / "memo")
        questionnaire = Questionnaire(self._index, environment, self._data, self._constants)
        questionnaire.answer_all()
        environment.memo.save()
        context = questionnaire.context("render")
        return {name: value for name, value in context.items() if name not in self._constants}

    def outline(self) -> Outline:
        """Return all files of the render."""
        found = _Families(self._paths, matcher(self._lines(self._index.exclude)))
        for source in self._index.sources:
            for folder, targets in self._paths.of(source):
                found.add(source, self._key(source), folder, targets)
        once = self._lines(self._index.skip_if_exists)
        return Outline(tuple(found.families.values()), self.variables, tuple(once))

    def fill(self, path: str, digest: bytes) -> bytes:
        """Render a file of the template with the values that the digest stands for."""
        if not self._sources[path].is_template:
            return (self._template.root / path).read_bytes()
        environment = self._environment
        environment.captured = None
        values = self._paths.values(digest)
        try:
            text: str = environment.get_template(path).render({**self._context, **values})
            content = text.encode()
        except RAISED as error:
            raise readable(error, f"`{path}`") from error
        if environment.captured is not None:
            raise ScaffoldError(f"`{path}` has a `yield` tag, which only paths may have")
        return content

    def save(self) -> None:
        """Keep what was compiled for the next command."""
        self._codes.save()

    @cached_property
    def _constants(self) -> dict[str, Any]:
        system = {"linux": "linux", "darwin": "macos", "win32": "windows"}.get(sys.platform)
        configuration = {
            "answers_file": PurePath(ANSWERS_FILE),
            "os": system,
            "sep": os.sep,
            "vcs_ref_hash": self._template.commit,
        }
        return {"_copier_conf": configuration}

    @cached_property
    def _context(self) -> dict[str, Any]:
        return {**self.variables, **self._constants}

    @cached_property
    def _paths(self) -> Paths:
        root, index = self._template.root, self._index
        strict = make_environment(root, index.envops, self._codes, strict=True)
        return Paths(root, index, strict, self._context, self._digests)

    def _lines(self, patterns: Iterable[str]) -> list[str]:
        lines: list[str] = []
        for pattern in patterns:
            tagged = has_tags(pattern, self._index.envops)
            text = render_text(self._environment, pattern, self._context) if tagged else pattern
            lines.extend(text.splitlines())
        return lines

    def _key(self, source: Source) -> bytes:
        """Return a digest of all that the file's bytes depend on, but for yielded values."""
        known = self._keys.get(source.path)
        if known is None:
            reads = source.reads
            if reads is None:
                reads = tuple((name,) for name in sorted(self._context))
            parts = map(self._value_digest, reads)
            known = self._keys[source.path] = short(bytes.fromhex(source.digest) + b"".join(parts))
        return known

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


class _Families:
    """The files of a render, none of which may have the path of another."""

    def __init__(self, paths: Paths, is_excluded: Callable[[str], bool] | None) -> None:
        self._paths = paths
        self._is_excluded = is_excluded
        self._taken: dict[str, dict[str, bytes]] = {}
        # The names of a list of targets, which is kept, so that no other one gets its id.
        self._names: dict[int, tuple[list[Target], dict[str, bytes] | None]] = {}
        self.families: dict[tuple[str, str], Family] = {}

    def add(self, source: Source, key: bytes, folder: str, targets: list[Target]) -> None:
        """Add the files of these names in the folder."""
        names = None if self._is_excluded else self._shared(targets)
        if names is not None:
            self._put(source, key, folder, names)
            return
        for name, digest in targets:
            path = join(folder, name)
            if self._is_excluded is None or not self._is_excluded(path):
                refuse_fault(path)
                parent, _, last = path.rpartition("/")
                self._put(source, key, parent, {last: digest})

    def _shared(self, targets: list[Target]) -> dict[str, bytes] | None:
        """Return the targets by their names, if these are plain and no two are the same."""
        known = self._names.get(id(targets))
        if known is None:
            names = dict(targets)
            plain = len(names) == len(targets) and all(map(is_plain, names))
            known = self._names[id(targets)] = (targets, names if plain else None)
        return known[1]

    def _put(self, source: Source, key: bytes, folder: str, names: dict[str, bytes]) -> None:
        if folder and folder not in self._taken:
            refuse_fault(folder)
        taken = self._taken.setdefault(folder, {})
        for name in names.keys() & taken.keys():
            raise self._same_path(f"{folder}/{name}".lstrip("/"), taken[name], names[name])
        taken.update(names)
        former = self.families.get((source.path, folder))
        if former is not None:
            names = {**former.names, **names}
        self.families[source.path, folder] = Family(source.path, folder, names, key, source.mode)

    def _same_path(self, path: str, first: bytes, second: bytes) -> ScaffoldError:
        one, other = self._paths.origin(first), self._paths.origin(second)
        return ScaffoldError(
            f"{one} and {other} would both be written to `{path}`",
            help="give one of them another name",
        )
