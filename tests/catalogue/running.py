"""The blog as a process of its own."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile

PATIENCE = 30


@contextmanager
def running(
    folder: Path,
    database_url: str,
    *,
    log_level: str = "warning",
    complaints: str = "",
    **settings: str,
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Run the application with uvicorn, as `make run` does; return its address and its process.

    The pattern `complaints` is all that it has to say.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, **settings, "DATABASE_URL": database_url}
    environment["PYTHONPATH"] = str(folder / "src")
    options = ["--port", str(port), "--log-level", log_level, "--no-access-log"]
    options += ["--timeout-graceful-shutdown", "2"]
    command = [sys.executable, "-m", "uvicorn", "--factory", "blog.api.app:create_app", *options]
    with TemporaryFile() as errors:
        try:
            with subprocess.Popen(command, cwd=folder, env=environment, stderr=errors) as process:
                try:
                    _wait_for(port, process)
                    yield f"http://127.0.0.1:{port}", process
                finally:
                    process.kill()
        finally:
            errors.seek(0)
            said = errors.read().decode()
            sys.stderr.write(said)
        assert re.fullmatch(complaints, said)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        assert process.poll() is None, "the application ended"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    message = "the application did not start"
    raise TimeoutError(message)
