"""Name every way in which a project cannot be updated or added to, each with what mends it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from scaffold.answers.reading import ANSWERS_FILE, read
from scaffold.errors import ScaffoldError
from scaffold.frozen import dataclass
from scaffold.plan.tree import Tree
from scaffold.project.project import Project, load, refuse_broken
from scaffold.render.render import render
from scaffold.status.agreement import of_broken_revisions, of_leftovers
from scaffold.status.survey import survey
from scaffold.template.source import resolve, tags

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from scaffold.answers.reading import Answers
    from scaffold.render.files import Render
    from scaffold.status.drift import Drift
    from scaffold.template.source import Template

_COPIER = (9, 19)
# Versions that are rendered to find the one that the files belong to: the newest ones.
_TRIED = 20


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong; `mends` says what to type."""

    message: str
    note: str | None = None
    mends: str | None = None

    @classmethod
    def of(cls, error: ScaffoldError) -> Problem:
        """Return what a command would have stopped with."""
        said = error.of_reading()
        return cls(said.message, said.note, said.help)

    @classmethod
    def of_drift(cls, drift: Drift) -> Problem:
        """Return what `scaffold status` says, too."""
        return cls(drift.message, drift.note, drift.help)


def examine(root: Path) -> tuple[Problem, ...]:
    """Return all problems of the project at `root`, none twice; writes nothing."""
    try:
        project = load(root)
    except ScaffoldError as error:
        found = [Problem.of(error), *_drift_of_broken(root), *_without_template(root)]
    else:
        found = [*_with_template(project), *_without_template(root)]
    return tuple(dict.fromkeys(found))


def _without_template(root: Path) -> Iterator[Problem]:
    yield from _old_copier()
    yield from _history(root)


def _with_template(project: Project) -> Iterator[Problem]:
    yield from _stopped_by(lambda: refuse_broken(project))
    yield from _deleted_registries(project)
    yield from map(Problem.of_drift, of_leftovers(survey(project)))
    yield from _drift(project.answers, project.template, project.rendered)


def _stopped_by(look: Callable[[], object]) -> Iterator[Problem]:
    try:
        look()
    except ScaffoldError as error:
        yield Problem.of(error)


def _history(root: Path) -> Iterator[Problem]:
    from scaffold.replay.step_cache import KnownSteps
    from scaffold.replay.tables import build
    from scaffold.revisions.history import VERSIONS, read_history

    try:
        history = read_history(root)
        built = build(history, root / VERSIONS, KnownSteps())
        yield from map(Problem.of_drift, of_broken_revisions(history, built, root))
        history.head()
    except ScaffoldError as error:
        yield Problem.of(error)


def _old_copier() -> Iterator[Problem]:
    from importlib.metadata import PackageNotFoundError, version

    with suppress(PackageNotFoundError, ValueError):
        installed = version("copier")
        if tuple(map(int, installed.split(".")[:2])) < _COPIER:
            yield Problem(
                f"Copier {installed} is too old for the template",
                note="it would ask for the entities, and forget them",
                mends=f"pip install --upgrade 'copier>={'.'.join(map(str, _COPIER))}'",
            )


def _deleted_registries(project: Project) -> Iterator[Problem]:
    from scaffold.plan.attributes import union_matcher

    attributes = project.rendered.get(".gitattributes")
    is_registry = union_matcher(attributes.body() if attributes else b"")
    tree = Tree(project.root)
    for path in project.rendered:
        if is_registry(path) and path.endswith(".py") and tree.read(path) is None:
            yield Problem(
                f"`{path}` is gone, which has a line of every entity",
                note="what a person deleted stays deleted, so entities added later are not in it",
                mends=f"bring it back: git checkout HEAD -- {path}",
            )


# Which version the files belong to.


def _drift_of_broken(root: Path) -> Iterator[Problem]:
    try:
        answers = read(root)
        template = resolve(answers.src_path, answers.commit)
        rendered = render(template, answers.data)
    except ScaffoldError:  # which is a problem of its own
        return
    yield from _drift(answers, template, rendered)


def _drift(answers: Answers, template: Template, rendered: Render) -> Iterator[Problem]:
    """Name the version that the files match better than the one that the answers claim."""
    claimed = len(matching(rendered, answers.root))
    rendered.save()
    if claimed == len(rendered):
        return
    best = _best(answers, template, among=_known(template.src_path))
    if best is not None and best[1] > claimed:
        yield Problem(
            f"the answers say version `{template.ref}`, and the files are those of `{best[0]}`",
            note=f"{claimed} of {len(rendered)} files match the one, and {best[1]} the other",
            mends=f"set `_commit` in {ANSWERS_FILE} to `{best[0]}`, or bring back its old version",
        )


def matching(rendered: Render, root: Path) -> tuple[str, ...]:
    """Return the paths of files that are as they were rendered, the answers left out."""
    tree = Tree(root)
    return tuple(
        path
        for path, file in rendered.items()
        if path == ANSWERS_FILE or ((own := tree.read(path)) and own.body == file.body())
    )


def _best(answers: Answers, template: Template, among: Iterable[str]) -> tuple[str, int] | None:
    """Return the version that most files match, with how many."""
    counts: dict[str, int] = {}
    for tag in among:
        with suppress(ScaffoldError):  # a version that cannot render these answers is none
            other = resolve(template.src_path, tag)
            rendered = render(other, {**answers.data, "_commit": tag})
            counts[tag] = len(matching(rendered, answers.root))
    best = max(counts, key=counts.__getitem__, default=None)
    return None if best is None else (best, counts[best])


def _known(src_path: str) -> list[str]:
    from scaffold.project.upgrade import releases

    try:
        return releases(tags(src_path))[:_TRIED]
    except ScaffoldError:  # offline: nothing can be told
        return []


# A project without a version.


@dataclass(frozen=True, slots=True)
class Adoption:
    """A version that a project turned out to have, and how many of its files are as rendered."""

    answers: Answers
    version: str
    matching: int
    rendered: int


def adopt(root: Path, version: str) -> Adoption | None:
    """Find out whether the files of a project without `_commit` are of a version; write nothing.

    None where that version is recorded already.
    """
    answers = read(root, commit=version)
    if answers.commit != version:
        raise ScaffoldError(
            f"the project has a version already: `{answers.commit}`",
            note="adopting is for projects that record none",
            help="bring it to another one: scaffold upgrade",
        )
    if "_commit" in answers.lines:
        return None
    template = resolve(answers.src_path, version)
    rendered = render(template, answers.data)
    found = len(matching(rendered, root))
    best = _best(answers, template, among=_known(template.src_path))
    if best is not None and best[1] > found:
        raise ScaffoldError(
            f"the files are not those of version `{version}`: {found} of {len(rendered)} match",
            note=f"{best[1]} match version `{best[0]}`",
            help=f"scaffold doctor --adopt {best[0]}",
        )
    if 2 * found < len(rendered):
        raise ScaffoldError(
            f"the files are not those of version `{version}`: {found} of {len(rendered)} match",
            help="name the version that the project was made from",
        )
    return Adoption(answers, version, found, len(rendered))


def stamp(adoption: Adoption) -> None:
    """Record the version in the answers file, below whatever comment it begins with."""
    from scaffold.apply.apply import apply, lock
    from scaffold.plan.plan import Change, Plan

    root = adoption.answers.root
    file = Tree(root).read(ANSWERS_FILE)
    if file is None:
        raise ScaffoldError(f"`{ANSWERS_FILE}` is gone")
    lines = file.body.decode().splitlines(keepends=True)
    place = next((n for n, line in enumerate(lines) if not line.startswith(("#", "---"))), 0)
    lines.insert(place, f'_commit: "{adoption.version}"\n')
    after = "".join(lines).encode()
    change = Change(ANSWERS_FILE, "update", file.body, after, file.mode, file.mode)
    with lock(root):
        apply(Plan((change,)), root)
