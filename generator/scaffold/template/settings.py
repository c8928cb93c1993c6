"""Read a template's `copier.yml`: its settings, its questions, and what scaffold lacks for them."""

from __future__ import annotations

from pathlib import PurePosixPath
from posixpath import normpath
from typing import TYPE_CHECKING, Any

from scaffold.answers.reading import ANSWERS_FILE
from scaffold.errors import ScaffoldError
from scaffold.frozen import dataclass
from scaffold.untrusted import fault_of, load_yaml, read_regular

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

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
# The settings that do not change a file, and the ones that are read below.
_KNOWN = {
    *("cleanup_on_error", "message_after_copy", "message_after_update"),
    *("message_before_copy", "message_before_update", "preserve_symlinks"),
    *("answers_file", "envops", "exclude", "min_copier_version", "secret_questions"),
    *("skip_if_exists", "subdirectory", "templates_suffix"),
}
_CODE_SETTINGS = ("tasks", "migrations", "jinja_extensions")
_SHOWN_ONLY = {"help", "multiline", "placeholder", "qmark"}
_QUESTION_KEYS = {
    *("ask", "choices", "default", "multiselect", "secret", "type", "validator", "when"),
    *_SHOWN_ONLY,
}
_UNDEFINED = ("jinja2.Undefined", "jinja2.StrictUndefined")
_COPIER_VERSION = (9, 19)


@dataclass(frozen=True, slots=True)
class Settings:
    """What `copier.yml` says; `unsupported` names what only Copier itself can do."""

    envops: dict[str, Any]
    suffix: str
    subdirectory: str
    exclude: tuple[str, ...]
    skip_if_exists: tuple[str, ...]
    questions: dict[str, dict[str, Any]]
    unsupported: tuple[str, ...]


def read_settings(root: Path) -> Settings:
    """Read the settings of the template at `root`; refuse those that run code."""
    config = _config(root)
    settings = {key[1:]: value for key, value in config.items() if key.startswith("_")}
    _refuse(settings)
    questions = {
        name: _question(name, details, settings)
        for name, details in config.items()
        if not name.startswith("_")
    }
    subdirectory = str(settings.get("subdirectory") or "")
    in_root = PurePosixPath(subdirectory) == PurePosixPath()
    suffix = settings.get("templates_suffix")
    unsupported = [*_unsupported(settings)]
    for name, question in questions.items():
        unsupported.extend(_unsupported_in(name, question))
    return Settings(
        envops=dict(settings.get("envops") or {}),
        suffix=".jinja" if suffix is None else str(suffix),
        subdirectory=subdirectory,
        exclude=tuple(map(str, settings.get("exclude", _DEFAULT_EXCLUDE if in_root else ()))),
        skip_if_exists=tuple(map(str, settings.get("skip_if_exists", ()))),
        questions=questions,
        unsupported=tuple(unsupported),
    )


def _config(root: Path) -> dict[str, Any]:
    import yaml

    found = [path for path in root.glob("copier.*") if path.suffix.lower() in {".yml", ".yaml"}]
    if len(found) != 1:
        problem = "more than one" if found else "no"
        raise ScaffoldError(f"the template has {problem} `copier.yml`")
    file = found[0]
    try:
        _, document = load_yaml(read_regular(file), yaml.SafeLoader)
    except (yaml.constructor.ConstructorError, yaml.composer.ComposerError) as error:
        return {"_include": str(error.problem)}  # a tag of Copier's own, or several documents
    except OSError as error:
        raise ScaffoldError(
            f"`{file.name}` of the template cannot be read: {error.strerror}"
        ) from error
    except yaml.YAMLError as error:
        raise ScaffoldError(f"the template's `{file.name}` is not valid YAML: {error}") from error
    if document is not None and not isinstance(document, dict):
        return {"_include": "no mapping"}
    return dict(document or {})


def _refuse(settings: Mapping[str, Any]) -> None:
    for name in _CODE_SETTINGS:
        if settings.get(name):
            raise ScaffoldError(
                f"the template has `_{name}`, which run code; scaffold never does",
                help="use a version of the template without them, or `copier update`",
            )
    if settings.get("answers_file", ANSWERS_FILE) != ANSWERS_FILE:
        raise ScaffoldError(f"the template's answers file is not `{ANSWERS_FILE}`")
    folder = str(settings.get("subdirectory") or ".")
    if not _is_computed(folder) and normpath(folder) != "." and fault_of(normpath(folder)):
        raise ScaffoldError(f"the template's `_subdirectory` leads out of it: `{folder}`")


def _question(name: str, details: object, settings: Mapping[str, Any]) -> dict[str, Any]:
    question = dict(details) if isinstance(details, dict) else {"default": details}
    if name in settings.get("secret_questions", ()):
        question["secret"] = True
    return {key: value for key, value in question.items() if key not in _SHOWN_ONLY}


def _unsupported(settings: Mapping[str, Any]) -> Iterator[str]:
    for name in settings:
        if name not in _KNOWN and name not in _CODE_SETTINGS:
            yield f"the setting `_{name}`"
    if (settings.get("envops") or {}).get("undefined", _UNDEFINED[0]) not in _UNDEFINED:
        yield "the setting `_envops.undefined`"
    if _is_computed(str(settings.get("subdirectory", ""))):
        yield "a computed `_subdirectory`"
    version = str(settings.get("min_copier_version", "0")).split(".")[:2]
    if tuple(int(part) for part in version if part.isdigit()) > _COPIER_VERSION:
        yield f"the Copier version {'.'.join(version)}"


def _is_computed(text: str) -> bool:
    return any(tag in text for tag in "{[<%")


def _unsupported_in(name: str, question: Mapping[str, Any]) -> Iterator[str]:
    for key in sorted(set(question) - _QUESTION_KEYS):
        yield f"`{key}` of the question `{name}`"
    if question.get("multiselect"):
        yield f"`multiselect` of the question `{name}`"
    choices = question.get("choices") or ()
    values = choices.values() if isinstance(choices, dict) else choices
    if isinstance(choices, str) or any(_is_extended(each) for each in values):
        yield f"the computed choices of the question `{name}`"


def _is_extended(choice: object) -> bool:
    """Tell whether a choice has Copier's long form, with a validator of its own."""
    return isinstance(choice[-1] if isinstance(choice, list) and choice else choice, dict)
