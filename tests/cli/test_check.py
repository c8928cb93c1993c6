"""`scaffold check`: the async rules, in any project."""

import inspect
import json
from pathlib import Path

import pytest

from command_line import Scaffold
from scaffold.check.rules import RULES

BAD = "from sqlalchemy.ext.asyncio import create_async_engine\n\nengine = create_async_engine('')\n"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "db.py").write_text(BAD, encoding="utf-8")
    return tmp_path


def test_findings_have_a_place_and_a_way_out(shop: Path, scaffold: Scaffold) -> None:
    result = scaffold(shop, "check")

    assert (result.code, result.err) == (1, "")
    assert (
        result.out
        == inspect.cleandoc("""
        db.py:3:10: SCA001 importing this file makes an engine
          help: make the engine in the application's lifespan, and a session per unit of work
        1 finding in 1 file; --explain CODE says why
    """)
        + "\n"
    )


def test_nothing_found_is_said(shop: Path, scaffold: Scaffold) -> None:
    (shop / "db.py").write_text("", encoding="utf-8")

    result = scaffold(shop, "check", ".")

    assert (result.code, result.out) == (0, "no findings in 1 file\n")


def test_json(shop: Path, scaffold: Scaffold) -> None:
    result = scaffold(shop, "check", "--json")

    assert result.code == 1
    assert json.loads(result.out) == {
        "schema": 1,
        "status": "findings",
        "files": 1,
        "findings": [
            {
                "path": "db.py",
                "line": 3,
                "column": 10,
                "code": "SCA001",
                "message": "importing this file makes an engine",
                "help": "make the engine in the application's lifespan, and a session per unit of work",
            }
        ],
        "error": None,
    }


@pytest.mark.parametrize(
    "options",
    [(), ("--json",), ("--select", "SCA002"), ("--ignore", "SCA001", "--json"), ("db.py",)],
)
def test_what_is_remembered_is_told_alike(
    shop: Path, scaffold: Scaffold, options: tuple[str, ...]
) -> None:
    (shop / "broken.py").write_text("x = (\n", encoding="utf-8")

    new = scaffold(shop, "check", *options)

    assert (new.code, new.err) == (1, "")
    assert scaffold(shop, "check", *options) == new


def test_without_a_home_and_a_cache_it_checks_as_well(
    shop: Path, scaffold: Scaffold, monkeypatch: pytest.MonkeyPatch
) -> None:
    def homeless(path: Path) -> Path:
        raise RuntimeError(f"Could not determine home directory: {path}")

    monkeypatch.delenv("SCAFFOLD_CACHE_DIR")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "expanduser", homeless)

    result = scaffold(shop, "check")

    assert (result.code, result.err) == (1, "")


def test_json_of_a_mistake_and_of_a_rule(shop: Path, scaffold: Scaffold) -> None:
    mistake = scaffold(shop, "check", "nowhere.py", "--json")
    rule = scaffold(shop, "check", "--explain", "SCA008", "--json")

    assert (mistake.code, rule.code) == (2, 0)
    assert json.loads(mistake.out) == {
        "schema": 1,
        "status": "error",
        "files": 0,
        "findings": [],
        "error": {"message": "`nowhere.py` does not exist", "note": None, "help": None},
    }
    assert json.loads(rule.out)["rule"]["name"] == "query-in-loop"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--select", "SCA002,SCA003"), 0),
        (("--select", "sca00"), 1),
        (("--ignore", "SCA001"), 0),
        (("--select", "SCA", "--ignore", "SCA02"), 1),
    ],
)
def test_codes_are_selected_and_ignored(
    shop: Path, scaffold: Scaffold, options: tuple[str, ...], code: int
) -> None:
    assert scaffold(shop, "check", *options).code == code


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--select", "E501"), "error: --select: no rule has a code like `E501`\n"),
        (("nowhere.py",), "error: `nowhere.py` does not exist\n"),
        (("--explain", "SCA900"), "error: there is no rule `SCA900`\nhelp: "),
        (("--explain", "sca0088"), "similar code or name exists: `SCA008`"),
        (("--explain", "query-in-lop"), "similar code or name exists: `query-in-loop`"),
        (("--fix",), "error: no such option: --fix"),
    ],
)
def test_wrong_usage_is_explained(
    shop: Path, scaffold: Scaffold, arguments: tuple[str, ...], told: str
) -> None:
    result = scaffold(shop, "check", *arguments)

    assert result.code == 2
    assert told in result.err


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_rule_is_explained(rule: object, shop: Path, scaffold: Scaffold) -> None:
    code = str(getattr(rule, "code", ""))

    result = scaffold(shop, "check", "--explain", code.lower())

    assert result.code == 0
    assert result.out.startswith(f"{code} ")
    assert "\nhelp: " in result.out


def test_it_needs_no_project_of_scaffold(shop: Path, scaffold: Scaffold) -> None:
    (shop / "pyproject.toml").unlink()

    assert scaffold(shop, "check").code == 1


def test_a_project_as_generated_has_no_finding(blog: Path, scaffold: Scaffold) -> None:
    result = scaffold(blog, "check")

    assert result.code == 0, result.out
