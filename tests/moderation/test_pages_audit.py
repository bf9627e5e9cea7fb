"""The audit log to read: who may, what she is shown of it, and that a download is the whole of it."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from campus.audit.acting import acting
from campus.audit.actions import record
from campus.moderation.kinds import Action
from campus.moderation.views.audit import ENTRIES
from campus.platform.db import session, transaction
from tests.factories import make_post
from tests.moderation.court import decide, post_target, report

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.accounts.models import User
    from tests.conftest import Client
    from tests.personas import World

SITE, HERS = "/admin/audit", "/o/northbridge/manage/audit"
BUDGET = 6


@pytest.fixture
def log(world: World) -> World:
    """Three acts: by the site's administrator, by Northbridge's, by a program of hers; the last one in Studio Lumen."""
    with transaction():
        with acting(f"user:{world.root.id}"):
            record("user.suspend", f"user:{world.sam.id}", before={"suspended": False}, after={"suspended": True})
        with acting(f"user:{world.dana.id}"):
            role = {"before": {"role": "member", "kind": "staff"}, "after": {"role": "editor", "kind": "staff"}}
            record("membership.set", f"user:{world.bob.id}", organization_id=world.northbridge.id, **role)
        with acting(f"api:{world.dana.id}"):
            record("organization.verify", f"organization:{world.studio.id}", organization_id=world.studio.id)
    return world


def test_the_sites_administrator_reads_everything_with_its_names(log: World, client_as: Callable[[User], Client]) -> None:
    page = client_as(log.root).get(SITE).text
    assert 'href="/u/sam"' in page
    assert "membership.set" in page
    assert "Studio Lumen" in page
    assert "by a program" in page
    told = " ".join(page.replace("\n", " ").split())
    assert "before: </span>member</del>" in told
    assert "after: </span>editor</ins>" in told


def test_an_organizations_manager_reads_what_was_done_there_and_no_more(log: World, client_as: Callable[[User], Client]) -> None:
    dana = client_as(log.dana)
    for path in (HERS, f"{HERS}?organization=studio", f"{HERS}?act=organization."):
        page = dana.get(path).text
        assert "<code>organization.verify</code>" not in page
        assert "<code>user.suspend</code>" not in page
    assert "membership.set" in dana.get(HERS).text
    assert dana.get(SITE).status_code == 404
    assert dana.get("/o/studio/manage/audit").status_code == 404


def test_who_runs_an_organization_does_not_read_there_what_the_sites_staff_does_about_her(
    world: World, client_as: Callable[[User], Client]
) -> None:
    hers = make_post(author=world.dana, organization=world.northbridge, text="Buy now")
    theirs = make_post(author=world.alice, organization=world.northbridge, text="Buy now")
    for post in (hers, theirs):
        case_id = report(world.bob, post_target(post)).case_id
        decide(world.root, case_id, Action.HIDE)
    page = client_as(world.dana).get(HERS).text
    assert f"post:{hers.id}," not in client_as(world.dana).get(f"{HERS}.csv").text
    assert page.count("<code>moderation.hide</code>") == 1  # her organization's own case, whoever decided it
    assert client_as(world.root).get(SITE).text.count("<code>moderation.hide</code>") == 2


def test_for_anybody_else_there_is_no_such_page(log: World, client: Client, client_as: Callable[[User], Client]) -> None:
    for path in (SITE, f"{SITE}.csv", f"{SITE}/verify", HERS, f"{HERS}.csv"):
        assert client.get(path).status_code == 303
        assert client_as(log.alice).get(path).status_code == 404
    assert client_as(log.root).get(HERS).status_code == 404


@pytest.mark.parametrize(
    ("query", "acts"),
    [
        ("actor=@dana", {"membership.set", "organization.verify"}),
        ("actor=@root", {"user.suspend"}),
        ("act=user.suspend", {"user.suspend"}),
        ("act=organization.", {"organization.verify"}),
        ("target=@bob", {"membership.set"}),
        ("organization=studio", {"organization.verify"}),
        ("until=2020-01-01", set()),
        ("since=2020-01-01", {"user.suspend", "membership.set", "organization.verify"}),
    ],
)
def test_filters_hold_for_the_page_and_for_the_file(
    log: World, client_as: Callable[[User], Client], query: str, acts: set[str]
) -> None:
    root = client_as(log.root)
    page = root.get(f"{SITE}?{query}").text
    assert {act for act in ("user.suspend", "membership.set", "organization.verify") if f"<code>{act}</code>" in page} == acts
    assert {row["act"] for row in _rows(root, f"{SITE}.csv?{query}")} == acts


@pytest.mark.parametrize("query", ["actor=@nobody", "organization=nowhere", "since=yesterday", "until=9999-12-31"])
def test_a_filter_that_means_nothing_is_told_beside_its_field(
    log: World, client_as: Callable[[User], Client], query: str
) -> None:
    root = client_as(log.root)
    answer = root.get(f"{SITE}?{query}")
    assert answer.status_code == 422
    assert query.partition("=")[2] in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert root.get(f"{SITE}.csv?{query}").status_code == 422


def test_a_long_log_goes_on_and_its_file_is_whole(
    world: World, client_as: Callable[[User], Client], count_queries: Callable[[], Any]
) -> None:
    with transaction():
        for n in range(ENTRIES + 3):
            record("thing.change", f"thing:{n}", after={"n": n})
    root = client_as(world.root)
    with count_queries() as statements:
        page = root.get(SITE).text
    assert len(statements) <= BUDGET
    assert page.count('id="entry-') == ENTRIES
    assert f'href="{SITE}?before=4"' in page
    rest = root.fragment(f"{SITE}?before=4").text
    assert rest.count('id="entry-') == 3
    assert "<title>" not in rest
    assert 'rel="next"' not in rest
    assert [int(row["seq"]) for row in _rows(root, f"{SITE}.csv")] == list(range(1, ENTRIES + 4))
    assert root.get(f"{SITE}?before=never").status_code == 400


def test_what_a_spreadsheet_would_run_is_text_in_the_file(world: World, client_as: Callable[[User], Client]) -> None:
    record("thing.change", "=cmd|calc")
    assert _rows(client_as(world.root), f"{SITE}.csv")[0]["target"] == "'=cmd|calc"


def test_the_chain_is_checked_when_somebody_asks(log: World, client_as: Callable[[User], Client]) -> None:
    root = client_as(log.root)
    assert "as it was written" in root.fragment(f"{SITE}/verify").text
    with transaction():
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(text("UPDATE audit_entry SET act = 'user.praise' WHERE seq = 1"))
    page = root.get(f"{SITE}/verify").text
    assert "entry is not as it was written" in page
    assert "1: " in page


def _rows(client: Client, url: str) -> list[dict[str, str]]:
    answer = client.get(url)
    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    return list(csv.DictReader(answer.text.splitlines()))
