"""Databases for tests: a fresh one for each test, on a server that is there or is started for it.

A server is looked for in this order: the one named by SCAFFOLD_TEST_POSTGRESQL_URL or
SCAFFOLD_TEST_MARIADB_URL, the one on the standard port of this machine, and a private one, where
the programs are installed. Without any, a test is skipped; with CI set, it fails.
"""

import asyncio
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import URL, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

DATABASES = ("sqlite", "postgresql", "mariadb")
_START_SECONDS = 30
Result = TypeVar("Result")


class NoServerError(Exception):
    """There is no server of this kind, and none can be started."""


@dataclass(slots=True)
class Daemon:
    """The process of a private server, which can be stopped and started."""

    owner: str | None
    command: tuple[object, ...]
    url: URL
    log: Path
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [str(part) for part in self.command],
                stdout=output,
                stderr=output,
                **_identity(self.owner),
            )
        _wait(self.process, self.url, self.log)

    def stop(self, by: signal.Signals = signal.SIGTERM) -> None:
        """Stop it, and wait until it has ended."""
        if self.process is None:
            return
        self.process.send_signal(by)
        try:
            self.process.wait(_START_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def children(self) -> list[int]:
        """Return the processes that it started."""
        assert self.process is not None
        pid = self.process.pid
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Let it answer nothing."""
        assert self.process is not None
        pids = [self.process.pid, *self.children()]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in reversed(pids):
                os.kill(pid, signal.SIGCONT)


@dataclass(frozen=True, slots=True)
class Server:
    """A database server, by a URL that may create databases; a private one has a process."""

    url: URL
    daemon: Daemon | None = None

    def create(self) -> URL:
        """Create an empty database, and return its URL."""
        url = self.url.set(database=f"scaffold_test_{secrets.token_hex(6)}")
        options = " CHARACTER SET utf8mb4" if url.get_backend_name() == "mysql" else ""
        execute(self.url, f"CREATE DATABASE {url.database}{options}")
        return url

    def drop(self, url: URL) -> None:
        """Drop a database, with the connections that a failed test may have left."""
        options = " WITH (FORCE)" if url.get_backend_name() == "postgresql" else ""
        execute(self.url, f"DROP DATABASE {url.database}{options}")


@dataclass(frozen=True, slots=True)
class Kind:
    """What there is to know of a kind of server."""

    name: str
    variable: str
    driver: str
    standard: tuple[str, ...]
    start: Callable[[Path, int], AbstractContextManager[Server]]


class Servers:
    """The servers of a test session, each one found or started when first needed."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._found: dict[str, Server | NoServerError] = {}

    def get(self, name: str) -> Server:
        """Return the server, or skip the test (in CI: fail it) with what was looked for."""
        if name not in self._found:
            self._found[name] = self._find(KINDS[name])
        found = self._found[name]
        if isinstance(found, Server):
            return found
        if os.environ.get("CI"):
            pytest.fail(f"no {name} server: {found}")
        pytest.skip(f"no {name} server: {found}")

    def _find(self, kind: Kind) -> Server | NoServerError:
        try:
            named = _named(kind)
            return named or _standard(kind) or self._stack.enter_context(private(kind.name))
        except NoServerError as error:
            return error


def _named(kind: Kind) -> Server | None:
    value = os.environ.get(kind.variable)
    if not value:
        return None
    url = make_url(value).set(drivername=kind.driver)
    reason = why_unreachable(url)
    if reason:
        # Who names a server wants it used: this is no reason to skip.
        pytest.fail(f"{kind.variable} names a server that cannot be reached: {reason}")
    return Server(url)


def _standard(kind: Kind) -> Server | None:
    for url in map(make_url, kind.standard):
        assert url.host is not None
        assert url.port is not None
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex((url.host, url.port)) != 0:
                return None
        if not why_unreachable(url):
            return Server(url)
    return None


@contextmanager
def private(name: str) -> Iterator[Server]:
    """Run a server of one's own on a free port, with its files in a temporary folder."""
    folder = Path(tempfile.mkdtemp(prefix=f"scaffold-{name}-"))
    try:
        with KINDS[name].start(folder, _free_port()) as server:
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _postgresql(folder: Path, port: int) -> Iterator[Server]:
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    initdb = _program("initdb", installed)
    owner = _owner("postgres")
    _give(folder, owner)
    files = folder / "files"
    _run(owner, initdb, "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8",
         "--no-sync", f"--pgdata={files}")  # fmt: skip
    command = (_program("postgres", [initdb.parent]), "-D", files, "-p", port, "-h", "127.0.0.1",
               "-k", folder, "-F", "-c", "max_connections=100")  # fmt: skip
    url = make_url(f"postgresql+asyncpg://postgres@127.0.0.1:{port}/postgres")
    with _serving(owner, command, url, folder) as daemon:
        yield Server(url, daemon)


@contextmanager
def _mariadb(folder: Path, port: int) -> Iterator[Server]:
    installed = [Path("/usr/sbin"), Path("/usr/local/sbin"), Path("/usr/bin")]
    install = _program("mariadb-install-db", installed)
    program = _program("mariadbd", installed)
    owner = _owner("mysql")
    _give(folder, owner)
    files = folder / "files"
    _run(owner, install, "--no-defaults", f"--datadir={files}", "--skip-test-db",
         "--auth-root-authentication-method=normal")  # fmt: skip
    command = (program, "--no-defaults", f"--datadir={files}", f"--port={port}",
               "--bind-address=127.0.0.1", f"--socket={folder / 'socket'}",
               f"--pid-file={folder / 'pid'}", "--innodb-flush-log-at-trx-commit=0")  # fmt: skip
    url = make_url(f"mysql+asyncmy://root@127.0.0.1:{port}")
    with _serving(owner, command, url, folder) as daemon:
        yield Server(url, daemon)


@contextmanager
def behind_pgbouncer(url: URL) -> Iterator[URL]:
    """Run PgBouncer in transaction mode before a database, and give the URL over it.

    It has few connections of the database for many of its own.
    """
    try:
        program = _program("pgbouncer", [Path("/usr/sbin")])
    except NoServerError:
        if os.environ.get("CI"):
            raise
        pytest.skip("`pgbouncer` is not installed")
    folder = Path(tempfile.mkdtemp(prefix="scaffold-pgbouncer-"))
    owner, port = _owner("postgres"), _free_port()
    (folder / "ini").write_text(
        f"[databases]\n* = host={url.host} port={url.port} user={url.username}\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
        "auth_type = any\npool_mode = transaction\ndefault_pool_size = 4\n"
    )
    _give(folder, owner)
    here = url.set(port=port)
    try:
        with _serving(owner, (program, "--quiet", folder / "ini"), here, folder):
            yield here
    finally:
        shutil.rmtree(folder, ignore_errors=True)


KINDS = {
    "postgresql": Kind(
        "postgresql",
        "SCAFFOLD_TEST_POSTGRESQL_URL",
        "postgresql+asyncpg",
        (
            "postgresql+asyncpg://postgres@127.0.0.1:5432/postgres",
            "postgresql+asyncpg://root@127.0.0.1:5432/postgres",
        ),
        _postgresql,
    ),
    "mariadb": Kind(
        "mariadb",
        "SCAFFOLD_TEST_MARIADB_URL",
        "mysql+asyncmy",
        ("mysql+asyncmy://root@127.0.0.1:3306",),
        _mariadb,
    ),
}


@contextmanager
def _serving(
    owner: str | None, command: tuple[object, ...], url: URL, folder: Path
) -> Iterator[Daemon]:
    daemon = Daemon(owner, command, url, folder / "log")
    try:
        daemon.start()
        yield daemon
    finally:
        daemon.stop()


def _wait(process: "subprocess.Popen[bytes]", url: URL, log: Path) -> None:
    end = time.monotonic() + _START_SECONDS
    reason = why_unreachable(url)
    while reason:
        if process.poll() is not None or time.monotonic() > end:
            told = log.read_text(errors="replace")[-2000:]
            raise NoServerError(f"a private one did not start: {reason}\n{told}")
        time.sleep(0.2)
        reason = why_unreachable(url)


def _program(name: str, folders: list[Path]) -> Path:
    found = shutil.which(name, path=os.pathsep.join(map(str, folders))) or shutil.which(name)
    if found is None:
        raise NoServerError(f"none on its standard port, and `{name}` is not installed")
    return Path(found)


def _owner(usual: str) -> str | None:
    """Return whom to run a server as: none of them likes to run as root."""
    if os.geteuid() != 0:
        return None
    users = {user.pw_name for user in pwd.getpwall()}
    return usual if usual in users else "nobody"


def _give(folder: Path, owner: str | None) -> None:
    if owner is not None:
        shutil.chown(folder, owner)


def _identity(owner: str | None) -> dict[str, Any]:
    if owner is None:
        return {}
    user = pwd.getpwnam(owner)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _run(owner: str | None, *command: object) -> None:
    result = subprocess.run(
        [str(part) for part in command],
        check=False,
        capture_output=True,
        cwd="/",
        **_identity(owner),
    )
    if result.returncode != 0:
        told = (result.stdout + result.stderr).decode(errors="replace")[-2000:]
        raise NoServerError(f"`{Path(str(command[0])).name}` failed:\n{told}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def why_unreachable(url: URL) -> str | None:
    """Return what goes wrong in connecting to the server, or None."""
    try:
        execute(url, "SELECT 1")
    except (OSError, DBAPIError) as error:
        return str(error).splitlines()[0]
    return None


def execute(url: URL, *statements: str) -> None:
    """Run statements outside a transaction."""

    async def run() -> None:
        engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
        try:
            async with engine.connect() as connection:
                for statement in statements:
                    await connection.execute(text(statement))
        finally:
            await engine.dispose()

    in_thread(run)


def in_thread(work: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    """Run a coroutine in an event loop of its own, whatever runs in this thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(work())).result()


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """Give the database servers; private ones stop at the end."""
    with ExitStack() as stack:
        yield Servers(stack)


@pytest.fixture
def new_database(servers: Servers, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Give a function from a kind of database to the URL of a fresh one; all go at the end."""
    with ExitStack() as stack:
        yield lambda name: stack.enter_context(fresh(servers, name, tmp_path))


@contextmanager
def fresh(servers: Servers, name: str, folder: Path) -> Iterator[str]:
    """Make an empty database of this kind; SQLite's file goes into the folder."""
    if name == "sqlite":
        yield f"sqlite+aiosqlite:///{folder / f'{secrets.token_hex(6)}.sqlite'}"
        return
    server = servers.get(name)
    url = server.create()
    try:
        yield url.render_as_string(hide_password=False)
    finally:
        server.drop(url)


@pytest.fixture(params=[
    pytest.param(name, marks=pytest.mark.database if name != "sqlite" else ()) for name in DATABASES
])  # fmt: skip
def database_url(request: pytest.FixtureRequest, new_database: Callable[[str], str]) -> str:
    """Give the URL of an empty database, on each kind in turn."""
    return new_database(request.param)
