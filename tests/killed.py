"""Bring a command to where it takes the lock; from there on, run it in children and kill them.

Usage: python killed.py ROOT WORD...; then a JSON object a line:
- {"words": [...]} runs another command in ROOT,
- {"since": "start" | "writing" | "decided", "after": SECONDS} runs the command and kills it,
  without "after" it waits for the next of these moments, or for all to be written.
Prints a line as soon as it is there, and answers with "code" (negative: the signal), "out", "err"
and "took", the seconds since that moment.
Everything is loaded once and planned once, so that a hundred kills take seconds.
"""

import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import scaffold.apply.apply
from scaffold.apply import journal
from scaffold.cli import run
from scaffold.commands import COMMANDS

MOMENTS = ("start", "writing", "decided")
# What takes a little longer while a command is to be killed, so that the moments spread.
OPERATIONS = ("chmod", "link", "mkdir", "replace", "unlink")
PAUSE = 0.001  # seconds

Does = Callable[..., None]


class Server:
    """The process that has everything loaded; `moments` is the pipe on which a child reports."""

    moments = -1

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lock = scaffold.apply.apply.lock
        scaffold.apply.apply.lock = self._wait  # type: ignore[assignment]
        scaffold.apply.apply.apply = self._told(
            self._told(scaffold.apply.apply.apply, "before"), "after"
        )
        journal.write_journal = self._told(journal.write_journal, "after")

    def _told(self, function: Does, when: str) -> Does:
        """Return the function, telling when it begins or ends."""

        def does(*arguments: object) -> None:
            for each in (self._tell, function) if when == "before" else (function, self._tell):
                each(*arguments)

        return does

    def _tell(self, *_: object) -> None:
        os.write(self.moments, b".")

    @contextmanager
    def _wait(self, root: Path) -> Iterator[None]:
        """Serve instead of taking the lock; only children go on."""
        scaffold.apply.apply.lock = self._lock
        answer({})
        for line in sys.stdin:
            self._serve(**json.loads(line))
            if self.moments >= 0:
                break
        else:
            os._exit(0)
        with self._lock(root):
            yield

    def _serve(
        self, words: Sequence[str] = (), since: str = "start", after: float | None = None
    ) -> None:
        out, err = (tempfile.TemporaryFile("w+") for _ in range(2))  # noqa: SIM115
        ours, theirs = os.pipe()
        child = os.fork()
        if child == 0:
            os.chdir(self._root)
            sys.stdout, sys.stderr, self.moments = out, err, theirs
            if words:
                end(run(words))
            for name in OPERATIONS:
                setattr(os, name, slower(getattr(os, name)))
            return
        os.close(theirs)
        for _ in range(MOMENTS.index(since)):
            os.read(ours, 1)
        begun = time.perf_counter()
        if after is not None:
            time.sleep(after)
            os.kill(child, signal.SIGKILL)
        elif not words:
            os.read(ours, 1)
        took = time.perf_counter() - begun
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        os.close(ours)
        printed = []
        for stream in (out, err):
            stream.seek(0)
            printed.append(stream.read())
            stream.close()
        answer({"code": code, "out": printed[0], "err": printed[1], "took": took})


def slower(function: Callable[..., object]) -> Callable[..., object]:
    """Return the function with a pause after it."""

    def paused(*arguments: object, **options: object) -> object:
        done = function(*arguments, **options)
        time.sleep(PAUSE)
        return done

    return paused


def answer(record: dict[str, object]) -> None:
    """Print a line."""
    sys.stdout.write(json.dumps(record) + "\n")
    sys.stdout.flush()


def end(code: int) -> None:
    """End the process as soon as all is printed."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def main(root: Path, words: Sequence[str]) -> None:
    """Begin the command, and serve once it is planned."""
    for name in COMMANDS:
        import_module(f"scaffold.commands.{name}")
    os.chdir(root)
    Server(root)
    end(run(words))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
