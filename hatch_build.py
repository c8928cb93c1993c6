"""Put the template into the package: a git bundle of this repository, with its tags.

A bundle, not a folder, because an update needs the version that a project was made from, and
git keeps that. The source distribution carries the bundle, so that a wheel made from it needs
no git history; an editable install has none and uses the repository it stands in.
"""

import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

INSIDE = "scaffold/_template"
CARRIED = f"generator/{INSIDE}"


class TemplateBundle(BuildHookInterface[Any]):
    """Add the bundle to wheels and source distributions."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name the bundle to the builder, after making it when this is a repository."""
        if version == "editable":
            return
        root = Path(self.root)
        if _is_repository(root):
            bundle = _make_bundle(root)
        elif carried := sorted((root / CARRIED).glob("*.bundle")):
            bundle = carried[0]
        else:
            sys.exit("error: neither a git repository nor a source distribution with its bundle")
        folder = CARRIED if self.target_name == "sdist" else INSIDE
        build_data["force_include"][str(bundle)] = f"{folder}/{bundle.name}"


def _is_repository(root: Path) -> bool:
    """Tell whether `root` itself, not a folder above it, is a git work tree."""
    if not (root / ".git").exists():
        return False
    return Path(_git(root, "rev-parse", "--show-toplevel")).resolve() == root.resolve()


def _make_bundle(root: Path) -> Path:
    """Write HEAD and the tags to a file named by its content; the same commits give the same."""
    if _git(root, "rev-parse", "--is-shallow-repository") == "true":
        sys.exit("error: a shallow clone has no history to bundle; run: git fetch --unshallow")
    if _git(root, "status", "--porcelain", "--", "copier.yml", "template"):
        sys.stderr.write("note: uncommitted changes of the template are not in the package\n")
    tags = [f"refs/tags/{tag}" for tag in _git(root, "tag", "--merged").split()]
    bundle = Path(tempfile.mkdtemp(prefix="scaffold-")) / "template.bundle"
    _git(root, "-c", "pack.threads=1", "bundle", "create", "-q", str(bundle), "HEAD", *tags)
    digest = hashlib.sha256(bundle.read_bytes()).hexdigest()[:16]
    return bundle.rename(bundle.with_name(f"template-{digest}.bundle"))


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(root), *arguments], check=True, text=True, stdout=subprocess.PIPE
    )
    return done.stdout.strip()
