"""What processes cost: the CPU time of whole trees, as the kernel counts it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

PROC = Path("/proc")
NANOSECONDS = 1e9


def seconds(roots: Iterable[int]) -> float:
    """CPU seconds that these processes and all below them have used, every thread, to the nanosecond.

    What ended meanwhile is not in it: measure over a time in which nothing starts or ends.
    """
    return sum(_nanoseconds(pid) for root in roots for pid in tree(root)) / NANOSECONDS


def tree(root: int) -> list[int]:
    """A process and all below it."""
    children: dict[int, list[int]] = {}
    for folder in PROC.iterdir():
        if folder.name.isdigit():
            with suppress(OSError):  # it has ended
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(folder.name))
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found


def _nanoseconds(pid: int) -> int:
    used = 0
    with suppress(OSError):
        for task in (PROC / str(pid) / "task").iterdir():
            with suppress(OSError):
                used += int((task / "schedstat").read_text().split()[0])
    return used
