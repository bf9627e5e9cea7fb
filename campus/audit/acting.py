"""On whose behalf the code runs right now: set where a request, a command or a task begins, read where an act is recorded."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

NOBODY = "auto:system"

_actor: ContextVar[str] = ContextVar("actor", default=NOBODY)


def actor() -> str:
    """Who acts: `user:7`, `api:7`, `cli:name`, `auto:task`; `letter:7` by a decision's link alone."""
    return _actor.get()


def act_as(who: str) -> None:
    """From here on this thread acts for `who`; with `NOBODY`, for the site itself."""
    _actor.set(who)


@contextmanager
def acting(who: str) -> Iterator[None]:
    """Act for `who` inside the block."""
    token = _actor.set(who)
    try:
        yield
    finally:
        _actor.reset(token)
