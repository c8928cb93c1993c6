"""The record of a change under way, from which a killed command is completed or rolled back.

Below `.scaffold/`: `staging/` holds the new contents and, once a file is replaced, the old one;
`journal` is there from the moment on which the change is decided; `undo` replaces it while a
change is taken back. All moves are renames, so that every step can be repeated.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING

from scaffold.apply.lock import STATE_FOLDER
from scaffold.errors import ScaffoldError
from scaffold.frozen import dataclass

if TYPE_CHECKING:
    from pathlib import Path

_VERSION = 1
# Called between steps; it may raise.
Checkpoint = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Step:
    """One file's way from `before` to `after`, both SHA-256 digests, None for no file.

    `number` names the staged files: `N.new` is what is to come, `N.old` what was there.
    """

    number: int
    path: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Journal:
    """All steps of one change, and the folders made for it."""

    steps: tuple[Step, ...]
    folders: tuple[str, ...]


def staging_folder(root: Path) -> Path:
    """Return the folder of the contents on their way in and out."""
    return root / STATE_FOLDER / "staging"


def journal_file(root: Path) -> Path:
    """Return the record of a change that is decided."""
    return root / STATE_FOLDER / "journal"


def undo_file(root: Path) -> Path:
    """Return the record of a change that is taken back."""
    return root / STATE_FOLDER / "undo"


def digest(content: bytes | None) -> str | None:
    """Return the SHA-256 of a content, None for no file."""
    return None if content is None else hashlib.sha256(content).hexdigest()


def write_journal(root: Path, journal: Journal) -> None:
    """Decide the change: from here on, a killed command is completed by the next."""
    record = {
        "version": _VERSION,
        "steps": [asdict(step) for step in journal.steps],
        "folders": journal.folders,
    }
    # In the staging folder, so that it goes with it if it never becomes the journal.
    temporary = staging_folder(root) / "journal.part"
    with temporary.open("wb") as file:
        file.write(json.dumps(record).encode())
        file.flush()
        # One sync, of the record: a killed process loses nothing that the kernel has, and after
        # a power cut a journal that is not whole would be worse than none.
        os.fsync(file.fileno())
    temporary.replace(journal_file(root))


def read_journal(path: Path) -> Journal | None:
    """Return the recorded change, or None when there is none."""
    try:
        record = json.loads(path.read_bytes())
        if record["version"] == _VERSION:
            steps = tuple(Step(**step) for step in record["steps"])
            return Journal(steps, tuple(record["folders"]))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        pass
    raise ScaffoldError(
        f"the record of an interrupted command, `{path}`, cannot be read",
        note="it was written by another version of scaffold, or it is damaged",
        help=f"look at your files with `git status`, then delete `{path.parent}`",
    )


def present(root: Path, path: str) -> str | None:
    """Return the digest of the file that is there now."""
    try:
        return digest((root / path).read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None


def forward(root: Path, journal: Journal, checkpoint: Checkpoint = lambda: None) -> None:
    """Do all steps, or those that are still to be done."""
    for folder in journal.folders:
        (root / folder).mkdir(exist_ok=True)
    for step in journal.steps:
        checkpoint()
        step_forward(root, step)
    checkpoint()


def step_forward(root: Path, step: Step) -> None:
    """Replace, create or delete one file, keeping the old one in the staging folder."""
    file = root / step.path
    new, old = (staging_folder(root) / f"{step.number}.{kind}" for kind in ("new", "old"))
    if step.after is None:
        if not old.exists():
            file.replace(old)
        return
    if not new.exists():
        return
    if step.before is not None and not old.exists():
        _keep(file, old)
    new.replace(file)


def _keep(file: Path, old: Path) -> None:
    """Keep the old file under a second name, so that the first never goes missing."""
    try:
        os.link(file, old, follow_symlinks=False)
    except (OSError, NotImplementedError):
        # A file system without hard links: the file is gone for a moment.
        file.replace(old)


def backward(root: Path, journal: Journal) -> None:
    """Undo all steps that were done; a file that a person changed since is left alone."""
    for step in reversed(journal.steps):
        file = root / step.path
        old = staging_folder(root) / f"{step.number}.old"
        new = staging_folder(root) / f"{step.number}.new"
        if old.exists():
            if present(root, step.path) in (step.after, step.before, None):
                file.parent.mkdir(parents=True, exist_ok=True)  # it was emptied, and is gone
                old.replace(file)
        elif step.before is None and not new.exists() and present(root, step.path) == step.after:
            with suppress(FileNotFoundError):
                file.unlink()
    for folder in reversed(journal.folders):
        with suppress(OSError):
            (root / folder).rmdir()


def clear(root: Path) -> None:
    """Forget the change: first its record, then what was staged for it."""
    for file in (journal_file(root), undo_file(root)):
        file.unlink(missing_ok=True)
    remove_staging(root)


def remove_staging(root: Path) -> bool:
    """Delete the staging folder; tell whether it held contents that were never used."""
    folder = staging_folder(root)
    try:
        files = list(folder.iterdir())
    except FileNotFoundError:
        return False
    for file in files:
        file.unlink()
    folder.rmdir()
    return any(file.suffix == ".new" for file in files)


def missing_folders(root: Path, paths: Sequence[str]) -> tuple[str, ...]:
    """Return the folders to make for these files, outer ones first."""
    missing: dict[str, None] = {}
    for path in paths:
        parts = path.split("/")[:-1]
        for length in range(1, len(parts) + 1):
            folder = "/".join(parts[:length])
            if folder not in missing and not (root / folder).is_dir():
                missing[folder] = None
    return tuple(missing)
