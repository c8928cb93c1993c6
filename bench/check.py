"""Measure `scaffold check` on 100,000 lines of a generated project, on one core. Goal: 5 seconds.

Beside it: parsing the same files and nothing else, and `ruff check` with all its rules and one
thread. Each is CPU time of a process of its own; a file that is checked as often as it is copied
is no slower or faster than another one.
"""

import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from workplace import SCAFFOLD, blog, command_line, environment, goal, items, options

GOAL = 5.0
LINES = 100_000
ENTITIES = 5
CASES = Path(__file__).parents[1] / "tests" / "check" / "cases"
PARSE = """
import ast, pathlib
for path in pathlib.Path("src").rglob("*.py"):
    ast.parse(path.read_bytes())
"""


def main() -> None:
    """Make the files, check them, and report."""
    parser = command_line(__doc__)
    parser.add_argument("--lines", type=int, default=LINES)
    parser.add_argument("--turns", type=int, default=5)
    arguments = options(parser, lines=LINES // 100, turns=1)
    with tempfile.TemporaryDirectory(prefix="scaffold-bench-") as name:
        folder = Path(name)
        variables = environment(folder)
        root = folder / "copies"
        lines = copies(blog(folder, variables, items(ENTITIES)), root, arguments.lines)
        ruff = (sys.executable, "-m", "ruff", "check", "--no-cache", "--isolated", "--quiet")
        every = ("--select", "ALL", "--exit-zero", "--output-format", "concise", "src")
        commands = {
            "scaffold check": (*SCAFFOLD, "check", "src"),
            "ast.parse": (sys.executable, "-c", PARSE),
            "ruff check": (*ruff, *every),
        }
        own = {**variables, "RAYON_NUM_THREADS": "1"}
        seconds = {
            what: measured(root, own, command, arguments.turns)
            for what, command in commands.items()
        }
    print(f"{lines:,} lines, CPU time of one process, median of {arguments.turns}")
    for what, taken in seconds.items():
        ratio = seconds["scaffold check"] / taken
        print(f"  {what:<15} {taken:6.2f} s   check takes {ratio:.2f} times as long")
    taken = seconds["scaffold check"]
    print(f"scaffold check: {taken:.2f} s {goal(f'{GOAL:.0f} s', is_met=taken <= GOAL)}")


def copies(project: Path, root: Path, wanted: int) -> int:
    """Copy a project, with files that break rules, until there are as many lines."""
    lines, number = 0, 0
    root.mkdir()
    (root / "pyproject.toml").touch()
    while lines < wanted:
        number += 1
        target = root / "src" / f"copy{number}"
        shutil.copytree(project / "src" / "blog", target / "blog")
        shutil.copytree(project / "tests", target / "suite")
        shutil.copytree(CASES, target / "broken")
        lines += sum(path.read_bytes().count(b"\n") for path in target.rglob("*.py"))
    return lines


def measured(root: Path, variables: dict[str, str], command: Sequence[str], turns: int) -> float:
    """Return the median of a command's CPU seconds."""
    taken = []
    for _ in range(turns):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(command, cwd=root, env=variables, capture_output=True, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode not in {0, 1} or done.stderr:
            sys.exit(f"{command}: {done.stderr.decode()}")
        taken.append(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
    return statistics.median(taken)


if __name__ == "__main__":
    main()
