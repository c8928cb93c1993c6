"""Measure `scaffold check` on 100,000 lines of a generated project, on one core. Goal: 5 seconds.

Beside it: the same again, when all is as it was, parsing the same files and nothing else, and
`ruff check` with all its rules and one thread. Each is CPU time of a process of its own, that
remembers nothing unless it is said; a file that is checked as often as it is copied is no slower
or faster than another one.
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
        check = (*SCAFFOLD, "check", "src")
        commands = {
            "scaffold check": check,
            "the same again": check,
            "ast.parse": (sys.executable, "-c", PARSE),
            "ruff check": (*ruff, *every),
        }
        own = {**variables, "RAYON_NUM_THREADS": "1"}
        seconds: dict[str, list[float]] = {what: [] for what in commands}
        for turn in range(arguments.turns):
            own["SCAFFOLD_CACHE_DIR"] = str(folder / f"cache-{turn}")
            for what, command in commands.items():
                seconds[what].append(measured(root, own, command))
    print(f"{lines:,} lines, CPU time of one process, median of {arguments.turns}")
    taken = statistics.median(seconds["scaffold check"])
    for what, each in seconds.items():
        median = statistics.median(each)
        print(f"  {what:<15} {median:6.2f} s   check takes {taken / median:.2f} times as long")
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


def measured(root: Path, variables: dict[str, str], command: Sequence[str]) -> float:
    """Return the CPU seconds of a command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=root, env=variables, capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in {0, 1} or done.stderr:
        sys.exit(f"{command}: {done.stderr.decode()}")
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


if __name__ == "__main__":
    main()
