"""Measure `scaffold upgrade` beside `copier update`: a project of 50 entities, one version further.

The new version changes the base model and every entity's repository. Side by side, in turns, in one
run; ratios are of CPU times. The version that the project has is in the caches, as any command leaves
it; the new one is not, and is fetched. The figure with no caches at all is printed, too.
"""

import json
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from scaffold_model import fresh, past_revision, timed
from workplace import (
    SCAFFOLD,
    command_line,
    commit,
    environment,
    goal,
    options,
    records,
    run,
    template,
)

UPGRADE = (*SCAFFOLD, "upgrade", "--quiet")
COMMANDS = {
    "scaffold upgrade": UPGRADE,
    "the same, cold": UPGRADE,
    "copier update": (sys.executable, "-m", "copier", "update", "--defaults", "--quiet"),
}
GOAL = 1 / 5
BASE = "persistence/base.py.jinja"
REPOSITORIES = "persistence/repositories/{% yield e from model.entities %}{{ e.module }}{% endyield %}.py.jinja"


def main() -> None:
    """Make the project, upgrade copies of it, and report."""
    parser = command_line(__doc__)
    parser.add_argument("--entities", type=int, default=50)
    parser.add_argument("--turns", type=int, default=3)
    arguments = options(parser, entities=1, turns=1)
    with tempfile.TemporaryDirectory(prefix="scaffold-bench-") as name:
        folder = Path(name)
        variables = environment(folder)
        made = project(folder, arguments.entities, variables)
        run(made, variables, *SCAFFOLD, "list")
        seconds: dict[str, list[tuple[float, float]]] = {command: [] for command in COMMANDS}
        for turn in range(arguments.turns):
            for command, words in COMMANDS.items():
                cache = folder / f"{command}-{turn}"
                if command != "the same, cold":
                    shutil.copytree(folder / "cache", cache)
                own = {**variables, "SCAFFOLD_CACHE_DIR": str(cache)}
                seconds[command].append(timed(fresh(made, variables), own, words))
                if '_commit: "v0.2.0"' not in (made / ".copier-answers.yml").read_text():
                    sys.exit(f"{command} did not upgrade the project")
    report(arguments.entities, seconds)


def project(folder: Path, count: int, variables: dict[str, str]) -> Path:
    """Make a project of version 0.1.0, and a version 0.2.0 of the template after it."""
    source = template(folder / "template", variables)
    entities = folder / "entities.json"
    entities.write_text(json.dumps({"entities": records(count)}), encoding="utf-8")
    made = folder / "project"
    run(
        folder, variables, sys.executable, "-m", "copier", "copy", "--defaults", "--quiet",
        f"--data-file={entities}", str(source), str(made),
    )  # fmt: skip
    for number in range(count):
        name = f"2026010100{number:04}_create.py"
        (made / "migrations" / "versions" / name).write_text(past_revision(number))
    commit(made, variables)
    package = source / "template" / "project" / "src" / "{{ package_name }}"
    for path in (BASE, REPOSITORIES):
        file = package / path
        file.write_text(file.read_text() + "\n# A later version says more here.\n")
    for command in (("commit", "--quiet", "--all", "--message=more"), ("tag", "v0.2.0")):
        run(source, variables, "git", *command)
    return made


def report(count: int, seconds: dict[str, list[tuple[float, float]]]) -> None:
    """Print the medians, and how they compare."""
    cpu = {}
    for command, turns in seconds.items():
        wall, cpu[command] = (statistics.median(values) for values in zip(*turns, strict=True))
        print(f"{count} entities  {command:<18} {wall:>6.2f} s  CPU {cpu[command]:>6.2f} s")
    ratio = cpu["scaffold upgrade"] / cpu["copier update"]
    print(f"ratio {ratio:.3f} {goal(f'{GOAL:.3f}', is_met=ratio <= GOAL)}")


if __name__ == "__main__":
    main()
