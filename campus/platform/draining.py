"""A web node that is about to stop says so first: `/readyz` answers 503 for a while, and whoever sends it visitors stops.

The note is a byte that gunicorn's arbiter shares with the workers it forks: the arbiter is told to stop, the workers are asked.
"""

from __future__ import annotations

import mmap
from typing import ClassVar

_NOTE = mmap.mmap(-1, 1)  # anonymous and shared, so that it is one byte for all forks


class _Allowed:
    seconds: ClassVar[int] = 0


def allow(seconds: int) -> None:
    """How long a node goes on serving once it has said that it stops; 0 for not at all. Told by the settings."""
    _Allowed.seconds = seconds


def allowed() -> int:
    """So many seconds."""
    return _Allowed.seconds


def begin() -> None:
    """From now on this node is about to stop."""
    _NOTE[0] = 1


def begun() -> bool:
    """Whether it is."""
    return _NOTE[0] == 1
