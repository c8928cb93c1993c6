"""docs/security.md promises only what a test attacks."""

import re
from pathlib import Path

import pytest

GENERATOR = Path(__file__).parents[1] / "generator/scaffold"
# What reads, parses or runs without the limits of `untrusted` and `git`, and why it may.
UNLIMITED = {
    r"\.read_bytes\(|\.read_text\(": {
        "cache/files.py": "the user's own cache",
        "check/memory.py": "this package",
        "render/with_jinja.py": "a checked out version of a template, without links",
        "scratch/__init__.py": "a folder that the command made",
        "template/index.py": "a checked out version of a template, without links",
        "template/install.py": "this installation",
        "template/source.py": "the user's own cache",
    },
    r"yaml\.(load|safe_load|compose)\w*\(": {},
    r"ast\.parse\(": {
        "check/annotations.py": "a part of what was parsed; `check` takes what is too deep",
        "check/project.py": "`check` has its own word for what is too deep",
        "check/tables.py": "a part of what was parsed; `check` takes what is too deep",
        "revisions/layout.py": "what scaffold wrote",
        "revisions/sources.py": "what scaffold wrote",
        "schema/conversions.py": "a type out of what was parsed",
    },
    r"subprocess\.(run|Popen|call|check)": {
        "check/files.py": "git, with the settings of `untrusted`",
        "git.py": "git",
        "scratch/__init__.py": "the project's code, which `migrate` and `status --deep` run",
    },
    r"os\.(system|popen|exec\w*|spawn\w*)\(|\beval\(|\bexec\(|pickle": {
        "frozen.py": "code of its own making, from the names of fields in this package"
    },
    r"copier\.run_\w+\(": {"render/with_copier.py": "the one call"},
}

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


@pytest.mark.parametrize("pattern", UNLIMITED)
def test_nothing_else_reads_or_runs_without_limits(pattern: str) -> None:
    found = {
        file.relative_to(GENERATOR).as_posix()
        for file in GENERATOR.rglob("*.py")
        if re.search(pattern, file.read_text(encoding="utf-8"))
    }

    assert set(UNLIMITED[pattern]) == found - {"untrusted.py"}
