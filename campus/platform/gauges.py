"""What is asked of PostgreSQL, Redis and the machine when somebody wants the metrics: how things stand.

A room that has something to show registers it, by a statement that an index answers. All statements run on one connection, each
bounded; while the database is away they are missing, and `campus_up` says so.
"""

from __future__ import annotations

import logging
import shutil
from concurrent.futures import TimeoutError as TooLong
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg
import redis as redis_py
from prometheus_client.core import GaugeMetricFamily

from campus.platform import probes, redis, settings
from campus.platform.probes import Question

if TYPE_CHECKING:
    from collections.abc import Iterator

log = logging.getLogger(__name__)

PATIENCE = 3.0  # seconds, for all statements together
QUEUE = "huey.redis.photocampus"  # where Huey keeps the wake-ups of the queue of this name
UP = "campus_up"
QUEUE_DEPTH = "campus_queue_depth"
DISK_FREE = "campus_disk_free_bytes"


@dataclass(frozen=True)
class Gauge:
    """A figure of the database. The statement gives rows of its labels' values and the number."""

    name: str
    help: str
    statement: str
    labels: tuple[str, ...] = ()


_JOBS = """
SELECT state, count(*) FROM job WHERE state IN ('ready', 'running') GROUP BY state
UNION ALL SELECT 'dead', count(*) FROM job WHERE state = 'dead'
"""
_OLDEST = """
SELECT coalesce(extract(epoch FROM clock_timestamp() - min(run_after)), 0) FROM job
WHERE state IN ('ready', 'running') AND run_after <= clock_timestamp()
AND (lease_until IS NULL OR lease_until <= clock_timestamp())
"""
_gauges: dict[str, Gauge] = {}


def register(gauge: Gauge) -> None:
    """Have it asked with the others."""
    _gauges[gauge.name] = gauge


register(Gauge("campus_jobs", "Jobs of the outbox by state: ready, running (or to be tried again), dead", _JOBS, ("state",)))
register(
    Gauge(
        "campus_outbox_pending",
        "Jobs that are not done: ready, running or to be tried again",
        "SELECT count(*) FROM job WHERE state IN ('ready', 'running')",
    )
)
register(Gauge("campus_job_oldest_seconds", "How long the job that waits longest could have been done", _OLDEST))
register(
    Gauge(
        "campus_heartbeat_age_seconds",
        "Time since a process behind the pages last said that it lives",
        "SELECT name, extract(epoch FROM clock_timestamp() - beat_at) FROM heartbeat",
        ("process",),
    )
)


def registered() -> list[Gauge]:
    """The figures of the database."""
    return list(_gauges.values())


def names() -> list[str]:
    """Every figure there is."""
    return [*_gauges, UP, QUEUE_DEPTH, DISK_FREE]


class Collector:
    """Hands the figures to prometheus-client."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Every figure that can be had now."""
        rows = _of_database()
        up = GaugeMetricFamily(UP, "Whether a part answers the one who asks for the metrics", labels=["part"])
        up.add_metric(["database"], float(rows is not None))
        for name, found in (rows or {}).items():
            yield _family(_gauges[name], found)
        depth = _queue_depth()
        up.add_metric(["redis"], float(depth is not None))
        yield up
        if depth is not None:
            yield GaugeMetricFamily(QUEUE_DEPTH, "Wake-ups that wait in Redis for a worker", value=depth)
        free = shutil.disk_usage(settings.current().var).free
        yield GaugeMetricFamily(DISK_FREE, "Room left on the disk of CAMPUS_VAR", value=free)


Rows = list[tuple[object, ...]]
_question: Question[dict[str, Rows]] = Question("gauges")


def _of_database() -> dict[str, Rows] | None:
    try:
        return _question.ask(_all_rows).result(PATIENCE)
    except (TooLong, psycopg.Error) as error:
        log.warning("no figures of the database: %s", type(error).__name__)
        return None


def _all_rows() -> dict[str, Rows]:
    found: dict[str, Rows] = {}
    with probes.connect("metrics", statement_seconds=1) as connection:
        for gauge in list(_gauges.values()):
            try:
                found[gauge.name] = connection.execute(gauge.statement.encode()).fetchall()
            except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn, psycopg.errors.QueryCanceled) as error:
                log.warning("no figure %s: %s", gauge.name, type(error).__name__)
    return found


def _family(gauge: Gauge, rows: Rows) -> GaugeMetricFamily:
    family = GaugeMetricFamily(gauge.name, gauge.help, labels=list(gauge.labels))
    for *labels, value in rows:
        family.add_metric([str(label) for label in labels], float(str(value)))
    return family


def _queue_depth() -> float | None:
    try:
        return float(redis.client().llen(QUEUE))
    except redis_py.RedisError:
        return None
