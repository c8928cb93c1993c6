"""docs/rules.md says what the rules say."""

from pathlib import Path

import yaml

from scaffold.check.explain import markdown

REPOSITORY = Path(__file__).parents[2]


def test_rules_are_documented_as_they_are() -> None:
    written = (REPOSITORY / "docs" / "rules.md").read_text(encoding="utf-8")

    assert written == markdown(), "run: python scripts/rules.py"


def test_repository_is_a_source_of_a_pre_commit_hook() -> None:
    (hook,) = yaml.safe_load((REPOSITORY / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))

    assert (hook["id"], hook["entry"]) == ("scaffold-check", "scaffold check")
