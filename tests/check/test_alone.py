"""The rules stand alone: of scaffold they know the limits for files of others, and else they need Python alone."""

import ast
import sys
from pathlib import Path

import scaffold.check

PACKAGE = Path(scaffold.check.__file__).parent


def imported(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


def test_only_python_and_its_own_modules_are_imported() -> None:
    names = set().union(*map(imported, PACKAGE.rglob("*.py")))

    assert {
        name
        for name in names
        if not name.startswith(("scaffold.check", "scaffold.untrusted"))
        and name.split(".")[0] not in sys.stdlib_module_names
    } == set()
