"""Start a project: a thin call to Copier, into a folder that appears when it is complete."""

from __future__ import annotations

import re
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scaffold import __version__
from scaffold.answers.reading import read
from scaffold.cache.workplace import workplace
from scaffold.entities import names
from scaffold.errors import ScaffoldError, UsageError
from scaffold.frozen import dataclass
from scaffold.git import run_git
from scaffold.render.with_copier import rendered_paths, run_copier
from scaffold.template.errors import RAISED, readable
from scaffold.template.install import Source, is_repository, of_folder, own_template
from scaffold.template.source import is_remote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


@dataclass(frozen=True, slots=True)
class Created:
    """A new project; `git` says whether it has a repository of its own, and `notes` what is odd."""

    root: Path
    name: str
    files: tuple[str, ...]
    git: bool
    notes: tuple[str, ...] = ()


_NO_CHOICE = re.compile(r"Invalid choice for '(\w+)': '(.*)' is not in (\[.*\])")
# What people say, and what a project takes.
_MEANT = {"mysql": "mariadb", "pg": "postgresql", "uuid": "uuid4"}


def answers_of(given: Mapping[str, str | None], data: Iterable[str]) -> dict[str, str]:
    """Return the answers that options give, each question once."""
    answers = {name: value for name, value in given.items() if value is not None}
    for item in data:
        name, equals, value = item.partition("=")
        if not equals or not name:
            raise ScaffoldError(
                f"`--data {item}` is no answer", help="write it as --data question=answer"
            )
        if name in answers:
            raise ScaffoldError(f"`{name}` is answered twice", help="leave one out")
        answers[name] = value
    return answers


def create(
    folder: Path,
    source: Source,
    answers: Mapping[str, str],
    *,
    ask: bool = False,
    git: bool = True,
) -> Created:
    """Render a new project to `folder`, which must be missing or empty."""
    target = folder.absolute()
    _refuse_occupied(target)
    notes = [source.note] if source.note else []
    with _workplace(target) as work:
        _copy(source, work, answers, ask=ask)
        name = _check(work, answers)
        files = tuple(rendered_paths(work))
        if git := git and not _inside_repository(target.parent):
            notes += _first_commit(work)
        _move(work, target)
    return Created(target, name, files, git, tuple(notes))


def _refuse_occupied(target: Path) -> None:
    if target.is_dir() and not any(target.iterdir()):
        return
    if target.exists() or target.is_symlink():
        what = "is not empty" if target.is_dir() else "is a file"
        raise ScaffoldError(f"`{target}` {what}", help="choose a folder that does not exist yet")


def source_of(template: str | None, ref: str | None) -> Source:
    """Return the template that a person named, or the one that scaffold came with."""
    if template is None:
        own = own_template()
        return Source(own.src_path, ref or own.ref, own.note)
    folder = Path(template).expanduser()
    if not folder.exists():
        if not is_remote(template):
            raise ScaffoldError(
                f"there is no template `{template}`",
                help="name a folder or the URL of a git repository, or leave out --template for "
                "scaffold's own",
            )
        return Source(template, ref)
    if folder.is_file():  # a git bundle
        return Source(str(folder.resolve()), ref or "HEAD")
    if not is_repository(folder):
        raise ScaffoldError(
            f"the template `{template}` is no git repository with a commit",
            note="adding entities and updating need the version that a project was made from",
            help=f"make it one: cd {folder} && git init && git add --all && git commit",
        )
    local = of_folder(folder)
    return Source(local.src_path, ref or local.ref, local.note)


@contextmanager
def _workplace(target: Path) -> Iterator[Path]:
    """Give a folder of the target's name, next to it, that is gone afterwards."""
    existing = next(parent for parent in target.parents if parent.exists())
    try:
        with workplace(existing, ".scaffold-new-") as holder:
            yield holder / target.name
    except OSError as error:
        raise ScaffoldError(
            f"`{target}` could not be written: {error.strerror or error}",
            help="check the folder's permissions and the space on the disk",
        ) from error


def _copy(source: Source, work: Path, answers: Mapping[str, str], *, ask: bool) -> None:
    import warnings

    from copier.errors import CopierError
    from plumbum import ProcessExecutionError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            run_copier(
                source.src_path,
                work,
                data=dict(answers),
                vcs_ref=source.ref,
                user_defaults=_defaults(work.name),
                defaults=not ask,
                quiet=True,
            )
    except KeyboardInterrupt:  # Copier's own is one too, and has more to say than is needed
        raise KeyboardInterrupt from None
    except ProcessExecutionError as error:
        last = [line for line in str(error.stderr).splitlines() if line.strip()][-1:]
        raise ScaffoldError(
            f"the template `{source.src_path}` could not be fetched",
            note=f"git says: {last[0]}" if last else None,
            help="check the address, the version, the network and your access to it",
        ) from error
    except UnicodeEncodeError as error:
        raise readable(error) from error
    except (CopierError, ValueError) as error:
        raise _refused(str(error)) from error
    except (*RAISED, AssertionError) as error:  # Copier asserts that a folder is no file, too
        raise readable(error) from error


def _defaults(folder: str) -> dict[str, Any]:
    """Return what is suggested instead of the template's own: a name like the folder's."""
    words = names.words(folder)
    return {"project_name": " ".join(word.capitalize() for word in words)} if words else {}


def _refused(message: str) -> ScaffoldError:
    """Return the error for what Copier says; an answer that is none of the choices is wrong usage."""
    found = _NO_CHOICE.fullmatch(message)
    if found is None:
        return ScaffoldError(_readable(message))
    question, given, choices = found[1], found[2], re.findall(r"'([^']*)'", found[3])
    meant = _MEANT.get(given.lower(), given)
    near = meant if meant in choices else names.nearest(given, choices)
    return UsageError(
        f"`{given}` is no answer to `{question}`; nothing was written",
        help=f"did you mean `{near}`?" if near else f"it is one of {names.listed(choices)}",
    )


def _readable(message: str) -> str:
    """Return Copier's words in the form of all messages."""
    text = " ".join(message.split())
    text = re.sub(r"Validation error for question '(\w+)': ", r"`\1` does not fit: ", text)
    return text[:1].lower() + text[1:] if text else "Copier could not render the template"


def _check(work: Path, answers: Mapping[str, str]) -> str:
    """Refuse what a later command could not work with; return the project's name."""
    recorded = read(work)
    for question in answers:
        if question not in recorded.data:
            known = [each for each in recorded.data if not each.startswith(("_", "entities"))]
            near = names.nearest(question, known)
            raise ScaffoldError(
                f"the template has no question `{question}`",
                note=f"its questions are {names.listed(known)}" if known else None,
                help=f"a question with a similar name exists: `{near}`" if near else None,
            )
    return str(recorded.data.get("project_name", work.name))


def _inside_repository(folder: Path) -> bool:
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    found = run_git("rev-parse", "--is-inside-work-tree", folder=existing)
    return found.stdout.strip() == b"true"


def _first_commit(work: Path) -> list[str]:
    """Make a repository with a first commit, which `copier update` needs."""
    message = f"Start from scaffold {__version__}"
    commit = ("commit", "--quiet", "--no-verify", "-m", message)
    for arguments in (("init", "--quiet", "--template="), ("add", "--all"), commit):
        done = run_git(*arguments, folder=work)
        if done.returncode:
            reason = done.stderr.decode(errors="replace").strip().splitlines()
            return [
                f"the first commit was not made: {reason[-1] if reason else 'git failed'}",
            ]
    return []


def _move(work: Path, target: Path) -> None:
    """Let the project appear; an empty folder stays the one that it was."""
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        work.rename(target)
        return
    moved: list[Path] = []
    try:
        for entry in sorted(work.iterdir()):
            moved.append(target / entry.name)
            entry.rename(moved[-1])
    except BaseException:
        for path in moved:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        raise
