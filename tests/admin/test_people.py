"""What administrators do to people: found, decided about, on record; nobody about herself, and one administrator stays."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, null, select

from campus.accounts.actions import LastAdministrator, promote, start_session
from campus.accounts.models import AccessToken, User, UserSession
from campus.admin import actions, people
from campus.admin.actions import NotYourself
from campus.audit.models import AuditEntry
from campus.organizations.actions import add_domain
from campus.organizations.models import Role
from campus.organizations.queries import domains_of, role_in
from campus.platform.clock import now
from campus.platform.db import session
from campus.platform.outbox import Job, JobState
from campus.rights.erasure import traces
from tests.factories import make_token, make_user

if TYPE_CHECKING:
    from flask import Flask

    from tests.personas import World


def acts() -> list[str]:
    return list(session.scalars(select(AuditEntry.act).order_by(AuditEntry.seq)))


def test_people_are_found_by_name_handle_and_address_and_filtered(world: World, client_as: Any) -> None:
    make_user(handle="grace_h", name="Grace Hopper", email="amazing@navy.example", approved_at=null())
    browser = client_as(world.root)
    for words in ("hopper", "Grace H", "@grace_h", "amazing@navy"):
        assert 'href="/admin/people/grace_h"' in browser.get("/admin/people", query_string={"q": words}).text, words
    assert "Nobody matches." in browser.get("/admin/people?q=zebra").text
    for only, handle in (("waiting", "grace_h"), ("suspended", "sam"), ("admins", "root")):
        found = [row.handle for row in people.listing(only=people.Only(only))[0]]
        assert found == [handle], only


def test_a_list_goes_on_where_the_page_before_ended(world: World) -> None:
    whole = [row.id for row in people.listing()[0]]
    first, rest = people.listing(limit=3)
    second, _ = people.listing(before=rest, limit=100)
    assert [row.id for row in first + second] == whole


def test_who_waits_is_let_in_and_told(world: World, client_as: Any) -> None:
    waiting = make_user(handle="waiting", approved_at=null())
    browser = client_as(world.root)
    assert "People who wait for approval: 1" in browser.get("/admin").text
    browser.post("/admin/people/waiting/approve")
    session.expire_all()
    assert session.get_one(User, waiting.id).approved_at
    assert session.scalar(select(func.count()).where(Job.kind == "send_mail", Job.state == JobState.READY)) == 1
    assert acts() == ["user.approve"]


def test_who_waits_is_declined_after_a_question_and_leaves_no_trace(world: World, client_as: Any) -> None:
    waiting_id = make_user(handle="waiting", name="Not Known", approved_at=null()).id
    browser = client_as(world.root)
    assert 'href="/admin/people/waiting/decline"' in browser.get("/admin/people/waiting").text
    asked = browser.get("/admin/people/waiting/decline").text
    for words in ("Decline the sign-up of Not Known?", "erased at once", "flask user delete @waiting --now"):
        assert words in asked
    assert acts() == []

    assert browser.post("/admin/people/waiting/decline").location == "/admin/people?only=waiting"
    assert "The sign-up of Not Known is declined and erased." in browser.get("/admin/people?only=waiting").text
    assert traces(waiting_id) == {}
    assert acts() == ["user.decline", "user.erase"]
    make_user(handle="waiting")  # the handle is free


def test_who_is_in_already_is_not_declined(world: World, client_as: Any) -> None:
    browser = client_as(world.root)
    assert "/decline" not in browser.get("/admin/people/bob").text
    for answer in (browser.get("/admin/people/bob/decline"), browser.post("/admin/people/bob/decline")):
        assert answer.status_code == 409
        assert "She is in already." in answer.text
    assert session.get(User, world.bob.id, populate_existing=True) is not None
    assert acts() == []


def test_what_ends_something_is_asked_first(world: World, client_as: Any) -> None:
    start_session(user_id=world.bob.id, now=now())
    make_token(user=world.bob)
    make_user(handle="second", is_admin=True)
    browser = client_as(world.root)
    pages = {handle: browser.get(f"/admin/people/{handle}").text for handle in ("bob", "second")}
    for handle, deed, words in (
        ("bob", "sign-out", "Sign Bob out everywhere?"),
        ("bob", "revoke-tokens", "Revoke every token of Bob?"),
        ("second", "demote", "Take the office of administrator from"),
    ):
        path = f"/admin/people/{handle}/{deed}"
        assert f'href="{path}"' in pages[handle]
        assert f'action="{path}"' not in pages[handle]
        asked = browser.get(path).text
        assert words in asked
        assert f'action="{path}"' in asked
    assert acts() == ["token.create"]


def test_a_domain_is_removed_after_a_question_and_members_stay(world: World, client_as: Any) -> None:
    add_domain(organization_id=world.northbridge.id, domain="north.example")
    browser, path = client_as(world.root), "/admin/organizations/northbridge/domains/north.example/remove"
    assert f'href="{path}"' in browser.get("/admin/organizations/northbridge").text
    question = browser.get(path).text
    assert "Nobody who has an address there is a member now." in question
    assert "Those who run Northbridge University are told." in question
    assert domains_of(world.northbridge.id) == ["north.example"]

    assert browser.post(path).location == "/admin/organizations/northbridge"
    assert domains_of(world.northbridge.id) == []
    assert role_in(world.northbridge.id, world.alice.id) is Role.MEMBER
    assert acts() == ["organization.add_domain", "organization.drop_domain"]
    assert browser.get(path).status_code == 404
    assert browser.post(path).status_code == 303
    assert acts()[2:] == []


def test_suspending_wants_a_reason_and_keeps_it_in_the_log(world: World, client_as: Any) -> None:
    browser = client_as(world.root)
    refused = browser.post("/admin/people/bob/suspend", data={"reason": " "})
    assert (refused.status_code, "Say why" in refused.text) == (422, True)
    assert browser.post("/admin/people/bob/suspend", data={"reason": "Sells spam"}).status_code == 303
    assert session.scalars(select(AuditEntry)).one().told == {"suspended": True, "reason": "Sells spam"}
    browser.post("/admin/people/bob/reinstate")
    assert acts() == ["user.suspend", "user.reinstate"]


def test_sessions_and_tokens_end_at_once(world: World, client_as: Any) -> None:
    start_session(user_id=world.bob.id, now=now())
    make_token(user=world.bob)
    browser = client_as(world.root)
    browser.post("/admin/people/bob/sign-out")
    browser.post("/admin/people/bob/revoke-tokens")
    assert session.scalar(select(func.count()).where(UserSession.user_id == world.bob.id)) == 0
    assert session.scalar(select(func.count()).where(AccessToken.revoked_at.is_(None))) == 0
    assert acts()[1:] == ["user.sign_out", "token.revoke_all"]


def test_nobody_decides_about_herself(world: World, client_as: Any) -> None:
    make_user(handle="second", is_admin=True)
    with pytest.raises(NotYourself):
        actions.suspend(by=world.root.id, user_id=world.root.id, reason="Tired", now=now())
    assert client_as(world.root).post("/admin/people/root/demote").status_code == 409
    assert acts() == []


def test_the_last_administrator_stays(world: World) -> None:
    with pytest.raises(LastAdministrator):
        promote(user_id=world.root.id, admin=False)


def test_of_two_who_demote_each_other_at_once_one_stays(app: Flask, world: World) -> None:
    other = make_user(handle="second", is_admin=True)
    start, fates = threading.Barrier(2), []

    def demote(user_id: int) -> None:
        with app.app_context():
            start.wait()
            try:
                fates.append(promote(user_id=user_id, admin=False))
            except LastAdministrator:
                fates.append(False)
            session.remove()

    for _ in range(5):
        rivals = [threading.Thread(target=demote, args=(each,)) for each in (world.root.id, other.id)]
        for each in rivals:
            each.start()
        for each in rivals:
            each.join()
        session.expire_all()
        left = session.scalars(select(User.id).where(User.is_admin)).all()
        assert len(left) == 1
        assert sorted(fates) == [False, True]
        fates.clear()
        promote(user_id=({world.root.id, other.id} - set(left)).pop())


BUDGETS = {
    "/admin": 10,
    "/admin/people": 3,
    "/admin/people/alice": 11,
    "/admin/organizations": 3,
    "/admin/organizations/northbridge": 8,
    "/admin/jobs": 7,
    "/admin/storage": 4,
    "/admin/announcements": 3,
    "/admin/settings": 2,
}


def test_no_page_asks_more_than_its_budget(world: World, client_as: Any, count_queries: Any) -> None:
    browser, over = client_as(world.root), {}
    for path, most in BUDGETS.items():
        browser.get(path)
        with count_queries() as statements:
            assert browser.get(path).status_code == 200
        if len(statements) > most:
            over[path] = len(statements)
    assert over == {}
