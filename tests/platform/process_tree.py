"""What the kernel knows of processes: whose child each one is, and which still live."""

from __future__ import annotations

from pathlib import Path


def parents() -> dict[int, int]:
    """The parent of each living process; zombies are left out."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
            except OSError:
                continue
            if state != "Z":
                found[int(entry.name)] = int(parent)
    return found


def descendants(pid: int) -> set[int]:
    """Children, their children and so on."""
    known = parents()
    found: set[int] = set()
    fresh = {pid}
    while fresh:
        fresh = {child for child, parent in known.items() if parent in fresh}
        found |= fresh
    return found


def described(pids: set[int]) -> dict[int, str]:
    """The program and arguments of each that still lives."""
    found = {}
    for pid in living(pids):
        try:
            found[pid] = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
    return found


def living(pids: set[int]) -> set[int]:
    """Which of them have not ended."""
    return pids & parents().keys()
