"""Writing is all or nothing, whatever happens in the middle."""

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import interrupted
from interrupted import NEW, OLD
from renders import rendered
from scaffold.apply import journal as journals
from scaffold.apply.apply import Recovery, apply, lock, pending, recover, turn
from scaffold.errors import ScaffoldError
from scaffold.plan.plan import Plan, make_plan, with_markers
from template_repository import tree, write


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    write(folder, {**OLD, "mine.txt": "mine\n"})
    (folder / "run.sh").chmod(0o750)
    (folder / "empty").mkdir()
    return folder


def change(root: Path) -> Plan:
    return make_plan(rendered(OLD), rendered(NEW), root)


def after() -> dict[str, tuple[bytes, int]]:
    """Return what the tree looks like once the change is done."""
    files = {path: (content.encode(), 0o644) for path, content in NEW.items()}
    files["run.sh"] = (b"new\n", 0o750)
    files["mine.txt"] = (b"mine\n", 0o644)
    return dict(sorted(files.items()))


def folders(root: Path) -> set[str]:
    found = {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_dir()}
    return {path for path in found if not path.startswith(".scaffold")}


def test_a_plan_is_written(root: Path) -> None:
    with lock(root):
        apply(change(root), root)

    assert after() == tree(root)
    assert {"b", "empty", "new", "new/deep"} == folders(root)


def test_no_trace_is_left_but_the_lock(root: Path) -> None:
    with lock(root):
        apply(change(root), root)

    assert [".gitignore", "lock"] == sorted(path.name for path in (root / ".scaffold").iterdir())
    assert "*\n" == (root / ".scaffold" / ".gitignore").read_text()


def test_new_files_follow_the_umask(root: Path) -> None:
    former = os.umask(0o027)
    try:
        apply(make_plan(rendered({}), rendered({"x": "", "y": ""}, executable=("y",)), root), root)
    finally:
        os.umask(former)

    assert (0o640, 0o750) == (tree(root)["x"][1], tree(root)["y"][1])


def test_markers_are_written(root: Path) -> None:
    write(root, {"a.txt": "mine\n"})

    apply(with_markers(change(root)), root)

    assert b"<<<<<<< your file\nmine\n" in (root / "a.txt").read_bytes()


def test_a_plan_with_conflicts_is_never_written(root: Path) -> None:
    write(root, {"a.txt": "mine\n"})

    with pytest.raises(ValueError, match="conflicts"):
        apply(change(root), root)


def test_an_empty_plan_touches_nothing(root: Path) -> None:
    apply(Plan(()), root)

    assert not (root / ".scaffold").exists()


@pytest.mark.parametrize("changed", ["a.txt", "gone/deep/c.txt", "new/e.txt"])
def test_a_file_that_changed_meanwhile_stops_it(root: Path, changed: str) -> None:
    plan = change(root)
    write(root, {changed: "meanwhile\n"})
    before = tree(root)

    with pytest.raises(ScaffoldError, match=f"`{changed}` changed while scaffold was at work"):
        apply(plan, root)

    assert before == tree(root)


def test_a_read_only_file_stops_it(root: Path) -> None:
    (root / "a.txt").chmod(0o444)
    before = tree(root)

    with pytest.raises(
        ScaffoldError, match=r"`a\.txt` is read-only; nothing was written"
    ) as caught:
        apply(change(root), root)

    assert "allow writing: chmod u+w a.txt" == caught.value.help
    assert before == tree(root)


def test_a_read_only_folder_stops_it(root: Path) -> None:
    (root / "b").chmod(0o555)
    before = tree(root)

    with pytest.raises(ScaffoldError, match=r"folder of `b/b.txt` is read-only; nothing was"):
        apply(change(root), root)

    assert before == tree(root)


def test_a_read_only_project_stops_the_lock(root: Path) -> None:
    root.chmod(0o555)

    with pytest.raises(ScaffoldError, match="is read-only; nothing was written"), lock(root):
        pass

    assert not (root / ".scaffold").exists()


def failure(plan: Plan, root: Path) -> ScaffoldError | None:
    try:
        apply(plan, root)
    except ScaffoldError as error:
        return error
    return None


@pytest.mark.parametrize("operation", interrupted.OPERATIONS[:-2])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES])
def test_a_failing_operation_restores_everything(
    root: Path, monkeypatch: pytest.MonkeyPatch, operation: str, code: int
) -> None:
    before, were, plan = tree(root), folders(root), change(root)
    works = getattr(os, operation)
    with lock(root):  # makes the folder for the state
        pass
    for number in range(20):
        calls = 0

        def fails(*arguments: object, number: int = number, **options: object) -> object:
            nonlocal calls
            calls += 1
            if calls == number + 1:
                raise OSError(code, os.strerror(code), "somewhere")
            return works(*arguments, **options)

        with monkeypatch.context() as patch:
            patch.setattr(os, operation, fails)
            error = failure(plan, root)
        if error is None:
            break
        assert os.strerror(code) in error.message
        assert "everything is as it was before" == error.note
        assert before == tree(root)
        assert were == folders(root)
        assert not pending(root)

    assert after() == tree(root)


def test_a_restored_file_is_the_very_same(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    was = (root / "a.txt").stat()
    works = os.replace

    def fails(source: str, target: str, **folders: int) -> None:
        if target == "run.sh" and source.endswith(".new"):
            raise OSError(errno.EIO, "broken")
        works(source, target, **folders)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", fails)
        with pytest.raises(ScaffoldError, match="broken"):
            apply(change(root), root)

    now = (root / "a.txt").stat()
    assert (was.st_ino, was.st_mtime_ns, was.st_mode) == (now.st_ino, now.st_mtime_ns, now.st_mode)


def test_a_file_system_without_hard_links_will_do(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", refuses)

    apply(change(root), root)

    assert after() == tree(root)


def test_what_cannot_be_put_back_waits_for_the_next_command(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, works = tree(root), os.replace

    def fails(source: str, target: str, **folders: int) -> None:
        if target.endswith(".sh") or source.endswith(".old"):
            raise OSError(errno.EIO, "broken")
        works(source, target, **folders)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", fails)
        with pytest.raises(ScaffoldError, match="nor put back") as caught:
            apply(change(root), root)

    assert (
        "once that is solved, any scaffold command that writes puts them back" == caught.value.help
    )
    assert pending(root)
    recovery = recover(root)
    assert recovery is not None
    assert "rolled back" == recovery.outcome
    assert before == tree(root)


def interrupt(root: Path, number: int, number_of_signal: int) -> subprocess.CompletedProcess[str]:
    tests = Path(interrupted.__file__)
    generator = Path(journals.__file__).parents[2]
    return subprocess.run(
        [sys.executable, tests, root, str(number), str(number_of_signal)],
        env={**os.environ, "PYTHONPATH": f"{generator}{os.pathsep}{tests.parent}"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_a_killed_command_is_completed_or_rolled_back(root: Path) -> None:
    """Kill it at every single file operation."""
    before, were = tree(root), folders(root)
    outcomes: set[str] = set()
    for number in range(200):
        result = interrupt(root, number, signal.SIGKILL)
        if result.returncode == 0:
            break
        assert -signal.SIGKILL == result.returncode, result.stderr
        with lock(root):
            recovery = recover(root)
            assert None is recover(root)
        outcomes.add(recovery.outcome if recovery else "nothing to do")
        assert tree(root) in (before, after())
        if tree(root) == after():
            for path in [*NEW, "new/deep"]:
                file = root / path
                file.rmdir() if file.is_dir() else file.unlink()
            (root / "new").rmdir()
            write(root, OLD)
            (root / "run.sh").chmod(0o750)
        assert were == folders(root)

    assert number > 20
    assert {"completed", "rolled back", "nothing to do"} == outcomes
    assert after() == tree(root)


@pytest.mark.slow
def test_ctrl_c_leaves_everything_as_it_was(root: Path) -> None:
    before, were = tree(root), folders(root)
    for number in range(0, 200, 3):
        result = interrupt(root, number, signal.SIGINT)
        if "KeyboardInterrupt" not in result.stderr:
            break
        assert before == tree(root)
        assert were == folders(root)
        assert not pending(root)

    assert number > 20


def half_done(root: Path, steps: int) -> journals.Journal:
    """Leave what a command leaves that was killed after some steps."""
    plan, kill = change(root), RuntimeError("killed")

    def count(_root: Path, step: journals.Step) -> None:
        if step.number >= steps:
            raise kill
        forward(_root, step)

    forward = journals.step_forward
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(journals, "step_forward", count)
        patch.setattr("scaffold.apply.apply._roll_back", lambda *_: None)
        with pytest.raises(RuntimeError, match="killed"):
            apply(plan, root)
    journal = journals.read_journal(root, journals.JOURNAL)
    assert journal is not None
    return journal


def test_recovery_says_what_it_did(root: Path) -> None:
    half_done(root, 2)

    assert pending(root)
    recovery = recover(root)

    assert recovery == Recovery("completed", tuple(sorted({**OLD, **NEW})))
    assert after() == tree(root)
    assert not pending(root)


def test_an_edit_after_the_kill_is_never_overwritten(root: Path) -> None:
    half_done(root, 2)
    write(root, {"run.sh": "edited since\n"})

    recovery = recover(root)

    assert recovery is not None
    assert ("rolled back", ("run.sh",)) == (recovery.outcome, recovery.left_alone)
    expected = {path: content.encode() for path, content in OLD.items()}
    expected |= {"run.sh": b"edited since\n", "mine.txt": b"mine\n"}
    assert expected == {path: content for path, (content, _) in tree(root).items()}


def test_an_interrupted_command_is_recovered_before_the_next(root: Path) -> None:
    half_done(root, 2)

    with pytest.raises(ScaffoldError, match="has to be recovered first"):
        apply(change(root), root)


def test_a_damaged_record_is_refused(root: Path) -> None:
    half_done(root, 2)
    (root / journals.JOURNAL).write_bytes(b"{")

    with pytest.raises(ScaffoldError, match="is no record that your scaffold wrote"):
        recover(root)


def test_what_git_ignores_is_written_where_a_full_disk_left_it_empty(root: Path) -> None:
    write(root, {".scaffold/.gitignore": ""})

    with lock(root):
        pass

    assert "*\n" == (root / ".scaffold/.gitignore").read_text()


def test_a_lock_that_cannot_be_written_is_refused_in_words(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with lock(root):
        size = (root / ".scaffold/lock").stat().st_size
    monkeypatch.setattr(os, "pwrite", fails)

    with (
        pytest.raises(ScaffoldError, match="No space left on device; nothing was written"),
        lock(root),
    ):
        pass

    assert size == (root / ".scaffold/lock").stat().st_size


def test_each_turn_with_the_lock_is_another(root: Path) -> None:
    turns = [turn(root)]
    for _ in range(3):
        with lock(root):
            turns.append(turn(root))
    turns.append(turn(root))

    assert [0, 0, 1, 2, 3] == turns


def test_one_command_at_a_time(root: Path) -> None:
    with (
        lock(root),
        pytest.raises(ScaffoldError, match="another scaffold command is at work") as caught,
        lock(root, wait=0.05),
    ):
        pass

    assert f"it is the process {os.getpid()}" == caught.value.note


def test_a_command_waits_for_another_to_end(root: Path) -> None:
    held = threading.Event()

    def hold() -> None:
        with lock(root):
            held.set()
            time.sleep(0.1)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    with lock(root, wait=5):
        thread.join()
