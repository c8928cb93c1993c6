"""docs/security.md promises only what a test attacks."""

import re
from pathlib import Path

TESTS = Path(__file__).parent
PAGE = (TESTS.parent / "docs/security.md").read_text(encoding="utf-8")


def test_each_promise_names_tests_that_exist() -> None:
    written = {
        name
        for file in TESTS.rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", file.read_text(encoding="utf-8"), re.MULTILINE)
    }
    promises = re.findall(r"^- .*?(?=^- |^\n|\Z)", PAGE, re.MULTILINE | re.DOTALL)

    assert len(promises) > 15
    for promise in promises:
        named = re.findall(r"`(test_\w+)`", promise)
        assert named, promise
        assert not set(named) - written


def test_all_attacks_are_promises() -> None:
    files = ("cli/test_hostile_inputs.py", "cli/test_hostile_templates.py")
    text = "".join((TESTS / file).read_text(encoding="utf-8") for file in files)
    attacks = re.findall(r"^def (test_\w+)", text, re.MULTILINE)

    assert [name for name in attacks if name not in PAGE] == ["test_git_itself_would_have_run_it"]
