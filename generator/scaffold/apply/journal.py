"""The record of a change under way, from which a killed command is completed or rolled back.

Below `.scaffold/`: `staging/` holds the new contents and, once a file is replaced, the old one;
`journal` is there from the moment on which the change is decided; `undo` replaces it while a
change is taken back. All moves are renames, so that every step can be repeated.

A record is signed with a key of this user that no project holds, and names each content by its
digest: what comes with a repository is nothing that recovery does.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING

from scaffold.apply.key import user_key
from scaffold.apply.lock import STATE_FOLDER
from scaffold.apply.places import place
from scaffold.errors import ScaffoldError
from scaffold.frozen import dataclass
from scaffold.untrusted import fault_of

if TYPE_CHECKING:
    from pathlib import Path

    from scaffold.apply.places import Place

_VERSION = 2
JOURNAL = f"{STATE_FOLDER}/journal"
UNDO = f"{STATE_FOLDER}/undo"
STAGING = f"{STATE_FOLDER}/staging"
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


class ForeignJournalError(ScaffoldError):
    """A record is not one that this user's scaffold wrote."""

    def __init__(self, path: str) -> None:
        super().__init__(
            f"`{path}` is no record that your scaffold wrote on this machine; nothing was written",
            note="it came with the repository, from another user or machine, or it is damaged",
            help=f"look at your files with `git status`, then delete `{STATE_FOLDER}`",
        )


def digest(content: bytes | None) -> str | None:
    """Return the SHA-256 of a content, None for no file."""
    return None if content is None else hashlib.sha256(content).hexdigest()


def write_journal(root: Path, journal: Journal) -> None:
    """Decide the change: from here on, a killed command is completed by the next."""
    steps = [asdict(step) for step in journal.steps]
    record = {"version": _VERSION, "steps": steps, "folders": [*journal.folders]}
    signed = json.dumps({**record, "signature": _signature(record, user_key())}).encode()
    # In the staging folder, so that it goes with it if it never becomes the journal.
    with place(root, f"{STAGING}/journal.part") as part, place(root, JOURNAL) as final:
        with os.fdopen(part.open(os.O_WRONLY | os.O_CREAT | os.O_EXCL), "wb") as file:
            file.write(signed)
            file.flush()
            # One sync, of the record: a killed process loses nothing that the kernel has, and after
            # a power cut a journal that is not whole would be worse than none.
            os.fsync(file.fileno())
        part.move_to(final)


def _signature(record: object, key: bytes) -> str:
    return hmac.digest(key, json.dumps(record, sort_keys=True).encode(), "sha256").hex()


def read_journal(root: Path, path: str) -> Journal | None:
    """Return the recorded change, or None when there is none; a record by others is an error."""
    try:
        with place(root, path) as file:
            record = json.loads(file.read())
        signature = record.pop("signature")
        if hmac.compare_digest(signature, _signature(record, user_key())):
            journal = Journal(
                tuple(Step(**step) for step in record["steps"]), tuple(record["folders"])
            )
            paths = (*(step.path for step in journal.steps), *journal.folders)
            if record["version"] == _VERSION and not any(map(fault_of, paths)):
                return journal
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        pass
    raise ForeignJournalError(path)


def present(root: Path, path: str) -> str | None:
    """Return the digest of the file that is there now; what is no file has none of any file."""
    try:
        with place(root, path) as file:
            return digest(file.read())
    except FileNotFoundError:
        return None
    except OSError:
        return "no file"


def forward(root: Path, journal: Journal, checkpoint: Checkpoint = lambda: None) -> None:
    """Do all steps, or those that are still to be done."""
    for folder in journal.folders:
        with place(root, folder) as made:
            made.make_folder()
    for step in journal.steps:
        checkpoint()
        step_forward(root, step)
    checkpoint()


def step_forward(root: Path, step: Step) -> None:
    """Replace, create or delete one file, keeping the old one in the staging folder."""
    is_kept = is_staged(root, step, "old")
    if is_kept if step.after is None else not is_staged(root, step, "new"):
        return  # done before; a folder that this emptied may be gone
    with (
        place(root, step.path) as file,
        place(root, f"{STAGING}/{step.number}.new") as new,
        place(root, f"{STAGING}/{step.number}.old") as old,
    ):
        if step.after is None:
            file.move_to(old)
            return
        if step.before is not None and not is_kept:
            _keep(file, old)
        new.move_to(file)


def _keep(file: Place, old: Place) -> None:
    """Keep the old file under a second name, so that the first never goes missing."""
    try:
        file.link_to(old)
    except (OSError, NotImplementedError):
        # A file system without hard links: the file is gone for a moment.
        file.move_to(old)


def backward(root: Path, journal: Journal) -> None:
    """Undo all steps that were done; a file that a person changed since is left alone."""
    for step in reversed(journal.steps):
        _step_backward(root, step)
    for folder in reversed(journal.folders):
        with suppress(OSError), place(root, folder) as made:
            made.remove_folder()


def _step_backward(root: Path, step: Step) -> None:
    now = present(root, step.path)
    if is_staged(root, step, "old"):
        if now in (step.after, step.before, None):
            _make_folders(root, step.path)  # it was emptied, and is gone
            with (
                place(root, step.path) as file,
                place(root, f"{STAGING}/{step.number}.old") as old,
            ):
                old.move_to(file)
    elif step.before is None and now == step.after and not is_staged(root, step, "new"):
        with suppress(FileNotFoundError), place(root, step.path) as file:
            file.unlink()


def is_staged(root: Path, step: Step, kind: str) -> bool:
    """Tell whether a content of a step is in the staging folder."""
    try:
        with place(root, f"{STAGING}/{step.number}.{kind}") as file:
            return file.status() is not None
    except FileNotFoundError:
        return False


def is_staged_as_recorded(root: Path, journal: Journal) -> bool:
    """Tell whether the staging folder holds nothing for these steps but what they record."""
    return all(
        present(root, f"{STAGING}/{step.number}.{kind}") in (content, None)
        for step in journal.steps
        for kind, content in (("new", step.after), ("old", step.before))
    )


def _make_folders(root: Path, path: str) -> None:
    for folder in missing_folders(root, [path]):
        with place(root, folder) as made:
            made.make_folder()


def clear(root: Path) -> None:
    """Forget the change: first its record, then what was staged for it."""
    for path in (JOURNAL, UNDO):
        with place(root, path) as file:
            file.unlink()
    remove_staging(root)


def remove_staging(root: Path) -> bool:
    """Delete the staging folder; tell whether it held contents that were never used."""
    try:
        names = [entry.name for entry in os.scandir(root / STAGING)]
    except FileNotFoundError:
        return False
    for name in names:
        with place(root, f"{STAGING}/{name}") as file:
            file.unlink()
    with place(root, STAGING) as folder:
        folder.remove_folder()
    return any(name.endswith(".new") for name in names)


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
