"""Measure every command on a project of 20 entities. Goal: twice the time of the imports.

Side by side, in turns, in one run: the imports that any such program needs (`typer, jinja2, yaml`)
and each command, on a project whose entities were added one command each. Warm is what the commands
before left behind. Medians of the CPU time; ratios are to the imports. `scaffold migrate` runs the
project's own code, and is left out. `scaffold check` remembers what it found in files that are as
they were; where there is nothing to remember it has a goal of its own (`bench/check.py`).
"""

import statistics
import sys
import tempfile
from pathlib import Path

from scaffold_model import IMPORTS, fresh, timed
from workplace import (
    FIELDS,
    SCAFFOLD,
    blog,
    command_line,
    commit,
    environment,
    goal,
    items,
    options,
    run,
)

GOAL = 2.0
COMMANDS: dict[str, tuple[str, ...]] = {
    "list": ("list",),
    "status": ("status",),
    "diff": ("diff",),
    "export": ("export",),
    "apply, unchanged": ("apply", "same.yml"),
    "apply, a field": ("apply", "more.yml"),
    "model": ("model", "Extra{turn}", *FIELDS),
    "field add": ("field", "add", "Item7", "extra{turn}:int:null"),
    "field rename": ("field", "rename", "Item7", "name", "title{turn}"),
    "field alter": ("field", "alter", "Item7", "name:str,{length}:index"),
    "field remove": ("field", "remove", "Item7", "about", "--accept-data-loss"),
    "rename": ("rename", "Item7", "Thing{turn}"),
    "destroy": ("destroy", "Item8", "--accept-data-loss"),
    "alter": ("alter", "Item7", "--soft-delete"),
    "upgrade, newest": ("upgrade",),
    "doctor": ("doctor",),
    "check": ("check",),
}


def main() -> None:
    """Make the project, measure in turns, and report."""
    parser = command_line(__doc__)
    parser.add_argument("--entities", type=int, default=20)
    parser.add_argument("--turns", type=int, default=7)
    parser.add_argument("--only", nargs="+", default=[*COMMANDS], choices=[*COMMANDS])
    arguments = options(parser, entities=8, turns=1)
    with tempfile.TemporaryDirectory(prefix="scaffold-bench-") as name:
        folder = Path(name)
        variables = environment(folder)
        made = project(folder, arguments.entities, variables)
        known = available(arguments.only)
        seconds: dict[str, list[float]] = {each: [] for each in ("imports", *known)}
        for turn in range(-1, arguments.turns):  # the first one is not counted: it fills the caches
            print(f"turn {turn + 1} of {arguments.turns}", file=sys.stderr)
            for each, used in measured(known, made, turn, variables):
                seconds[each] += [used] if turn >= 0 else []
    report(seconds, arguments.entities)


def available(wanted: list[str]) -> list[str]:
    """Return the measurements for which there is a command."""
    from scaffold.commands import COMMANDS as KNOWN

    return [each for each in wanted if COMMANDS[each][0] in KNOWN]


def project(folder: Path, count: int, variables: dict[str, str]) -> Path:
    """Make a project with its entities, a command and a revision each, and two documents of it."""
    made = blog(folder, variables, items(count))
    document = run(made, variables, *SCAFFOLD, "export")
    (made / "same.yml").write_text(document, encoding="utf-8")
    commit(made, variables)
    return made


def measured(
    names: list[str], made: Path, turn: int, variables: dict[str, str]
) -> list[tuple[str, float]]:
    """Measure each command once."""
    found = [("imports", timed(made, variables, IMPORTS)[1])]
    document = (made / "same.yml").read_text(encoding="utf-8")
    first = "      name: str,80:index"
    more = document.replace(first, f"{first}\n      extra{turn + 1}: int:null", 1)
    for name in names:
        fresh(made, variables)
        (made / "more.yml").write_text(more, encoding="utf-8")
        given = [word.format(turn=turn + 1, length=91 + turn) for word in COMMANDS[name]]
        found.append((name, timed(made, variables, (*SCAFFOLD, *given))[1]))
    return found


def report(seconds: dict[str, list[float]], entities: int) -> None:
    """Print the medians, and how they compare."""
    base = statistics.median(seconds["imports"])
    print(f"{entities} entities{'CPU':>19} {'ratio':>7}")
    for name, each in seconds.items():
        cpu = statistics.median(each)
        wanted = "" if name == "imports" else goal(f"{GOAL:.0f}", is_met=cpu / base <= GOAL)
        print(f"  {name:<20} {cpu * 1000:>5.0f} ms {cpu / base:>7.2f}  {wanted}".rstrip())


if __name__ == "__main__":
    main()
