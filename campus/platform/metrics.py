"""What is counted and timed, by name. Rooms call the small functions at the end; nobody else knows prometheus-client.

Labels are few and bounded: route templates, kinds of jobs, names of quotas and tasks, never what a client sent. What can be asked
of PostgreSQL and Redis when somebody wants to know is not counted here: `gauges` asks.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from campus.platform.tallies import Counter, Histogram

if TYPE_CHECKING:
    from collections.abc import Iterator

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_PAGES = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.4, 1.0, 2.5, 10.0)
_FEEDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
_JOBS = (0.01, 0.05, 0.1, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0, 1800.0)
_PHOTOS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)

REQUESTS = Histogram(
    "campus_request_seconds",
    "Time to answer a request, by the route's template, method, class of status, and page, fragment or api",
    ["route", "method", "status", "form"],
    buckets=_PAGES,
    registry=None,
)
FEEDS = Histogram(
    "campus_feed_seconds",
    "Time to read a page of the home feed: warm, cold (from entries), pull (without entries), next",
    ["path"],
    buckets=_FEEDS,
    registry=None,
)
CACHE_READS = Counter(
    "campus_cache_reads_total", "Reads of a cache, by its name, and hit or miss", ["cache", "result"], registry=None
)
JOB_LAG = Histogram(
    "campus_job_lag_seconds",
    "From the record of a job to its end, by kind; of distribute_post: from the post to its last entry",
    ["kind"],
    buckets=_JOBS,
    registry=None,
)
JOB_SECONDS = Histogram("campus_job_seconds", "Time a worker spent on a job, by kind", ["kind"], buckets=_JOBS, registry=None)
JOBS = Counter("campus_jobs_total", "Attempts at jobs, by kind: done, failed, dead or lost", ["kind", "result"], registry=None)
FANOUT_ENTRIES = Counter("campus_fanout_entries_total", "Feed entries delivered by fan-out", registry=None)
TASK_RUNS = Counter(
    "campus_task_runs_total", "Runs of scheduled tasks, by name: done or failed", ["task", "result"], registry=None
)
PHOTO_SECONDS = Histogram("campus_photo_seconds", "Time to develop one photo", buckets=_PHOTOS, registry=None)
PHOTO_FAILURES = Counter(
    "campus_photo_failures_total", "Photos that could not be developed, by reason", ["reason"], registry=None
)
QUOTA_REFUSALS = Counter("campus_quota_refusals_total", "What quotas and rates refused, by name", ["quota"], registry=None)
SIGN_IN_FAILURES = Counter("campus_sign_in_failures_total", "Sign-ins that failed, by reason", ["reason"], registry=None)
MAILS = Counter("campus_mails_total", "Mails handed over, or not: sent or failed", ["result"], registry=None)

COUNTED = (
    REQUESTS,
    FEEDS,
    CACHE_READS,
    JOB_LAG,
    JOB_SECONDS,
    JOBS,
    FANOUT_ENTRIES,
    TASK_RUNS,
    PHOTO_SECONDS,
    PHOTO_FAILURES,
    QUOTA_REFUSALS,
    SIGN_IN_FAILURES,
    MAILS,
)

_feed_path: ContextVar[str] = ContextVar("feed_path", default="")


def request_answered(*, route: str, method: str, status: int, form: str, seconds: float) -> None:
    """A request was answered. `route` is a template; `form` is page, fragment or api."""
    known = method if method in METHODS else "other"
    REQUESTS.labels(route, known, f"{status // 100}xx", form).observe(seconds)


@contextmanager
def feed_read(path: str) -> Iterator[None]:
    """Time a page of the feed; `feed_went` inside says that it went another way."""
    token = _feed_path.set(path)
    began = time.perf_counter()
    try:
        yield
        FEEDS.labels(_feed_path.get()).observe(time.perf_counter() - began)
    finally:
        _feed_path.reset(token)


def feed_went(path: str) -> None:
    """The page that is being read goes this way."""
    _feed_path.set(path)


def cache_read(cache: str, *, hit: bool) -> None:
    """A cache was asked."""
    CACHE_READS.labels(cache, "hit" if hit else "miss").inc()


def job_done(kind: str, *, lag: float, seconds: float) -> None:
    """A job is done, `lag` seconds after it was recorded, `seconds` of them in this worker."""
    JOBS.labels(kind, "done").inc()
    JOB_LAG.labels(kind).observe(max(0.0, lag))
    JOB_SECONDS.labels(kind).observe(seconds)


def job_ended(kind: str, result: str) -> None:
    """An attempt at a job ended as failed, dead or lost."""
    JOBS.labels(kind, result).inc()


def entries_delivered(count: int) -> None:
    """Fan-out wrote entries."""
    if count:
        FANOUT_ENTRIES.inc(count)


def task_ran(task: str, result: str) -> None:
    """A scheduled task is done, or failed."""
    TASK_RUNS.labels(task, result).inc()


@contextmanager
def photo_developed() -> Iterator[None]:
    """Time the developing of a photo; an error is counted by its name, and raised."""
    began = time.perf_counter()
    try:
        yield
    except Exception as error:
        PHOTO_FAILURES.labels(type(error).__name__).inc()
        raise
    finally:
        PHOTO_SECONDS.observe(time.perf_counter() - began)


def quota_refused(quota: str) -> None:
    """A quota or a rate said no."""
    QUOTA_REFUSALS.labels(quota).inc()


def sign_in_failed(reason: str) -> None:
    """Somebody was not let in."""
    SIGN_IN_FAILURES.labels(reason).inc()


def mail_went(result: str) -> None:
    """A mail was sent, or failed."""
    MAILS.labels(result).inc()
