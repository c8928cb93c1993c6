"""Turn (`_src_path`, `_commit`) into a folder that holds that version of the template."""

from __future__ import annotations

import hashlib
import json
import re
from contextlib import suppress
from pathlib import Path

from scaffold.cache.files import cache_folder, data_folder, read_cached, write_cached
from scaffold.errors import ScaffoldError
from scaffold.frozen import dataclass
from scaffold.git import run_git

_ALIASES = {"gh:": "https://github.com/", "gl:": "https://gitlab.com/"}
_URL_PREFIXES = ("git@", "git://", "git+", "https://", "http://", "ssh://", "file://")
_HASH = re.compile(r"[0-9a-f]{40,64}")
# `git describe` of an untagged commit, or a bare hash: it names one commit for ever.
_FIXED_COMMIT = re.compile(r"(.+-g)?[0-9a-f]{7,64}")


class UnknownVersionError(ScaffoldError):
    """The template has no such tag, branch or commit."""


@dataclass(frozen=True, slots=True)
class Template:
    """One version of a template on disk.

    `commit` is the full hash, `ref` and `src_path` are what the answers record, and `cache` is
    the folder for what is worked out from this version only.
    """

    root: Path
    commit: str
    src_path: str
    ref: str
    cache: Path


def resolve(src_path: str, commit: str, *, offline: bool = False) -> Template:
    """Return the template version that the answers name, fetching it when it is not cached."""
    if "://" not in src_path and not _expanded(src_path).is_absolute():
        _refuse_relative(src_path)
    cache = cache_folder()
    record = cache / "refs" / f"{_digest(src_path, commit)}.json"
    full = _recorded(record, src_path, commit)
    if full is None or not _tree(cache, full).is_dir():
        if offline:
            raise ScaffoldError(
                f"version `{commit}` of the template is not cached",
                note=f"the template is `{src_path}`",
                help="run the command once without --offline",
            )
        full, _ = _fetch(src_path, commit, cache)
        _record(record, src_path, commit, full)
    return Template(_tree(cache, full), full, src_path, commit, _tree(cache, full).parent)


def fetch(src_path: str, wanted: str) -> Template:
    """Return the version that a tag, branch or commit is now, under the name that git gives it.

    That name, which Copier records too, finds the same version later; a branch would not.
    """
    if "://" not in src_path and not _expanded(src_path).is_absolute():
        _refuse_relative(src_path)
    cache = cache_folder()
    full, name = _fetch(src_path, wanted, cache)
    _record(cache / "refs" / f"{_digest(src_path, name)}.json", src_path, name, full)
    return Template(_tree(cache, full), full, src_path, name, _tree(cache, full).parent)


def precedes(template: Template, other: Template) -> bool | None:
    """Tell whether the history of `other` holds this version; None where that cannot be told.

    Only a repository on this machine is asked: a look at another one would fetch it again.
    """
    folder = Path(git_url(template.src_path).removeprefix("file://"))
    if not folder.is_dir():
        return None
    found = run_git("merge-base", "--is-ancestor", template.commit, other.commit, folder=folder)
    return {0: template.commit != other.commit, 1: False}.get(found.returncode)


def tags(src_path: str) -> dict[str, str]:
    """Return the template's tags, in no order, each with the full hash of its commit."""
    url = _available(src_path)
    found = run_git("ls-remote", "--tags", "--", url)
    if found.returncode != 0:
        raise _unfetched(src_path, url, found.stderr.decode(errors="replace").strip())
    lines = found.stdout.decode(errors="replace").splitlines()
    names = {name: full for full, name in (line.split("\trefs/tags/", 1) for line in lines)}
    # A tag with a message is an object of its own; `^{}` marks the commit that it is for.
    return {
        name: names.get(f"{name}^{{}}", full)
        for name, full in names.items()
        if not name.endswith("^{}")
    }


def executables(template: Template) -> frozenset[str]:
    """Return the paths that the template's git index marks executable."""
    listed = json.loads((template.cache / "modes.json").read_bytes())
    return frozenset(path for path, mode in listed.items() if mode == "100755")


def special_entries(template: Template) -> dict[str, str]:
    """Return the paths that git stores as a link or a submodule, with the kind."""
    listed = json.loads((template.cache / "modes.json").read_bytes())
    kinds = {"120000": "symbolic link", "160000": "submodule"}
    return {path: kinds[mode] for path, mode in listed.items() if mode in kinds}


def git_url(src_path: str) -> str:
    """Return what git calls the source: shortcuts and the `git+` prefix resolved."""
    for alias, site in _ALIASES.items():
        if src_path.startswith(alias):
            repository = src_path.removeprefix(alias).lstrip("/")
            return site + repository.removesuffix(".git") + ".git"
    url = src_path.removeprefix("git+")
    if url.startswith(("https://github.com/", "https://gitlab.com/")) and url == src_path:
        return url.removesuffix(".git") + ".git"
    return str(_expanded(url)) if url.startswith("~") else url


def _expanded(src_path: str) -> Path:
    """Return a path with the home that it names, if there is one."""
    path = Path(src_path)
    try:
        return path.expanduser()
    except RuntimeError:
        return path


def is_remote(src_path: str) -> bool:
    """Tell whether a source is no path of this machine's files."""
    return src_path.startswith((*_ALIASES, *_URL_PREFIXES))


def _refuse_relative(src_path: str) -> None:
    if is_remote(src_path):
        return
    raise ScaffoldError(
        f"the template's source `{src_path}` is a relative path, so it cannot be found again",
        note="`_src_path` in `.copier-answers.yml` must be a URL or an absolute path",
        help="correct `_src_path` to the template's URL or absolute path",
    )


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _tree(cache: Path, full: str) -> Path:
    return cache / "templates" / full / "tree"


def _recorded(record: Path, src_path: str, commit: str) -> str | None:
    content = read_cached(record)
    if content is None:
        return None
    try:
        known = json.loads(bytes(content))
        stamp = _stamp(src_path, commit)
        return str(known["hash"]) if stamp is None or known["stamp"] == stamp else None
    except (ValueError, KeyError, TypeError):
        return None


def _record(record: Path, src_path: str, commit: str, full: str) -> None:
    known = {
        "src_path": src_path,
        "commit": commit,
        "hash": full,
        "stamp": _stamp(src_path, commit),
    }
    write_cached(record, json.dumps(known).encode())


def _stamp(src_path: str, commit: str) -> list[int] | None:
    """Return what changes when the tag of a local source moves, or None when nothing can tell."""
    if _FIXED_COMMIT.fullmatch(commit) or "://" in src_path:
        return None
    path = _expanded(src_path)
    watched = [path] if path.suffix == ".bundle" else _reference_files(path, commit)
    times: list[int] = []
    for file in watched:
        with suppress(OSError):
            times.append(file.stat().st_mtime_ns)
    return times or None


def _reference_files(path: Path, commit: str) -> list[Path]:
    git = path / ".git" if (path / ".git").is_dir() else path
    return [git / "packed-refs", git / "refs" / "tags" / commit, git / "refs" / "heads" / commit]


def _fetch(src_path: str, commit: str, cache: Path) -> tuple[str, str]:
    """Put the version into the cache, in one step; return its full hash and what git calls it."""
    from scaffold.cache.workplace import workplace

    url = _available(src_path)
    folder = cache / "templates"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with workplace(folder, ".fetch-") as holder:
            work = holder / "version"
            tree = work / "tree"
            _clone(url, src_path, tree)
            full = _full_hash(tree, src_path, commit)
            described = run_git("describe", "--tags", "--always", full, folder=tree)
            _check_out(tree, full, work)
            _publish(work, folder / full)
    except OSError as error:
        raise ScaffoldError(
            f"the cache folder `{cache}` cannot be written to: {error.strerror}",
            help="set SCAFFOLD_CACHE_DIR to a folder that can be",
        ) from error
    return full, described.stdout.decode(errors="replace").strip() or full


def _publish(work: Path, final: Path) -> None:
    """Rename the finished folder; of two commands that fetch one version, the first one wins."""
    if final.is_dir() and not (final / "tree").is_dir():
        from shutil import rmtree

        rmtree(final)
    try:
        work.rename(final)
    except OSError:
        if not (final / "tree").is_dir():
            raise


def _available(src_path: str) -> str:
    """Return the URL or path to clone, or raise when a local source is gone."""
    url = git_url(src_path)
    local = url.removeprefix("file://")
    if "://" in local or url.startswith("git@"):
        return url
    if Path(local).exists():
        return url
    shipped = _shipped_bundle(Path(url).name)
    if shipped is not None:
        return str(shipped)
    raise ScaffoldError(
        f"the template `{src_path}` is not there any more",
        note="`_src_path` in `.copier-answers.yml` names it, and this version is not cached",
        help="bring it back, or set `_src_path` to where the same template is now",
    )


def _shipped_bundle(name: str) -> Path | None:
    """Return the bundle of this name that came with scaffold; names hold a hash of the content."""
    if not name.endswith(".bundle"):
        return None
    for folder in (Path(__file__).parents[1] / "_template", data_folder()):
        if (folder / name).is_file():
            return folder / name
    return None


def _clone(url: str, src_path: str, tree: Path) -> None:
    # A local clone would copy objects as they are: one that is not what its hash says would stand
    # in the cache for the version that others have by that hash.
    result = run_git("clone", "--quiet", "--no-checkout", "--no-local", "--", url, tree)
    if result.returncode != 0:
        raise _unfetched(src_path, url, result.stderr.decode(errors="replace").strip())


def _unfetched(src_path: str, url: str, reason: str) -> ScaffoldError:
    if "://" in url or url.startswith("git@"):
        return ScaffoldError(
            f"the template `{src_path}` could not be fetched; nothing was written",
            note=_last_line(reason),
            help="check the network and your access to the repository, then try again",
        )
    return ScaffoldError(
        f"the template `{src_path}` is not a git repository or bundle",
        note=_last_line(reason),
        help="`_src_path` must name a git repository, since older versions are needed, too",
    )


def _last_line(text: str) -> str | None:
    lines = [line for line in text.splitlines() if line.strip()]
    return f"git says: {lines[-1]}" if lines else None


def _full_hash(tree: Path, src_path: str, commit: str) -> str:
    if "\n" not in commit and "\r" not in commit:
        for name in (commit, f"refs/remotes/origin/{commit}"):
            # On stdin, so that a recorded commit can never be read as an option.
            request = f"{name}^{{commit}}\n".encode()
            found = run_git("cat-file", "--batch-check=%(objectname)", folder=tree, stdin=request)
            full = found.stdout.decode(errors="replace").strip()
            if found.returncode == 0 and _HASH.fullmatch(full):
                return full
    raise UnknownVersionError(
        f"the template `{src_path}` has no version `{commit}`; nothing was written",
        note="a version made from uncommitted changes, or from a branch rewritten since, "
        "cannot be found again",
        help="set `_commit` in `.copier-answers.yml` to the version the project was made from",
    )


def _check_out(tree: Path, full: str, work: Path) -> None:
    from shutil import rmtree

    for arguments in (
        ("-c", "core.fsmonitor=false", "-c", "advice.detachedHead=false", "checkout", "-f", full),
        ("ls-files", "--stage", "-z"),
    ):
        result = run_git(*arguments, folder=tree)
        if result.returncode != 0:
            reason = result.stderr.decode(errors="replace")
            raise ScaffoldError("git could not check out the template", note=_last_line(reason))
    modes: dict[str, str] = {}
    for entry in result.stdout.decode("utf-8", "surrogateescape").split("\0"):
        description, tab, path = entry.partition("\t")
        if tab:
            modes[path] = description.split(" ", 1)[0]
    (work / "modes.json").write_text(json.dumps(modes), encoding="utf-8")
    rmtree(tree / ".git")
