"""The real thing for a browser to visit: web server, worker and sweep as `make run` starts them, with the small demo campus.

What its operators do, the loading of the demo first, is done in this process: it has the application's modules already.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from functools import cached_property
from typing import TYPE_CHECKING

from sqlalchemy import select

import config
from campus.accounts.actions import start_session
from campus.accounts.models import EmailAddress
from campus.application import create_app
from campus.demo.loading import Size, load
from campus.platform import clock, settings
from campus.platform.db import session
from campus.platform.embedded.processes import spawn, tail, wait_until
from campus.platform.supervisor.plan import HOST, answers, plan_for
from tests.servers import let_go

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from email.message import EmailMessage
    from pathlib import Path

    from flask import Flask

    from campus.media.variants import Processed
    from campus.platform.embedded import Endpoints
    from campus.platform.supervisor.plan import Command

SEED = 1  # the campus of `make run`; what is on the photos does not matter
READY_SECONDS = 60.0
MAIL_SECONDS = 30.0


class DidNotStart(Exception):
    """The site does not come up; the message has the end of the log."""


class CommandFailed(Exception):
    """A command ended with a status other than 0; the message has what it said."""


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


@dataclass
class Site:
    """A running PhotoCampus. `sessions` keeps the tokens of those who are signed in, by address."""

    endpoints: Endpoints
    var: Path
    port: int = field(default_factory=free_port)
    sessions: dict[str, str] = field(default_factory=dict)
    children: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it is, without a slash at the end."""
        return f"http://{HOST}:{self.port}"

    @property
    def environ(self) -> dict[str, str]:
        """The settings its programs are started with."""
        return {
            "PATH": os.defpath,
            "LANG": "C.UTF-8",
            "PYTHONUNBUFFERED": "1",
            "CAMPUS_ENV": "development",
            "CAMPUS_VAR": str(self.var),
            "DATABASE_URL": self.endpoints.database_url,
            "REDIS_URL": self.endpoints.redis_url,
            "SITE_URL": self.url,
            "PORT": str(self.port),
            "WEB_WORKERS": "1",
        }

    def start(self, pictures: Mapping[int, Processed]) -> None:
        """Load the demo while the web server loads beside it, then start the rest of the product's own plan.

        Raises:
            DidNotStart: a program fails; the message has the end of its log.
        """
        web, *rest = plan_for(config.load(self.environ)).children
        gate = self._spawn(web, stdin=subprocess.PIPE).stdin
        assert gate is not None
        with gate, self.inside():
            load(size=Size.SMALL, seed=SEED, now=clock.now(), pictures=pictures)
        if not wait_until(lambda: answers(self.port), READY_SECONDS, every=0.1):
            raise DidNotStart(tail(self.var / "web.log"))
        for command in rest:
            self._spawn(command)

    def stop(self) -> None:
        """End every program with what it started, at once: how they end politely is tested with the supervisor."""
        for child in reversed(self.children):
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
        self.children.clear()

    @cached_property
    def application(self) -> Flask:
        """The site's application in this process, for its operators. Its settings are in force `inside` alone."""
        return create_app(config.load(self.environ), config.ROOT)

    @contextmanager
    def inside(self) -> Iterator[None]:
        """A block that works on the site's own database, files and settings."""
        with settings.override(config.load(self.environ)):
            with self.application.app_context():
                try:
                    yield
                finally:
                    session.remove()
            let_go(self.application)

    def flask(self, *words: str) -> str:
        """The output of a `flask` command.

        Raises:
            CommandFailed: it failed.
        """
        with self.inside():
            done = self.application.test_cli_runner().invoke(args=words)
        if done.exit_code:
            raise CommandFailed(f"flask {' '.join(words)}: {done.output} {done.exception!r}")
        return done.stdout

    def token_of(self, address: str) -> str:
        """The session of whoever has this address, begun as the sign-in form would."""
        if address not in self.sessions:
            with self.inside():
                user_id = session.scalars(select(EmailAddress.user_id).where(EmailAddress.address == address)).one()
                self.sessions[address] = start_session(user_id=user_id, now=clock.now())
        return self.sessions[address]

    def mail_to(self, address: str) -> str:
        """The text of the mail that came to an address, once it has come."""
        deadline = time.monotonic() + MAIL_SECONDS
        while time.monotonic() < deadline:
            for path in (self.var / "mail").glob("*.eml"):
                mail: EmailMessage = message_from_bytes(path.read_bytes(), policy=policy.default)
                if address in str(mail["To"]):
                    return str(mail.get_content())
            time.sleep(0.1)
        raise AssertionError(f"no mail came to {address}")

    def link_to(self, address: str) -> str:
        """The link in that mail."""
        found = re.search(rf"{re.escape(self.url)}/\S+", self.mail_to(address))
        assert found, "the mail has no link"
        return found[0]

    def _spawn(self, command: Command, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
        with (self.var / f"{command.name}.log").open("wb") as log:
            child = spawn(command.argv, output=log, environ=self.environ, cwd=config.ROOT, stdin=stdin)
        self.children.append(child)
        return child
