"""A command that uses the embedded servers: `embedded_user.py VAR attach|valkey|start`.

Says where they are, leaves when its input ends.
"""

from __future__ import annotations

import sys
from pathlib import Path

from campus.platform import embedded


def main(var: str, way: str) -> None:
    """Begin, say where, wait, end."""
    held = embedded.start(Path(var)) if way == "start" else None
    endpoints = held.endpoints if held else embedded.attach_or_start(Path(var), postgres=way != "valkey")
    sys.stdout.write(f"{endpoints.database_url} {endpoints.redis_url}\n")
    sys.stdout.flush()
    sys.stdin.read()
    if held:
        held.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
