"""/o/<slug>/manage/members and /requests: found, changed, removed, let in; and what nobody may."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from campus.audit.models import AuditEntry
from campus.organizations import actions, queries, roster
from campus.organizations.models import MemberKind, MembershipStatus, Role
from campus.organizations.queries import OrganizationNotFound
from campus.organizations.rights import AboveYou
from campus.organizations.terms import end_of, last_day
from campus.platform.clock import now
from campus.platform.db import session
from campus.platform.errors import CampusError, Invalid
from tests.factories import make_member, make_post, make_user
from tests.organizations.managing import campus

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from campus.accounts.models import User
    from tests.conftest import Client
    from tests.organizations.managing import Campus

    SignIn = Callable[[User], Client]

MEMBERS = "/o/westmere/manage/members"
REQUESTS = "/o/westmere/manage/requests"


@pytest.fixture
def westmere(app: Flask) -> Campus:
    return campus()


def role_of(westmere: Campus, who: str) -> Role | None:
    return queries.role_in(westmere.westmere.id, westmere[who].id)


def change(westmere: Campus, by: str, who: str, **wanted: Any) -> None:
    actions.change_member(
        viewer_id=westmere[by].id,
        organization_id=westmere.westmere.id,
        user_id=westmere[who].id,
        change=actions.MemberChange(**wanted),
        now=now(),
    )


def test_members_are_found_by_whatever_one_remembers(client_as: SignIn, westmere: Campus) -> None:
    browser = client_as(westmere["admin"])

    def found(query: str) -> set[str]:
        page = browser.get(f"{MEMBERS}?{query}").text
        return {who for who in westmere.people if f'href="{MEMBERS}/{who}"' in page}

    assert found("") == {"owner", "admin", "editor", "moderator", "member", "ruth"}
    assert found("q=ru") == found("q=%40ruth") == found("department=physics") == {"ruth"}
    assert found("q=%25") == set()
    assert found("role=moderator") == {"moderator"}
    assert found("standing=ended") == {"removed", "expired"}
    assert found("standing=pending") == {"pending", "ada"}
    assert found("standing=all&ends=soon") == {"expired"}
    assert found("kind=nonsense&role=king&standing=x") == found("")


def test_the_roster_comes_in_pages_of_a_few_statements(client_as: SignIn, westmere: Campus, count_queries: Any) -> None:
    for _ in range(40):
        make_member(user=make_user(), organization=westmere.westmere, department=westmere.physics)
    browser = client_as(westmere["owner"])

    with count_queries() as statements:
        first = browser.get(MEMBERS).text
    assert len(statements) <= 8
    second = browser.get(first.split('rel="next"')[1].split('href="')[1].split('"')[0].replace("&amp;", "&")).text
    assert first.count(">Open<") + second.count(">Open<") == 46
    assert browser.get(f"{MEMBERS}?after=x").status_code == 400


def test_a_membership_is_changed_and_the_log_knows(client_as: SignIn, westmere: Campus) -> None:
    browser = client_as(westmere["admin"])
    form = {"role": "editor", "kind": "staff", "departments": westmere.physics.id, "until": "2999-06-30"}

    assert browser.post(f"{MEMBERS}/member", data=form).status_code == 303
    found = roster.entry(westmere.westmere.id, "member")
    assert (found.role, found.kind, str(found.last_day)) == (Role.EDITOR, MemberKind.STAFF, "2999-06-30")
    assert [place.slug for place in found.departments] == ["physics"]
    entry = session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
    assert entry is not None
    assert (entry.act, entry.actor) == ("membership.set", f"user:{westmere['admin'].id}")
    assert (entry.before["role"], entry.after["role"]) == ("member", "editor")
    assert 'value="2999-06-30"' in browser.get(f"{MEMBERS}/member").text


@pytest.mark.parametrize(
    "wrong", [{"until": "yesterday"}, {"until": "2001-01-01"}, {"role": "king"}, {"kind": ""}, {"until": "9999-12-31"}]
)
def test_what_makes_no_sense_is_said_beside_the_field(client_as: SignIn, westmere: Campus, wrong: dict[str, str]) -> None:
    form = {"role": "editor", "kind": "staff", "until": ""} | wrong
    answer = client_as(westmere["owner"]).post(f"{MEMBERS}/member", data=form)
    assert answer.status_code == 422
    assert 'class="error"' in answer.text
    assert role_of(westmere, "member") is Role.MEMBER


@pytest.mark.parametrize(
    ("by", "who", "role"),
    [
        ("admin", "member", Role.OWNER),
        ("admin", "member", Role.ADMIN),
        ("admin", "owner", Role.MEMBER),
        ("admin", "admin", Role.OWNER),
    ],
)
def test_an_admin_makes_and_unmakes_nobody_as_high_as_herself(westmere: Campus, by: str, who: str, role: Role) -> None:
    before = role_of(westmere, who)
    with pytest.raises((AboveYou, actions.NotByHerself)):
        change(westmere, by, who, role=role)
    session.rollback()
    assert role_of(westmere, who) is before


def test_an_admin_leaves_other_admins_alone(client_as: SignIn, westmere: Campus) -> None:
    make_member(user=westmere["stranger"], organization=westmere.westmere, role=Role.ADMIN)
    browser = client_as(westmere["admin"])

    assert browser.post(f"{MEMBERS}/stranger/remove").status_code == 403
    assert browser.post(f"{MEMBERS}/owner/remove").status_code == 403
    assert "Only an owner changes owners and admins" in browser.get(f"{MEMBERS}/stranger").text
    assert role_of(westmere, "stranger") is Role.ADMIN
    change(westmere, "owner", "stranger", role=Role.MEMBER)
    change(westmere, "admin", "admin", role=Role.MEMBER)  # one may step down
    assert (role_of(westmere, "stranger"), role_of(westmere, "admin")) == (Role.MEMBER, Role.MEMBER)


def test_nobody_puts_off_her_own_end_or_acts_when_it_has_come(westmere: Campus) -> None:
    with pytest.raises(actions.NotByHerself):
        change(westmere, "admin", "admin", until=now() + timedelta(days=1))
    for gone in ("expired", "removed", "stranger", "moderator"):
        with pytest.raises(OrganizationNotFound):
            change(westmere, gone, "ruth", role=Role.MEMBER)
    with pytest.raises(Invalid):
        change(westmere, "owner", "ruth", department_ids=frozenset({987_654}))


def test_the_last_owner_stays(client_as: SignIn, westmere: Campus) -> None:
    browser = client_as(westmere["owner"])
    for answer in (
        browser.post(f"{MEMBERS}/owner", data={"role": "admin", "kind": "staff"}),
        browser.post(f"{MEMBERS}/owner/remove"),
    ):
        assert answer.status_code == 409
        assert "last owner" in answer.text
    make_member(user=westmere["stranger"], organization=westmere.westmere, role=Role.OWNER, until=now() + timedelta(days=9))
    with pytest.raises(actions.LastOwner):  # the other one's time ends
        change(westmere, "owner", "owner", role=Role.ADMIN)
    assert role_of(westmere, "owner") is Role.OWNER


def at_once(app: Flask, *calls: Callable[[], object]) -> list[object]:
    """What each call gave or raised, all begun together."""
    results: list[object] = [None] * len(calls)
    barrier = threading.Barrier(len(calls))

    def run(n: int, call: Callable[[], object]) -> None:
        with app.app_context():
            barrier.wait()
            try:
                results[n] = call()
            except CampusError as error:
                results[n] = type(error)

    threads = [threading.Thread(target=run, args=each) for each in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    session.expire_all()
    return results


def test_two_owners_who_go_at_once_leave_one(app: Flask, westmere: Campus) -> None:
    other = make_user()
    make_member(user=other, organization=westmere.westmere, role=Role.OWNER)
    place, first, second = westmere.westmere.id, westmere["owner"].id, other.id

    results = at_once(
        app,
        lambda: actions.leave(viewer_id=first, organization_id=place),
        lambda: actions.dismiss(viewer_id=second, organization_id=place, user_id=second, now=now()),
    )
    assert sorted(map(str, results)) == sorted(map(str, [None, actions.LastOwner]))
    assert roster.count(place, roster.Wanted(role=Role.OWNER)) == 1


def test_whoever_is_removed_sees_nothing_on_the_next_request(client_as: SignIn, westmere: Campus) -> None:
    private = make_post(organization=westmere.westmere, audience="organization", text="among ourselves")
    reader, admin = client_as(westmere["ruth"]), client_as(westmere["admin"])
    assert "among ourselves" in reader.get("/o/westmere").text
    assert "among ourselves" in reader.fragment("/?scope=all").text

    page = admin.get(f"{MEMBERS}/ruth/remove").text
    assert "next request" in page
    assert admin.post(f"{MEMBERS}/ruth/remove").location == MEMBERS

    assert "among ourselves" not in reader.get("/o/westmere").text
    assert "among ourselves" not in reader.fragment("/?scope=all").text
    assert reader.get(f"/posts/{private.id}").status_code == 404
    assert admin.post(f"{MEMBERS}/ruth/remove").status_code == 409
    assert queries.may_post_in(westmere["ruth"].id) == []


def test_requests_are_answered_one_by_one_and_together(client_as: SignIn, westmere: Campus, drain: Any) -> None:
    third = make_user()
    make_member(user=third, organization=westmere.westmere, status=MembershipStatus.PENDING)
    browser = client_as(westmere["admin"])
    assert "3 people ask to join" in browser.get(REQUESTS).text

    browser.post(REQUESTS, data={"reject": str(third.id)})
    ticked = {
        "user": [westmere["ada"].id, westmere["pending"].id],
        "approve": "ticked",
        "kind": "alumni",
        "departments": westmere.physics.id,
    }
    browser.post(REQUESTS, data=ticked)
    assert "Nobody asks to join" in browser.get(REQUESTS).text
    found = roster.entry(westmere.westmere.id, "ada")
    assert (found.standing, found.kind, [each.slug for each in found.departments]) == ("active", MemberKind.ALUMNI, ["physics"])
    assert roster.entry(westmere.westmere.id, third.handle).standing == "rejected"
    assert drain() >= 3
    assert browser.post(REQUESTS, data=ticked).status_code == 303
    assert "answered already" in browser.get(REQUESTS).text
    for nonsense in ({"approve": "x"}, {"user": ["-1", "9" * 30], "approve": "ticked"}, {}):
        assert browser.post(REQUESTS, data=nonsense).status_code == 303


def test_of_two_answers_at_once_one_counts(app: Flask, westmere: Campus) -> None:
    make_member(user=westmere["stranger"], organization=westmere.westmere, role=Role.ADMIN)
    place, ids = westmere.westmere.id, [westmere["ada"].id, westmere["pending"].id]

    def answer(by: int, *, approve: bool) -> list[int]:
        return actions.answer_requests(viewer_id=by, organization_id=place, user_ids=ids, approve=approve, now=now())

    yes, no = westmere["admin"].id, westmere["stranger"].id
    results = at_once(app, lambda: answer(yes, approve=True), lambda: answer(no, approve=False))
    assert sorted(results, key=str) == sorted([sorted(ids), []], key=str)


def test_who_asked_or_was_here_is_added_and_others_are_to_be_invited(client_as: SignIn, westmere: Campus) -> None:
    browser = client_as(westmere["admin"])

    assert browser.post(MEMBERS, data={"handle": "@removed"}).status_code == 303
    assert role_of(westmere, "removed") is Role.MEMBER
    refused = [browser.post(MEMBERS, data={"handle": who}) for who in ("stranger", "nobody_at_all")]
    assert [answer.status_code for answer in refused] == [403, 403]
    assert refused[0].text.count("Send an invitation") == refused[1].text.count("Send an invitation") == 1
    actions.add_domain(organization_id=westmere.westmere.id, domain="example.org")
    browser.post(MEMBERS, data={"handle": "stranger"})
    assert role_of(westmere, "stranger") is Role.MEMBER


def test_days_are_whole_days() -> None:
    until = end_of(datetime(2026, 6, 30, tzinfo=UTC).date())
    assert (until.isoformat(), last_day(until).isoformat()) == ("2026-07-01T00:00:00+00:00", "2026-06-30")
