"""The frame of all tests: real servers, one application, clients that are signed in, jobs run on demand.

A test that asks for `app` (or for anything that needs it: a client, a persona) runs inside an application context on real
PostgreSQL and Valkey; every row and key it made is gone afterwards. Tests that ask for nothing start nothing.
"""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import redis
from flask.testing import FlaskClient
from sqlalchemy import event, text

from campus.platform import outbox, settings
from campus.platform.db import db, session
from campus.platform.embedded import Endpoints
from campus.switchboard import HANDLERS
from tests import servers as test_servers
from tests.keeping import filled, unwatched
from tests.scheduling import Together
from tests.signing_in import put_session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from werkzeug.test import TestResponse

    from campus.accounts.models import User

pytest_plugins = ["tests.personas", "tests.buckets", "tests.photos"]

SHARED = pytest.StashKey[test_servers.Shared]()
ADDRESS = "photocampus_endpoints"


class _Nodes:
    """Under xdist the controller starts the servers, and tells each worker where they are."""

    @staticmethod
    def pytest_configure_node(node: Any) -> None:
        shared = _shared(node.config)
        node.workerinput[ADDRESS] = [shared.endpoints.database_url, shared.endpoints.redis_url]

    @staticmethod
    def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together:
        return Together(config, log)


@pytest.hookimpl(trylast=True)  # after xdist, which decides in its own whether there are workers
def pytest_configure(config: pytest.Config) -> None:
    if config.pluginmanager.hasplugin("dsession"):
        config.pluginmanager.register(_Nodes())


def pytest_collection_finish() -> None:
    """What was collected stays to the end: the garbage collector need not look through it, nor as often as in a small program."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_unconfigure(config: pytest.Config) -> None:
    if shared := config.stash.get(SHARED, None):
        shared.stop()


def _shared(config: pytest.Config) -> test_servers.Shared:
    if SHARED not in config.stash:
        config.stash[SHARED] = test_servers.Shared()
    return config.stash[SHARED]


@pytest.fixture(scope="session")
def servers(request: pytest.FixtureRequest) -> Endpoints:
    """Where this worker's own database and Redis index are; kept alive by the whole run."""
    worker = getattr(request.config, "workerinput", None)
    everybodys = _shared(request.config).endpoints if worker is None else Endpoints(*worker[ADDRESS])
    return test_servers.own_endpoints(everybodys, os.environ.get("PYTEST_XDIST_WORKER", "alone"))  # noqa: TID251 - xdist says so


@pytest.fixture(scope="session")
def app(servers: Endpoints) -> Iterator[Flask]:
    """The application, once for each worker."""
    with tempfile.TemporaryDirectory(prefix="photocampus-var-") as var:
        made = test_servers.application(servers, Path(var))
        made.test_client_class = Client
        yield made
        test_servers.let_go(made)


@pytest.fixture(autouse=True)
def db_clean(request: pytest.FixtureRequest) -> Iterator[None]:
    """An application context around each test that uses the application, and nothing left behind."""
    if "app" not in request.fixturenames:
        yield
        return
    app: Flask = request.getfixturevalue("app")
    with app.app_context():
        yield
        session.rollback()
        session.remove()
        _empty_tables()
        _empty_redis()
        _empty_folders()


def _empty_tables() -> None:
    """Delete the rows of the tables that have any; foreign keys are not looked at, because everything goes."""
    with db.engine.begin() as connection:
        if found := filled(connection):
            unwatched(connection)
            steps = ", ".join(f"step_{n} AS (DELETE FROM {name})" for n, name in enumerate(found))  # noqa: S608 - table names
            connection.execute(text(f"WITH {steps} SELECT"))


def _empty_redis() -> None:
    with redis.Redis.from_url(settings.current().redis_url) as client:
        client.flushdb()


def _empty_folders() -> None:
    """Forget the files of photos and the anchors of audit entries, whose rows are gone, and the mails that nobody read."""
    var = settings.current().var
    for folder in (var / "media", var / "audit", var / "mail"):
        shutil.rmtree(folder, ignore_errors=True)


class Client(FlaskClient):
    """A browser without JavaScript. Each request has an application context of its own, as on a server."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        with self.application.app_context():
            return super().open(*args, **kwargs)

    def fragment(self, url: str, **kwargs: Any) -> TestResponse:
        """GET as htmx does."""
        return self.get(url, headers={"HX-Request": "true"}, **kwargs)

    def send(self, url: str, **kwargs: Any) -> TestResponse:
        """POST as htmx does."""
        return self.post(url, headers={"HX-Request": "true"}, **kwargs)


@pytest.fixture
def client(app: Flask) -> Client:
    """A browser nobody is signed in with."""
    made = app.test_client()
    assert isinstance(made, Client)
    return made


@pytest.fixture
def client_as(app: Flask) -> Callable[[User], Client]:
    """A factory of browsers: `client_as(alice).get("/")`."""

    def sign_in(user: User) -> Client:
        made = app.test_client()
        assert isinstance(made, Client)
        put_session(made, user)
        return made

    return sign_in


@pytest.fixture
def drain(app: Flask) -> Callable[[], int]:
    """Run every job that waits, and those they cause, as the worker would. Returns how many are done."""

    return lambda: outbox.drain(HANDLERS)


class Statements(list[str]):
    """The SQL statements sent inside a `count_queries()` block, in order."""


@pytest.fixture
def count_queries(app: Flask) -> Callable[[], Any]:
    """`with count_queries() as statements: …; assert len(statements) == 2`."""

    @contextmanager
    def counting() -> Iterator[Statements]:
        seen = Statements()

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            seen.append(statement)

        with app.app_context():
            engines = list(db.engines.values())
        for engine in engines:
            event.listen(engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            for engine in engines:
                event.remove(engine, "before_cursor_execute", note)

    return counting
