"""The home feed for programs: ten posts by REST and by GraphQL, against the page of the same ten.

    page      the home page, its snapshot in Redis
    rest      page one by REST, by number
    cursor    page two by REST, by the address in its Link header
    graphql   the fields of REST by GraphQL

Each round asks every kind of every reader in turn, as the benchmark of the home page does. Programs show a personal token.
"""

from __future__ import annotations

import http.client
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench import STATEMENTS, processes
from bench.figures import Spread, Table, percentile, shown
from bench.home import COOKIE, Cost, chosen
from bench.web import HOST, PATIENCE, Unexpected, served
from campus.accounts import tokens
from campus.accounts.actions import start_session
from campus.accounts.models import TokenScope
from campus.platform import clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bench.worlds import Worlds
    from campus.platform.embedded import Endpoints

FEED = "/api/posts/home_feed/"
NEXT = re.compile(r'<([^>]+)>; rel="next"')
KINDS = ("page", "rest", "cursor", "graphql")
GOALS = {"rest": ("page", 0.7), "cursor": ("page", 0.7), "graphql": ("rest", 2.0)}
SIZES = (1, 10, 50)
POSTS = 10
QUERY = """query Home($limit: Int!) { homeFeed(limit: $limit) {
  id url author { id handle name url } owner { id slug name kind verified url } department { id slug name }
  official audience audienceSentence state title text location publishedAt editedAt counts { likes comments shares }
  commentsLocked photos { position state alt width height files { width url } fallbackUrl colour thumbhash credit licence error }
  latestComments { id author { id handle name url } text createdAt mine } viewer { liked } why } }"""


@dataclass
class Reader:
    """A person: what her browser and her program show, and the address of her program's second page."""

    browser: dict[str, str]
    program: dict[str, str]
    next_url: str = ""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    body: str
    link: str
    cookie: str
    statements: int


class Client:
    """One connection that is kept open, for pages and programs alike."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection(HOST, port, timeout=PATIENCE)

    def ask(self, shown: dict[str, str], path: str, query: str | None = None) -> Answer:
        """Read an address; with a GraphQL `query`, post it.

        Raises:
            Unexpected: the answer is not 200.
        """
        headers = {"Host": "localhost", "Content-Type": "application/json"} | shown
        self._connection.request("POST" if query else "GET", path, query, headers)
        response = self._connection.getresponse()
        body = response.read().decode()
        if response.status != http.client.OK:
            raise Unexpected(f"{path} answered {response.status}: {body[:500]}")
        cookie = (response.getheader("Set-Cookie") or "").partition(";")[0]
        return Answer(body, response.getheader("Link") or "", cookie, int(response.getheader(STATEMENTS) or 0))

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


def measure(worlds: Worlds, endpoints: Endpoints, rounds: int, say: Callable[[str], None]) -> Table:
    """The table. Needs the application of the campus."""
    readers = [_reader(one) for one in chosen()]
    say("home feed for programs")
    with served(endpoints, worlds.var) as (port, web):
        roots = (web, worlds.servers.postgres.pid, worlds.servers.valkey.pid)
        client = Client(port)
        costs = _costs(client, roots, readers, rounds)
        by_size = {size: _statements(client, readers[0], size) for size in SIZES}
        client.close()
    table = Table("Home feed for programs, ten posts", ("answer", "CPU ms", "times", "p50 / p95 / p99 ms", "statements", "goal"))
    table.rows.extend(_rows(costs))
    sizes = "; ".join(f"{size} posts: REST {rest}, GraphQL {graphql}" for size, (rest, graphql) in by_size.items())
    table.notes.append(f"Statements by the size of the page: {sizes}.")
    table.notes.append(
        f"{len(readers)} readers, {rounds} rounds; CPU of the web worker, every PostgreSQL process and Valkey together."
    )
    return table


def _reader(user_id: int) -> Reader:
    now = clock.now()
    _, secret = tokens.issue(user_id=user_id, name="Benchmark", scopes=tuple(TokenScope), expires_at=None, now=now)
    cookie = f"{COOKIE}={start_session(user_id=user_id, now=now)}"
    return Reader({"Cookie": cookie}, {"Authorization": f"Bearer {secret}"})


def _costs(client: Client, roots: tuple[int, ...], readers: list[Reader], rounds: int) -> dict[str, Cost]:
    for reader in readers:
        _prepare(client, reader)
    found = {kind: Cost() for kind in KINDS}
    for number in range(rounds):
        for kind in KINDS[number % 2 :: 2] + KINDS[1 - number % 2 :: 2]:
            before = processes.seconds(roots)
            answers = list(_asked(client, readers, kind))
            cost = found[kind]
            cost.cpu.append((processes.seconds(roots) - before) / len(answers) * 1000)
            cost.waited += [waited for waited, _ in answers]
            cost.statements |= {statements for _, statements in answers}
    return found


def _prepare(client: Client, reader: Reader) -> None:
    """Have every cache filled, and both doors show the same."""
    page = client.ask(reader.browser, "/?new=1")
    rest = client.ask(reader.program, f"{FEED}?page_size={POSTS}")
    graphql = client.ask(reader.program, "/graphql", _document(POSTS))
    ids = [post["id"] for post in json.loads(rest.body)]
    if ids != [int(post["id"]) for post in json.loads(graphql.body)["data"]["homeFeed"]] or len(ids) != POSTS:
        raise Unexpected(f"the doors differ: {rest.body[:500]}\n{graphql.body[:500]}")
    if [int(one) for one in re.findall(r'<article class="card"\s+id="post-(\d+)"', page.body)] != ids:
        raise Unexpected("the page differs from REST")
    following = NEXT.search(rest.link)
    if following is None:
        raise Unexpected("there is no second page")
    reader.next_url = following[1]
    reader.browser["Cookie"] += f"; {page.cookie}"


def _asked(client: Client, readers: list[Reader], kind: str) -> Iterator[tuple[float, int]]:
    """Milliseconds and statements of each request."""
    for _ in range(2):
        for reader in readers:
            began = clock.now()
            answer = _one(client, reader, kind)
            yield (clock.now() - began).total_seconds() * 1000, answer


def _one(client: Client, reader: Reader, kind: str) -> int:
    if kind == "page":
        return client.ask(reader.browser, "/").statements
    if kind == "graphql":
        return client.ask(reader.program, "/graphql", _document(POSTS)).statements
    return client.ask(reader.program, reader.next_url if kind == "cursor" else f"{FEED}?page_size={POSTS}").statements


def _document(limit: int) -> str:
    return json.dumps({"query": QUERY, "variables": {"limit": limit}})


def _statements(client: Client, reader: Reader, size: int) -> tuple[int, int]:
    """How many statements a page of this size takes, by REST and by GraphQL, when asked the second time."""
    for _ in range(2):
        rest = client.ask(reader.program, f"{FEED}?page_size={size}")
        graphql = client.ask(reader.program, "/graphql", _document(size))
    return rest.statements, graphql.statements


def ratio(costs: dict[str, Cost], kind: str, to: str) -> Spread:
    """How many times the CPU of another kind, round by round."""
    return Spread(tuple(cost / other for cost, other in zip(costs[kind].cpu, costs[to].cpu, strict=True)))


def _rows(costs: dict[str, Cost]) -> Iterator[tuple[str, ...]]:
    for kind, cost in costs.items():
        waited = " / ".join(shown(percentile(cost.waited, percent), 1) for percent in (50, 95, 99))
        to, goal = GOALS.get(kind, ("page", None))
        times = ratio(costs, kind, to)
        verdict = "" if goal is None else f"≤ {goal:g} times the {to}: " + ("yes" if times.middle <= goal else "no")
        statements = "-".join(str(number) for number in sorted({min(cost.statements), max(cost.statements)}))
        yield kind, Spread(tuple(cost.cpu)).told(), times.told(), waited, statements, verdict
