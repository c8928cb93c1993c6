"""Random projects on their way from one version of the template to another, with edits by hand."""

import ast
import fnmatch
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from release_steps import CONSENTED, STEPS
from scaffold.entities.entity import Entity
from strategies import graphs
from template_repository import commit

Draw = Callable[[st.SearchStrategy[Any]], Any]

BELOW = "go below this line"
GAINS, LOSES = CONSENTED
FORM = "form_of_entities_changes"
# What belongs at the place for code by hand, which `{}` tells from all other lines.
METHOD = '    def by_hand_{0}(self) -> str:\n        """Return what a person wrote."""\n        return "{1}"\n'
QUERY = METHOD.replace("def", "async def")
FIELD = "    by_hand_{0}: str  # {1}\n"
PROPERTY = METHOD.replace("    def", "    @property\n    def", 1)
ENDPOINT = (
    '\n@router.get("/by-hand-{0}")\nasync def by_hand_{0}() -> str:\n'
    '    """Return what a person wrote."""\n    return "{1}"\n'
)
TEST = '\ndef test_by_hand_{0}() -> None:\n    assert "{1}".endswith(".")\n'
FACTORY = '\ndef by_hand_{0}() -> str:\n    """Return what a person wrote."""\n    return "{1}"\n'
CODE = {
    "src/*/api/routes/*": ENDPOINT,
    "src/*/api/links/*": ENDPOINT,
    "src/*/api/schemas/*": FIELD,
    "src/*/domain/*": METHOD,
    "src/*/persistence/models/*": METHOD,
    "src/*/persistence/repositories/*": QUERY,
    # Whatever a port promises, the repository and the fake have to keep.
    "src/*/services/ports/*": "    # {1}\n",
    "src/*/services/*": QUERY,
    "tests/factories/*": FACTORY,
    "tests/fakes/*": QUERY,
    "tests/*": TEST,
}
# Files without a place for code, to the end of which people write, too.
OTHERS = (".gitignore", "Makefile", "README.md", "pyproject.toml")


@dataclass(frozen=True, slots=True)
class Journey:
    """A project with entities, made from one version of a template and brought to a later one.

    Version 1.N.0 of the template is the one after N of the steps.
    """

    entities: tuple[Entity, ...]
    steps: tuple[str, ...]
    start: int
    end: int

    def release(self, template: Path) -> None:
        """Make the versions that the journey is from and to in a repository of a template."""
        for first, last in ((0, self.start), (self.start, self.end)):
            for name in self.steps[first:last]:
                {**STEPS, **CONSENTED}[name](template)
            commit(template, f"v1.{last}.0")

    @property
    def options(self) -> tuple[str, ...]:
        """Return what a person has to say of the rows."""
        before, after = (self._has_region(version) for version in (self.start, self.end))
        if before == after or not any(entity.timestamps for entity in self.entities):
            return ()
        return ("--fill", "region=south") if after else ("--accept-data-loss",)

    def _has_region(self, version: int) -> bool:
        made = self.steps[:version]
        return GAINS in made and LOSES not in made


@st.composite
def journeys(draw: st.DrawFn, *, is_whole: bool = False) -> Journey:
    """Return a journey through all kinds of changes in any order, or a part of the way."""
    steps = draw(st.permutations([*STEPS, *CONSENTED]))
    first, second = sorted(steps.index(name) for name in CONSENTED)
    steps[first], steps[second] = GAINS, LOSES
    start, end = 0, len(steps)
    if not is_whole:
        # A project of a form that the command does not know yet would be refused.
        start = draw(st.integers(0, min(len(steps) - 1, steps.index(FORM))))
        end = draw(st.integers(start + 1, len(steps)))
    entities = draw(graphs(max_entities=3, circular=True))
    return Journey(entities, tuple(steps), start, end)


def edit_at_random(project: Path, draw: Draw) -> dict[str, str]:
    """Write into generated files of a project; return the file of each line's mark."""
    places: dict[str, str] = {}
    for number in range(draw(st.integers(1, 8))):
        edit = draw(st.sampled_from((_add_code, _add_code, _add_comment, _append)))
        for mark, file in edit(project, draw, number).items():
            places[mark] = file.relative_to(project).as_posix()
    return places


def _add_code(project: Path, draw: Draw, number: int) -> dict[str, Path]:
    files = [file for file in _generated(project) if BELOW in file.read_text(encoding="utf-8")]
    file: Path = draw(st.sampled_from(files))
    path = file.relative_to(project).as_posix()
    code = next(code for pattern, code in CODE.items() if fnmatch.fnmatch(path, pattern))
    added = {f"by hand, number {number}.": file}
    _insert(file, code, number, *added)
    if code is FIELD:  # of a response: the domain has to have it, too
        other, mark = file.parents[2] / "domain" / file.name, f"for the field of number {number}."
        _insert(other, PROPERTY, number, mark)
        added[mark] = other
    return added


def _insert(file: Path, code: str, number: int, mark: str) -> None:
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    place = next(index for index, line in enumerate(lines) if BELOW in line) + 1
    lines.insert(place, f"\n{code.format(number, mark)}")
    file.write_text("".join(lines), encoding="utf-8")


def _add_comment(project: Path, draw: Draw, number: int) -> dict[str, Path]:
    """Explain any statement."""
    file: Path = draw(st.sampled_from([file for file in _generated(project) if _is_code(file)]))
    text = file.read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    place = draw(st.sampled_from(sorted(set(_statements(text, lines)))))
    indent = lines[place][: -len(lines[place].lstrip())]
    mark = f"by hand, number {number}."
    lines.insert(place, f"{indent}# {mark}\n")
    file.write_text("".join(lines), encoding="utf-8")
    return {mark: file}


def _statements(text: str, lines: list[str]) -> Iterator[int]:
    """Yield the indexes of lines where a comment may stand: before statements, docstrings and imports left out."""
    for node in ast.walk(ast.parse(text)):
        is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        is_import = isinstance(node, ast.Import | ast.ImportFrom)  # the formatter moves those
        if isinstance(node, ast.stmt) and not is_docstring and not is_import:
            decorators = getattr(node, "decorator_list", ())
            line = min(each.lineno for each in (node, *decorators)) - 1
            if not lines[line][: node.col_offset].strip():
                yield line


def _is_code(file: Path) -> bool:
    """Tell whether something is defined."""
    return (
        re.search(r"^(?:class|def|async def) ", file.read_text("utf-8"), re.MULTILINE) is not None
    )


def _append(project: Path, draw: Draw, number: int) -> dict[str, Path]:
    file = project / str(draw(st.sampled_from(OTHERS)))
    text = file.read_text(encoding="utf-8").rstrip("\n")
    mark = f"by hand, number {number}."
    file.write_text(f"{text}\n\n# {mark}\n", encoding="utf-8")
    return {mark: file}


def _generated(project: Path) -> list[Path]:
    return [
        file for folder in ("src", "tests") for file in sorted((project / folder).rglob("*.py"))
    ]
