"""The types of this folder, and of the project as it is used here."""

import os
import subprocess
import sys
from pathlib import Path

from catalogue.blog_project import FOLDER

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]


def test_the_catalogue_uses_the_project_as_it_is_typed() -> None:
    """`make lint` cannot see to it: the project is there only while this runs."""
    paths = os.pathsep.join(
        map(str, (REPOSITORY / "tests", REPOSITORY / "generator", FOLDER / "src"))
    )

    found = subprocess.run(
        [sys.executable, "-m", "mypy", *sorted(HERE.glob("*.py"))],
        cwd=REPOSITORY,
        env={**os.environ, "MYPYPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )

    assert found.returncode == 0, found.stdout + found.stderr
