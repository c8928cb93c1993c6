"""Find the template that this scaffold came with, as a source that an update can use later."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from scaffold.cache.files import data_folder, write_whole
from scaffold.errors import ScaffoldError
from scaffold.frozen import dataclass
from scaffold.git import run_git, without_drivers

PACKAGE = Path(__file__).parents[1]
BUNDLES = PACKAGE / "_template"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a template is and which of its versions; `note` says what a person may not expect."""

    src_path: str
    ref: str | None
    note: str = ""


def own_template() -> Source:
    """Return the template of this installation.

    Installed from a version control URL: that URL and commit. From a folder that is a git
    repository: that repository's HEAD. Otherwise the bundle in the package, copied to the user's
    data folder, since a project outlives the environment that it was started from.
    """
    origin = _origin()
    url = str(origin.get("url", ""))
    if (vcs := origin.get("vcs_info")) and vcs.get("vcs") == "git":
        return Source(f"git+{url.removeprefix('git+')}", str(vcs["commit_id"]))
    if "dir_info" in origin and (folder := _repository(url)) is not None:
        return of_folder(folder)
    bundle = _kept_bundle()
    if bundle is None:
        raise ScaffoldError(
            "this installation of scaffold has no template",
            note="it was built without the git history that one is made from",
            help="name one: scaffold new DIR --template URL",
        )
    return Source(str(bundle), "HEAD")


def of_folder(folder: Path) -> Source:
    """Return the HEAD of a repository on this machine."""
    edited = run_git(
        *("status", "--porcelain", "--ignore-submodules=all", "--", "copier.yml", "template"),
        folder=folder,
        drivers=without_drivers(folder),
    )
    note = ""
    if edited.stdout.strip():
        note = f"uncommitted changes of the template in {folder} are not used"
    # As a URL, so that Copier takes a commit, and never a copy of the folder as it is now.
    return Source(f"git+{folder.resolve().as_uri()}", "HEAD", note)


def _origin() -> dict[str, Any]:
    """Return where the package was installed from, as the installer recorded it (PEP 610)."""
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        text = distribution("scaffold").read_text("direct_url.json")
    except PackageNotFoundError:
        text = None
    if text is None:
        checkout = PACKAGE.parents[1]
        if (checkout / "copier.yml").is_file():  # run from a checkout that is not installed
            return {"url": checkout.as_uri(), "dir_info": {}}
        return {}
    origin = json.loads(text)
    return origin if isinstance(origin, dict) else {}


def _repository(url: str) -> Path | None:
    from urllib.parse import urlsplit
    from urllib.request import url2pathname

    folder = Path(url2pathname(urlsplit(url).path))
    return folder if is_repository(folder) and (folder / "copier.yml").is_file() else None


def is_repository(folder: Path) -> bool:
    """Tell whether the folder itself is a git work tree or a bare repository with a commit."""
    if not ((folder / ".git").exists() or (folder / "HEAD").is_file()):
        return False
    return run_git("rev-parse", "--verify", "--quiet", "HEAD", folder=folder).returncode == 0


def _kept_bundle() -> Path | None:
    """Copy the package's bundle, whose name holds a hash of its content, to the data folder."""
    shipped = next(iter(sorted(BUNDLES.glob("*.bundle"))), None)
    if shipped is None:
        return None
    kept = data_folder() / shipped.name
    if not kept.is_file():
        write_whole(kept, shipped.read_bytes())
    if not kept.is_file():
        raise ScaffoldError(
            f"the template could not be kept in `{kept.parent}`",
            help="set SCAFFOLD_DATA_DIR to a folder that can be written to",
        )
    return kept
