"""Which files are checked, and what becomes of those that cannot be."""

import subprocess
from pathlib import Path

import pytest

from scaffold.check.errors import CheckError
from scaffold.check.run import check
from scaffold.untrusted import read_regular

BAD = "from sqlalchemy.ext.asyncio import create_async_engine\n\nengine = create_async_engine('')\n"


def write(root: Path, **files: str) -> None:
    for path, text in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty project, which is the current folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").touch()
    return tmp_path


def places(*paths: str) -> list[str]:
    return [f"{each.path}:{each.line}: {each.code}" for each in check([*map(Path, paths)]).findings]


def test_no_path_is_src_and_tests_of_the_project(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(root, **{"src/shop/db.py": BAD, "scripts/other.py": BAD, "tests/test_db.py": "x = (\n"})
    monkeypatch.chdir(root / "src/shop")

    assert places() == ["db.py:3: SCA001", "../../tests/test_db.py:1: SCA000"]


def test_no_path_outside_a_project_is_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, **{"one/db.py": BAD})
    monkeypatch.chdir(tmp_path)

    assert ["one/db.py:3: SCA001"] == [
        f"{each.path}:{each.line}: {each.code}" for each in check().findings
    ]


def test_findings_are_in_order_whatever_the_order_of_the_paths(root: Path) -> None:
    write(root, **{"b.py": BAD, "a/z.py": BAD, "a/b.py": BAD})

    assert places("b.py", "a", ".") == ["a/b.py:3: SCA001", "a/z.py:3: SCA001", "b.py:3: SCA001"]


def test_a_syntax_error_is_a_finding_and_does_not_stop_the_rest(root: Path) -> None:
    write(root, **{"a.py": "def broken(:\n", "b.py": BAD})

    assert places(".") == ["a.py:1: SCA000", "b.py:3: SCA001"]


@pytest.mark.parametrize(
    "content",
    [b"x = '\0'\n", b"# coding: latin-9000\nx = 1\n", b"x = '\xff'\n", b"(" * 5000 + b"\n"],
    ids=["null", "unknown encoding", "not UTF-8", "deep"],
)
def test_what_python_does_not_read_is_a_finding(root: Path, content: bytes) -> None:
    (root / "a.py").write_bytes(content)
    write(root, **{"b.py": BAD})

    found = places(".")

    assert [each.partition(":")[0] for each in found] == ["a.py", "b.py"]
    assert found[0].endswith("SCA000")


@pytest.mark.parametrize("depth", [50, 400, 3000])
def test_deep_code_does_not_end_the_check(root: Path, depth: int) -> None:
    chain = "select(x)" + ".where(y)" * depth + ".limit(9)"
    write(root, **{"a.py": f"from sqlalchemy import select\nz = {chain}\n", "b.py": BAD})

    found = places(".")

    assert found[-1] == "b.py:3: SCA001"
    assert set(found[:-1]) <= {"a.py:1: SCA000", "a.py:2: SCA007"}


def test_a_declared_encoding_is_used_and_columns_are_characters(root: Path) -> None:
    text = BAD.replace("engine =", "größe = '\u20ac'; engine =")
    (root / "a.py").write_bytes(f"# -*- coding: iso-8859-15 -*-\n{text}".encode("iso-8859-15"))

    (finding,) = check([Path()]).findings

    line = text.splitlines()[2]
    assert (finding.line, finding.column) == (4, line.index("create_async_engine") + 1)


def test_an_unreadable_file_is_a_finding(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(root, **{"a.py": BAD, "b.py": BAD})

    def refuse(path: str) -> bytes:
        if path.endswith("a.py"):
            raise PermissionError(13, "Permission denied")
        return read_regular(path)

    monkeypatch.setattr("scaffold.check.sources.read_regular", refuse)

    assert places(".") == ["a.py:1: SCA000", "b.py:3: SCA001"]


def test_a_link_that_leads_nowhere_is_a_finding(root: Path) -> None:
    (root / "a.py").symlink_to("nowhere.py")
    write(root, **{"b.py": BAD})

    assert places(".") == ["a.py:1: SCA000", "b.py:3: SCA001"]


def test_links_to_folders_above_end(root: Path) -> None:
    write(root, **{"src/a.py": BAD})
    (root / "src/again").symlink_to(root)

    assert places("src") == ["src/a.py:3: SCA001"]


@pytest.mark.parametrize(
    "folder", [".venv", ".hidden", "venv", "node_modules", "__pycache__", "build", "env"]
)
def test_what_tools_make_is_skipped(root: Path, folder: str) -> None:
    write(root, **{f"{folder}/a.py": BAD, "b.py": BAD})
    if folder == "env":
        (root / "env/pyvenv.cfg").touch()

    assert places(".") == ["b.py:3: SCA001"]


def test_what_git_ignores_is_skipped_unless_it_is_named(root: Path) -> None:
    write(
        root, **{"made/a.py": BAD, "b.py": BAD, "c_made.py": BAD, ".gitignore": "made\n*_made.py\n"}
    )
    subprocess.run(["git", "init", "--quiet"], cwd=root, check=True)

    assert places(".") == ["b.py:3: SCA001"]
    assert places("c_made.py") == ["c_made.py:3: SCA001"]


def test_a_path_that_does_not_exist_is_an_error(root: Path) -> None:
    with pytest.raises(CheckError, match="`nowhere` does not exist"):
        check([root, Path("nowhere")])


@pytest.mark.parametrize(
    ("comment", "passes"),
    [
        ("# noqa", True),
        ("# NOQA: sca001", True),
        ("# noqa: E501, SCA001  # made once", True),
        ("#noqa:SCA001", True),
        ("# noqa: SCA002", False),
        ("# noqa: E501", False),
        ("# no qa", False),
    ],
)
def test_comments_let_a_line_pass(root: Path, comment: str, passes: bool) -> None:  # noqa: FBT001
    write(root, **{"a.py": BAD.replace("('')\n", f"('')  {comment}\n")})

    assert places(".") == ([] if passes else ["a.py:3: SCA001"])


def test_a_comment_may_stand_at_the_end_of_a_call_of_several_lines(root: Path) -> None:
    write(root, **{"a.py": BAD.replace("('')", "(\n    '',\n)  # noqa: SCA001")})

    assert places(".") == []


def test_a_comment_in_a_text_lets_nothing_pass(root: Path) -> None:
    write(root, **{"a.py": BAD.replace("('')", "('# noqa')")})

    assert places(".") == ["a.py:3: SCA001"]


def test_codes_may_be_selected_and_ignored_by_prefix(root: Path) -> None:
    write(root, **{"a.py": BAD, "b.py": "(\n"})

    def codes(select: tuple[str, ...], ignore: tuple[str, ...] = ()) -> list[str]:
        return [each.code for each in check([], select, ignore).findings]

    assert codes(("SCA00",)) == ["SCA001", "SCA000"]
    assert codes(("SCA01",)) == ["SCA000"]
    assert codes((), ("SCA001",)) == ["SCA000"]
    assert codes((), ("SCA",)) == []


SETTINGS = """
[tool.scaffold.check]
ignore = ["SCA002"]
exclude = ["src/made"]

[tool.scaffold.check.per-file-ignores]
"src/shop/legacy/*" = ["SCA001"]
"""


def test_settings_of_the_project_hold(root: Path) -> None:
    expiring = "from sqlalchemy.ext.asyncio import *\n\ndef f(e): return async_sessionmaker(e)\n"
    write(
        root,
        **{
            "src/made/a.py": BAD,
            "src/shop/legacy/a.py": BAD,
            "src/shop/a.py": BAD + expiring,
            "pyproject.toml": SETTINGS,
        },
    )

    assert places() == ["src/shop/a.py:3: SCA001"]


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ('ignore = "SCA001"', "`ignore` is no list of texts"),
        ('ignore = ["E501"]', "no rule has a code like `E501`"),
        ('ignores = ["SCA001"]', "has no `ignores`"),
        ("per-file-ignores = 3", "`per-file-ignores` is no table"),
        ("ignore =", "pyproject.toml: "),
    ],
)
def test_wrong_settings_are_an_error(root: Path, settings: str, told: str) -> None:
    write(root, **{"a.py": "", "pyproject.toml": f"[tool.scaffold.check]\n{settings}\n"})

    with pytest.raises(CheckError, match=r"pyproject\.toml") as raised:
        check()

    assert told in raised.value.message
