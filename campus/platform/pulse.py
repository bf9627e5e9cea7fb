"""A worker's pulse: a connection of its own that holds an advisory lock, and a beat every few seconds.

However a process ends, the kernel closes its connections, and PostgreSQL lets go of the lock: its end shows at once, even on
another machine. A process that is frozen, or a machine without current, keeps the lock for a while: then the beat is missed.
"""

from __future__ import annotations

import logging
import threading
import time

import psycopg

from campus.platform import clock, probes

log = logging.getLogger(__name__)

WORKER = "worker"
LOCK = 77_002  # advisory, the first of two numbers; the second says who
NUMBERS = {WORKER: 1}
BEAT_SECONDS = 2.0

_BEAT = """
INSERT INTO heartbeat (name, beat_at, pulsing) VALUES (%s, %s, true)
ON CONFLICT (name) DO UPDATE SET beat_at = excluded.beat_at, pulsing = true
"""
_started: set[str] = set()


def start(name: str = WORKER) -> None:
    """Have this process' pulse felt until it ends; a second call does nothing."""
    if name not in _started:
        _started.add(name)
        threading.Thread(target=_forever, args=(name,), name=f"pulse-{name}", daemon=True).start()


def _forever(name: str) -> None:
    while True:
        try:
            _hold(name)
        except psycopg.Error as error:
            log.warning("the pulse of the %s is not felt: %s", name, type(error).__name__)
            time.sleep(BEAT_SECONDS / 2)


def _hold(name: str) -> None:
    """Hold the lock and beat, until the connection is lost."""
    with probes.connect(f"pulse-{name}", writes=True, statement_seconds=10) as connection:
        connection.execute("SET synchronous_commit = off")
        connection.execute("SELECT pg_advisory_lock_shared(%s, %s)", (LOCK, NUMBERS[name]))
        while True:
            connection.execute(_BEAT, (name, clock.now()))
            time.sleep(BEAT_SECONDS)
