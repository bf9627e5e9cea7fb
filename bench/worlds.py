"""The data that is measured on: loaded once into `<var>/bench`, with durable servers of its own, and kept.

campus   20,000 people and 60,000 posts: the demo of that size
tenth    2,000 people and 6,000 posts with the same averages
crowd    100,000 people who follow three authors: 1,000, 10,000 and 100,000 of them
"""

from __future__ import annotations

import dataclasses
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING
from unittest.mock import patch

from flask_migrate import upgrade
from sqlalchemy import func, literal, select, text, true
from sqlalchemy.dialects.postgresql import insert

import config
from campus.accounts.models import User
from campus.application import create_app
from campus.demo import bulk, crowds, loading
from campus.demo.copying import analyze
from campus.feed.models import FeedEntry, FeedState, FeedStatus
from campus.follows.models import Follow
from campus.platform import clock, embedded, settings
from campus.platform.db import db, session, transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask import Flask
    from sqlalchemy import ColumnElement

    from campus.media.variants import Processed
    from campus.platform.embedded import Endpoints, Servers

SEED = 1
SECRET = "a-secret-of-the-benchmarks-that-is-long-enough-0123456789"  # noqa: S105 - signs nothing outside
AUDIENCES = (1_000, 10_000, 100_000)  # the followers of the authors 1, 2 and 3 of the crowd
FILLED = 20  # entries each reader of the crowd has before the first is measured
TENTH_OF = {
    crowds: ("PEOPLE", "LARGEST_COMPANY"),
    bulk: ("POSTS", "BY_UNIVERSITIES", "BY_COMPANIES", "LIKES", "COMMENTS", "SHARES"),
}


class Worlds:
    """The servers, and the databases on them, made when they are first asked for."""

    def __init__(self, var: Path, say: Callable[[str], None]) -> None:
        self.var = var
        self.servers: Servers = embedded.start(var, durable=True)
        self._say = say
        self._pictures: dict[int, Processed] = {}

    def stop(self) -> None:
        """Stop the servers; the data stays."""
        self.servers.stop()

    @contextmanager
    def campus(self) -> Iterator[Endpoints]:
        """20,000 people."""
        with self._kept("campus", self._load) as endpoints:
            yield endpoints

    @contextmanager
    def tenth(self) -> Iterator[Endpoints]:
        """2,000 people, with the averages of the campus."""
        with self._kept("tenth", self._load_tenth) as endpoints:
            yield endpoints

    @contextmanager
    def crowd(self) -> Iterator[Endpoints]:
        """100,000 readers of three authors."""
        with self._kept("crowd", fill_crowd) as endpoints:
            yield endpoints

    @contextmanager
    def _kept(self, name: str, load: Callable[[], None]) -> Iterator[Endpoints]:
        """Inside the application of this database, loaded if it is not. A load that was cut short begins anew."""
        endpoints = dataclasses.replace(self.servers.endpoints, database_url=self._url(name))
        mark = self.var / f"{name}.loaded"
        if not mark.exists():
            self._say(f"loading the data set “{name}”, once")
            embedded.drop_database(endpoints.database_url)
            embedded.create_database(self.servers.endpoints, name)
            with application(endpoints, self.var):
                upgrade()
                load()
                tidy()
            mark.touch()
        with application(endpoints, self.var):
            upgrade()  # what was loaded under an earlier release
            yield endpoints

    def _url(self, name: str) -> str:
        everybodys = self.servers.endpoints.database_url
        head, _, query = everybodys.partition("?")
        return f"{head.rpartition('/')[0]}/{name}?{query}"

    def _load(self) -> None:
        if not self._pictures:
            self._pictures = loading.pictures_for(loading.Size.CAMPUS, SEED, self._report)
        size = loading.Size.CAMPUS
        loading.load(size=size, seed=SEED, now=clock.now(), pictures=self._pictures, report=self._report)

    def _load_tenth(self) -> None:
        with ExitStack() as smaller:
            for module, names in TENTH_OF.items():
                for name in names:
                    smaller.enter_context(patch.object(module, name, getattr(module, name) // 10))
            self._load()

    def _report(self, what: str, done: int, of: int) -> None:
        if done in (0, of):
            self._say(f"  {what}: {done:,} of {of:,}")


def environment(endpoints: Endpoints, var: Path) -> dict[str, str]:
    """The settings of the measured application: those of production, without a site of its own."""
    return {
        "CAMPUS_VAR": str(var),
        "SECRET_KEY": SECRET,
        "DATABASE_URL": endpoints.database_url,
        "REDIS_URL": endpoints.redis_url,
    }


def in_production() -> dict[str, str]:
    """What a production site sets besides."""
    return {
        "CAMPUS_ENV": "production",
        "SITE_URL": "https://localhost",
        "MAIL_URL": "smtp://localhost:25",
        "DEMO_SIGN_INS": "off",
    }


@contextmanager
def application(endpoints: Endpoints, var: Path) -> Iterator[Flask]:
    """The application on these servers, in its context; its connections are closed at the end."""
    app = create_app(config.load(environment(endpoints, var)), config.ROOT)
    with app.app_context(), settings.override(settings.current()):
        try:
            yield app
        finally:
            session.remove()
            for engine in db.engines.values():
                engine.dispose()


def tidy() -> None:
    """VACUUM ANALYZE: as after a quiet night, so that no round pays for the load."""
    session.remove()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def fill_crowd() -> None:
    """People 1 to 100,000; everybody's feed is kept and holds some old entries; the last so many follow each author."""
    number: ColumnElement[int] = func.generate_series(1, AUDIENCES[-1] + len(AUDIENCES)).column_valued("n")
    handle, name = func.concat("reader_", number), func.concat("Reader ", number)
    now = clock.now()
    with transaction():
        people = insert(User).from_select(["handle", "name", "approved_at"], select(handle, name, literal(now)).order_by(number))
        session.execute(people)
        states = select(User.id, literal(FeedStatus.READY.value), literal(now))
        session.execute(insert(FeedState).from_select(["user_id", "status", "last_read_at"], states))
        for author, audience in enumerate(AUDIENCES, start=1):
            last = select(User.id, literal(author)).where(User.id != author).order_by(User.id.desc()).limit(audience)
            session.execute(insert(Follow).from_select(["follower_id", "user_id"], last))
        older = func.generate_series(1, FILLED).table_valued("day").render_derived()
        old = select(User.id, literal(now) - func.make_interval(0, 0, 0, older.c.day), -older.c.day)
        old = old.join_from(User, older, true()).order_by(User.id, older.c.day.desc())
        session.execute(insert(FeedEntry).from_select(["user_id", "published_at", "post_id"], old))
    analyze([User, FeedState, Follow, FeedEntry])
