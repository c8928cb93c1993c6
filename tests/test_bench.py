"""The measurements run, and print what people look for; how long anything takes is not tested here."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping

import pytest

from projects import REPOSITORY
from servers import Servers

GOAL = r"\(goal [^)]+: (met|missed)\)"
PRINTED: dict[str, tuple[str, ...]] = {
    "scaffold_model": (
        r"^ +1  imports +\d+ ms +\d+ ms +1\.00$",
        rf"^ +1  scaffold model +\d+ ms +\d+ ms +[\d.]+  {GOAL}$",
        r"^ +1  the same, cold ",
        r"^ +1  copier update ",
    ),
    "every_command": (
        r"^8 entities ",
        *(
            rf"^  {name} +\d+ ms +[\d.]+  {GOAL}$"
            for name in ("list", "model", "rename", "destroy", "check")
        ),
    ),
    "check": (
        r"^[\d,]+ lines, CPU time",
        r"^  the same again +[\d.]+ s ",
        r"^  ruff check +[\d.]+ s ",
        rf"^scaffold check: [\d.]+ s {GOAL}$",
    ),
    "suite": (r"^\d+ passed", rf"^1 entities on SQLite: [\d.]+ s {GOAL}$"),
    "upgrade": (
        r"^1 entities  scaffold upgrade +[\d.]+ s ",
        r"^1 entities  copier update +[\d.]+ s ",
        rf"^ratio [\d.]+ {GOAL}$",
    ),
    "app": (
        *(
            rf"^{name} [\d. ]+ {GOAL}$"
            for name in ("GET one", "list of 20 with a relation", "POST")
        ),
        r"^connections opened meanwhile: \d+$",
        r"^  POST .*1 INSERT",
        r"^profile of GET one: \d+ us a request",
    ),
    "stream": tuple(
        line
        for kind in ("postgresql", "sqlite")
        for line in (
            rf"^{kind}: 2,000 rows in [\d.]+ s, [\d,]+ a second$",
            rf"^  growth over idle +-?[\d.]+ MiB {GOAL}$",
            rf"^  first byte +[\d.]+ ms +{GOAL}$",
        )
    ),
}
ON_A_SERVER = ("app", "stream")


def test_each_measurement_of_make_bench_is_known_here() -> None:
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")

    assert re.findall(r"bench/(\w+)\.py", makefile) == [*PRINTED]


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in PRINTED if name not in ON_A_SERVER])
def test_a_measurement_prints_what_people_look_for(name: str) -> None:
    run_quickly(name, os.environ)


@pytest.mark.slow
@pytest.mark.database
@pytest.mark.parametrize("name", ON_A_SERVER)
def test_a_measurement_on_a_server_prints_what_people_look_for(name: str, servers: Servers) -> None:
    url = servers.get("postgresql").url.render_as_string(hide_password=False)

    run_quickly(name, {**os.environ, "SCAFFOLD_TEST_POSTGRESQL_URL": url})


def run_quickly(name: str, environment: Mapping[str, str]) -> None:
    program = REPOSITORY / "bench" / f"{name}.py"
    done = subprocess.run(
        [sys.executable, program, "--quick"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    for line in PRINTED[name]:
        assert re.search(line, done.stdout, re.MULTILINE), f"no line {line} in\n{done.stdout}"
