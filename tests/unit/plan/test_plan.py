"""A plan keeps what a person did, changes the rest, and writes nothing itself."""

import os
import subprocess
from pathlib import Path

import pytest

from renders import rendered
from scaffold.output.unified_diff import unified_diff
from scaffold.plan.attributes import union_patterns
from scaffold.plan.plan import Change, Conflict, Plan, make_plan, with_markers
from template_repository import tree, write

LINES = "".join(f"line {number}\n" for number in range(1, 10))
EDITED = LINES.replace("line 1\n", "mine\n")
NEXT = LINES.replace("line 9\n", "line nine\n")


def only_change(plan: Plan) -> Change:
    assert () == plan.conflicts
    assert 1 == len(plan.changes)
    return plan.changes[0]


def only_conflict(plan: Plan) -> Conflict:
    assert 1 == len(plan.conflicts)
    return plan.conflicts[0]


def plan_of(
    root: Path, old: str | bytes | None, new: str | bytes | None, mine: str | bytes | None
) -> Plan:
    """Plan one file `f` from its two renders and what is there."""
    if mine is not None:
        write(root, {"f": mine})
    return make_plan(
        rendered({} if old is None else {"f": old}),
        rendered({} if new is None else {"f": new}),
        root,
    )


@pytest.mark.parametrize(
    ("versions", "kind", "after"),
    [
        ((None, "new\n", None), "create", "new\n"),
        ((None, "new\n", "new\n"), "unchanged", "new\n"),
        (("old\n", "new\n", "old\n"), "update", "new\n"),
        (("old\n", "new\n", "new\n"), "unchanged", "new\n"),
        (("old\n", "new\n", None), "keep", None),
        ((LINES, NEXT, EDITED), "merge", EDITED.replace("line 9\n", "line nine\n")),
        ((LINES, EDITED, EDITED), "unchanged", EDITED),
        (("old\n", None, "old\n"), "delete", None),
        (("old\n", None, "mine\n"), "keep", "mine\n"),
        (("old\n", None, None), "unchanged", None),
    ],
)
def test_one_file(
    tmp_path: Path,
    versions: tuple[str | None, str | None, str | None],
    kind: str,
    after: str | None,
) -> None:
    """The versions are those of the old render, the new render, and the person."""
    change = only_change(plan_of(tmp_path, *versions))

    assert kind == change.kind
    assert (None if after is None else after.encode()) == change.after
    assert (None if versions[2] is None else versions[2].encode()) == change.before


@pytest.mark.parametrize("mine", ["same\n", "edited\n", None])
def test_equal_renders_are_left_alone(tmp_path: Path, mine: str | None) -> None:
    plan = plan_of(tmp_path, "same\n", "same\n", mine)

    assert Plan(()) == plan


def test_nothing_is_written(tmp_path: Path) -> None:
    write(tmp_path, {"a": EDITED, "b": "b\n", "c": "c\n"})
    before = tree(tmp_path)

    plan = make_plan(
        rendered({"a": LINES, "b": "b\n"}),
        rendered({"a": NEXT, "c": "other\n", "d/e": "e\n"}),
        tmp_path,
    )

    assert ["merge", "delete", "create"] == [change.kind for change in plan.changes]
    assert before == tree(tmp_path)


def test_lines_that_both_changed_are_a_conflict(tmp_path: Path) -> None:
    conflict = only_conflict(plan_of(tmp_path, "a\nold\nb\n", "a\nnew\nb\n", "a\nmine\nb\n"))

    assert (
        b"a\n<<<<<<< your file\nmine\n||||||| before\nold\n=======\nnew\n>>>>>>> after\nb\n"
        == conflict.marked
    )


def test_a_file_in_the_way_is_a_conflict(tmp_path: Path) -> None:
    conflict = only_conflict(plan_of(tmp_path, None, "new\n", "mine\n"))

    assert "a file that you wrote is there" == conflict.reason
    assert b"<<<<<<< your file\nmine\n" in (conflict.marked or b"")


def test_a_python_file_in_the_way_is_marked_too(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import a\n")

    plan = make_plan(rendered({}), rendered({"a.py": "import b\n"}), tmp_path)

    assert b"<<<<<<< your file\nimport a\n" in (only_conflict(plan).marked or b"")


def test_markers_are_written_on_demand(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, "a\nold\nb\n", "a\nnew\nb\n", "a\nmine\nb\n")

    marked = with_markers(plan)

    assert () == marked.conflicts
    assert plan.conflicts[0].marked == marked.writes[0].after
    assert "conflict" == marked.writes[0].kind


def test_binary_files_are_never_merged(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, b"\0old", b"\0new", b"\0mine")

    assert None is only_conflict(plan).marked
    assert 1 == len(with_markers(plan).conflicts)
    (tmp_path / "f").write_bytes(b"\0old")
    assert "update" == only_change(plan_of(tmp_path, b"\0old", b"\0new", None)).kind


def test_line_ends_of_the_person_are_kept(tmp_path: Path) -> None:
    crlf = [text.replace("\n", "\r\n") for text in (LINES, NEXT, EDITED)]

    assert crlf[1].encode() == only_change(plan_of(tmp_path, LINES, NEXT, crlf[0])).after
    merged = only_change(plan_of(tmp_path, LINES, NEXT, crlf[2])).after or b""
    assert b"mine\r\nline 2\r\n" in merged
    assert merged.endswith(b"line nine\r\n")
    assert "unchanged" == only_change(plan_of(tmp_path, LINES, NEXT, crlf[1])).kind
    assert "delete" == only_change(plan_of(tmp_path, LINES, None, crlf[0])).kind


def test_a_missing_last_line_end_is_merged(tmp_path: Path) -> None:
    new = LINES.replace("line 3\n", "three\n")

    change = only_change(plan_of(tmp_path, LINES, new, f"{LINES}more"))

    assert f"{new}more".encode() == change.after


def test_the_executable_bit_follows_the_template(tmp_path: Path) -> None:
    write(tmp_path, {"f": "x\n"})
    (tmp_path / "f").chmod(0o640)

    change = only_change(
        make_plan(rendered({"f": "x\n"}), rendered({"f": "x\n"}, executable=("f",)), tmp_path)
    )

    assert ("update", 0o640, 0o750) == (change.kind, change.before_mode, change.mode)


def test_the_executable_bit_of_the_person_is_kept(tmp_path: Path) -> None:
    write(tmp_path, {"f": "old\n"})
    (tmp_path / "f").chmod(0o755)

    assert 0o755 == only_change(plan_of(tmp_path, "old\n", "new\n", None)).mode


def test_a_new_executable_is_created_so(tmp_path: Path) -> None:
    plan = make_plan(rendered({}), rendered({"f": "x"}, executable=("f",)), tmp_path)

    assert only_change(plan).executable


def test_a_folder_in_the_way_is_a_conflict(tmp_path: Path) -> None:
    (tmp_path / "f").mkdir()

    assert (
        "a folder of that name is there" == only_conflict(plan_of(tmp_path, None, "x", None)).reason
    )


def test_a_file_instead_of_a_folder_is_a_conflict(tmp_path: Path) -> None:
    write(tmp_path, {"src": "mine"})

    plan = make_plan(rendered({}), rendered({"src/post.py": "x"}), tmp_path)

    assert "`src` is a file, and should be a folder" == only_conflict(plan).reason


def test_links_are_not_written_through(tmp_path: Path) -> None:
    root = tmp_path / "project"
    write(tmp_path, {"outside/f": "old\n", "project/x": ""})
    (root / "f").symlink_to(tmp_path / "outside" / "f")
    (root / "folder").symlink_to(tmp_path / "outside")

    plan = make_plan(
        rendered({"f": "old\n", "gone": ""}),
        rendered({"f": "new\n", "folder/f": "new\n", "gone": ""}),
        root,
    )

    assert [
        "it is a symbolic link",
        "the folder `folder` is a symbolic link that leads elsewhere",
    ] == [conflict.reason for conflict in plan.conflicts]


def test_a_link_to_a_folder_of_the_project_is_followed(tmp_path: Path) -> None:
    write(tmp_path, {"lib/f": "old\n"})
    (tmp_path / "src").symlink_to("lib")

    plan = make_plan(rendered({"src/f": "old\n"}), rendered({"src/f": "new\n"}), tmp_path)

    assert "update" == only_change(plan).kind


def test_a_removed_entity_keeps_a_link_in_place_of_its_file(tmp_path: Path) -> None:
    write(tmp_path, {"mine": "x"})
    (tmp_path / "f").symlink_to("mine")

    assert ("keep", "it is a symbolic link") == (
        (change := only_change(plan_of(tmp_path, "x", None, None))).kind,
        change.note,
    )


def test_names_that_differ_in_case_only_are_a_conflict(tmp_path: Path) -> None:
    write(tmp_path, {"src/Post.py": "mine"})

    plan = make_plan(rendered({}), rendered({"src/post.py": "x"}), tmp_path)

    assert (
        "`src/Post.py` differs from it only in upper and lower case" == only_conflict(plan).reason
    )


def test_the_answers_are_always_the_new_ones(tmp_path: Path) -> None:
    write(tmp_path, {".copier-answers.yml": "# mine\na: 1\n"})

    plan = make_plan(
        rendered({".copier-answers.yml": "a: 1\n"}),
        rendered({".copier-answers.yml": "a: 2\n"}),
        tmp_path,
    )

    assert b"a: 2\n" == only_change(plan).after


def test_files_that_no_template_renders_are_created(tmp_path: Path) -> None:
    write(tmp_path, {"same": "x", "other": "mine"})

    plan = make_plan(
        rendered({}), rendered({}), tmp_path, {"a/b": b"x", "same": b"x", "other": b"x"}
    )

    assert [("a/b", "create"), ("same", "unchanged")] == [(c.path, c.kind) for c in plan.changes]
    assert ["other"] == [conflict.path for conflict in plan.conflicts]


REGISTRY = "[\nAlbum\nPost\nUser\n]\n"
ATTRIBUTES = {".gitattributes": "# registries\n/src/registry.py merge=union\n*.png binary\n"}


def registry_plan(root: Path, old: str, new: str, mine: str) -> Plan:
    write(root, {"src/registry.py": mine})
    return make_plan(
        rendered({**ATTRIBUTES, "src/registry.py": old}),
        rendered({**ATTRIBUTES, "src/registry.py": new}),
        root,
    )


def test_a_reordered_registry_is_like_an_unedited_one(tmp_path: Path) -> None:
    new = REGISTRY.replace("Post\n", "Page\nPost\n")

    plan = registry_plan(tmp_path, REGISTRY, new, "[\nPost\nAlbum\nUser\n]\n")

    assert new.encode() == only_change(plan).after


def test_a_line_in_the_same_gap_of_a_registry_is_kept(tmp_path: Path) -> None:
    new = REGISTRY.replace("Post\n", "Page\nPost\n")

    plan = registry_plan(tmp_path, REGISTRY, new, REGISTRY.replace("Post\n", "Mine\nPost\n"))

    assert b"[\nAlbum\nPage\nMine\nPost\nUser\n]\n" == only_change(plan).after


def test_a_removed_entity_leaves_a_reordered_registry(tmp_path: Path) -> None:
    mine = "[\nPost\nAlbum\nUser\nMine\n]\n"

    plan = registry_plan(tmp_path, REGISTRY, REGISTRY.replace("Post\n", ""), mine)

    assert b"[\nAlbum\nUser\nMine\n]\n" == only_change(plan).after


def test_no_line_of_a_registry_appears_twice(tmp_path: Path) -> None:
    new = REGISTRY.replace("Post\n", "Post\nTag\n")

    plan = registry_plan(tmp_path, REGISTRY, new, "[\nAlbum\nUser\nPost\nMine\n]\n")

    after = (only_change(plan).after or b"").decode().splitlines()
    assert sorted(["[", "Album", "Mine", "Post", "Tag", "User", "]"]) == sorted(after)


@pytest.mark.parametrize("mine", ["[Album, Post, User]\n", "sorted(\nAlbum\nPost\nUser\n]\n"])
def test_a_registry_written_another_way_is_no_set_of_lines(tmp_path: Path, mine: str) -> None:
    new = REGISTRY.replace("[\n", "[\nAd\n")

    plan = registry_plan(tmp_path, REGISTRY, new, mine)

    assert ["src/registry.py"] == [conflict.path for conflict in plan.conflicts]


def test_other_files_are_never_united(tmp_path: Path) -> None:
    write(tmp_path, {"f": "a\nmine\n"})

    plan = make_plan(
        rendered({**ATTRIBUTES, "f": "a\n"}), rendered({**ATTRIBUTES, "f": "a\nnew\n"}), tmp_path
    )

    assert 1 == len(plan.conflicts)


def test_union_patterns_are_read() -> None:
    attributes = (
        b"# comment merge=union\n\n*.txt text merge=union\n/src/*.py merge=ours\nb merge=union"
    )

    assert ["*.txt", "b"] == union_patterns(attributes)


def test_the_diff_makes_git_do_what_the_plan_does(tmp_path: Path) -> None:
    root = tmp_path / "project"
    old = {"a": LINES, "b": "b\n", "c": "no end", "d/e": "e\n", "g": "\u2028x\fy\n", "run": "x\n"}
    new = {
        "a": NEXT,
        "c": "no end\nmore",
        "f/new": "new\n",
        "g": "\u2028x\fz\n",
        "h": "",
        "run": "x\n",
    }
    write(root, {**old, "a": EDITED})
    plan = make_plan(rendered(old), rendered(new, executable=("run", "f/new")), root)

    subprocess.run(
        ["git", "apply", "--unsafe-paths", "-"],
        cwd=root,
        env={**os.environ, "GIT_CEILING_DIRECTORIES": str(tmp_path)},
        input=unified_diff(plan).encode("utf-8", "surrogateescape"),
        check=True,
    )

    after = {change.path: change.after for change in plan.writes if change.after is not None}
    assert after == {path: body for path, (body, _) in tree(root).items()}
    assert {"run", "f/new"} == {path for path, (_, mode) in tree(root).items() if mode & 0o111}


def test_binary_files_are_only_named_in_the_diff(tmp_path: Path) -> None:
    assert "Binary files a/f and b/f differ\n" in unified_diff(
        plan_of(tmp_path, b"\0old", b"\0new", b"\0old")
    )
