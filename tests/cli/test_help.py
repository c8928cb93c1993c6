"""Help and completion: what can be typed is there to be found."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from command_line import Scaffold
from scaffold.commands import COMMANDS


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_help_of_a_command_has_examples(command: str, tmp_path: Path, scaffold: Scaffold) -> None:
    result = scaffold(tmp_path, command, "--help")

    assert 0 == result.code
    assert result.out.startswith(f"Usage: scaffold {command} ")
    assert f"\n  Examples:\n    scaffold {command}" in result.out


def test_no_command_shows_the_help(tmp_path: Path, scaffold: Scaffold) -> None:
    result = scaffold(tmp_path)

    assert 2 == result.code
    assert result.out.startswith("Usage: scaffold [OPTIONS] COMMAND")


def test_the_help_has_the_commands_in_order(tmp_path: Path, scaffold: Scaffold) -> None:
    told = scaffold(tmp_path, "--help").out.partition("\nCommands:\n")[2].partition("\n\n")[0]

    names = [line.split()[0] for line in told.splitlines() if line[2] != " "]
    assert list(COMMANDS) == names


@pytest.mark.parametrize("arguments", [["--help"], ["field", "--help"]], ids=" ".join)
def test_no_sentence_of_the_help_is_cut_off(
    arguments: list[str], tmp_path: Path, scaffold: Scaffold
) -> None:
    told = scaffold(tmp_path, *arguments).out.partition("\nCommands:\n")[2].partition("\n\n")[0]

    assert "..." not in told
    assert told.endswith(".")


def test_version(tmp_path: Path, scaffold: Scaffold) -> None:
    assert "scaffold 0.1.0\n" == scaffold(tmp_path, "--version").out


def completions(folder: Path, shell: str, words: str, place: int) -> str:
    environment = {
        **os.environ,
        "_SCAFFOLD_COMPLETE": f"complete_{shell}",
        "_TYPER_COMPLETE_ARGS": words,
        "COMP_WORDS": words,
        "COMP_CWORD": str(place),
    }
    done = subprocess.run(
        [sys.executable, "-m", "scaffold"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_zsh_completes_types_and_entities(blog: Path) -> None:
    assert r'"author\\:User"' in completions(blog, "zsh", "scaffold model Post author:U", 3)
    assert r'"title\\:smallint"' in completions(blog, "zsh", "scaffold model Post title:s", 3)


def test_zsh_completes_modifiers(blog: Path) -> None:
    words = completions(blog, "zsh", "scaffold model Post title:str:u", 3)

    assert r'"title\\:str\\:unique"' in words


def test_bash_breaks_words_at_colons(blog: Path) -> None:
    words = completions(blog, "bash", "scaffold model Post title : sma", 5)

    assert "smallint" == words.strip()


def test_completion_outside_a_project_offers_modifiers_only(tmp_path: Path) -> None:
    words = completions(tmp_path, "bash", "scaffold model Post title:n", 3)

    assert "title:null" == words.strip()


def test_entities_are_completed(blog: Path) -> None:
    assert '"User"' in completions(blog, "zsh", "scaffold export U", 2)
