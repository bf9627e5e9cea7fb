"""What the tests of the embedded servers stand on: a folder open to all, commands that use servers, direct connections."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import redis

if TYPE_CHECKING:
    from campus.platform.embedded import Endpoints

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = Path(__file__).with_name("embedded_user.py")


class User:
    """A process that uses the servers of `var` until it is told to leave."""

    def __init__(
        self, var: Path, way: str = "attach", *, root: Path = ROOT, python: str = sys.executable, uid: int | None = None
    ) -> None:
        self.process = subprocess.Popen(
            [python, SCRIPT if root == ROOT else root / SCRIPT.name, str(var), way],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(root)},
            cwd="/",
            user=uid,
        )

    def urls(self) -> list[str]:
        """Waits until it uses them."""
        assert self.process.stdout
        words = self.process.stdout.readline().decode().rstrip("\n").split(" ")
        assert len(words) == 2, self.leave()
        return words

    def leave(self) -> str:
        """Ends; the answer is what it complained of."""
        return self.process.communicate(timeout=60)[1].decode()

    def kill(self) -> None:
        """Ends without a word."""
        self.process.kill()
        self.process.communicate(timeout=10)


def connect(url: str) -> psycopg.Connection[tuple[object, ...]]:
    """A connection as psycopg itself makes it, that gives up after two seconds."""
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=True, connect_timeout=2)


def sql(endpoints: Endpoints | str, statement: str) -> object:
    """The first value of the first row, or None."""
    with connect(endpoints if isinstance(endpoints, str) else endpoints.database_url) as connection:
        cursor = connection.execute(statement)
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def valkey(url: str) -> redis.Redis:
    """A client with the product's patience."""
    return redis.Redis.from_url(url, socket_timeout=0.5, socket_connect_timeout=0.2, decode_responses=True)
