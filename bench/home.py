"""The home page: ten cards for signed-in readers, against the same page from memory.

    limit    the reader's own page one, rendered again from memory: no session, no database, no cache
    warm     page one, its snapshot in Redis
    cold     page one with the order taken anew, and the snapshot kept
    next     the fragment of page two

Each round asks every kind of every reader in turn. CPU is that of all processes, web server, PostgreSQL and Valkey, by request;
latency is what one browser waits, one request after the other.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from bench import processes
from bench.figures import Spread, Table, percentile, shown
from bench.web import Browser, Unexpected, served
from campus.accounts.actions import start_session
from campus.accounts.models import Algorithm, Scope, User
from campus.feed import snapshots
from campus.feed.models import FeedState, FeedStatus
from campus.feed.streams import Kind
from campus.platform import clock
from campus.platform.db import session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bench.web import Answer
    from bench.worlds import Worlds
    from campus.platform.embedded import Endpoints

CARD = re.compile(r'<article class="card"')
NEXT = re.compile(r'rel="next"\s+href="([^"]+)"')
CARDS = 10
KINDS = ("limit", "warm", "cold", "next")
GOALS = {"warm": 3.0, "cold": 3.0, "next": 2.0}
READERS = 20
COOKIE = "__Host-campus"


@dataclass
class Reader:
    """A signed-in person: her cookies, and the address of her second page."""

    id: int
    cookie: str
    plain: str = ""  # Flask's own cookie alone: nobody is signed in by it
    next_url: str = ""


@dataclass
class Cost:
    """What the requests of one kind cost."""

    cpu: list[float] = field(default_factory=list)  # milliseconds by request, one figure a round
    waited: list[float] = field(default_factory=list)  # milliseconds of each request
    statements: set[int] = field(default_factory=set)


def measure(worlds: Worlds, endpoints: Endpoints, rounds: int, say: Callable[[str], None]) -> Table:
    """The table of every order and scope. Needs the application of the campus."""
    table = Table(
        "Home page, ten cards",
        ("page", "CPU ms", "times limit", "p50 / p95 / p99 ms", "statements", "goal"),
        notes=[
            f"{READERS} readers, {rounds} rounds; CPU of the web worker, every PostgreSQL process and Valkey together.",
            "The limit renders the same cards with the same template behind the same checks of a request, signed out.",
        ],
    )
    readers = [Reader(one, f"{COOKIE}={start_session(user_id=one, now=clock.now())}") for one in chosen()]
    with served(endpoints, worlds.var) as (port, web):
        roots = (web, worlds.servers.postgres.pid, worlds.servers.valkey.pid)
        for algorithm in Algorithm:
            for scope in Scope:
                say(f"home page: {algorithm}, {scope}")
                costs = _costs(Browser(port), roots, readers, f"algorithm={algorithm}&scope={scope}", rounds)
                table.rows.extend(_rows(f"{algorithm}, {scope}", costs))
    return table


def brief(worlds: Worlds, endpoints: Endpoints, rounds: int) -> dict[str, Cost]:
    """The costs of the default order and scope alone."""
    readers = [Reader(one, f"{COOKIE}={start_session(user_id=one, now=clock.now())}") for one in chosen()]
    with served(endpoints, worlds.var) as (port, web):
        roots = (web, worlds.servers.postgres.pid, worlds.servers.valkey.pid)
        return _costs(Browser(port), roots, readers, "algorithm=mixed&scope=all", rounds)


def chosen() -> list[int]:
    """People all over the campus whose feed is kept and has two pages in every order and scope."""
    kept = select(FeedState.user_id).join(User, User.id == FeedState.user_id)
    kept = kept.where(FeedState.status == FeedStatus.READY, User.suspended_at.is_(None))
    found: list[int] = []
    for user_id in session.scalars(kept.order_by(func.mod(User.id * 7919, 20_011))):
        shortest = Kind(Algorithm.ENGAGEMENT, Scope.FOLLOWING, entries=True)
        ids, _, _ = snapshots.order(user_id, shortest, now=clock.now(), wanted=3 * CARDS, at_least=3 * CARDS)
        if len(ids) == 3 * CARDS:
            found.append(user_id)
        if len(found) == READERS:
            return found
    raise Unexpected("the data set has too few readers with two pages")


def _costs(browser: Browser, roots: tuple[int, ...], readers: list[Reader], choice: str, rounds: int) -> dict[str, Cost]:
    for reader in readers:
        _prepare(browser, reader, choice)
    found = {kind: Cost() for kind in KINDS}
    for number in range(rounds):
        for kind in KINDS[number % 2 :: 2] + KINDS[1 - number % 2 :: 2]:
            before = processes.seconds(roots)
            answers = list(_asked(browser, readers, kind, choice))
            cost = found[kind]
            cost.cpu.append((processes.seconds(roots) - before) / len(answers) * 1000)
            cost.waited += [answer.seconds * 1000 for answer in answers]
            cost.statements |= {answer.statements for answer in answers}
    browser.close()
    return found


def _prepare(browser: Browser, reader: Reader, choice: str) -> None:
    """Have her page one kept in memory, and every cache filled."""
    signed_in = reader.cookie.split("; ")[0]
    first = _with_cards(browser.get(f"/bench/keep?{choice}&new=1", signed_in))
    reader.plain = first.cookie
    reader.cookie = f"{signed_in}; {reader.plain}"
    found = NEXT.search(first.body)
    if found is None:
        raise Unexpected(f"reader {reader.id} has no second page")
    reader.next_url = html.unescape(found[1])
    _with_cards(browser.get(f"/?{choice}", reader.cookie))
    _with_cards(browser.get(reader.next_url, reader.cookie, fragment=True))
    kept = _with_cards(browser.get(f"/bench/limit/{reader.id}", reader.plain))
    if kept.statements:
        raise Unexpected("the limit asked the database")


def _asked(browser: Browser, readers: list[Reader], kind: str, choice: str) -> Iterator[Answer]:
    for _ in range(2):
        for reader in readers:
            if kind == "limit":
                yield _with_cards(browser.get(f"/bench/limit/{reader.id}", reader.plain))
            elif kind == "next":
                yield _with_cards(browser.get(reader.next_url, reader.cookie, fragment=True))
            else:
                yield _with_cards(browser.get(f"/?{choice}" + ("&new=1" if kind == "cold" else ""), reader.cookie))


def _with_cards(answer: Answer) -> Answer:
    if len(CARD.findall(answer.body)) != CARDS:
        raise Unexpected(f"{len(CARD.findall(answer.body))} cards; expected {CARDS}:\n{answer.body[:2000]}")
    return answer


def ratio(costs: dict[str, Cost], kind: str) -> Spread:
    """How many times the limit's CPU, round by round."""
    return Spread(tuple(cost / limit for cost, limit in zip(costs[kind].cpu, costs["limit"].cpu, strict=True)))


def _rows(choice: str, costs: dict[str, Cost]) -> Iterator[tuple[str, ...]]:
    for kind, cost in costs.items():
        waited = " / ".join(shown(percentile(cost.waited, percent), 1) for percent in (50, 95, 99))
        times, goal = ratio(costs, kind), GOALS.get(kind)
        verdict = "" if goal is None else f"≤ {goal:g}: " + ("yes" if times.middle <= goal else "no")
        statements = "-".join(str(number) for number in sorted({min(cost.statements), max(cost.statements)}))
        yield f"{choice}: {kind}", Spread(tuple(cost.cpu)).told(), times.told(), waited, statements, verdict
