"""The real thing for a browser to visit: web server, worker and sweep as `make run` starts them, with the small demo campus."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from typing import TYPE_CHECKING

import config
from campus.platform.embedded.processes import spawn, tail, wait_until
from campus.platform.supervisor.plan import HOST, answers, plan_for

if TYPE_CHECKING:
    from email.message import EmailMessage
    from pathlib import Path

    from campus.platform.embedded import Endpoints
    from campus.platform.supervisor.plan import Command

READY_SECONDS = 60.0
MAIL_SECONDS = 30.0
STOP_SECONDS = 15.0


class DidNotStart(Exception):
    """The site does not come up; the message has the end of the log."""


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


@dataclass
class Site:
    """A running PhotoCampus. `sessions` keeps the cookies of who signed in once, by address."""

    endpoints: Endpoints
    var: Path
    port: int = field(default_factory=free_port)
    sessions: dict[str, Path] = field(default_factory=dict)
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

    def start(self) -> None:
        """Load the demo, then start the product's own plan.

        Raises:
            DidNotStart: a program fails; the message has the end of its log.
        """
        self.flask("demo", "load", "--size", "small")
        web, *rest = plan_for(config.load(self.environ)).children
        self._spawn(web)
        if not wait_until(lambda: answers(self.port), READY_SECONDS, every=0.1):
            raise DidNotStart(tail(self.var / "web.log"))
        for command in rest:
            self._spawn(command)

    def stop(self) -> None:
        """Stop every program, the last one first; none is waited for longer than it may take."""
        for child in reversed(self.children):
            child.send_signal(signal.SIGTERM)
        for child in self.children:
            try:
                child.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        self.children.clear()

    def flask(self, *words: str) -> str:
        """The output of a `flask` command.

        Raises:
            DidNotStart: it failed.
        """
        argv = [sys.executable, "-m", "flask", *words]
        done = subprocess.run(argv, env=self.environ, cwd=config.ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            raise DidNotStart(f"flask {' '.join(words)}: {done.stdout}{done.stderr}")
        return done.stdout

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

    def _spawn(self, command: Command) -> None:
        with (self.var / f"{command.name}.log").open("wb") as log:
            self.children.append(spawn(command.argv, output=log, environ=self.environ, cwd=config.ROOT))
