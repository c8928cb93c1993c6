"""`scaffold diff`: what a person changed, against what was generated."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from command_line import Scaffold
from template_repository import tree

SERVICE = "src/blog/services/user.py"
PAGE = "src/blog/domain/page.py"


def add_line(file: Path, line: str = "# mine") -> None:
    file.write_text(f"{file.read_text(encoding='utf-8')}{line}\n", encoding="utf-8")


def test_nothing_was_changed(blog: Path, scaffold: Scaffold) -> None:
    before = tree(blog)

    result = scaffold(blog, "diff")

    assert (0, "all generated files are as they were rendered\n") == (result.code, result.out)
    assert before == tree(blog)


def test_shows_the_lines_of_a_person(blog: Path, scaffold: Scaffold) -> None:
    add_line(blog / SERVICE)

    result = scaffold(blog, "diff")

    assert 0 == result.code
    assert result.out.startswith(f"diff --git a/{SERVICE} b/{SERVICE}\n--- a/{SERVICE}\n")
    assert ["# mine"] == [
        line.removeprefix("+") for line in result.out.splitlines() if line.startswith("+#")
    ]


def test_the_diff_takes_the_edits_back(blog: Path, scaffold: Scaffold) -> None:
    before = tree(blog)
    add_line(blog / SERVICE)
    (blog / PAGE).unlink()

    shown = scaffold(blog, "diff").out
    subprocess.run(["git", "apply", "-R"], cwd=blog, input=shown.encode(), check=True)

    assert before == tree(blog)


def test_counts_lines_and_names_what_was_deleted_and_moved(blog: Path, scaffold: Scaffold) -> None:
    add_line(blog / SERVICE)
    (blog / "src/blog/api/health.py").unlink()
    (blog / "src/blog/more").mkdir()
    add_line(Path(shutil.move(blog / PAGE, blog / "src/blog/more/pages.py")))

    result = scaffold(blog, "diff", "--stat")

    assert [
        ["src/blog/api/health.py", "+0", "deleted"],
        [PAGE, "->", "src/blog/more/pages.py", "+1", "-0", "moved"],
        [SERVICE, "+1", "-0"],
    ] == [
        [word for word in line.split() if not word.startswith("-3")]
        for line in result.out.splitlines()[:-1]
    ]
    assert result.out.splitlines()[-1].startswith("3 files, 2 added, ")


@pytest.mark.parametrize("place", ["src/blog", "src/blog/services", "src/blog/services/user.py"])
def test_of_what_is_at_or_below_a_path(blog: Path, scaffold: Scaffold, place: str) -> None:
    add_line(blog / SERVICE)
    add_line(blog / "Makefile")

    result = scaffold(blog / "src", "diff", f"../{place}", "--stat")

    assert f"{SERVICE}  +1 -0\n1 file, 1 added, 0 removed\n" == result.out


def test_a_path_that_was_not_generated(blog: Path, scaffold: Scaffold) -> None:
    result = scaffold(blog, "diff", "src/blogg")

    assert 1 == result.code
    assert "error: `src/blogg` is no generated file, and no folder of one\n" in result.err


def test_a_path_outside_the_project(blog: Path, scaffold: Scaffold) -> None:
    result = scaffold(blog, "diff", "..")

    assert 1 == result.code
    assert "error: `..` is not in the project\n" in result.err


def test_line_ends_of_a_checkout_are_no_change(blog: Path, scaffold: Scaffold) -> None:
    file = blog / SERVICE
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))

    assert scaffold(blog, "diff").out.startswith("all generated files")


def test_a_registry_in_another_order_is_no_change(blog: Path, scaffold: Scaffold) -> None:
    scaffold(blog, "model", "Post", "title", "-q")
    file = blog / "src/blog/persistence/models/__init__.py"
    lines = file.read_text().splitlines(keepends=True)
    post, user = (
        next(n for n, line in enumerate(lines) if f"{n_}Row" in line) for n_ in ("Post", "User")
    )
    lines[post], lines[user] = lines[user], lines[post]
    file.write_text("".join(lines))

    assert scaffold(blog, "diff").out.startswith("all generated files")


def test_json_has_the_files(blog: Path, scaffold: Scaffold) -> None:
    add_line(blog / SERVICE)

    said = json.loads(scaffold(blog, "diff", "--json").out)

    (file,) = said["files"]
    assert (SERVICE, "changed", 1, 0) == (
        file["path"], file["state"], file["added"], file["removed"],
    )  # fmt: skip
    assert "+# mine\n" in file["diff"]
