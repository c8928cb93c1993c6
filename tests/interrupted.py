"""Apply a plan in a process that kills itself at a given file operation.

Usage: python interrupted.py ROOT NUMBER SIGNAL: NUMBER operations happen, then SIGNAL. Prints the
number of operations when there were fewer.
"""

import builtins
import io
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from renders import rendered

OLD = {"a.txt": "a\n", "b/b.txt": "b\n", "gone/deep/c.txt": "c\n", "run.sh": "old\n"}
NEW = {
    "a.txt": "A\n",
    "b/b.txt": "B\n",
    "new/deep/d.txt": "D\n",
    "new/e.txt": "E\n",
    "run.sh": "new\n",
}
OPERATIONS = ("link", "mkdir", "replace", "rmdir", "unlink", "chmod", "fsync", "listdir", "open")


def main(root: Path, number: int, number_of_signal: int) -> None:
    """Count file operations, and send the signal at the given one."""
    from scaffold.apply.apply import apply, lock, recover
    from scaffold.plan.plan import make_plan

    plan = make_plan(rendered(OLD), rendered(NEW), root)
    done = 0

    def counted(function: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object, **options: object) -> object:
            nonlocal done
            if done == number:
                os.kill(os.getpid(), number_of_signal)
            done += 1
            return function(*arguments, **options)

        return call

    with lock(root):
        recover(root)
        for name in OPERATIONS:
            setattr(os, name, counted(getattr(os, name)))
        builtins.open = io.open = counted(open)  # type: ignore[assignment]
        apply(plan, root)
    sys.stdout.write(f"{done}\n")


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
