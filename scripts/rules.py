"""Write docs/rules.md from the rules."""

from pathlib import Path

from scaffold.check.explain import markdown

(Path(__file__).parents[1] / "docs" / "rules.md").write_text(markdown(), encoding="utf-8")
