"""Measure a generated application beside bare FastAPI and asyncpg: one process, 16 connections.

Both run at the same time on the same PostgreSQL tables and are measured in turns; the figures are
the medians of the ratios of what they answer per second, and of the processor time that a request
takes in their process. The latter says the same where the process is what there is too little of,
and depends less on what else the machine does. A profile follows where a goal is missed.

`--beside COMMIT` measures the application that this commit generates in the same turns.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from argparse import Namespace
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from serving import database, execute, fetch, make, of_project, processor_time, serving
from workplace import REPOSITORY, checkout, command_line, environment, goal, options, run

BENCH = Path(__file__).parent
CONNECTIONS = 16
USERS, POSTS = 1_000, 20_000
FILL = f"""
INSERT INTO users (email, name, created_at, updated_at)
SELECT 'user' || n || '@example.org', 'User ' || n, now(), now() FROM generate_series(1, {USERS}) n;
INSERT INTO posts (title, body, price, status, author_id, created_at, updated_at)
SELECT 'Post ' || n, repeat('text ', 40), n, 'live', 1 + n % {USERS}, now(), now()
FROM generate_series(1, {POSTS}) n;
ANALYZE;
"""  # noqa: S608  # numbers of ours
SESSIONS = "SELECT sessions FROM pg_stat_database WHERE datname = current_database()"
POST = json.dumps({"title": "A post", "body": "text " * 40, "author_id": 1})


@dataclass(frozen=True, slots=True)
class Scenario:
    """A kind of request, and what share of the bare application's speed is the goal."""

    name: str
    method: str
    path: str
    goal: float
    body: str = ""

    def bare(self) -> str:
        """Return the path in the bare application: it always includes the author."""
        return self.path.replace("&include=author", "")


@dataclass(frozen=True, slots=True)
class Server:
    """A running application."""

    port: int
    process: subprocess.Popen[bytes]


@dataclass(frozen=True, slots=True)
class Speed:
    """What was answered in a second, and the microseconds of processor time that one answer took."""

    rate: float
    cost: float


SCENARIOS = (
    Scenario("GET one", "GET", "/posts/{number}", 0.35),
    Scenario("list of 20 with a relation", "GET", "/posts?limit=20&include=author", 0.50),
    Scenario("POST", "POST", "/posts", 0.30, POST),
)


def main() -> None:
    """Make the project, run both applications, and report."""
    parser = command_line(__doc__)
    parser.add_argument("--turns", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each measurement")
    parser.add_argument("--profile", action="store_true", help="also where goals are met")
    parser.add_argument("--beside", metavar="COMMIT", help="also what that commit generates")
    parser.add_argument("--profiled", type=int, default=2_000, help="requests of a profile")
    arguments = options(parser, turns=1, seconds=0.2, profile=True, profiled=10)
    with tempfile.TemporaryDirectory(prefix="scaffold-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        project, own, url = generate(folder, REPOSITORY, stack)
        generated = serve(project, own, stack)
        bare = Server(*stack.enter_context(serving(BENCH, {**own, "BARE_URL": url}, "bare:app")))
        missed = compare(generated, bare, url, arguments.turns, arguments.seconds)
        if arguments.beside:
            (folder / "beside").mkdir()
            tree = checkout(arguments.beside, folder / "beside" / "tree")
            former, its_own, _ = generate(folder / "beside", tree, stack)
            compare_with(serve(former, its_own, stack), generated, arguments)
        print("\nstatements of one request")
        inspect = (project, own, sys.executable, str(BENCH / "inspection.py"))
        print(run(*inspect, "statements", "2", *requests()))
        if missed or arguments.profile:
            wanted = SCENARIOS if arguments.profile else missed
            print(run(*inspect, "profile", str(arguments.profiled), *requests(wanted)))


def generate(folder: Path, tree: Path, stack: ExitStack) -> tuple[Path, dict[str, str], str]:
    """Make the project of a working tree; return it with its environment and its filled database."""
    variables = environment(folder, tree)
    project = make(folder, variables, tree)
    url = stack.enter_context(database())
    own = of_project(project, variables, url)
    run(project, own, sys.executable, "-m", "alembic", "upgrade", "heads")
    asyncio.run(execute(url, FILL))
    return project, own, url


def serve(project: Path, variables: dict[str, str], stack: ExitStack) -> Server:
    """Run the project's application."""
    served = serving(project, variables, "--factory", "blog.api.app:create_app")
    return Server(*stack.enter_context(served))


def compare_with(former: Server, generated: Server, arguments: Namespace) -> None:
    """Measure another commit's application and this one in turns, and print the ratios."""
    print(f"\nbeside {arguments.beside}: its speed is 1")
    for scenario in SCENARIOS:
        measure(former, scenario, scenario.path, min(arguments.seconds, 1.0))
    for scenario in SCENARIOS:
        pairs = [
            tuple(measure(each, scenario, scenario.path, arguments.seconds) for each in turn)
            for turn in ((former, generated),) * arguments.turns
        ]
        rate = median(ours.rate / theirs.rate for theirs, ours in pairs)
        cost = median(theirs.cost / ours.cost for theirs, ours in pairs)
        print(f"{scenario.name:28}answers a second{rate:8.3f}   processor time{cost:8.3f}")


def compare(
    generated: Server, bare: Server, url: str, turns: int, seconds: float
) -> list[Scenario]:
    """Measure both in turns, print the ratios, and return the scenarios whose goal is missed."""
    missed = []
    for scenario in SCENARIOS:  # connections, caches, prepared statements
        for server, path in ((generated, scenario.path), (bare, scenario.bare())):
            measure(server, scenario, path, min(seconds, 1.0))
    before = asyncio.run(fetch(url, SESSIONS))
    print(f"{'':28}{'answers a second':^24}{'processor time (us)':^24}")
    print(f"{'':28}{'bare':>8}{'ours':>8}{'ratio':>8}{'bare':>8}{'ours':>8}{'ratio':>8}")
    for scenario in SCENARIOS:
        pairs = [
            (
                measure(bare, scenario, scenario.bare(), seconds),
                measure(generated, scenario, scenario.path, seconds),
            )
            for _ in range(turns)
        ]
        rate = [median(one.rate for one in side) for side in zip(*pairs, strict=True)]
        cost = [median(one.cost for one in side) for side in zip(*pairs, strict=True)]
        rates = median(ours.rate / theirs.rate for theirs, ours in pairs)
        costs = median(theirs.cost / ours.cost for theirs, ours in pairs)
        met = rates >= scenario.goal
        print(
            f"{scenario.name:28}{rate[0]:8.0f}{rate[1]:8.0f}{rates:8.2f}"
            f"{cost[0]:8.0f}{cost[1]:8.0f}{costs:8.2f}  {goal(f'{scenario.goal:.2f}', is_met=met)}"
        )
        if not met:
            missed.append(scenario)
    time.sleep(1.5)  # PostgreSQL counts late
    opened = asyncio.run(fetch(url, SESSIONS)) - before - 1  # one of these is the one that asks
    print(f"connections opened meanwhile: {opened}")
    return missed


def measure(server: Server, scenario: Scenario, path: str, seconds: float) -> Speed:
    """Send requests for a while, and return how quick the answers were."""
    wanted = {
        "method": scenario.method,
        "path": path,
        "body": scenario.body,
        "largest": POSTS,
        "seconds": seconds,
        "port": server.port,
        "connections": CONNECTIONS,
    }
    command = [sys.executable, str(BENCH / "load.py"), json.dumps(wanted)]
    before = processor_time(server.process)
    outcome: dict[str, Any] = json.loads(
        subprocess.run(command, capture_output=True, check=True).stdout
    )
    took = processor_time(server.process) - before
    if outcome["failed"]:
        sys.exit(
            f"{scenario.method} {path}: {outcome['failed']} failed, the first: {outcome['first_failure']}"
        )
    answered = outcome["answered"]
    return Speed(answered / outcome["seconds"], took / answered * 1e6)


def requests(scenarios: tuple[Scenario, ...] | list[Scenario] = SCENARIOS) -> list[str]:
    """Return the scenarios as arguments."""
    return [
        json.dumps([one.name, one.method, one.path.replace("{number}", "7"), one.body])
        for one in scenarios
    ]


if __name__ == "__main__":
    main()
