"""Write a plan to a project: all of it or nothing. The only module that changes a user's file."""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Literal

from scaffold.apply import journal as journals
from scaffold.apply.journal import Checkpoint, ForeignJournalError, Journal, Step
from scaffold.apply.lock import (
    STATE_FOLDER,
    lock,
    refuse_linked_state,
    state_folder,
    turn,
    wait_for_writer,
)
from scaffold.apply.places import direct, place
from scaffold.errors import ScaffoldError
from scaffold.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from scaffold.plan.plan import Change, Plan

__all__ = [
    "Recovery",
    "apply",
    "left_behind",
    "lock",
    "pending",
    "recover",
    "refuse_half_changed",
    "settle",
    "turn",
]


@dataclass(frozen=True, slots=True)
class Recovery:
    """What was done about a command that had been interrupted, and to which files."""

    outcome: Literal["completed", "rolled back"]
    paths: tuple[str, ...]
    left_alone: tuple[str, ...] = ()


def pending(root: Path) -> bool:
    """Tell whether an interrupted command left work behind; changes nothing."""
    left = (journals.JOURNAL, journals.UNDO, journals.STAGING)
    return any(os.path.lexists(root / path) for path in left)


def left_behind(root: Path) -> Literal["", "half", "unused", "foreign"]:
    """Tell what is left of a killed command, once none is at work; changes nothing.

    `half`: files that it had to change; `unused`: contents only; `foreign`: what no command of
    this user wrote.
    """
    if not pending(root):
        return ""
    try:
        refuse_linked_state(root)
        wait_for_writer(root)
        if not pending(root):
            return ""
        found = [journals.read_journal(root, each) for each in (journals.UNDO, journals.JOURNAL)]
    except ForeignJournalError:
        return "foreign"
    return "half" if any(found) else "unused"


def refuse_half_changed(root: Path) -> None:
    """Raise an error where an interrupted command left files of which nothing can be planned."""
    match left_behind(root):
        case "half":
            raise ScaffoldError(
                "an interrupted command left files half changed, so nothing can be planned",
                help="complete it or roll it back first: scaffold doctor --recover",
            )
        case "foreign":
            raise ForeignJournalError(journals.JOURNAL)


def settle(root: Path, on_recovery: Callable[[Recovery], None]) -> None:
    """Complete or roll back what a killed command left behind; without such, write nothing."""
    if not pending(root):
        return
    with lock(root):
        if recovery := recover(root):
            on_recovery(recovery)


def recover(root: Path) -> Recovery | None:
    """Complete what a killed command had decided, or roll back what it had not; needs the lock.

    Where a person changed a file since, the rest is rolled back and that file is left alone.
    """
    refuse_linked_state(root)
    try:
        return _recover(root)
    except OSError as error:
        place = f": `{error.filename}`" if error.filename else ""
        raise ScaffoldError(
            f"an interrupted command cannot be completed: {error.strerror or error}{place}",
            note=f"what is missing is in `{root / journals.STAGING}`",
            help=f"look at your files with `git status`, then delete `{root / STATE_FOLDER}`",
        ) from error


def _recover(root: Path) -> Recovery | None:
    undone = journals.read_journal(root, journals.UNDO)
    if undone is not None:
        return _roll_back(root, undone)
    journal = journals.read_journal(root, journals.JOURNAL)
    if journal is None:
        return Recovery("rolled back", ()) if journals.remove_staging(root) else None
    if not journals.is_staged_as_recorded(root, journal):
        raise ForeignJournalError(journals.STAGING)
    if any(_changed_since(root, step) for step in journal.steps):
        return _roll_back(root, journal)
    journals.forward(root, journal)
    _remove_emptied_folders(root, journal)
    journals.clear(root)
    return Recovery("completed", tuple(step.path for step in journal.steps))


def apply(plan: Plan, root: Path) -> None:
    """Write all changes of a plan without conflicts; needs the lock.

    On any failure, Ctrl-C included, every file is as it was.
    """
    if plan.conflicts:
        raise ValueError("a plan with conflicts cannot be applied")
    changes = plan.writes
    if not changes:
        return
    if pending(root):
        raise ScaffoldError("an interrupted command has to be recovered first")
    paths = _verified(changes, root)
    state_folder(root)
    with _interrupts_between_steps() as checkpoint:
        journal = None
        try:
            journals.remove_staging(root)
            journal = _stage(changes, paths, root, checkpoint)
            journals.write_journal(root, journal)
            journals.forward(root, journal, checkpoint)
        except BaseException as error:
            _take_back(root, journal, error)
            if isinstance(error, OSError):
                raise _not_written(error) from error
            raise
        # The change is done, so nothing after this may look like a failure.
        with suppress(OSError):
            _remove_emptied_folders(root, journal)
            journals.clear(root)


def _verified(changes: tuple[Change, ...], root: Path) -> tuple[str, ...]:
    """Return where the files are; raise an error unless each is as planned and may be replaced."""
    paths = tuple(direct(root, change.path) for change in changes)
    for change, path in zip(changes, paths, strict=True):
        content, mode = _content(root, change.path, path)
        if content != change.before or (content is not None and mode != change.before_mode):
            raise _changed(change.path)
        if mode is not None and not mode & 0o200:
            raise ScaffoldError(
                f"`{change.path}` is read-only; nothing was written",
                help=f"allow writing: chmod u+w {change.path}",
            )
        _verify_folder(root, change.path)
    return paths


def _content(root: Path, planned: str, path: str) -> tuple[bytes | None, int | None]:
    try:
        with place(root, path) as file:
            status = file.status()
            if status is None:
                return None, None
            return file.read(), stat.S_IMODE(status.st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return None, None
    except OSError as error:
        raise _changed(planned) from error


def _verify_folder(root: Path, path: str) -> None:
    folder = (root / path).parent
    while not folder.exists():
        folder = folder.parent
    if not folder.stat().st_mode & 0o200 or not os.access(folder, os.W_OK | os.X_OK):
        raise ScaffoldError(
            f"the folder of `{path}` is read-only; nothing was written",
            help=f"allow writing: chmod u+w {folder}",
        )


def _changed(path: str) -> ScaffoldError:
    return ScaffoldError(
        f"`{path}` changed while scaffold was at work; nothing was written",
        help="run the command again",
    )


def _stage(
    changes: tuple[Change, ...], paths: tuple[str, ...], root: Path, checkpoint: Checkpoint
) -> Journal:
    """Write all new contents next to the project's files, where a rename is all that is left."""
    with place(root, journals.STAGING) as folder:
        folder.make_folder()
    umask = _umask()
    steps: list[Step] = []
    for number, (change, path) in enumerate(zip(changes, paths, strict=True)):
        checkpoint()
        if change.after is not None:
            usual = (0o777 if change.executable else 0o666) & ~umask
            with place(root, f"{journals.STAGING}/{number}.new") as staged:
                staged.write(change.after, usual if change.mode is None else change.mode)
        before, after = journals.digest(change.before), journals.digest(change.after)
        steps.append(Step(number, path, before, after))
    written = [step.path for step in steps if step.after is not None]
    return Journal(tuple(steps), journals.missing_folders(root, written))


def _umask() -> int:
    umask = os.umask(0o022)
    os.umask(umask)
    return umask


def _changed_since(root: Path, step: Step) -> bool:
    return journals.present(root, step.path) not in (step.before, step.after)


def _roll_back(root: Path, journal: Journal) -> Recovery:
    if not journals.is_staged_as_recorded(root, journal):
        raise ForeignJournalError(journals.STAGING)
    with (
        suppress(FileNotFoundError),
        place(root, journals.JOURNAL) as record,
        place(root, journals.UNDO) as undo,
    ):
        record.move_to(undo)
    left_alone = tuple(step.path for step in journal.steps if _changed_since(root, step))
    journals.backward(root, journal)
    journals.clear(root)
    paths = tuple(step.path for step in journal.steps if step.path not in left_alone)
    return Recovery("rolled back", paths, left_alone)


def _take_back(root: Path, journal: Journal | None, error: BaseException) -> None:
    try:
        if journal is None:
            journals.clear(root)
        else:
            _roll_back(root, journal)
    except OSError as second:
        raise ScaffoldError(
            f"the files could neither be written ({error}) nor put back ({second})",
            note=f"what is missing is in `{root / journals.STAGING}`",
            help="once that is solved, any scaffold command that writes puts them back",
        ) from error


def _remove_emptied_folders(root: Path, journal: Journal) -> None:
    for step in journal.steps:
        folder = step.path.rpartition("/")[0]
        while step.after is None and folder:
            try:
                with place(root, folder) as emptied:
                    emptied.remove_folder()
            except OSError:
                break
            folder = folder.rpartition("/")[0]


def _not_written(error: OSError) -> ScaffoldError:
    place = f": `{error.filename}`" if error.filename else ""
    return ScaffoldError(
        f"the files could not be written: {error.strerror or error}{place}",
        note="everything is as it was before",
    )


@contextmanager
def _interrupts_between_steps() -> Iterator[Checkpoint]:
    """Let Ctrl-C take effect at checkpoints only, where the state is known."""
    import signal
    import threading

    seen: list[int] = []

    def checkpoint() -> None:
        if seen:
            raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield checkpoint
        return
    former = signal.signal(signal.SIGINT, lambda number, _: seen.append(number))
    try:
        yield checkpoint
    finally:
        signal.signal(signal.SIGINT, former)
