"""What there is to know about a template version before any answer is known; cached."""

from __future__ import annotations

import hashlib
import json
import marshal
import os
import sys
from contextlib import suppress
from dataclasses import asdict
from functools import cache
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from scaffold import __version__
from scaffold.cache.digests import short
from scaffold.cache.files import read_cached, write_cached
from scaffold.cache.store import Kept
from scaffold.errors import ScaffoldError
from scaffold.frozen import dataclass
from scaffold.template.source import Template, executables, special_entries

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from scaffold.template.dependencies import Chain
    from scaffold.template.environment import TemplateEnvironment
    from scaffold.template.settings import Settings

# Part of the name of what is cached: a change of this package that changes it needs another.
_FORMAT = 5
_CODES = 2000

_CONF_FIELDS = {"answers_file", "os", "sep", "vcs_ref_hash"}
_UNKNOWN_NAMES = {
    *("now", "make_secret", "_external_data", "_folder_name"),
    *("_copier_python", "_copier_operation"),
}


@dataclass(frozen=True, slots=True)
class Source:
    """One file of the template: its place, and what decides its bytes.

    `parts` are the parts of the path that it renders to. `reads` are the values that the content
    depends on, or None for all of them; `digest` covers its text and all that it includes.
    """

    path: str
    parts: tuple[str, ...]
    is_template: bool
    mode: int
    digest: str
    reads: tuple[Chain, ...] | None


@dataclass(frozen=True, slots=True)
class Index:
    """A template's settings, questions and files.

    `constants` are the computed answers that depend on no other answer, and `unsupported` names
    what only Copier itself can render.
    """

    envops: dict[str, Any]
    suffix: str
    exclude: tuple[str, ...]
    skip_if_exists: tuple[str, ...]
    questions: dict[str, dict[str, Any]]
    sources: tuple[Source, ...] = ()
    constants: dict[str, Any] | None = None
    unsupported: tuple[str, ...] = ()


@cache
def derived_folder(template: Template) -> Path:
    """Return the folder of what this scaffold, with its libraries, worked out from the version.

    Jinja, which comes in between, is not imported for that: the folder that it is installed in
    changes with every version of a package there.
    """
    found = find_spec("jinja2")
    place = Path(found.origin).parents[1] if found and found.origin else Path()
    makers = (_FORMAT, __version__, sys.version, str(place), place.stat().st_mtime_ns)
    return template.cache / f"derived-{short(repr(makers).encode()).hex()}"


@cache
def codes_of(template: Template) -> Kept[bytes]:
    """Return what was compiled of the version's files and texts."""
    return Kept(derived_folder(template) / "codes", _CODES)


@cache
def load_index(template: Template) -> Index:
    """Return the index of a template version, from the cache when it is there."""
    path = derived_folder(template) / "index"
    content = read_cached(path)
    if content is not None:
        with suppress(ValueError, EOFError, TypeError, KeyError):
            return _from_record(marshal.loads(content))  # noqa: S302 (written below)
    index = build_index(template)
    with suppress(ValueError):  # YAML holds more than can be cached
        write_cached(path, marshal.dumps(asdict(index)))
    return index


def build_index(template: Template) -> Index:
    """Read the template's settings, and look through all its files."""
    from scaffold.template.errors import RAISED, readable

    try:
        return _build(template)
    except RAISED as error:  # a setting may be anything, and have any tags
        raise readable(error, "its `copier.yml`") from error


def _build(template: Template) -> Index:
    from scaffold.template.settings import read_settings

    settings = read_settings(template.root)
    links = [f"the {kind} `{path}`" for path, kind in special_entries(template).items()]
    if settings.unsupported or links:
        return _index(settings, unsupported=(*settings.unsupported, *links))
    return _Builder(template, settings).build()


def _index(settings: Settings, **found: Any) -> Index:  # noqa: ANN401 (fields of Index)
    return Index(
        settings.envops,
        settings.suffix,
        settings.exclude,
        settings.skip_if_exists,
        settings.questions,
        **found,
    )


class _Builder:
    """The files and texts of one template version, looked through with Jinja's own parser."""

    def __init__(self, template: Template, settings: Settings) -> None:
        from scaffold.template.environment import make_environment

        self._root = template.root
        self._settings = settings
        self._executables = executables(template)
        self._environment = make_environment(template.root, settings.envops, None)
        self._folder = template.root / settings.subdirectory
        self._unsupported: set[str] = set()

    def build(self) -> Index:
        sources = tuple(filter(None, map(self._source, sorted(_files(self._folder)))))
        for name, question in self._settings.questions.items():
            for text in question.values():
                self._check_names(f"the question `{name}`", text)
        for pattern in (*self._settings.exclude, *self._settings.skip_if_exists):
            self._check_names("a pattern", pattern)
        index = _index(
            self._settings,
            sources=sources,
            constants={},
            unsupported=tuple(sorted(self._unsupported)),
        )
        constants = _constants(index, self._environment)
        return _index(
            self._settings, sources=sources, constants=constants, unsupported=index.unsupported
        )

    def _source(self, relative: str) -> Source | None:
        suffix = self._settings.suffix
        is_template = relative.endswith(suffix)
        if suffix and (self._folder / f"{relative}{suffix}").exists():
            return None
        target = PurePosixPath(relative)
        if is_template and suffix:
            target = target.with_suffix("")
        if not is_template and (self._root / f"{target}{suffix}").exists():
            return None
        path = (PurePosixPath(self._settings.subdirectory) / relative).as_posix()
        for part in target.parts:
            self._check_names(f"the path `{path}`", part)
        content = (self._folder / relative).read_bytes()
        text = self._text(path, content) if is_template else None
        mode = 0o755 if path in self._executables else 0o644
        if text is None:
            digest = hashlib.sha256(content).hexdigest()
            return Source(path, target.parts, is_template=False, mode=mode, digest=digest, reads=())
        digest, reads = self._dependencies(path, text)
        return Source(path, target.parts, is_template=True, mode=mode, digest=digest, reads=reads)

    def _text(self, path: str, content: bytes) -> str | None:
        try:
            return content.decode("utf-8")
        except UnicodeDecodeError as error:
            if self._settings.suffix:
                raise ScaffoldError(f"the template file `{path}` is not UTF-8") from error
            return None

    def _dependencies(self, path: str, text: str) -> tuple[str, tuple[Chain, ...] | None]:
        from scaffold.template.dependencies import of_text

        found = of_text(self._environment, text)
        self._check_names(f"`{path}`", text)
        parts = [json.dumps(self._settings.envops, sort_keys=True), text]
        for name in sorted(found.files):
            file = self._root / name
            parts.extend((name, file.read_text(encoding="utf-8") if file.is_file() else ""))
        digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()
        return digest, None if found.chains is None else tuple(sorted(found.chains))

    def _check_names(self, place: str, text: object) -> None:
        from scaffold.template.dependencies import of_text
        from scaffold.template.environment import has_tags

        if isinstance(text, str) and has_tags(text, self._settings.envops):
            chains = of_text(self._environment, text).chains
            self._unsupported.update(_unknown_names(place, chains or ()))


def _constants(index: Index, environment: TemplateEnvironment) -> dict[str, Any]:
    from scaffold.template.dependencies import of_text
    from scaffold.template.questions import Questionnaire

    names = [
        name
        for name, question in index.questions.items()
        if question.get("when") is False
        and set(question) <= {"default", "type", "when"}
        and isinstance(question.get("default"), str)
        and of_text(environment, question["default"]).chains == frozenset()
    ]
    return Questionnaire(index, environment, {}, {}).answer_only(names)


def _files(root: Path) -> Iterator[str]:
    for folder, _, names in os.walk(root):
        relative = PurePosixPath(Path(folder).relative_to(root).as_posix())
        for name in names:
            yield (relative / name).as_posix()


def _unknown_names(place: str, chains: Iterable[Chain]) -> Iterator[str]:
    for chain in chains:
        if chain[0] in _UNKNOWN_NAMES:
            yield f"`{chain[0]}` in {place}"
        if chain[0] == "_copier_conf" and not _CONF_FIELDS.intersection(chain[1:2]):
            yield f"`{'.'.join(chain)}` in {place}"


def _from_record(record: Mapping[str, Any]) -> Index:
    sources = tuple(Source(**each) for each in record["sources"])
    return Index(**{**record, "sources": sources})
