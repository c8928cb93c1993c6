"""Measure a generated project's own suite, on SQLite, with 20 entities. Goal: under a minute.

The suite runs with this Python, which has what a project needs; its database is a temporary file.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from workplace import SCAFFOLD, environment, fields, run, template

GOAL = 60.0


def main() -> None:
    """Make the project, run its suite, and report."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--entities", type=int, default=20)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="three entities, once")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.entities, arguments.turns = 3, 1
    with tempfile.TemporaryDirectory(prefix="scaffold-bench-") as name:
        folder = Path(name)
        variables = environment(folder)
        project = make(folder, arguments.entities, variables)
        paths = os.pathsep.join(str(project / part) for part in ("src", "."))
        own = {**variables, "PYTHONPATH": paths}
        seconds = []
        for _ in range(arguments.turns):
            began = time.perf_counter()
            printed = run(
                project, own, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"
            )
            seconds.append(time.perf_counter() - began)
    median = statistics.median(seconds)
    met = "met" if median <= GOAL else "missed"
    print(printed.strip().splitlines()[-1])
    print(f"{arguments.entities} entities on SQLite: {median:.1f} s (goal {GOAL:.0f} s: {met})")


def make(folder: Path, count: int, variables: dict[str, str]) -> Path:
    """Make a project and add its entities, one command each."""
    source = template(folder / "template", variables)
    new = ("new", "blog", "--template", str(source), "--defaults", "--no-git", "--quiet")
    run(folder, variables, *SCAFFOLD, *new)
    for number in range(1, count + 1):
        model = ("model", f"Item{number}", *fields(number), "--quiet")
        run(folder / "blog", variables, *SCAFFOLD, *model)
    return folder / "blog"


if __name__ == "__main__":
    main()
