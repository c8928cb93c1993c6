"""Measure a generated project's own suite, on SQLite, with 20 entities. Goal: under a minute.

The suite runs with this Python, which has what a project needs; its database is a temporary file.
"""

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from workplace import blog, command_line, environment, goal, items, options, run

GOAL = 60.0


def main() -> None:
    """Make the project, run its suite, and report."""
    parser = command_line(__doc__)
    parser.add_argument("--entities", type=int, default=20)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--tests", default="tests", help="which of them")
    arguments = options(parser, entities=1, turns=1, tests="tests/unit")
    with tempfile.TemporaryDirectory(prefix="scaffold-bench-") as name:
        folder = Path(name)
        variables = environment(folder)
        project = blog(folder, variables, items(arguments.entities))
        paths = os.pathsep.join(str(project / part) for part in ("src", "."))
        own = {**variables, "PYTHONPATH": paths}
        pytest = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", arguments.tests)
        seconds = []
        for _ in range(arguments.turns):
            began = time.perf_counter()
            printed = run(project, own, *pytest)
            seconds.append(time.perf_counter() - began)
    median = statistics.median(seconds)
    print(printed.strip().splitlines()[-1])
    wanted = goal(f"{GOAL:.0f} s", is_met=median <= GOAL)
    print(f"{arguments.entities} entities on SQLite: {median:.1f} s {wanted}")


if __name__ == "__main__":
    main()
