"""What there is to know about a template version before any answer is known; cached."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import jinja2

from scaffold.answers import ANSWERS_FILE
from scaffold.cache import read_cached, write_cached
from scaffold.errors import ScaffoldError
from scaffold.source import Template, executables, special_entries

if TYPE_CHECKING:
    from scaffold.dependencies import Chain
    from scaffold.jinja_env import TemplateEnvironment

FORMAT = 1
_DEFAULT_EXCLUDE = (
    "copier.yaml",
    "copier.yml",
    "~*",
    "*.py[co]",
    "__pycache__",
    ".git",
    ".DS_Store",
    ".svn",
)
# The settings that do not change a file, and the ones that `Index` holds.
_WITHOUT_EFFECT = {
    "cleanup_on_error",
    "message_after_copy",
    "message_after_update",
    "message_before_copy",
    "message_before_update",
}
_IMPLEMENTED = {
    "answers_file",
    "envops",
    "exclude",
    "min_copier_version",
    "preserve_symlinks",
    "secret_questions",
    "skip_if_exists",
    "subdirectory",
    "templates_suffix",
}
_CODE_SETTINGS = ("tasks", "migrations", "jinja_extensions")
_QUESTION_KEYS = {
    *("ask", "choices", "default", "help", "multiline", "multiselect", "placeholder"),
    *("qmark", "secret", "type", "validator", "when"),
}
_CONF_FIELDS = {"answers_file", "os", "sep", "vcs_ref_hash"}
_UNKNOWN_NAMES = {
    *("now", "make_secret", "_external_data", "_folder_name"),
    *("_copier_python", "_copier_operation"),
}
_COPIER_VERSION = (9, 19)


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
    sources: tuple[Source, ...]
    constants: dict[str, Any]
    unsupported: tuple[str, ...]


def load_index(template: Template) -> Index:
    """Return the index of a template version, from the cache when it is there."""
    path = template.cache / f"index-{FORMAT}-{jinja2.__version__}.json"
    content = read_cached(path)
    if content is not None:
        try:
            return _from_json(json.loads(content))
        except (ValueError, KeyError, TypeError):
            pass  # Another version of scaffold may have written it.
    index = build_index(template)
    try:
        record = json.dumps(_to_json(index))
    except TypeError:
        return index
    if _from_json(json.loads(record)) == index:
        write_cached(path, record.encode())
    return index


def bytecode_folder(template: Template) -> Path:
    """Return the folder for Jinja's bytecode of this template version."""
    return template.cache / f"bytecode-{FORMAT}-{jinja2.__version__}"


def build_index(template: Template) -> Index:
    """Read the template's settings, and look through all its files."""
    config = _config(template.root)
    settings = {key[1:]: value for key, value in config.items() if key.startswith("_")}
    _refuse_code(settings)
    unsupported = sorted(_unsupported(settings, template))
    questions = _questions(config, settings, unsupported)
    subdirectory = str(settings.get("subdirectory") or "")
    default_exclude = () if PurePosixPath(subdirectory) != PurePosixPath() else _DEFAULT_EXCLUDE
    suffix = settings.get("templates_suffix")
    index = Index(
        envops=dict(settings.get("envops") or {}),
        suffix=".jinja" if suffix is None else str(suffix),
        exclude=tuple(map(str, settings.get("exclude", default_exclude))),
        skip_if_exists=tuple(map(str, settings.get("skip_if_exists", ()))),
        questions=questions,
        sources=(),
        constants={},
        unsupported=tuple(unsupported),
    )
    if unsupported:
        return index
    return _with_sources(index, template, subdirectory)


def _config(root: Path) -> dict[str, Any]:
    import yaml

    found = [path for path in root.glob("copier.*") if path.suffix.lower() in {".yml", ".yaml"}]
    if len(found) != 1:
        problem = "more than one" if found else "no"
        raise ScaffoldError(f"the template has {problem} `copier.yml`")
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        documents = [each for each in yaml.load_all(found[0].read_bytes(), loader) if each]
    except yaml.constructor.ConstructorError as error:
        return {"_include": f"a YAML tag: {error.problem}"}
    except yaml.YAMLError as error:
        raise ScaffoldError(
            f"the template's `{found[0].name}` is not valid YAML: {error}"
        ) from error
    if len(documents) > 1 or any(not isinstance(each, dict) for each in documents):
        return {"_include": "more than one YAML document"}
    return dict(documents[0]) if documents else {}


def _refuse_code(settings: Mapping[str, Any]) -> None:
    for name in _CODE_SETTINGS:
        if settings.get(name):
            raise ScaffoldError(
                f"the template has `_{name}`, which run code; scaffold never does",
                help="use a version of the template without them, or `copier update`",
            )


def _unsupported(settings: Mapping[str, Any], template: Template) -> Iterator[str]:
    for name in settings:
        if name not in _IMPLEMENTED | _WITHOUT_EFFECT and name not in _CODE_SETTINGS:
            yield f"the setting `_{name}`"
    if settings.get("answers_file", ANSWERS_FILE) != ANSWERS_FILE:
        raise ScaffoldError(f"the template's answers file is not `{ANSWERS_FILE}`")
    envops = settings.get("envops") or {}
    if envops.get("undefined", "jinja2.Undefined") not in (
        "jinja2.Undefined",
        "jinja2.StrictUndefined",
    ):
        yield "the setting `_envops.undefined`"
    if any(tag in str(settings.get("subdirectory", "")) for tag in ("{", "[", "<", "%")):
        yield "a computed `_subdirectory`"
    minimum = str(settings.get("min_copier_version", "0")).split(".")[:2]
    if tuple(int(part) for part in minimum if part.isdigit()) > _COPIER_VERSION:
        yield f"the Copier version {'.'.join(minimum)}"
    for path, kind in special_entries(template).items():
        yield f"the {kind} `{path}`"


def _questions(
    config: Mapping[str, Any], settings: Mapping[str, Any], unsupported: list[str]
) -> dict[str, dict[str, Any]]:
    questions: dict[str, dict[str, Any]] = {}
    for name, details in config.items():
        if name.startswith("_"):
            continue
        question = dict(details) if isinstance(details, dict) else {"default": details}
        if name in settings.get("secret_questions", ()):
            question["secret"] = True
        choices = question.get("choices")
        if unknown := set(question) - _QUESTION_KEYS:
            unsupported.append(f"`{sorted(unknown)[0]}` of the question `{name}`")
        if question.get("multiselect"):
            unsupported.append(f"`multiselect` of the question `{name}`")
        values = choices.values() if isinstance(choices, dict) else choices or ()
        if isinstance(choices, str) or any(isinstance(each, dict) for each in values):
            unsupported.append(f"the computed choices of the question `{name}`")
        for key in ("help", "multiline", "placeholder", "qmark"):
            question.pop(key, None)
        questions[name] = question
    return questions


def _with_sources(index: Index, template: Template, subdirectory: str) -> Index:
    from scaffold.dependencies import of_text
    from scaffold.jinja_env import has_tags, make_environment

    environment = make_environment(template.root, index.envops, None)
    unsupported: list[str] = []
    used = executables(template)
    copy_root = template.root / subdirectory
    sources: list[Source] = []
    texts = [(f"the question `{name}`", text) for name, text in _question_texts(index.questions)]
    for relative in sorted(_files(copy_root)):
        path = (PurePosixPath(subdirectory) / relative).as_posix()
        is_template = relative.endswith(index.suffix)
        if index.suffix and (copy_root / f"{relative}{index.suffix}").exists():
            continue
        target = PurePosixPath(relative)
        if is_template and index.suffix:
            target = target.with_suffix("")
        if not is_template and (template.root / f"{target}{index.suffix}").exists():
            continue
        content = (copy_root / relative).read_bytes()
        texts.extend((f"the path `{path}`", part) for part in target.parts)
        digest = hashlib.sha256(content)
        reads: tuple[Chain, ...] | None = ()
        if is_template:
            try:
                text = content.decode("utf-8")
            except UnicodeDecodeError:
                if index.suffix:
                    raise ScaffoldError(f"the template file `{path}` is not UTF-8") from None
                is_template = False
        if is_template:
            found = of_text(environment, text)
            texts.append((f"`{path}`", text))
            digest = hashlib.sha256(_closure(template.root, content, found.files, index.envops))
            reads = None if found.chains is None else tuple(sorted(found.chains))
        mode = 0o755 if path in used else 0o644
        sources.append(Source(path, target.parts, is_template, mode, digest.hexdigest(), reads))
    for place, text in texts:
        if has_tags(text, index.envops):
            unsupported.extend(_unknown_names(place, of_text(environment, text).chains or ()))
    found = replace(index, sources=tuple(sources), unsupported=tuple(sorted(set(unsupported))))
    return replace(found, constants=_constants(found, environment))


def _constants(index: Index, environment: TemplateEnvironment) -> dict[str, Any]:
    from scaffold.dependencies import of_text
    from scaffold.questions import Questionnaire

    names = [
        name
        for name, question in index.questions.items()
        if question.get("when") is False
        and set(question) <= {"default", "type", "when"}
        and isinstance(question.get("default"), str)
        and of_text(environment, question["default"]).chains == frozenset()
    ]
    return Questionnaire(index, environment, {}, {}).answer_only(names) if names else {}


def _question_texts(questions: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for name, question in questions.items():
        for key in ("ask", "default", "type", "validator", "when"):
            if isinstance(question.get(key), str):
                yield name, question[key]


def _files(root: Path) -> Iterator[str]:
    for folder, _, names in os.walk(root):
        relative = PurePosixPath(Path(folder).relative_to(root).as_posix())
        for name in names:
            yield (relative / name).as_posix()


def _closure(root: Path, content: bytes, files: Iterable[str], envops: Mapping[str, Any]) -> bytes:
    parts = [json.dumps(dict(envops), sort_keys=True).encode(), content]
    for name in sorted(files):
        file = root / name.split("\0")[0]
        parts.append(name.encode())
        if file.is_file():
            parts.append(file.read_bytes())
    return b"\0".join(parts)


def _unknown_names(place: str, chains: Iterable[Chain]) -> Iterator[str]:
    for chain in chains:
        if chain[0] in _UNKNOWN_NAMES:
            yield f"`{chain[0]}` in {place}"
        if chain[0] == "_copier_conf" and (len(chain) < 2 or chain[1] not in _CONF_FIELDS):
            yield f"`{'.'.join(chain)}` in {place}"


def _to_json(index: Index) -> dict[str, Any]:
    fields = ("envops", "suffix", "exclude", "skip_if_exists", "questions", "constants")
    record = {name: getattr(index, name) for name in fields}
    record["unsupported"] = index.unsupported
    record["sources"] = [
        [each.path, each.parts, each.is_template, each.mode, each.digest, each.reads]
        for each in index.sources
    ]
    return record


def _from_json(record: dict[str, Any]) -> Index:
    sources = tuple(
        Source(
            path=path,
            parts=tuple(parts),
            is_template=is_template,
            mode=mode,
            digest=digest,
            reads=None if reads is None else tuple(map(tuple, reads)),
        )
        for path, parts, is_template, mode, digest, reads in record["sources"]
    )
    return Index(
        envops=record["envops"],
        suffix=record["suffix"],
        exclude=tuple(record["exclude"]),
        skip_if_exists=tuple(record["skip_if_exists"]),
        questions=record["questions"],
        sources=sources,
        constants=record["constants"],
        unsupported=tuple(record["unsupported"]),
    )
