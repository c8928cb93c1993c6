from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import make_url

import servers
from servers import NoServerError, Server, Servers, execute, private, why_unreachable


def test_each_test_gets_an_empty_database_that_it_may_fill(database_url: str) -> None:
    execute(make_url(database_url), "CREATE TABLE t (id INTEGER)", "INSERT INTO t VALUES (1)")


@pytest.mark.slow
@pytest.mark.database
@pytest.mark.parametrize("name", ["postgresql", "mariadb"])
def test_a_private_server_starts_serves_and_stops(name: str) -> None:
    try:
        with private(name) as server:
            url = server.create()
            execute(url, "CREATE TABLE t (id INTEGER)")
            server.drop(url)
    except NoServerError as error:
        pytest.skip(str(error))

    assert why_unreachable(server.url)


def _nowhere(folder: Path, port: int) -> Server:
    raise NoServerError(f"nothing to run in {folder} on {port}")


@pytest.fixture
def no_server(monkeypatch: pytest.MonkeyPatch) -> Servers:
    nothing = servers.Kind("mariadb", "SCAFFOLD_TEST_MARIADB_URL", "mysql+asyncmy", (), _nowhere)  # type: ignore[arg-type]
    monkeypatch.setitem(servers.KINDS, "mariadb", nothing)
    monkeypatch.delenv("SCAFFOLD_TEST_MARIADB_URL", raising=False)
    return Servers(ExitStack())


def test_without_a_server_a_test_is_skipped_with_the_reason(
    no_server: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)

    with pytest.raises(pytest.skip.Exception, match="no mariadb server: nothing to run"):
        no_server.get("mariadb")


def test_without_a_server_a_test_fails_in_ci(
    no_server: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "1")

    with pytest.raises(pytest.fail.Exception, match="no mariadb server"):
        no_server.get("mariadb")


def test_a_server_that_is_named_but_absent_is_a_failure(
    no_server: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCAFFOLD_TEST_MARIADB_URL", "mysql://root@127.0.0.1:1/")

    with pytest.raises(pytest.fail.Exception, match="SCAFFOLD_TEST_MARIADB_URL names a server"):
        no_server.get("mariadb")
