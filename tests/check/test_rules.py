"""Each rule finds what it says, and nothing else."""

import re
from inspect import cleandoc
from pathlib import Path

import pytest

from scaffold.check.rule import Rule
from scaffold.check.rules import RULES
from scaffold.check.run import check

CASES = sorted((Path(__file__).parent / "cases").glob("*.py"))
MARK = re.compile(r"#\s*!\s*(SCA\d+)")
PATH = re.compile(r"^# path: (.+)$", re.MULTILINE)
EACH_RULE = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)


def found(folder: Path, path: str, text: str) -> list[tuple[int, str]]:
    """Return the lines and codes that are found in a project with this one file."""
    file = folder / path
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")
    (folder / "pyproject.toml").touch()
    return [(each.line, each.code) for each in check([file]).findings]


@EACH_RULE
def test_bad_example_is_found(rule: Rule, tmp_path: Path) -> None:
    codes = {code for _, code in found(tmp_path, rule.path, cleandoc(rule.bad))}

    assert codes == {rule.code}


@EACH_RULE
def test_good_example_passes(rule: Rule, tmp_path: Path) -> None:
    assert found(tmp_path, rule.path, cleandoc(rule.good)) == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_marked_lines_are_found_and_no_others(case: Path, tmp_path: Path) -> None:
    text = case.read_text(encoding="utf-8")
    path = PATH.search(text)
    marked = [
        (number, code)
        for number, line in enumerate(text.splitlines(), 1)
        for code in MARK.findall(line)
    ]

    assert found(tmp_path, path[1] if path else "src/shop/example.py", text) == marked


def test_every_rule_has_a_marked_line() -> None:
    marked = {code for case in CASES for code in MARK.findall(case.read_text(encoding="utf-8"))}

    assert marked == {rule.code for rule in RULES}


def test_codes_and_names_are_unique_and_without_gaps() -> None:
    assert [rule.code for rule in RULES] == [f"SCA{number:03}" for number in range(1, 28)]
    assert len({rule.name for rule in RULES}) == len(RULES)


@EACH_RULE
def test_messages_and_fixes_are_one_line(rule: Rule) -> None:
    for text in (rule.title, rule.message, rule.fix):
        assert text
        assert "\n" not in text
        assert not text.endswith(".")
