"""Measure what it takes to add an entity to a project of 1, 20 and 200 of them.

Side by side, in turns, in one run: the imports that any such program needs (`typer, jinja2, yaml`),
`scaffold model` with its caches warm and with none, and `copier update` on the same change.
Warm is what the command before left behind: each turn adds an entity of another name, so nothing
of the new project is in a cache. Medians of the wall time and of the CPU time, which says more on
a busy machine; ratios are of CPU times, to the imports.
"""

import argparse
import json
import resource
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from workplace import (
    FIELDS,
    REPOSITORY,
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

sys.path.insert(0, str(REPOSITORY / "generator"))
IMPORTS = (sys.executable, "-c", "import typer, jinja2, yaml")
UPDATE = (sys.executable, "-m", "copier", "update", "--vcs-ref=:current:", "--defaults")
GOALS = {1: 2.0, 200: 5.0}
NAMES = ("imports", "scaffold model", "the same, cold", "copier update")
# The wall time and the CPU time of one run.
Seconds = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Subject:
    """A project of a size, brought back to what was committed for each measurement."""

    size: int
    project: Path
    data_file: Path
    variables: dict[str, str]
    seconds: dict[str, list[Seconds]] = field(default_factory=lambda: {name: [] for name in NAMES})


def main() -> None:
    """Make the projects, measure in turns, and report."""
    arguments = parse_arguments()
    with tempfile.TemporaryDirectory(prefix="scaffold-bench-") as name:
        folder = Path(name)
        variables = environment(folder)
        source = template(folder / "template", variables)
        subjects = [subject(folder, source, size, variables) for size in arguments.sizes]
        for turn in range(arguments.turns):
            for each in subjects:
                say(f"turn {turn + 1} of {arguments.turns}, {each.size} entities")
                measure(each, folder, turn, copier=turn < arguments.copier_turns)
        report(subjects)


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = command_line(__doc__)
    parser.add_argument("--turns", type=int, default=11, help="how often each is measured")
    parser.add_argument("--copier-turns", type=int, default=3, help="how often copier update is")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1, 20, 200])
    return options(parser, turns=1, copier_turns=1, sizes=[1])


def subject(folder: Path, source: Path, size: int, variables: dict[str, str]) -> Subject:
    """Make a project of this size, with as many revisions, under git as `copier update` wants it."""
    say(f"making a project of {size} entities")
    project = folder / f"project-{size}"
    entities = records(size)
    first = folder / f"entities-{size}.json"
    first.write_text(json.dumps({"entities": entities}), encoding="utf-8")
    run(
        folder, variables, sys.executable, "-m", "copier", "copy", "--defaults", "--quiet",
        f"--data-file={first}", str(source), str(project),
    )  # fmt: skip
    versions = project / "migrations" / "versions"
    for number in range(size):
        (versions / f"2026010100{number:04}_create.py").write_text(past_revision(number))
    commit(project, variables)
    own = {**variables, "SCAFFOLD_CACHE_DIR": str(folder / f"cache-{size}")}
    run(project, own, *model("Extra"), "--quiet")
    data_file = folder / f"more-{size}.json"
    data_file.write_text(json.dumps({"entities": recorded(project)}), encoding="utf-8")
    return Subject(size, project, data_file, own)


def model(name: str) -> tuple[str, ...]:
    """Return the command that adds an entity."""
    return (*SCAFFOLD, "model", name, *FIELDS)


def past_revision(number: int) -> str:
    """Return a revision of the usual length, which makes the table of an entity."""
    table = f"item{number + 1}s"
    parent = f'"{number - 1:012x}"' if number else None
    columns = "".join(
        f'        sa.Column("column_{each}", sa.String(200), nullable=False),\n'
        for each in range(25)
    )
    return (
        f'"""A revision."""\n\nimport sqlalchemy as sa\nfrom alembic import op\n\n'
        f'revision: str = "{number:012x}"\ndown_revision: str | None = {parent}\n\n\n'
        f'def upgrade() -> None:\n    op.create_table(\n        "{table}",\n{columns}    )\n\n\n'
        f'def downgrade() -> None:\n    op.drop_table("{table}")\n'
    )


def recorded(project: Path) -> object:
    """Return the entities in the answers of a project."""
    import yaml

    answers = yaml.safe_load((project / ".copier-answers.yml").read_text(encoding="utf-8"))
    return answers["entities"]


def fresh(project: Path, variables: dict[str, str]) -> Path:
    """Bring a project back to how it was committed.

    Not by a new copy: where many files were just deleted, ext4 takes a millisecond to make one.
    """
    for words in (("reset", "--quiet", "--hard"), ("clean", "-fdx", "--quiet")):
        run(project, variables, "git", *words)
    return project


def measure(each: Subject, folder: Path, turn: int, *, copier: bool) -> None:
    """Measure each of the commands once, on the project as it was committed."""
    cold = {**each.variables, "SCAFFOLD_CACHE_DIR": str(folder / f"cold-{each.size}-{turn}")}
    for name, command, variables, module in (
        ("imports", IMPORTS, each.variables, ""),
        ("scaffold model", model(f"Extra{turn}"), each.variables, f"extra{turn}"),
        ("the same, cold", model("Extra"), cold, "extra"),
        ("copier update", (*UPDATE, f"--data-file={each.data_file}"), each.variables, "extra"),
    ):
        if copier or name != "copier update":
            project = fresh(each.project, variables)
            each.seconds[name].append(timed(project, variables, command))
            if module and not (project / "src" / "blog" / "domain" / f"{module}.py").exists():
                sys.exit(f"{name} did not add the entity")


def timed(project: Path, variables: dict[str, str], command: tuple[str, ...]) -> Seconds:
    """Return the seconds that a command takes, which must succeed."""
    used, began = cpu_of_children(), time.perf_counter()
    run(project, variables, *command)
    return time.perf_counter() - began, cpu_of_children() - used


def cpu_of_children() -> float:
    """Return the CPU seconds, the system's included, of all processes that ended so far."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def report(subjects: list[Subject]) -> None:
    """Print the medians, and how they compare."""
    print(f"{'entities':>8}  {'what':<15} {'wall':>9} {'CPU':>9} {'ratio':>7}")
    for each in subjects:
        base = statistics.median(cpu for _, cpu in each.seconds["imports"])
        for name, seconds in each.seconds.items():
            if not seconds:
                continue
            wall, cpu = (statistics.median(values) for values in zip(*seconds, strict=True))
            limit = GOALS.get(each.size) if name == "scaffold model" else None
            wanted = goal(f"{limit:.0f}", is_met=cpu / base <= limit) if limit else ""
            print(
                f"{each.size:>8}  {name:<15} {wall * 1000:>6.0f} ms {cpu * 1000:>6.0f} ms"
                f" {cpu / base:>7.2f}  {wanted}".rstrip()
            )


def say(text: str) -> None:
    """Tell how far it is."""
    print(text, file=sys.stderr)


if __name__ == "__main__":
    main()
