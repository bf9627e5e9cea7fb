"""Several nodes on one machine: web servers, workers, a primary, a replica, and a client that goes round as a proxy does."""

from __future__ import annotations

import http.client
import itertools
import json
import re
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from typing import TYPE_CHECKING

from campus.platform.embedded.processes import wait_until
from tests.browser.site import free_port
from tests.faults.campus_of_processes import COMMANDS, PYTHON, SWEEP, WORKER, Replicated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Visit = Callable[["Round", str, int], "Answer"]

HOST = "127.0.0.1"
READY_SECONDS = 120.0
LOOK_SECONDS = 0.1
DRAIN_SECONDS = 1
PAUSE = 0.05  # between two requests of one visitor: the nodes that start need a processor too
SECOND_WORKER = "worker-2"
FIELD = re.compile(r'<input[^>]*type="hidden"[^>]*>')
ATTRIBUTE = re.compile(r'(name|value)="([^"]*)"')


@dataclass(frozen=True)
class Answer:
    """What a node said."""

    status: int
    text: str
    url: str


class Cluster(Replicated):
    """Two web nodes and two workers beside the sweep; one of the workers schedules."""

    def __init__(self, **more: str) -> None:
        super().__init__(DRAIN_SECONDS=str(DRAIN_SECONDS), WEB_WORKERS="1", **more)
        self.ports = {"web-1": free_port(), "web-2": free_port()}

    def start_all(self) -> None:
        """Start everything; the nodes are ready when it returns."""
        for node in self.ports:
            self.start_node(node)
        self.start(WORKER)
        self.start(SECOND_WORKER, *COMMANDS[WORKER], "--no-periodic")
        self.start(SWEEP)
        for node in self.ports:
            self.await_ready(node)

    def start_node(self, node: str) -> None:
        """Start gunicorn as it is started in production."""
        where = f"{HOST}:{self.ports[node]}"
        self.start(node, *PYTHON, "gunicorn", "app:app", "-c", "python:campus.platform.web_server", "-b", where, "-w", "1")

    def await_ready(self, node: str) -> None:
        """Wait until the node would be sent visitors."""
        assert wait_until(lambda: self.is_ready(node), READY_SECONDS, every=LOOK_SECONDS), self.log(node)

    def is_ready(self, node: str) -> bool:
        """What a proxy asks."""
        connection = http.client.HTTPConnection(HOST, self.ports[node], timeout=3)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def url(self, node: str) -> str:
        """Where a node is."""
        return f"http://{HOST}:{self.ports[node]}"


class Visitor:
    """A browser, or with a token a program; redirects are followed on the node that gave them."""

    def __init__(self, token: str = "") -> None:
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"} if token else {}

    def ask(self, url: str, data: bytes | None = None) -> Answer:
        """GET, or POST what is given. An answer of 400 and above is an answer too."""
        request = urllib.request.Request(url, data=data, headers=self._headers)  # noqa: S310 - our own node
        try:
            with self._opener.open(request, timeout=30) as answer:
                return Answer(answer.status, answer.read().decode(), answer.url)
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.read().decode(), url)

    def send(self, node: str, page: str, fields: Mapping[str, str], *, to: str = "") -> Answer:
        """Fill in the form of a page and send it, to the page's own address unless said otherwise."""
        tags = (dict(ATTRIBUTE.findall(tag)) for tag in FIELD.findall(self.ask(f"{node}{page}").text))
        hidden = {tag["name"]: tag.get("value", "") for tag in tags if "name" in tag}
        return self.ask(f"{node}{to or page}", urllib.parse.urlencode(hidden | dict(fields)).encode())

    def post(self, node: str, text: str) -> Answer:
        """Publish by the API."""
        return self.ask(f"{node}/api/posts/", json.dumps({"text": text}).encode())


@dataclass
class Round:
    """A client that goes round the nodes that are ready, as a proxy with health checks does; it never asks twice."""

    cluster: Cluster
    ready: set[str] = field(default_factory=set)
    failures: list[str] = field(default_factory=list)
    answered: int = 0
    accepted: list[str] = field(default_factory=list)
    _stopped: threading.Event = field(default_factory=threading.Event)
    _turn: Iterator[int] = field(default_factory=itertools.count)

    def watch(self) -> None:
        """Look at every node again and again."""
        while not self._stopped.is_set():
            for node in self.cluster.ports:
                (self.ready.add if self.cluster.is_ready(node) else self.ready.discard)(node)
            time.sleep(LOOK_SECONDS)

    def go(self, visit: Visit) -> None:
        """Visit until stopped."""
        while not self._stopped.wait(PAUSE):
            turn = next(self._turn)
            nodes = sorted(self.ready)
            if not nodes:
                self.failures.append("no node is ready")
                time.sleep(LOOK_SECONDS)
                continue
            node = nodes[turn % len(nodes)]
            try:
                answer = visit(self, self.cluster.url(node), turn)
            except (OSError, http.client.HTTPException) as error:
                self.failures.append(f"{node}: {error!r}")
                continue
            self.answered += 1
            if answer.status >= 400:
                self.failures.append(f"{node}: {answer.status} {answer.url} {answer.text[:300]}")

    def while_going(self, visits: list[Visit], work: Callable[[], None]) -> None:
        """Do the work under the load of these visits, each in a thread of its own."""
        self.ready.update(self.cluster.ports)
        threads = [threading.Thread(target=self.watch), *(threading.Thread(target=self.go, args=(each,)) for each in visits)]
        for thread in threads:
            thread.start()
        try:
            work()
        finally:
            self._stopped.set()
            for thread in threads:
                thread.join()
