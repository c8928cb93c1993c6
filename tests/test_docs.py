"""The commands that the README shows do what it shows; all there is to type is in it."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer

import template_repository
from scaffold.commands import COMMANDS, command_line
from scaffold.entities.types import TYPE_ALIASES, load_types
from scaffold.grammar.fields import MODIFIER_ALIASES, MODIFIERS

REPOSITORY = Path(__file__).parents[1]
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
CODE = " ".join(re.findall(r"`([^`\n]+)`", README))


@dataclass(frozen=True, slots=True)
class Shown:
    """A command of the README and what it is said to print."""

    command: str
    output: str

    def matches(self, output: str) -> bool:
        """Compare, where `...` stands for any part of a line, or alone for any lines."""
        pattern = "".join(map(line_pattern, self.output.splitlines()))
        return (
            re.fullmatch(pattern, "".join(f"{line}\n" for line in output.splitlines())) is not None
        )


def line_pattern(line: str) -> str:
    if line == "...":
        return r"(?:.*\n)*?"
    pattern = re.escape(line.rstrip()).replace(r"\.\.\.", ".*")
    return re.sub(r"(?:\\ )+", " +", pattern) + r" *\n"


def shown_commands() -> list[Shown]:
    found: list[Shown] = []
    for block in re.findall(r"^```console\n(.*?)^```", README, re.DOTALL | re.MULTILINE):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            found.append(Shown(command, output))
    return found


class Session:
    """A shell that remembers its folder and stops what it started."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self._folder = folder
        self._environment = environment
        self._port = free_port()
        self._server: subprocess.Popen[bytes] | None = None

    def run(self, command: str) -> str:
        command = command.replace(":8000/", f":{self._port}/")
        if command.startswith("cd "):
            self._folder /= command.removeprefix("cd ")
            return ""
        if command == "make run &":
            self._start()
            return ""
        done = subprocess.run(  # noqa: S602  # it is what the README shows
            command,
            shell=True,
            cwd=self._folder,
            env=self._environment,
            check=False,
            text=True,
            capture_output=True,
        )
        return done.stderr if done.returncode else done.stdout

    def _start(self) -> None:
        self._server = subprocess.Popen(
            ["make", "run", f"PORT={self._port}"],
            cwd=self._folder,
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        for _ in range(600):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self._port}/health/ready", timeout=5)
            except OSError:
                assert self._server.poll() is None, "the application did not start"
                time.sleep(0.1)
            else:
                return
        pytest.fail("the application does not answer")

    def stop(self) -> None:
        if self._server is not None and self._server.poll() is None:
            os.killpg(self._server.pid, signal.SIGTERM)
            self._server.wait(20)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


@contextmanager
def session(folder: Path) -> Iterator[Session]:
    """Open a shell in an empty folder, with a `scaffold` that takes the template of this tree."""
    template = folder / "template"
    template.mkdir()
    shutil.copytree(REPOSITORY / "template", template / "template")
    shutil.copy(REPOSITORY / "copier.yml", template)
    template_repository.commit(template, "v0.1.0")
    bin_ = folder / "bin"
    bin_.mkdir()
    write_command(bin_ / "scaffold", template)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("MAKE")},
        "PATH": os.pathsep.join([str(bin_), str(Path(sys.executable).parent), os.environ["PATH"]]),
        "PYTHON": sys.executable,
        "SCAFFOLD_CACHE_DIR": str(folder / "cache"),
        "GIT_CONFIG_GLOBAL": os.devnull,
    }
    work = folder / "work"
    work.mkdir()
    shell = Session(work, environment)
    try:
        yield shell
    finally:
        shell.stop()


def write_command(path: Path, template: Path) -> None:
    """Write a `scaffold` that was, as far as it knows, installed from the template's folder."""
    path.write_text(
        f"#!{sys.executable}\n"
        "import sys\n"
        "from scaffold import cli\n"
        "from scaffold.template import install\n"
        f"install._origin = lambda: {{'url': {template.as_uri()!r}, 'dir_info': {{}}}}\n"
        "cli.main()\n"
    )
    path.chmod(0o755)


@pytest.mark.slow
def test_commands_do_what_is_shown(tmp_path: Path) -> None:
    for program in ("make", "curl"):
        if shutil.which(program) is None:
            pytest.skip(f"the README's session needs {program}")
    with session(tmp_path) as shell:
        for shown in shown_commands():
            output = shell.run(shown.command)

            assert shown.matches(output), f"$ {shown.command}\n{output}\nshown:\n{shown.output}"


def test_session_shows_the_main_commands() -> None:
    words = {tuple(shown.command.split()[:2]) for shown in shown_commands()}

    assert {("scaffold", name) for name in COMMANDS} <= words
    assert {("make", "test"), ("make", "run")} <= words


@pytest.mark.parametrize(
    "name",
    [
        *load_types(REPOSITORY / "template/macros/types.yml"),
        *MODIFIERS,
        *TYPE_ALIASES,
        *MODIFIER_ALIASES,
    ],
)
def test_every_word_of_the_grammar_is_documented(name: str) -> None:
    assert re.search(rf"(?<!\w){name}(?!\w)", CODE)


def commands_by_name() -> Iterator[tuple[str, Any]]:
    """Yield all commands, those of groups with both words."""
    for name, command in typer.main.get_group(command_line()).commands.items():
        yield name, command
        for each, below in getattr(command, "commands", {}).items():
            yield f"{name} {each}", below


@pytest.mark.parametrize(
    ("command", "option"),
    [
        (name, max(option.opts, key=len))
        for name, command in commands_by_name()
        for option in command.params
        if option.param_type_name == "option"
    ],
)
def test_every_option_is_documented(command: str, option: str) -> None:
    assert re.search(rf"{option}(?!\w)", CODE), f"scaffold {command} {option}"


def test_changelog_knows_the_version_or_has_unreleased_changes() -> None:
    from scaffold import __version__

    changelog = (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")

    assert f"## [{__version__}]" in changelog or "## [Unreleased]" in changelog
