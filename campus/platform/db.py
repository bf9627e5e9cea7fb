"""The database session, and the only place that commits.

Reads run in autocommit on connections that PostgreSQL itself holds read-only: a page that only reads cannot write, and its
prepared statements survive the return to the pool (each ROLLBACK would drop them). Writes run inside `transaction()`, on
connections of their own. What a replica may answer is asked through `campus.platform.replica`.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

import psycopg
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import BigInteger, DateTime, Engine, Enum, MetaData, Text, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase

from campus.platform.pool import try_before_use

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from enum import StrEnum

    from flask import Flask
    from sqlalchemy.orm import Session, scoped_session

    from campus.platform.settings import Settings

log = logging.getLogger(__name__)

READS = "reads"
REPLICA = "replica"
_DEPTH = "transaction_depth"
_AFTER = "after_commit"
_READS_LIMITED = "reads_limited_to"
_AT_REPLICA = "at_replica"


class Base(DeclarativeBase):
    """Every table's base: `datetime` is timestamptz, `int` is bigint, constraints have predictable names."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own declaration
        datetime: DateTime(timezone=True),
        int: BigInteger,
        str: Text,
    }


def choices(kind: type[StrEnum]) -> Enum:
    """A text column restricted by CHECK to the values of `kind`."""
    name = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in kind.__name__).lstrip("_")
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=20,
        values_callable=lambda enum: [member.value for member in enum],
    )


class RoutedSession(FlaskSession):
    """Sends statements to the reading engine unless a transaction is open; all of them to the replica inside `at_replica()`."""

    def get_bind(self, mapper: Any = None, clause: Any = None, bind: Any = None, **kwargs: Any) -> Any:
        """The engine for this statement: an explicit one, the writing one inside `transaction()`, else the reading one."""
        if bind is not None:
            return super().get_bind(mapper=mapper, clause=clause, bind=bind, **kwargs)
        if self.info.get(_AT_REPLICA):
            return self._db.engines[REPLICA]
        return self._db.engines[None if self.info.get(_DEPTH) else READS]


db = SQLAlchemy(
    metadata=Base.metadata,
    session_options={"class_": RoutedSession, "expire_on_commit": False, "autoflush": True},
)
session: scoped_session[Session] = db.session  # type: ignore[assignment]  # the same session, typed by SQLAlchemy


def init_app(app: Flask, settings: Settings) -> None:
    """Give the application its engines: one that writes, one that only reads, and one for the replica if there is one."""
    pool = {"pool_size": 10, "max_overflow": 20, "pool_recycle": 1800, "hide_parameters": True}
    pool["pool_use_lifo"] = True  # what was used last has the most statements prepared
    writes = {"connect_args": {"application_name": "photocampus", "options": "-c lock_timeout=10s"}}
    reads = {
        "isolation_level": "AUTOCOMMIT",
        "connect_args": {"application_name": "photocampus-reads", "options": "-c default_transaction_read_only=on"},
    }
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = pool | writes
    app.config["SQLALCHEMY_BINDS"] = {READS: {"url": settings.database_url, **pool, **reads}}
    if settings.database_replica_url:
        app.config["SQLALCHEMY_BINDS"][REPLICA] = {"url": settings.database_replica_url, **pool, **_of_replica()}
    db.init_app(app)
    with app.app_context():
        for engine in db.engines.values():
            try_before_use(engine)


def _of_replica() -> dict[str, Any]:
    """A replica that is away is given up within seconds: the primary has the answer as well."""
    patience = {
        "connect_timeout": 2,
        "tcp_user_timeout": 2000,
        "keepalives_idle": 2,
        "keepalives_interval": 1,
        "keepalives_count": 2,
    }
    options = "-c default_transaction_read_only=on -c statement_timeout=10s"
    names = {"application_name": "photocampus-replica", "options": options}
    return {"isolation_level": "AUTOCOMMIT", "pool_timeout": 0.1, "connect_args": patience | names}


def is_away(error: BaseException) -> bool:
    """Whether this says that PostgreSQL is away, or so slow that it might as well be: nothing was changed."""
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or isinstance(error.orig, psycopg.OperationalError)
    return isinstance(error, PoolTimeout)


def lacks_migrations(error: BaseException) -> bool:
    """Whether this says that a table or a column is not there: the code is newer than the database."""
    return isinstance(getattr(error, "orig", None), (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn))


@contextmanager
def transaction() -> Iterator[Session]:
    """Do everything in the block, or nothing of it.

    Joins the transaction that is open already, if one is: the outermost block commits. Callbacks given to `after_commit()`
    run once the data is durable, and never after a rollback.
    """
    current = session()
    if current.info.get(_AT_REPLICA):
        raise RuntimeError("a read for the replica opened a transaction")
    if current.info.get(_DEPTH):
        yield current
        return
    current.commit()  # ends what was read in autocommit; objects stay loaded
    current.info[_DEPTH] = 1
    try:
        yield current
        current.commit()
    except BaseException:
        current.rollback()
        current.info.pop(_AFTER, None)
        raise
    finally:
        current.info.pop(_DEPTH, None)
    _run(current.info.pop(_AFTER, {}))


def reads_freely() -> bool:
    """Whether what is read now could as well be read elsewhere: no transaction is open, and this is not elsewhere yet."""
    return not (session().info.get(_DEPTH) or session().info.get(_AT_REPLICA))


@contextmanager
def at_replica() -> Iterator[None]:
    """Read at the replica, in a session of its own: whatever happens there leaves this one as it was.

    Only `campus.platform.replica` knows when that is right.
    """
    own, other = session(), session.session_factory()
    other.info[_AT_REPLICA] = True
    session.registry.set(other)
    try:
        yield
    finally:
        session.registry.set(own)
        other.close()


def after_commit(callback: Callable[[], None], *, key: str | None = None) -> None:
    """Run `callback` when the open transaction has committed; once per `key`.

    Callbacks are hints to caches and workers: one that fails is logged, and the request goes on.

    Raises:
        RuntimeError: no transaction is open.
    """
    current = session()
    if not current.info.get(_DEPTH):
        raise RuntimeError("after_commit() needs an open transaction")
    waiting = current.info.setdefault(_AFTER, {})
    waiting[key or f"#{len(waiting)}"] = callback


def _run(callbacks: dict[str, Callable[[], None]]) -> None:
    for key, callback in callbacks.items():
        try:
            callback()
        except Exception:
            log.exception("after commit: %s failed", key)


def let_go() -> None:
    """Close every connection of this process: the next statement opens a new one."""
    session.remove()
    for engine in db.engines.values():
        engine.dispose()


@contextmanager
def on_database(url: str) -> Iterator[None]:
    """Let the block work on another database of the same form, and on nothing else: a command's own process alone may do that."""
    session.remove()
    engines: dict[str | None, Engine] = db.engines  # type: ignore[assignment]  # the application's own dictionary
    before = dict(engines)
    for name in before:
        level = {"isolation_level": "AUTOCOMMIT"} if name else {}
        engines[name] = create_engine(url, hide_parameters=True, **level)
    try:
        yield
    finally:
        let_go()
        engines.update(before)


def limit_reads(seconds: int) -> None:
    """From now on PostgreSQL gives up a read of this request that takes longer. Asked once of each connection.

    It stays with the connection: whoever reads through it later waits no longer either.
    """
    connection = session().connection()
    if connection.info.get(_READS_LIMITED) != seconds:
        connection.exec_driver_sql(f"SET statement_timeout = {seconds * 1000:d}")
        connection.info[_READS_LIMITED] = seconds
