"""Asking what may hang: a server that is frozen holds whoever asks it, and answers nobody.

Each question is asked by one thread at a time. Who asks while it is asked waits for the same answer, and no longer than it wants
to; so a freeze holds one thread for each question, however often somebody asks, and nothing of the pools that pages use.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import psycopg
from psycopg.conninfo import make_conninfo

from campus.platform import settings

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

CONNECT_SECONDS = 2  # libpq knows no shorter patience
STATEMENT_SECONDS = 2


class Question(Generic[T]):
    """Something to be asked. `name` is that of the thread that asks."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._asked: Future[T] | None = None

    def ask(self, how: Callable[[], T]) -> Future[T]:
        """Have it asked, unless it is being asked already; the answer is the same for everybody who waits for it."""
        with self._lock:
            if self._asked is None or self._asked.done():
                self._asked = Future()
                threading.Thread(target=_answer, args=(self._asked, how), name=f"asks-{self._name}", daemon=True).start()
            return self._asked


def _answer(waiting: Future[T], how: Callable[[], T]) -> None:
    try:
        waiting.set_result(how())
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is the answer
        waiting.set_exception(error)


def connect(name: str, *, statement_seconds: int = STATEMENT_SECONDS, writes: bool = False) -> psycopg.Connection[Any]:
    """A connection of its own, in autocommit: to be closed after the question. It gives up where that is possible.

    Raises:
        psycopg.OperationalError: PostgreSQL is away.
    """
    options = f"-c statement_timeout={statement_seconds}s -c default_transaction_read_only={'off' if writes else 'on'}"
    told = {
        "connect_timeout": CONNECT_SECONDS,
        "application_name": f"photocampus-{name}",
        "options": options,
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 2,
        "tcp_user_timeout": 5000,  # milliseconds
    }
    return psycopg.connect(make_conninfo(address(), **told), autocommit=True)  # type: ignore[arg-type]  # its stubs want text


def address(url: str | None = None) -> str:
    """The database's URL as libpq reads it."""
    return (url or settings.current().database_url).replace("postgresql+psycopg://", "postgresql://", 1)
