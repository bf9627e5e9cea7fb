"""What is run: the product's commands, as data, so that a test can run others."""

from __future__ import annotations

import socket
import sys
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.platform.settings import Settings

HOST = "127.0.0.1"

# `flask db upgrade` and `flask demo load --once` in one process: loading the application is most of what either costs.
PREPARE = """
from flask.cli import FlaskGroup
from app import app
flask = FlaskGroup(create_app=lambda: app)
for words in (["db", "upgrade"], ["demo", "load", "--once"]):
    flask.main(words, prog_name="flask", standalone_mode=False)
"""


@dataclass(frozen=True)
class Command:
    """One program of the plan. Its output goes to `<name>.log`."""

    name: str
    argv: tuple[str, ...]
    patience: float = 10.0  # seconds between the polite stop and the hard one


@dataclass(frozen=True)
class Plan:
    """Some commands run to their end, one after the other: `preparations`; then `children` for good; then `greetings`, once.

    `is_ready` says when the first child serves: the others start then. What greetings print is shown.
    """

    preparations: tuple[Command, ...]
    children: tuple[Command, ...]
    is_ready: Callable[[], bool]
    greetings: tuple[Command, ...] = ()


def plan_for(settings: Settings) -> Plan:
    """The product's own plan."""
    flask = (sys.executable, "-m", "flask")
    web = ("-c", "python:campus.platform.web_server", "-b", f"{HOST}:{settings.port}", "-w", str(settings.web_workers))
    worker = ("-k", "thread", "-w", "2", "-g", "TERM", "-t", "25", "-m", "1")  # its own default is to interrupt tasks
    return Plan(
        preparations=(Command("migrations and demo campus", (sys.executable, "-c", PREPARE)),),
        children=(
            Command("web", (sys.executable, "-m", "gunicorn", *web, "app:app"), patience=12),
            Command("worker", (sys.executable, "-m", "huey.bin.huey_consumer", "app.huey", *worker), patience=27),
            Command("sweep", (*flask, "tasks", "sweep", "--forever")),
        ),
        is_ready=lambda: answers(settings.port),
        greetings=(Command("sign-ins", (*flask, "demo", "sign-ins")),) if settings.demo_sign_ins else (),
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
