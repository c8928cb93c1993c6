"""What is in `.scaffold` of a project that somebody else made is never done."""

import json
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from renders import rendered
from scaffold.apply import journal as journals
from scaffold.apply.apply import apply, left_behind, lock, recover, settle
from scaffold.apply.journal import Journal, Step, digest, read_journal, write_journal
from scaffold.errors import ScaffoldError
from scaffold.plan.plan import Change, Plan, make_plan
from scaffold.untrusted import fault_of
from template_repository import tree, write

HOOK = b"#!/bin/sh\ntouch hacked\n"
# No file system that knows one of these may take it for a path out of the project, or into `.git`.
EVIL = (
    ".git/hooks/post-checkout",
    ".GIT/hooks/post-checkout",
    ".git /hooks/post-checkout",
    ".git./config",
    ".git::$INDEX_ALLOCATION/config",
    "git~1/config",
    ".g\u200cit/config",
    "sub/.git/config",
    ".git",
    ".scaffold/lock",
    ".Scaffold/journal",
    ".\u017fcaffold/journal",
    "scaffo~1/journal",
    "../outside",
    "a/../../outside",
    "a//b",
    "./a",
    "a/.",
    "/etc/outside",
    "C:/outside",
    "C:outside",
    "..\\outside",
    ".git\\config",
    "a\0b",
    "",
)
FINE = ("a.txt", ".gitignore", ".github/workflows/ci.yml", "git/a", "a.git/b", "x~1/y", "ärger/ß")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write(tmp_path / "project", {"a.txt": "a\n", ".git/config": "[core]\n"})
    write(tmp_path / "outside", {"kept.txt": "kept\n"})
    return tmp_path / "project"


def everything(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.is_relative_to(folder / "project/.scaffold")
    }


def committed(root: Path, path: str, signature: str | None = None) -> None:
    """Put a journal into the project that asks for a hook to be written."""
    step = {"number": 0, "path": path, "before": None, "after": digest(HOOK)}
    record: dict[str, object] = {"version": 2, "steps": [step], "folders": []}
    if signature is not None:
        record["signature"] = signature
    write(root, {".scaffold/staging/0.new": HOOK, ".scaffold/journal": json.dumps(record)})


@pytest.mark.parametrize("path", EVIL)
def test_a_path_out_of_the_project_or_into_git_is_a_fault(path: str) -> None:
    assert fault_of(path)


@pytest.mark.parametrize("path", FINE)
def test_other_paths_are_none(path: str) -> None:
    assert not fault_of(path)


@pytest.mark.parametrize("path", ["a.txt", "new.txt", *EVIL[:3], "../outside/kept.txt"])
@pytest.mark.parametrize("signature", [None, "", "00" * 32, 7])
def test_a_committed_journal_is_not_done(root: Path, path: str, signature: str | None) -> None:
    committed(root, path, signature)
    before = everything(root.parent)

    assert "foreign" == left_behind(root)
    with pytest.raises(ScaffoldError, match="no record that your scaffold wrote"), lock(root):
        recover(root)

    assert before == everything(root.parent)


@pytest.mark.parametrize("path", EVIL)
def test_a_signed_journal_may_not_leave_the_project_either(root: Path, path: str) -> None:
    write(root, {".scaffold/staging/0.new": HOOK})
    write_journal(root, Journal((Step(0, path, None, digest(HOOK)),), ()))
    before = everything(root.parent)

    with pytest.raises(ScaffoldError, match="no record that your scaffold wrote"), lock(root):
        recover(root)

    assert before == everything(root.parent)


@pytest.mark.parametrize("kind", ["new", "old"])
def test_a_content_that_was_not_recorded_is_not_used(root: Path, kind: str) -> None:
    (root / ".scaffold/staging").mkdir(parents=True)
    write_journal(root, Journal((Step(0, "a.txt", digest(b"a\n"), digest(b"b\n")),), ()))
    write(root, {f".scaffold/staging/0.{kind}": HOOK})
    before = everything(root.parent)

    with pytest.raises(ScaffoldError, match=r"`\.scaffold/staging` is no record"), lock(root):
        recover(root)

    assert before == everything(root.parent)


def test_a_journal_survives_a_moved_folder(root: Path) -> None:
    write(root, {".scaffold/staging/0.new": b"b\n"})
    write_journal(root, Journal((Step(0, "a.txt", digest(b"a\n"), digest(b"b\n")),), ()))

    moved = root.rename(root.parent / "moved")
    with lock(moved):
        recover(moved)

    assert b"b\n" == (moved / "a.txt").read_bytes()


def test_the_key_is_the_users_alone(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from scaffold.apply.key import user_key

    monkeypatch.setenv("SCAFFOLD_DATA_DIR", str(root.parent / "data"))
    user_key.cache_clear()
    first = user_key()
    user_key.cache_clear()
    file = root.parent / "data/journal.key"

    assert (first, 0o600) == (user_key(), file.stat().st_mode & 0o777)

    file.chmod(0o644)
    user_key.cache_clear()

    assert first != user_key()
    user_key.cache_clear()


LINKS = {
    ".scaffold": "../outside",
    ".scaffold/staging": "../../outside",
    ".scaffold/lock": "../../outside/kept.txt",
    ".scaffold/.gitignore": "../../outside/new.txt",
    ".scaffold/journal": "/dev/zero",
    ".scaffold/undo": "../../outside/kept.txt",
}


@pytest.mark.parametrize("path", LINKS)
def test_state_behind_a_link_is_refused(root: Path, path: str) -> None:
    (root / path).parent.mkdir(exist_ok=True)
    (root / path).symlink_to(LINKS[path])
    before = everything(root.parent)

    with pytest.raises(ScaffoldError, match=f"`{path}` is a link: "), lock(root):
        pass
    with suppress(ScaffoldError):
        left_behind(root)

    assert before == everything(root.parent)


@pytest.mark.parametrize("path", [".scaffold/lock", ".scaffold/journal", ".scaffold/undo"])
def test_state_that_waits_for_ever_is_refused(root: Path, path: str) -> None:
    (root / ".scaffold").mkdir()
    os.mkfifo(root / path)

    with pytest.raises(ScaffoldError, match=f"`{path}` is not of the right kind"), lock(root):
        pass


def test_a_folder_among_staged_contents_is_said_in_words(root: Path) -> None:
    write(root, {".scaffold/staging/0.new/inner": "x"})

    with pytest.raises(ScaffoldError, match="cannot be completed"):
        settle(root, lambda _: None)


@pytest.mark.parametrize("path", EVIL)
def test_no_plan_writes_out_of_the_project(root: Path, path: str) -> None:
    before = everything(root.parent)

    with pytest.raises(ScaffoldError, match="must not be written"):
        apply(Plan((Change(path, "create", after=HOOK),)), root)

    assert before == everything(root.parent)


@pytest.mark.parametrize("target", ["../outside", "/etc", ".git", ".git/hooks", ".scaffold"])
def test_no_plan_is_written_through_a_link_that_leads_elsewhere(root: Path, target: str) -> None:
    (root / ".scaffold").mkdir()
    (root / ".git/hooks").mkdir()
    (root / "src").symlink_to(target)
    before = everything(root.parent)

    planned = make_plan(rendered({}), rendered({"src/new/x.txt": "x"}), root)
    with pytest.raises(ScaffoldError, match="a link that leads elsewhere"):
        apply(Plan((Change("src/x.txt", "create", after=HOOK),)), root)

    assert ["src/new/x.txt"] == [each.path for each in planned.conflicts]
    assert before == everything(root.parent)


def test_a_link_to_a_folder_inside_is_written_through(root: Path) -> None:
    (root / "code").mkdir()
    (root / "src").symlink_to("code")

    apply(make_plan(rendered({}), rendered({"src/new/x.txt": "x"}), root), root)

    assert b"x" == tree(root)["code/new/x.txt"][0]


@pytest.mark.parametrize("moment", range(12))
def test_a_folder_that_becomes_a_link_meanwhile_is_not_followed(
    root: Path, monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    """Swap a folder for a link to another place, before one file operation after the other."""
    write(root, {"b/kept.txt": "old\n"})
    before = (root.parent / "outside/kept.txt").read_bytes()
    plan = make_plan(rendered({"b/kept.txt": "old\n"}), rendered({"b/kept.txt": "new\n"}), root)
    calls = 0

    def swapping(works: Callable[..., object]) -> Callable[..., object]:
        def swap(*given: object, **more: object) -> object:
            nonlocal calls
            calls += 1
            if calls == moment * 5:
                (root / "b").rename(root / "c")
                (root / "b").symlink_to("../outside")
            return works(*given, **more)

        return swap

    for name in ("open", "replace", "link"):
        monkeypatch.setattr(os, name, swapping(getattr(os, name)))
    with suppress(ScaffoldError, OSError):
        apply(plan, root)
    monkeypatch.undo()

    assert before == (root.parent / "outside/kept.txt").read_bytes()
    assert ["kept.txt"] == [path.name for path in (root.parent / "outside").iterdir()]


def test_a_record_too_deep_to_parse_is_refused(root: Path) -> None:
    write(root, {".scaffold/journal": "[" * 200_000})

    with pytest.raises(ScaffoldError, match="no record that your scaffold wrote"):
        read_journal(root, journals.JOURNAL)
