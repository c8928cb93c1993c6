"""Print a plan as a unified diff that `git apply` and `patch` understand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scaffold.plan.merge import is_binary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.plan.plan import Change, Plan


def unified_diff(plan: Plan) -> str:
    """Return the diff of all files that the plan writes, in the order of their paths."""
    return "".join(part for change in plan.changes for part in _file_diff(change))


def _file_diff(change: Change) -> Iterator[str]:
    if not change.writes:
        return
    before, after = change.before, change.after
    yield f"diff --git a/{change.path} b/{change.path}\n"
    if before is None:
        yield f"new file mode {_git_mode(0o111 if change.executable else 0)}\n"
    elif after is None:
        yield f"deleted file mode {_git_mode(change.before_mode)}\n"
    elif change.mode != change.before_mode:
        yield f"old mode {_git_mode(change.before_mode)}\n"
        yield f"new mode {_git_mode(change.mode)}\n"
    if (before or b"") == (after or b""):
        return
    names = (
        "/dev/null" if before is None else f"a/{change.path}",
        "/dev/null" if after is None else f"b/{change.path}",
    )
    if is_binary(before or b"", after or b""):
        yield f"Binary files {names[0]} and {names[1]} differ\n"
        return
    yield from _hunks(before or b"", after or b"", names)


def _git_mode(mode: int | None) -> str:
    return "100755" if (mode or 0) & 0o111 else "100644"


def _hunks(before: bytes, after: bytes, names: tuple[str, str]) -> Iterator[str]:
    from difflib import unified_diff as compare

    for line in compare(_lines(before), _lines(after), *names):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _lines(content: bytes) -> list[str]:
    # Only "\n" ends a line for git, so `splitlines` of a text would not do.
    text = content.decode("utf-8", "surrogateescape")
    lines = text.split("\n")
    last = lines.pop()
    return [f"{line}\n" for line in lines] + ([last] if last else [])


def changed_lines(before: bytes, after: bytes) -> tuple[int, int]:
    """Return how many lines were added and removed; none where lines mean nothing."""
    if is_binary(before, after):
        return 0, 0
    from difflib import SequenceMatcher

    added = removed = 0
    matcher = SequenceMatcher(None, _lines(before), _lines(after), autojunk=False)
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag != "equal":
            removed, added = removed + end - start, added + new_end - new_start
    return added, removed
