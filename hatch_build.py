"""Put the template into the package: a git bundle of this repository, with its tags.

A bundle, not a folder, because an update needs the version that a project was made from, and
git keeps that. The source distribution carries the bundle, so that a wheel made from it needs
no git history; an editable install has none and uses the repository it stands in.
"""

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

INSIDE = "scaffold/_template/template.bundle"
CARRIED = f"generator/{INSIDE}"


class TemplateBundle(BuildHookInterface[Any]):
    """Add the bundle to wheels and source distributions."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name the bundle to the builder, after making it when this is a repository."""
        if version == "editable":
            return
        root = Path(self.root)
        bundle = root / CARRIED
        if _is_repository(root):
            bundle = Path(tempfile.mkdtemp(prefix="scaffold-")) / "template.bundle"
            _make_bundle(root, bundle)
        elif not bundle.is_file():
            sys.exit("error: neither a git repository nor a source distribution with its bundle")
        target = CARRIED if self.target_name == "sdist" else INSIDE
        build_data["force_include"][str(bundle)] = target


def _is_repository(root: Path) -> bool:
    """Tell whether `root` itself, not a folder above it, is a git work tree."""
    if not (root / ".git").exists():
        return False
    return Path(_git(root, "rev-parse", "--show-toplevel")).resolve() == root.resolve()


def _make_bundle(root: Path, bundle: Path) -> None:
    """Write HEAD and the tags; the same commit gives the same bytes."""
    if _git(root, "rev-parse", "--is-shallow-repository") == "true":
        sys.exit("error: a shallow clone has no history to bundle; run: git fetch --unshallow")
    if _git(root, "status", "--porcelain", "--", "copier.yml", "template"):
        sys.stderr.write("note: uncommitted changes of the template are not in the package\n")
    tags = [f"refs/tags/{tag}" for tag in _git(root, "tag", "--merged").split()]
    _git(root, "-c", "pack.threads=1", "bundle", "create", "-q", str(bundle), "HEAD", *tags)


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(root), *arguments], check=True, text=True, stdout=subprocess.PIPE
    )
    return done.stdout.strip()
