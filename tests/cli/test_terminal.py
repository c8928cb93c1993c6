"""What a person sees on a terminal, and what a pipe gets instead."""

import os
import pty
import re
import subprocess
import sys
import termios
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import get_args

import pytest

from command_line import Result, Scaffold
from scaffold.output.parts import Look

POST = ("model", "Post", "title:str,200:index", "author:User")
BOLD, DIM, RED, GREEN, CYAN = "1", "2", "31", "32", "36"

# A command in a folder, with its output and errors on a terminal.
OnTerminal = Callable[..., Result]


@pytest.fixture
def on_terminal() -> OnTerminal:
    return run_on_terminal


def run_on_terminal(
    folder: Path, *arguments: str, columns: int = 100, program: str = "", **variables: str
) -> Result:
    """Run a command on a pseudo-terminal; its errors are on it, too."""
    program = f"{program}\nimport sys; from scaffold.cli import main; main(sys.argv[1:])"
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in {"NO_COLOR", "FORCE_COLOR", "COLORTERM", "COLUMNS", "LINES"}
    }
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (50, columns))
    with subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        cwd=folder,
        env={**inherited, "TERM": "xterm-256color", **variables},
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        screen = read_all(ours)
    os.close(ours)
    return Result(process.returncode, screen.decode().replace("\r\n", "\n"), "")


def read_all(terminal: int) -> bytes:
    read = b""
    with suppress(OSError):  # the other side was closed
        while more := os.read(terminal, 65536):
            read += more
    return read


def styled(text: str, *codes: str) -> str:
    return f"\033[{';'.join(codes)}m{text}\033[0m"


def words_of(screen: str) -> str:
    return re.sub(r"\033\[[0-9;]*m", "", screen)


def colors_of(screen: str) -> set[str]:
    """Return the control codes that set a color."""
    codes = {code for found in re.findall(r"\033\[([0-9;]*)m", screen) for code in found.split(";")}
    return codes - {"", "0", BOLD, DIM}


def test_tree_says_in_color_what_happened_to_each_file(blog: Path, on_terminal: OnTerminal) -> None:
    screen = on_terminal(blog, *POST).out

    assert screen.startswith(f"{styled('added Post', BOLD)}\n\n{styled('blog', BOLD)}\n")
    assert re.search(rf"post\.py +{re.escape(styled('create', GREEN))}\n", screen)
    assert re.search(rf"__init__\.py +{re.escape(styled('update', CYAN))}\n", screen)
    assert f"next: {styled('make migrate', CYAN)}   bring the database up to date\n" in screen


def test_words_of_the_tree_are_those_of_a_pipe(
    blog: Path, on_terminal: OnTerminal, scaffold: Scaffold
) -> None:
    piped = scaffold(blog, *POST, "-n").out
    screen = on_terminal(blog, *POST, "-n").out

    assert without_times(piped) == without_times(words_of(screen))


def without_times(text: str) -> str:
    return re.sub(r"\d{12}", "", text)


def test_narrow_terminal_does_without_a_column(blog: Path, on_terminal: OnTerminal) -> None:
    screen = words_of(on_terminal(blog, *POST, "-n", columns=34).out)

    assert "│   └── entities.md  update\n" in screen
    assert max(map(len, screen.partition("blog\n")[2].splitlines())) <= 34


def test_diff_is_in_color(blog: Path, on_terminal: OnTerminal) -> None:
    screen = on_terminal(blog, *POST, "-n", "--diff").out

    assert styled('+    """Create posts."""', GREEN) in screen
    assert styled("diff --git a/docs/entities.md b/docs/entities.md", BOLD) in screen


def test_diff_is_not_broken_into_lines(blog: Path, on_terminal: OnTerminal) -> None:
    wide = words_of(on_terminal(blog, *POST, "-n", "--diff", columns=100).out)
    narrow = words_of(on_terminal(blog, *POST, "-n", "--diff", columns=34).out)

    assert (
        without_times(wide.partition("would have")[0]).splitlines()[:9]
        == (without_times(narrow.partition("would have")[0]).splitlines()[:9])
    )


def test_error_note_and_help_are_told_apart(blog: Path, on_terminal: OnTerminal) -> None:
    result = on_terminal(blog, "model", "blog_post", "title")

    assert result.code == 1
    assert result.out == (
        f"{styled('error:', BOLD, RED)} `blog_post` cannot be the name of an entity; "
        "nothing was written\n"
        f"{styled('note:', CYAN)} an entity's name is one CamelCase word of ASCII letters "
        "and digits\n"
        f"{styled('help:', GREEN)} try `BlogPost`\n"
    )


def test_conflict_shows_both_sides(blog: Path, on_terminal: OnTerminal) -> None:
    (blog / "src/blog/domain/post.py").write_text("# [bold]mine[/bold] :smile:\n")

    result = on_terminal(blog, *POST)

    assert result.code == 3
    assert result.out.startswith(
        f"{styled('conflict:', BOLD, RED)} {styled('src/blog/domain/post.py', BOLD)}: "
        "a file that you wrote is there\n"
        f"  {styled('yours', CYAN)}:\n"
        "    # [bold]mine[/bold] :smile:\n"
    )


def test_list_is_a_tree_of_fields(blog: Path, on_terminal: OnTerminal) -> None:
    screen = on_terminal(blog, "list").out

    assert words_of(screen) == (
        "User  users, int key\n├── email:email:unique\n└── name:str,80\n\n"
        "1 entity, 2 fields, 0 relations\n"
    )
    assert f"email{styled(':email:unique', CYAN)}\n" in screen


def test_new_project_is_shown_as_a_tree(
    tmp_path: Path, template: Path, on_terminal: OnTerminal
) -> None:
    screen = on_terminal(tmp_path, "new", "shop", "--template", str(template), "--defaults").out

    assert f"{styled('made Shop in shop', BOLD)}\n\n{styled('shop/', BOLD)}\n" in screen
    assert "├── src/ " in words_of(screen)
    assert f"next: {styled('cd shop', CYAN)}\n" in screen


@pytest.mark.parametrize("arguments", [("list",), (*POST, "-n", "--diff"), ("model", "x")])
def test_no_color_is_respected(
    arguments: tuple[str, ...], blog: Path, on_terminal: OnTerminal
) -> None:
    assert colors_of(on_terminal(blog, *arguments).out)
    assert not colors_of(on_terminal(blog, *arguments, NO_COLOR="1").out)


@pytest.mark.parametrize("arguments", [("list",), (*POST, "-n", "--diff"), ("model", "x")])
def test_dumb_terminal_gets_no_control_sequences(
    arguments: tuple[str, ...], blog: Path, on_terminal: OnTerminal
) -> None:
    assert "\033" not in on_terminal(blog, *arguments, TERM="dumb").out


def test_json_and_quiet_are_the_same_on_a_terminal(blog: Path, on_terminal: OnTerminal) -> None:
    assert on_terminal(blog, *POST, "-n", "--json").out.startswith('{\n  "schema": 1,')
    assert on_terminal(blog, *POST, "-n", "-q").out == ""


# What takes long.

SLOW = """
import time
from scaffold.project import project
from scaffold.commands import screen
screen.SLOW, original = 0.1, project.load

def load(root):
    time.sleep(1)
    return original(root)

project.load = load
"""
HIDE_CURSOR, SHOW_CURSOR, ERASE_LINE = "\033[?25l", "\033[?25h", "\033[2K"


def test_spinner_says_what_takes_long_and_is_gone_afterwards(
    blog: Path, on_terminal: OnTerminal
) -> None:
    screen = on_terminal(blog, "list", program=SLOW).out
    spinning, _, rest = screen.partition(SHOW_CURSOR)

    assert spinning.startswith(HIDE_CURSOR)
    assert "loading the project's template ..." in spinning
    assert rest.lstrip("\r").startswith(f"\033[1A{ERASE_LINE}{styled('User', BOLD)}")


def test_nothing_spins_in_a_quick_command(blog: Path, on_terminal: OnTerminal) -> None:
    assert HIDE_CURSOR not in on_terminal(blog, "list").out


def test_nothing_spins_when_quiet(blog: Path, on_terminal: OnTerminal) -> None:
    assert on_terminal(blog, *POST, "-q", "-n", program=SLOW).out == ""


def test_dumb_terminal_gets_a_line_instead(blog: Path, on_terminal: OnTerminal) -> None:
    screen = on_terminal(blog, "list", program=SLOW, TERM="dumb").out

    assert screen.startswith("loading the project's template ...\nUser")


def test_cursor_is_back_after_ctrl_c(blog: Path, on_terminal: OnTerminal) -> None:
    interrupting = SLOW.replace("time.sleep(1)", "time.sleep(0.6); raise KeyboardInterrupt")

    result = on_terminal(blog, *POST, program=interrupting)

    assert result.code == 130
    assert SHOW_CURSOR in result.out
    assert result.out.endswith(f"{styled('error:', BOLD, RED)} interrupted; nothing was written\n")


def test_pipe_gets_a_line_about_what_takes_long(blog: Path) -> None:
    result = piped(blog, "list", program=SLOW)

    assert result.stderr == b"loading the project's template ...\n"


# Pipes.


def piped(
    folder: Path, *arguments: str, program: str = "", **variables: str
) -> subprocess.CompletedProcess[bytes]:
    program = f"{program}\nimport sys; from scaffold.cli import main; main(sys.argv[1:])"
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=folder,
        env={**os.environ, **variables},
        capture_output=True,
        check=False,
    )


AT_EXIT = """
import sys
from scaffold import cli
leave = cli.leave
cli.leave = lambda code: (print("rich" in sys.modules), leave(code))
"""


@pytest.mark.parametrize(
    "arguments", [POST, (*POST, "--diff"), (*POST, "--json"), ("model", "x"), ("list",), ()]
)
def test_pipe_does_without_rich(arguments: tuple[str, ...], blog: Path) -> None:
    result = piped(blog, *arguments, program=AT_EXIT)

    assert result.stdout.endswith(b"False\n")


def test_terminal_has_rich(blog: Path, on_terminal: OnTerminal) -> None:
    assert on_terminal(blog, "list", program=AT_EXIT).out.endswith("True\n")


def test_pipe_gets_no_color_even_when_it_is_forced(blog: Path) -> None:
    assert b"\033" not in piped(blog, "list", FORCE_COLOR="1").stdout


def test_diff_keeps_bytes_that_are_no_text(blog: Path, on_terminal: OnTerminal) -> None:
    page = blog / "src/blog/persistence/models/__init__.py"
    end = b"]\n  # caf\xe9 \x0c\n"
    page.write_bytes(page.read_bytes().replace(b"]\n", end))
    strict = {"PYTHONIOENCODING": "utf-8:strict"}

    plain = piped(blog, *POST, "-n", "--diff", **strict)
    screen = on_terminal(blog, *POST, "-n", "--diff", **strict)
    document = piped(blog, *POST, "-n", "--diff", "--json", **strict)

    assert b"# caf\xe9 \x0c\n" in plain.stdout
    assert "# caf\ufffd" in screen.out
    assert "# caf\ufffd" in document.stdout.decode()
    assert (plain.returncode, screen.code, document.returncode) == (0, 0, 0)


def test_every_look_has_a_style() -> None:
    from scaffold.output.terminal import STYLES

    assert set(get_args(Look)) == set(STYLES)


def test_nothing_of_a_repository_is_for_a_terminal_to_obey(
    blog: Path, scaffold: Scaffold, on_terminal: OnTerminal
) -> None:
    name = "\x1b]0;hacked\x07\nerror: hacked\u202e.py"
    hacked = "\x1b]0;hacked\x07 \x9b2J \x1b[2J"
    (blog / "src/blog" / name).write_text(f"x = {hacked}\n", encoding="utf-8")
    (blog / "migrations/versions" / name).write_text(
        f"revision = {hacked!r}\ndown_revision = {hacked!r}\n", encoding="utf-8"
    )
    user = blog / "src/blog/domain/user.py"
    user.write_text(f"# {hacked}\n{user.read_text(encoding='utf-8')}", encoding="utf-8")

    for words in (("check",), ("status",), ("doctor",), ("diff",), ("diff", "--stat"), ("list",)):
        shown = on_terminal(blog, *words).out
        plain = scaffold(blog, *words)

        assert "\x1b]" not in shown
        assert not {*"\x07\x9b\u202e"} & {*shown}
        assert "\x1b[2J" not in shown
        assert "\nerror: hacked" not in shown + plain.out + plain.err
        if words != ("diff",):  # `git apply` and `patch` read it
            assert "\x1b" not in plain.out + plain.err
    assert r"\x1b]0;hacked\x07\nerror: hacked\u202e.py" in scaffold(blog, "check").out
