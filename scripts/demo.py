"""Make a blog, add three entities, run it, talk to it, test it; show every command and what it did.

The project stays in a temporary folder, to look around in. It is set up by its own Makefile.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ENTITIES = (
    "User email:email:unique name:str,80",
    (
        "Post title:str,200:index body:text price:decimal,10,2:default=0 "
        "status:enum,draft,live:default=draft author:User"
    ),
    "Comment body:text post:Post:on_delete=cascade author:User:back=comments",
)
PATIENCE = 120  # seconds until the application must answer


def main() -> None:
    """Run all steps; the first command that fails ends the demo with its exit code."""
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="scaffold-demo-"))
    blog = folder / "blog"
    # What is installed next to this Python comes first: `scaffold`, and uv for a quick set-up.
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    os.environ.setdefault("PYTHON", sys.executable)
    for variable in ("MAKEFLAGS", "MAKELEVEL"):  # the project's make is not a part of this one
        os.environ.pop(variable, None)
    for who in ("AUTHOR", "COMMITTER"):
        os.environ.setdefault(f"GIT_{who}_NAME", "Demo")
        os.environ.setdefault(f"GIT_{who}_EMAIL", "demo@example.org")

    step("Start a project: `scaffold new` is `copier copy` with the template that scaffold ships")
    run(folder, "scaffold new blog --defaults")

    step("Add entities: each one is an answer, and the template is rendered and merged again")
    for entity in ENTITIES:
        run(blog, f"scaffold model {entity}")
    run(blog, "scaffold list")

    step("What git sees: generated files are the project's own from now on")
    run(blog, "git add --all && git commit --quiet --message 'Add the entities'")
    show_tree(blog)

    step("Migrate the SQLite database (the first `make` sets the project up)")
    run(blog, "make migrate")

    step("Start the application, and talk to it over HTTP")
    with application(blog) as url:
        talk(url)

    step("Run the project's own checks and tests")
    run(blog, "make test")

    took = time.monotonic() - began
    say(f"\nDone in {took:.0f} seconds. The project is in {blog}")
    say(f"Look around: cd {blog} && make run    Remove it: rm -r {folder}")


def step(title: str) -> None:
    """Print a heading."""
    say(f"\n{paint('1', '== ' + title)}\n")


def run(folder: Path, command: str) -> None:
    """Print a command, and run it with its output below."""
    say(paint("36", f"$ {command}"))
    done = subprocess.run(command, cwd=folder, shell=True, check=False)  # noqa: S602  # shown as typed
    if done.returncode:
        say(f"\nthe demo stops: `{command}` failed; the project is in {folder}")
        sys.exit(done.returncode)
    say("")


def show_tree(folder: Path) -> None:
    """Print the folders of the project, with the number of files in each."""
    listed = subprocess.run(
        ["git", "ls-files"], cwd=folder, check=True, capture_output=True, text=True
    )
    files = [Path(name) for name in listed.stdout.splitlines()]
    folders = {parent for file in files for parent in file.parents}
    for parent in sorted(folders):
        name = f"{parent.name or folder.name}/"
        count = sum(file.parent == parent for file in files)
        shown = f"{'  ' * len(parent.parts)}{name}"
        say(f"{shown:<40} {count or '':>3}{' files' if count > 1 else ' file' if count else ''}")
    say("")


@contextmanager
def application(blog: Path) -> Iterator[str]:
    """Give the address of the running application, which is stopped afterwards whatever happens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    command = f"make run PORT={port}"
    say(paint("36", f"$ {command} &"))
    log = blog / "demo.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            command.split(), cwd=blog, stdout=output, stderr=output, start_new_session=True
        )
    try:
        wait_until_ready(url, server, log)
        yield url
    finally:
        stop(server)
        log.unlink()
    say(f"stopped the application on port {port}\n")


def wait_until_ready(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Wait for the application's own word that it can serve."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and server.poll() is None:
        try:
            if ask("GET", f"{url}/health/ready")[0] == 200:  # noqa: PLR2004  # HTTP's OK
                return
        except OSError:
            time.sleep(0.1)
    say(log.read_text(errors="replace"))
    sys.exit("the demo stops: the application did not start")


def stop(server: subprocess.Popen[bytes]) -> None:
    """End the application and what it was started by."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        if server.poll() is not None:
            return
        os.killpg(server.pid, how)
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            continue


def talk(url: str) -> None:
    """Create a user and some posts, list them in pages, and try what must be refused."""
    user = send("POST", f"{url}/users", {"email": "ada@example.org", "name": "Ada"})
    for number in range(1, 4):
        post = {"title": f"Post {number}", "body": "Hello.", "author_id": user["id"]}
        send("POST", f"{url}/posts", post)
    send("PATCH", f"{url}/posts/1", {"status": "live", "price": "9.90"})
    send("GET", f"{url}/posts?limit=2")
    send("POST", f"{url}/users", {"email": "ada@example.org", "name": "Ada again"})
    send("GET", f"{url}/posts/99")


def send(method: str, url: str, body: Any = None) -> Any:  # noqa: ANN401  # any JSON
    """Print a request and its answer, and return the answer."""
    verb = "" if method == ("GET" if body is None else "POST") else f" -X {method}"
    shown = "" if body is None else f" --json '{json.dumps(body)}'"
    say(paint("36", f"$ curl{verb}{shown} '{url}'"))
    status, answer = ask(method, url, body)
    say(f"{paint('32' if status < 400 else '33', str(status))} {json.dumps(answer)}\n")  # noqa: PLR2004
    return answer


def ask(method: str, url: str, body: Any = None) -> tuple[int, Any]:  # noqa: ANN401  # any JSON
    """Send a request to the application on this machine; return the status and the JSON."""
    content = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(url, content, headers, method=method)  # noqa: S310  # always http
    try:
        with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def paint(code: str, text: str) -> str:
    """Color text for a terminal."""
    plain = not sys.stdout.isatty() or os.environ.get("NO_COLOR")
    return text if plain else f"\033[{code}m{text}\033[0m"


def say(text: str) -> None:
    """Print at once, so that what commands print stays in order."""
    print(text, flush=True)


if __name__ == "__main__":
    main()
