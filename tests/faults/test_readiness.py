"""Seven faults of a whole installation, one at a time: `/readyz` names that part, no other, within two seconds.

Root may write into a folder that is read-only. So the web server gives that one privilege up before it starts, and the folder is
made read-only as it would be for anybody.
"""

from __future__ import annotations

import ctypes
import json
import re
import socket
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from flask_migrate import downgrade, upgrade

from campus.feed.fanout import REFRESH
from campus.platform import outbox
from campus.platform.db import transaction
from campus.platform.embedded.processes import wait_until
from tests.faults.campus_of_processes import PYTHON, WORKER, Installation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.faults

WITHIN = 2.0  # seconds
WEB = "web"
DROP_FROM_BOUNDING_SET, OVERRIDE_PERMISSIONS = 24, 1  # PR_CAPBSET_DROP, CAP_DAC_OVERRIDE
LIBC = ctypes.CDLL(None)


def bound_by_permissions() -> None:
    """Before a program is run: it will have no privilege to write where the permissions say no."""
    LIBC.prctl(DROP_FROM_BOUNDING_SET, OVERRIDE_PERMISSIONS, 0, 0, 0)


class Site:
    """A running installation with a web server, and what it answers to `/readyz`."""

    def __init__(self, running: Installation) -> None:
        self.running = running
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.media = running.var / "media"
        self.media.mkdir()
        for folder in (sockets := running.servers.postgres.socket.parent), sockets.parent, running.var:
            folder.chmod(0o755)
        running.start(WORKER)
        served = ("-c", "python:campus.platform.web_server", "-w", "1", "-b", f"127.0.0.1:{self.port}", "app:app")
        running.start(WEB, *PYTHON, "gunicorn", *served, first=bound_by_permissions)

    def failing(self) -> tuple[list[str], float]:
        """The names of what fails, and how many seconds the answer took."""
        began = time.monotonic()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=10) as answer:
                told: dict[str, Any] = json.load(answer)
        except urllib.error.HTTPError as refused:
            with refused:
                told = json.load(refused)
        except OSError:
            return ["web"], time.monotonic() - began
        return told["failing"], time.monotonic() - began

    def figure(self, sample: str) -> float:
        """The value of one sample of `/metrics`; 0 if there is none."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=10) as answer:
            found = re.search(rf"^{re.escape(sample)} (\S+)$", answer.read().decode(), re.MULTILINE)
        return float(found[1]) if found else 0.0

    def threads(self) -> int:
        """How many threads all processes of the web server have."""
        arbiter = self.running._children[WEB].pid
        pids = [arbiter, *map(int, Path(f"/proc/{arbiter}/task/{arbiter}/children").read_text().split())]
        return sum(len(list(Path(f"/proc/{pid}/task").iterdir())) for pid in pids)

    @contextmanager
    def fault(self, part: str, begin: Callable[[], object], end: Callable[[], object]) -> Iterator[None]:
        """Something fails; it alone is named, in time; afterwards all is well again."""
        begin()
        try:
            assert wait_until(lambda: self.failing()[0] == [part], WITHIN), self.failing()
            names, took = self.failing()
            assert (names, took < WITHIN) == ([part], True), took
            yield
        finally:
            end()
        assert wait_until(lambda: self.failing()[0] == [], 30, every=0.2), self.failing()


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with Installation() as running:
        made = Site(running)
        assert wait_until(lambda: made.failing()[0] == [], 60, every=0.3), running.log(WEB) + running.log(WORKER)
        yield made


def test_the_database_stopped(site: Site) -> None:
    postgres = site.running.servers.postgres
    with site.fault("database", postgres.stop, postgres.start):
        pass


def test_the_database_frozen_holds_no_more_threads_the_oftener_it_is_asked(site: Site) -> None:
    postgres = site.running.servers.postgres
    with site.fault("database", postgres.freeze, postgres.thaw):
        before = site.threads()
        for _ in range(asked := 5):
            names, took = site.failing()
            assert (names, took < WITHIN) == (["database"], True)
        assert site.threads() < before + asked, "a thread waits for each time it was asked"


def test_redis_stopped(site: Site) -> None:
    valkey = site.running.servers.valkey
    with site.fault("redis", valkey.stop, valkey.start):
        pass


def test_redis_frozen(site: Site) -> None:
    valkey = site.running.servers.valkey
    with site.fault("redis", valkey.freeze, valkey.thaw):
        pass


def test_the_worker_stopped(site: Site) -> None:
    with site.fault("worker", lambda: site.running.kill(WORKER), lambda: site.running.start(WORKER)):
        pass


def test_a_migration_pending(site: Site) -> None:
    with site.fault("migrations", lambda: downgrade(revision="-1"), upgrade):
        pass


def test_the_folder_of_photos_read_only(site: Site) -> None:
    with site.fault("media", lambda: site.media.chmod(0o500), lambda: site.media.chmod(0o700)):
        pass


def test_the_metrics_of_all_processes_are_one_and_outlive_them(site: Site) -> None:
    done, seen = 'campus_jobs_total{kind="refresh_feed",result="done"}', 'campus_up{part="database"}'
    assert site.figure(seen) == 1
    for number in (1, 2):
        with transaction():
            outbox.record(REFRESH, number, {"user_id": number})
        assert wait_until(lambda: site.figure(done) == number, 30, every=0.2), site.running.log(WORKER)  # noqa: B023
        site.running.kill(WORKER)
        site.running.start(WORKER)
    assert site.figure(done) == 2
    assert site.figure("campus_outbox_pending") == 0
    assert wait_until(lambda: site.failing()[0] == [], 30, every=0.2)
