"""Bring a project to another version of its template: two renders, one merge, and a revision."""

from __future__ import annotations

import re
from dataclasses import field
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from scaffold.entities import names
from scaffold.errors import ScaffoldError, UsageError
from scaffold.frozen import dataclass
from scaffold.project.change import Outcome, file_of, revision
from scaffold.project.project import Project, load, questions
from scaffold.render.render import render
from scaffold.template.index import load_index
from scaffold.template.source import Template, UnknownVersionError, fetch, precedes, tags

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from packaging.version import Version

# What commands read of a template, beyond its files.
_SHOWN = 5  # releases, where a version is unknown
# What a package names the bundle of its template: by a hash of the content.
_SHIPPED = re.compile(r"template-[0-9a-f]{16}\.bundle")
_DESCRIBED = re.compile(r"(.*?)(?:-(\d+)-g[0-9a-f]+)?", re.DOTALL)
NEEDED = ("entities", "entities_spec", "types", "model")


@dataclass(frozen=True, slots=True)
class Upgrade:
    """The way from one version of the template to another, before it is gone."""

    project: Project
    template: Template
    asked: tuple[str, ...]
    retired: tuple[str, ...]

    @property
    def is_done(self) -> bool:
        """Tell whether the project has that version already."""
        return self.project.template.commit == self.template.commit


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person says of an upgrade.

    `to` is a tag or commit, the newest version where it is None. `data` answers questions, those that
    are new and those that were answered before. `fills` are values for the rows that exist, as `[ENTITY.]COLUMN=VALUE`.
    """

    to: str | None = None
    data: Mapping[str, str] = field(default_factory=dict)
    fills: Sequence[str] = ()
    accepts_loss: bool = False


def attempt(
    root: Path,
    wanted: Wanted,
    *,
    markers: bool = False,
    on_begin: Callable[[Upgrade], None] = lambda _: None,
) -> Outcome:
    """Plan the upgrade of the project at `root`; `on_begin` is told before the long part."""
    from scaffold.edits.columns import fills_of_columns
    from scaffold.entities.edit import Edit
    from scaffold.plan.plan import Plan, make_plan, with_markers

    upgrade = prepare(root, wanted.to, wanted.data)
    project, template = upgrade.project, upgrade.template
    on_begin(upgrade)
    if upgrade.is_done and not wanted.data:
        return Outcome(project, project.entities, Plan(()))
    notes: tuple[str, ...] = ()
    if not upgrade.is_done and _is_older(template, project.template) is None:
        unknown = (
            f"whether `{template.ref}` is newer than `{project.template.ref}` cannot be told: "
            "they are no releases, and no repository on this machine has both"
        )
        notes = (unknown,)
    if any(field.pattern for entity in project.entities for field in entity.fields):
        from scaffold.entities.patterns import check_patterns

        check_patterns(project.entities)
    stamp = {"_src_path": template.src_path, "_commit": template.ref}
    after = render(template, {**project.answers.data, **wanted.data, **stamp})
    model = after.context["model"]
    fills = fills_of_columns(wanted.fills, model, project.entities, project.types)
    edit = Edit(project.entities, fills=fills, accepts_loss=wanted.accepts_loss)
    written = revision(project, after, edit, template)
    plan = make_plan(project.rendered, after, project.root, file_of(written))
    notes = (*notes, *(written.notes if written else ()))
    return Outcome(project, project.entities, with_markers(plan) if markers else plan, notes=notes)


def prepare(root: Path, to: str | None, data: Mapping[str, str]) -> Upgrade:
    """Load the project and the version that it shall have; refuse what cannot work."""
    project = load(root)
    template = newest(project.template, to)
    known = questions(template)
    if missing := [name for name in NEEDED if name not in known]:
        raise ScaffoldError(
            f"version `{template.ref}` of the template has no `{missing[0]}`, which scaffold needs",
            help="choose another version: scaffold upgrade --to VERSION",
        )
    _refuse_unknown(data, known, template)
    former = questions(project.template)
    recorded = project.answers.data
    _refuse_fixed(data, recorded, template)
    return Upgrade(
        project,
        template,
        asked=tuple(name for name in known if name not in former),
        retired=tuple(name for name in former if name in recorded and name not in known),
    )


def newest(current: Template, to: str | None) -> Template:
    """Return the version to go to, which must not be older than the current one."""
    src_path = _source_now(current.src_path)
    commits = tags(src_path)
    known = releases(commits)
    wanted = to or next(iter(known), "HEAD")
    if src_path == current.src_path and commits.get(wanted) == current.commit:
        return current
    try:
        template = fetch(src_path, wanted)
    except UnknownVersionError as error:
        help = "it has no releases: name a commit, or leave out --to for its newest one"
        if known:
            help = f"its last releases are {names.listed(known[:_SHOWN])}"
        raise ScaffoldError(error.message, help=help) from error
    if _is_older(template, current):
        if to is None:
            return current  # made from a commit after the last release
        raise ScaffoldError(
            f"the project has version `{current.ref}`, and `{template.ref}` is older",
            note="going back would undo migrations and lose what later versions brought",
            help="choose a later version",
        )
    return template


def _source_now(src_path: str) -> str:
    """Return where newer versions are; of a bundle that came with scaffold, the one it has now."""
    if not _SHIPPED.fullmatch(PurePath(src_path).name):
        return src_path
    from scaffold.template.install import own_template

    own = own_template().src_path
    return own if _SHIPPED.fullmatch(PurePath(own).name) else src_path


def releases(known: Iterable[str]) -> list[str]:
    """Return the releases among tags as Copier orders them, by PEP 440, the newest first."""
    found = {
        version: tag
        for tag in known
        if (version := _version(tag)) is not None and not version.is_prerelease
    }
    return [found[version] for version in sorted(found, reverse=True)]


def _is_older(template: Template, than: Template) -> bool | None:
    """Compare two versions by what git calls them, or by the history; None where neither tells.

    `v1.0.0-3-gabc` is three commits after `v1.0.0`.
    """
    one, other = _position(template.ref), _position(than.ref)
    if one is None or other is None:
        return precedes(template, than)
    return one < other


def _position(ref: str) -> tuple[Version, int] | None:
    tag, after = _DESCRIBED.fullmatch(ref).groups()  # type: ignore[union-attr]  # it matches anything
    version = _version(tag)
    return (version, int(after or 0)) if version else None


def _version(tag: str) -> Version | None:
    from packaging.version import InvalidVersion, Version

    try:
        return Version(tag)
    except InvalidVersion:
        return None


def _refuse_fixed(data: Mapping[str, str], recorded: Mapping[str, Any], template: Template) -> None:
    """Refuse answers that nobody is asked for, and one that every file depends on."""
    asked = load_index(template).questions
    for name, answer in data.items():
        if name in ("entities", "entities_spec"):
            raise UsageError(
                f"`{name}` is no answer to be given; nothing was written",
                help="change entities by their commands: scaffold apply FILE, or model, field, alter",
            )
        if str(asked[name].get("when", True)).lower() == "false":
            raise UsageError(
                f"`{name}` is worked out from other answers; nothing was written",
                help="leave it out",
            )
        if name == "package_name" and answer != recorded.get(name):
            raise UsageError(
                "the package cannot be renamed by an upgrade; nothing was written",
                note="its name is in the path of each file, and in every import of yours",
                help=f"start another project, and move your code: scaffold new --data {name}={answer}",
            )


def _refuse_unknown(data: Mapping[str, Any], known: Iterable[str], template: Template) -> None:
    for name in data:
        if name not in known:
            near = names.nearest(name, known)
            raise UsageError(
                f"version `{template.ref}` of the template has no question `{name}`",
                help=f"a question with a similar name exists: `{near}`" if near else None,
            )
