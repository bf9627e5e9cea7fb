"""The servers of a test run: one pair for all workers, a migrated template, a database and a Redis index for each worker."""

from __future__ import annotations

import dataclasses
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from flask_migrate import upgrade

import config
from campus.application import create_app
from campus.platform import embedded
from campus.platform.db import db

if TYPE_CHECKING:
    from flask import Flask

    from campus.platform.embedded import Endpoints, Servers
    from campus.platform.settings import Settings

TEMPLATE = "campus_template"
SECRET = "a-secret-for-tests-that-is-long-enough-0123456789"


def settings_for(endpoints: Endpoints, var: Path, **more: str) -> Settings:
    """The settings of an application under test."""
    environ = {
        "CAMPUS_ENV": "test",
        "CAMPUS_VAR": str(var),
        "SECRET_KEY": SECRET,
        "DATABASE_URL": endpoints.database_url,
        "REDIS_URL": endpoints.redis_url,
        "SITE_URL": "http://localhost",
    }
    return config.load(environ | more)


def application(endpoints: Endpoints, var: Path, **more: str) -> Flask:
    """An application for these servers, without the browser's CSRF token: tests of CSRF switch it on."""
    app = create_app(settings_for(endpoints, var, **more), config.ROOT)
    app.config["TESTING"] = True
    app.config["WTF_CSRF_ENABLED"] = False
    return app


def migrate(app: Flask) -> None:
    """Bring the application's database to the newest revision, and let go of it."""
    with app.app_context():
        upgrade()
    let_go(app)


def let_go(app: Flask) -> None:
    """Close every connection of an application that is done with."""
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()


class Shared:
    """A running pair and its migrated template; lives in the process that controls the run."""

    def __init__(self) -> None:
        self.var = Path(tempfile.mkdtemp(prefix="photocampus-test-"))
        self.var.chmod(0o755)
        self.servers: Servers = embedded.start(self.var, durable=False)
        try:
            url = embedded.create_database(self.servers.endpoints, TEMPLATE)
            migrate(application(dataclasses.replace(self.servers.endpoints, database_url=url), self.var))
        except BaseException:
            self.stop()
            raise

    @property
    def endpoints(self) -> Endpoints:
        """Where the pair is."""
        return self.servers.endpoints

    def stop(self) -> None:
        """Stop both and forget everything."""
        self.servers.stop()
        shutil.rmtree(self.var, ignore_errors=True)


def own_endpoints(shared: Endpoints, worker: str) -> Endpoints:
    """A database of this worker alone, copied from the template, and a Redis index of its own."""
    url = embedded.create_database(shared, f"campus_{worker}", template=TEMPLATE)
    index = int(worker.removeprefix("gw")) if worker.startswith("gw") else 15
    return dataclasses.replace(shared, database_url=url, redis_url=f"{shared.redis_url.partition('?')[0]}?db={index}")
