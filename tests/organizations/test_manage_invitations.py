"""Inviting by link and by mail, and what following an invitation does."""

from __future__ import annotations

import dataclasses
import io
import re
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update

from campus.accounts.actions import suspend, vouch
from campus.accounts.models import EmailAddress, User
from campus.organizations import actions, invitations, queries, roster, sheets
from campus.organizations.models import Invitation, JoinPolicy, MemberKind, MembershipStatus, Role
from campus.platform import mail, settings
from campus.platform.clock import now
from campus.platform.db import session, transaction
from campus.platform.errors import Invalid
from campus.platform.settings import Registration
from tests.factories import make_email, make_member, make_user
from tests.organizations.managing import campus

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Client
    from tests.organizations.managing import Campus

    SignIn = Callable[[User], Client]

PAGE = "/o/westmere/manage/invitations"
LINK = {"kind": "alumni", "uses": "2", "days": "7"}


@pytest.fixture
def westmere(app: Flask) -> Campus:
    return campus()


def link_in(page: str) -> str:
    found = re.search(r"/invitations/([\w.-]+)\"", page)
    assert found
    return found[1]


def link(westmere: Campus, by: str = "admin", **terms: Any) -> str:
    _, token = actions.create_link(
        viewer_id=westmere[by].id, organization_id=westmere.westmere.id, terms=actions.Terms(**terms), now=now()
    )
    return token


def test_a_link_is_shown_once_and_lets_as_many_in_as_it_says(client_as: SignIn, westmere: Campus) -> None:
    admin = client_as(westmere["admin"])
    token = link_in(admin.post(PAGE, data=LINK | {"departments": westmere.physics.id}).text)
    assert token not in admin.get(PAGE).text
    assert "A link for 2 more people" in admin.get(PAGE).text
    assert token.encode() not in session.scalars(select(Invitation.token_hash)).one()

    stranger = client_as(westmere["stranger"])
    assert "You are invited to Westmere" in stranger.get(f"/invitations/{token}").text
    assert stranger.post(f"/invitations/{token}").location == "/o/westmere"
    hers = roster.entry(westmere.westmere.id, "stranger")
    assert (hers.role, hers.kind, [each.slug for each in hers.departments]) == (Role.MEMBER, MemberKind.ALUMNI, ["physics"])
    stranger.post(f"/invitations/{token}")  # again: nothing more is used
    client_as(westmere["member"]).post(f"/invitations/{token}")
    assert client_as(westmere["elsewhere"]).post(f"/invitations/{token}").status_code == 303
    refused = client_as(westmere["site_admin"]).post(f"/invitations/{token}")
    assert refused.status_code == 422
    assert "was used, has ended or was taken back" in refused.text


def test_who_was_removed_does_not_come_back_by_a_link_others_have(client_as: SignIn, westmere: Campus) -> None:
    token = link(westmere, uses=5)
    for who in ("removed", "expired"):
        client_as(westmere[who]).post(f"/invitations/{token}")
        assert roster.entry(westmere.westmere.id, who).standing == "pending"
    assert queries.role_in(westmere.westmere.id, westmere["expired"].id) is None


def test_an_invitation_dies_when_taken_back_when_late_and_with_the_rights_of_its_sender(westmere: Campus) -> None:
    late, taken_back, orphan = (link(westmere, uses=5) for _ in range(3))
    found = invitations.opened(taken_back, now=now())
    actions.revoke_invitation(
        viewer_id=westmere["owner"].id, organization_id=westmere.westmere.id, invitation_id=found.id, now=now()
    )
    for token, moment in ((late, now() + timedelta(days=15)), (taken_back, now()), ("forged", now()), (late + "x", now())):
        with pytest.raises(invitations.InvitationOver):
            invitations.opened(token, now=moment)
    session.rollback()
    actions.change_member(
        viewer_id=westmere["owner"].id,
        organization_id=westmere.westmere.id,
        user_id=westmere["admin"].id,
        change=actions.MemberChange(role=Role.MEMBER),
        now=now(),
    )
    with pytest.raises(invitations.InvitationOver):
        actions.accept_invitation(viewer_id=westmere["stranger"].id, token=orphan, now=now())


@pytest.mark.parametrize("role", ["owner", "admin", "editor", "moderator"])
def test_only_an_owner_invites_to_more_than_membership(client_as: SignIn, westmere: Campus, role: str) -> None:
    asked = {"kind": "staff", "days": "7", "role": role}
    assert client_as(westmere["admin"]).post(PAGE, data=asked | {"uses": "1"}).status_code == 403
    assert client_as(westmere["owner"]).post(PAGE, data=asked | {"uses": "2"}).status_code == 422
    token = link_in(client_as(westmere["owner"]).post(PAGE, data=asked | {"uses": "1"}).text)
    client_as(westmere["stranger"]).post(f"/invitations/{token}")
    assert queries.role_in(westmere.westmere.id, westmere["stranger"].id) == role


@pytest.mark.parametrize(
    "wrong", [{"uses": "0"}, {"uses": "x"}, {"days": "400"}, {"days": ""}, {"kind": "king"}, {"uses": "9" * 30}]
)
def test_terms_that_make_no_sense(client_as: SignIn, westmere: Campus, wrong: dict[str, str]) -> None:
    assert client_as(westmere["owner"]).post(PAGE, data=LINK | wrong).status_code == 422
    assert session.scalars(select(Invitation.id)).all() == []


def test_addresses_are_shown_before_they_are_invited_and_each_gets_one_mail(
    client_as: SignIn, westmere: Campus, drain: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[mail.Mail] = []
    monkeypatch.setattr("campus.platform.mail.send", sent.append)
    admin = client_as(westmere["admin"])
    sheet = b"Name;E-Mail\nNova;Nova@Else.example\nruth@example.org\nbroken@\nnova@else.example\n=cmd|'/C calc'!A0\n"
    preview = admin.post(f"{PAGE}/addresses", data={"kind": "guest", "days": "7", "file": (io.BytesIO(sheet), "a.csv")}).text
    assert "1 person gets an invitation by mail" in preview
    assert "1 is a member already" in preview
    assert "3 lines are left out" in preview
    assert "The same as line 2." in preview
    assert session.scalars(select(Invitation.id)).all() == []

    confirmed = {"kind": "guest", "days": "7", "addresses": "nova@else.example\nruth@example.org", "confirmed": "yes"}
    for _ in range(2):  # the second time, it is open already
        assert admin.post(f"{PAGE}/addresses", data=confirmed).location == PAGE
    drain()
    invited = [one for one in sent if one.to == "nova@else.example"]
    assert [(one.key, "Westmere" in one.subject) for one in invited] == [
        (f"invitation-{session.scalars(select(Invitation.id)).one()}", True)
    ]

    token = invited[0].text.split("/invitations/")[1].split()[0]
    other = client_as(westmere["stranger"]).post(f"/invitations/{token}")
    assert other.status_code == 403
    assert "nova@else.example" in other.text
    nova = make_user(email="nova@else.example")
    assert client_as(nova).post(f"/invitations/{token}").location == "/o/westmere"
    assert roster.entry(westmere.westmere.id, nova.handle).kind is MemberKind.GUEST


def test_what_was_mailed_before_a_removal_brings_nobody_back(westmere: Campus) -> None:
    admin, place = westmere["admin"].id, westmere.westmere.id
    nova = make_user(email="nova@else.example")
    actions.invite_addresses(
        viewer_id=admin, organization_id=place, addresses=["nova@else.example"], terms=actions.Terms(), now=now()
    )
    make_member(user=nova, organization=westmere.westmere)
    actions.dismiss(viewer_id=admin, organization_id=place, user_id=nova.id, now=now())
    assert invitations.listing(place, now=now())[0] == []


def mailed(westmere: Campus, address: str) -> str:
    """The token of what was mailed to an address, which only the mail has."""
    admin, place, seed = westmere["admin"].id, westmere.westmere.id, secrets.token_hex()
    actions.invite_addresses(viewer_id=admin, organization_id=place, addresses=[address], terms=actions.Terms(), now=now())
    with transaction():
        there = update(Invitation).where(Invitation.address == address, Invitation.uses_left > 0)
        session.execute(there.values(token_hash=invitations.hash_of(seed)))
    return invitations.token_of(seed)


@pytest.mark.parametrize("by", ["an address added later", "an address proved later"])
def test_what_was_mailed_before_a_removal_does_not_count_at_an_address_that_became_hers_later(westmere: Campus, by: str) -> None:
    admin, place, member = westmere["admin"].id, westmere.westmere.id, westmere["member"]
    old = mailed(westmere, "later@else.example")
    unproved = by == "an address proved later"
    with transaction():
        email = make_email(user=westmere["ruth"], address="x@else.example", is_primary=False, verified_at=None)
    actions.dismiss(viewer_id=admin, organization_id=place, user_id=member.id, now=now())
    with transaction():
        email.user_id, email.address = member.id, "later@else.example"
        if unproved:
            session.flush()
            actions.reserve(user_id=member.id, token=old, now=now())
    vouch(user_id=member.id, address="later@else.example", now=now())
    if not unproved:
        assert queries.role_in(place, member.id) is None
        assert actions.accept_invitation(viewer_id=member.id, token=old, now=now()) is MembershipStatus.PENDING
    assert queries.role_in(place, member.id) is None
    assert roster.entry(place, "member").standing == "pending"

    actions.leave(viewer_id=member.id, organization_id=place)  # taking the request back makes nobody a newcomer
    assert roster.entry(place, "member").standing == "ended"
    new = mailed(westmere, "later@else.example")
    assert actions.accept_invitation(viewer_id=member.id, token=new, now=now()) is MembershipStatus.ACTIVE
    assert queries.role_in(place, member.id) is Role.MEMBER


def test_taking_a_request_back_does_not_wipe_out_a_removal(westmere: Campus) -> None:
    with transaction():
        westmere.westmere.join_policy = JoinPolicy.OPEN
    place, member = westmere.westmere.id, westmere["member"].id
    actions.dismiss(viewer_id=westmere["admin"].id, organization_id=place, user_id=member, now=now())
    for _ in range(2):
        assert actions.join(viewer_id=member, organization_id=place, now=now()) is MembershipStatus.PENDING
        actions.leave(viewer_id=member, organization_id=place)


@pytest.mark.parametrize(
    ("text", "addresses", "bad"),
    [
        ("a@b.example\r\nb@b.example", 2, 0),
        ('"Last, First",a@b.example', 1, 0),
        ("a@b.example\tA", 1, 0),
        ("x" * 5000 + "\na@b.example", 1, 0),
        ("Heading\nno address", 0, 1),
        ("a@b.example\n\n\nA@B.example", 1, 1),
        ('"a@b.example\n"', 1, 1),
        ("a@b.example,c@d.example", 1, 0),
        ("\u202ea@b.example\n<script>@x", 0, 2),
    ],
)
def test_hostile_and_untidy_sheets(text: str, addresses: int, bad: int) -> None:
    read = sheets.read(text)
    assert (len(read.addresses), len(read.bad)) == (addresses, bad)
    assert all(len(line.text) <= 80 and line.text.isprintable() for line in read.bad)


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00", b"\x89PNG\r\n\x1a\n\xff", b"a@b.example\n" * 1001, b"x" * 600_000])
def test_sheets_that_are_none(data: bytes) -> None:
    with pytest.raises(Invalid):
        sheets.read(sheets.decoded(data))


def test_a_newcomer_signs_up_by_invitation_and_joins_when_her_address_is_proved(
    client: Client, westmere: Campus, monkeypatch: pytest.MonkeyPatch
) -> None:
    with settings.override(dataclasses.replace(settings.current(), registration=Registration.INVITATION)):
        assert client.get("/signup").status_code == 403
        token = link(westmere)
        page = client.get(f"/invitations/{token}").text
        assert f"/signup?invitation={token}" in page
        form = client.get(f"/signup?invitation={token}").text
        assert f'value="{token}"' in form
        person = {"name": "Nova", "email": "nova@else.example", "password": "quiet-heron-counts-lamps", "invitation": token}
        assert client.post("/signup", data=person).location == "/verify"
        email = session.scalars(select(EmailAddress).where(EmailAddress.address == "nova@else.example")).one()
        assert queries.role_in(westmere.westmere.id, email.user_id) is None
        assert client.get(f"/signup?invitation={token}").status_code == 422  # its one use is taken
        with transaction():
            vouch(user_id=email.user_id, address=email.address, now=now())
        assert queries.role_in(westmere.westmere.id, email.user_id) is Role.MEMBER


def test_signing_up_by_mail_takes_the_address_it_went_to(client: Client, westmere: Campus) -> None:
    actions.invite_addresses(
        viewer_id=westmere["admin"].id,
        organization_id=westmere.westmere.id,
        addresses=["nova@else.example"],
        terms=actions.Terms(),
        now=now(),
    )
    seed = "known"
    with transaction():
        session.execute(update(Invitation).values(token_hash=invitations.hash_of(seed)))
    token = invitations.token_of(seed)
    assert 'value="nova@else.example"' in client.get(f"/signup?invitation={token}").text
    person = {"name": "Nova", "email": "other@else.example", "password": "quiet-heron-counts-lamps", "invitation": token}
    answer = client.post("/signup", data=person)
    assert answer.status_code == 422
    assert "use that address" in answer.text


def test_a_newcomers_other_address_does_not_redeem_what_was_sent_to_one(client: Client, westmere: Campus) -> None:
    actions.invite_addresses(
        viewer_id=westmere["owner"].id,
        organization_id=westmere.westmere.id,
        addresses=["nova@else.example"],
        terms=actions.Terms(role=Role.ADMIN),
        now=now(),
    )
    with transaction():
        session.execute(update(Invitation).values(token_hash=invitations.hash_of("known")))
    token = invitations.token_of("known")
    person = {"name": "Eve", "email": "nova@else.example", "password": "quiet-heron-counts-lamps", "invitation": token}
    assert client.post("/signup", data=person).location == "/verify"
    email = session.scalars(select(EmailAddress).where(EmailAddress.address == "nova@else.example")).one()
    with transaction():
        other = make_email(
            user=session.get_one(User, email.user_id), address="eve@else.example", is_primary=False, verified_at=None
        )
        vouch(user_id=email.user_id, address=other.address, now=now())
    assert queries.role_in(westmere.westmere.id, email.user_id) is None
    with transaction():
        vouch(user_id=email.user_id, address=email.address, now=now())
    assert queries.role_in(westmere.westmere.id, email.user_id) is Role.ADMIN


def test_a_newcomer_does_not_join_by_the_invitation_of_somebody_who_was_suspended(client: Client, westmere: Campus) -> None:
    token = link(westmere)
    person = {"name": "Nova", "email": "nova@else.example", "password": "quiet-heron-counts-lamps", "invitation": token}
    assert client.post("/signup", data=person).location == "/verify"
    email = session.scalars(select(EmailAddress).where(EmailAddress.address == "nova@else.example")).one()
    suspend(westmere["admin"].id, now=now())
    with transaction():
        vouch(user_id=email.user_id, address=email.address, now=now())
    assert queries.role_in(westmere.westmere.id, email.user_id) is None


def test_an_invitation_opens_a_closed_organization(client_as: SignIn, westmere: Campus) -> None:
    with transaction():
        westmere.westmere.join_policy = JoinPolicy.CLOSED
    client_as(westmere["stranger"]).post(f"/invitations/{link(westmere)}")
    assert queries.role_in(westmere.westmere.id, westmere["stranger"].id) is Role.MEMBER


def test_links_are_bounded_by_the_day_and_by_how_many_are_open(
    client_as: SignIn, westmere: Campus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("campus.organizations.actions.inviting.MOST_LINKS", 2)
    admin, owner = client_as(westmere["admin"]), client_as(westmere["owner"])
    assert [admin.post(PAGE, data=LINK).status_code for _ in range(3)] == [200, 200, 409]
    refused = owner.post(PAGE, data=LINK)
    assert (refused.status_code, "Take back those that nobody needs" in refused.text) == (409, True)
    [newest, _] = invitations.listing(westmere.westmere.id, now=now())[0]
    owner.post(f"{PAGE}/{newest.id}/revoke")
    chosen = settings.current()
    with settings.override(dataclasses.replace(chosen, quotas={**chosen.quotas, "invitation_links": "2/day"})):
        refused = admin.post(PAGE, data=LINK)
        assert (refused.status_code, "secret" in refused.text) == (429, False)
        assert owner.post(PAGE, data=LINK).status_code == 200
