"""What is run: the product's commands, as data, so that a test can run others."""

from __future__ import annotations

import socket
import sys
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from campus.platform.settings import Settings

HOST = "127.0.0.1"
WAITING = "PHOTOCAMPUS_WAITS=for its standard input to end"  # tells the web server, and that alone, that it is gated

# `flask db upgrade`, `flask demo load --once` and `flask demo sign-ins`, whose words go to a file if one is named, all in one
# process: loading the application is most of what each costs.
PREPARE = """
import contextlib, sys
from flask.cli import FlaskGroup
from app import app
flask = FlaskGroup(create_app=lambda: app)
for words in (["db", "upgrade"], ["demo", "load", "--once"]):
    flask.main(words, prog_name="flask", standalone_mode=False)
for name in sys.argv[1:]:
    with open(name, "w") as greeting, contextlib.redirect_stdout(greeting):
        flask.main(["demo", "sign-ins"], prog_name="flask", standalone_mode=False)
"""


@dataclass(frozen=True)
class Command:
    """One program of the plan. Its output goes to `<name>.log`."""

    name: str
    argv: tuple[str, ...]
    patience: float = 10.0  # seconds between the polite stop and the hard one


@dataclass(frozen=True)
class Plan:
    """Some commands run to their end, one after the other: `preparations`; the `children` for good.

    The first child loads beside the preparations; it reads its standard input to the end before it serves, and that ends when
    they are done. `is_ready` says when it serves: the others start then, and what stands in the file `greeting` is shown.
    """

    preparations: tuple[Command, ...]
    children: tuple[Command, ...]
    is_ready: Callable[[], bool]
    greeting: Path | None = None


def plan_for(settings: Settings) -> Plan:
    """The product's own plan."""
    bound = ("-b", f"{HOST}:{settings.port}", "-w", str(settings.web_workers))
    web = ("-c", "python:campus.platform.web_server", "-e", WAITING, *bound)
    worker = ("-k", "thread", "-w", "2", "-g", "TERM", "-t", "25", "-m", "1")  # its own default is to interrupt tasks
    greeting = settings.var / "log" / "sign-ins.log" if settings.demo_sign_ins else None
    shown = () if greeting is None else (str(greeting),)
    return Plan(
        preparations=(Command("migrations and demo campus", (sys.executable, "-c", PREPARE, *shown)),),
        children=(
            Command("web", (sys.executable, "-m", "gunicorn", *web, "app:app"), patience=12),
            Command("worker", (sys.executable, "-m", "huey.bin.huey_consumer", "app.huey", *worker), patience=27),
            Command("sweep", (sys.executable, "-m", "flask", "tasks", "sweep", "--forever")),
        ),
        is_ready=lambda: answers(settings.port),
        greeting=greeting,
    )


def answers(port: int) -> bool:
    """Whether the web server answers `/livez`."""
    connection = HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", "/livez")
        return connection.getresponse().status < 500  # noqa: PLR2004 - the class of the server's own failures
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def port_is_free(port: int) -> bool:
    """Whether a server could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
