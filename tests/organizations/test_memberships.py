from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from campus.accounts.models import User
from campus.organizations import actions, queries
from campus.organizations.models import (
    DepartmentMembership,
    JoinPolicy,
    MemberKind,
    MembershipStatus,
    Organization,
    OrganizationDomain,
    OrganizationMembership,
    Role,
)
from campus.platform import outbox
from campus.platform.clock import now
from campus.platform.db import session, transaction
from campus.platform.errors import Invalid
from tests.factories import make_company, make_email, make_member, make_university, make_user

if TYPE_CHECKING:
    from flask import Flask

    from campus.organizations.models import Company, Department, University


def version(user: User) -> int:
    return session.scalars(select(User.permission_version).where(User.id == user.id)).one()


def jobs() -> dict[str, dict[str, int]]:
    return {job.key: job.payload for job in outbox.listing(states=[outbox.JobState.READY]) if job.kind == "sync_source"}


def status(organization: Organization, user: User) -> MembershipStatus | None:
    row = queries.membership(organization.id, user.id)
    return row.status if row else None


def departments(user: User) -> list[int]:
    return list(session.scalars(select(DepartmentMembership.department_id).where(DepartmentMembership.user_id == user.id)))


def test_joining_an_open_organization_counts_at_once(charlie: User) -> None:
    club = make_company(join_policy=JoinPolicy.OPEN)
    before = version(charlie)

    assert actions.join(viewer_id=charlie.id, organization_id=club.id, now=now()) is MembershipStatus.ACTIVE

    assert queries.role_in(club.id, charlie.id) is Role.MEMBER
    assert version(charlie) == before + 1
    assert jobs() == {f"{charlie.id}:o{club.id}": {"user_id": charlie.id, "organization_id": club.id}}


def test_joining_twice_is_joining_once(charlie: User) -> None:
    club = make_company(join_policy=JoinPolicy.OPEN)
    actions.join(viewer_id=charlie.id, organization_id=club.id, now=now())
    before = version(charlie)

    assert actions.join(viewer_id=charlie.id, organization_id=club.id, now=now()) is MembershipStatus.ACTIVE
    assert version(charlie) == before


def test_joining_by_approval_waits_and_does_not_count(charlie: User, northbridge: University) -> None:
    assert actions.join(viewer_id=charlie.id, organization_id=northbridge.id, now=now()) is MembershipStatus.PENDING
    assert queries.role_in(northbridge.id, charlie.id) is None
    assert queries.memberships_of(charlie.id) == []


def test_a_verified_address_of_the_domain_opens_the_door(charlie: User) -> None:
    school = make_university(join_policy=JoinPolicy.DOMAIN)
    with transaction() as current:
        current.add(OrganizationDomain(domain="school.edu", organization_id=school.id))
    make_email(user=charlie, address="charlie@school.edu", verified_at=None)

    with pytest.raises(actions.JoiningRefused, match=r"school\.edu"):
        actions.join(viewer_id=charlie.id, organization_id=school.id, now=now())
    make_email(user=charlie, address="c@school.edu", verified_at=now())
    assert actions.join(viewer_id=charlie.id, organization_id=school.id, now=now()) is MembershipStatus.ACTIVE


def test_a_closed_organization_refuses_and_takes_the_invited(charlie: User, alice: User) -> None:
    closed = make_company(join_policy=JoinPolicy.CLOSED)
    make_member(user=alice, organization=closed, status=MembershipStatus.INVITED, role=Role.EDITOR)

    with pytest.raises(actions.JoiningRefused):
        actions.join(viewer_id=charlie.id, organization_id=closed.id, now=now())
    assert actions.join(viewer_id=alice.id, organization_id=closed.id, now=now()) is MembershipStatus.ACTIVE
    assert queries.role_in(closed.id, alice.id) is Role.EDITOR


@pytest.mark.parametrize("ended", [MembershipStatus.REMOVED, MembershipStatus.REJECTED])
def test_whoever_was_removed_does_not_walk_back_in(charlie: User, ended: MembershipStatus) -> None:
    club = make_company(join_policy=JoinPolicy.OPEN)
    make_member(user=charlie, organization=club, status=ended, role=Role.ADMIN)

    actions.leave(viewer_id=charlie.id, organization_id=club.id)
    assert actions.join(viewer_id=charlie.id, organization_id=club.id, now=now()) is MembershipStatus.PENDING
    assert queries.role_in(club.id, charlie.id) is None


def test_an_expired_membership_is_not_renewed_by_joining(charlie: User) -> None:
    club = make_company(join_policy=JoinPolicy.OPEN)
    make_member(user=charlie, organization=club, until=now() - timedelta(days=1))

    assert actions.join(viewer_id=charlie.id, organization_id=club.id, now=now()) is MembershipStatus.PENDING


def test_joining_what_is_not_there(charlie: User) -> None:
    with pytest.raises(queries.OrganizationNotFound):
        actions.join(viewer_id=charlie.id, organization_id=999_999, now=now())


def test_leaving_ends_membership_and_departments(alice: User, northbridge: University) -> None:
    before = version(alice)

    actions.leave(viewer_id=alice.id, organization_id=northbridge.id)

    assert status(northbridge, alice) is None
    assert departments(alice) == []
    assert version(alice) == before + 1
    assert list(jobs()) == [f"{alice.id}:o{northbridge.id}"]


def test_leaving_what_one_is_not_in_changes_nothing(charlie: User, northbridge: University) -> None:
    actions.leave(viewer_id=charlie.id, organization_id=northbridge.id)

    assert jobs() == {}


def test_the_last_owner_stays(alice: User, bob: User, studio: Company) -> None:
    make_member(user=alice, organization=studio, role=Role.OWNER)
    make_member(user=bob, organization=studio)

    with pytest.raises(actions.LastOwner):
        actions.leave(viewer_id=alice.id, organization_id=studio.id)
    with pytest.raises(actions.LastOwner):
        actions.remove_member(organization_id=studio.id, user_id=alice.id)
    with pytest.raises(actions.LastOwner):
        actions.add_member(organization_id=studio.id, user_id=alice.id, role=Role.MEMBER, now=now())
    assert queries.role_in(studio.id, alice.id) is Role.OWNER

    actions.add_member(organization_id=studio.id, user_id=bob.id, role=Role.OWNER, now=now())
    actions.leave(viewer_id=alice.id, organization_id=studio.id)
    assert status(studio, alice) is None


def test_of_owners_who_leave_at_once_one_stays(app: Flask, studio: Company) -> None:
    owners = [make_user() for _ in range(6)]
    for owner in owners:
        make_member(user=owner, organization=studio, role=Role.OWNER)

    def leave(owner: User) -> bool:
        with app.app_context():
            try:
                actions.leave(viewer_id=owner.id, organization_id=studio.id)
            except actions.LastOwner:
                return False
            return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(leave, owners)) == 5


def test_adding_a_member_with_everything(charlie: User, northbridge: University, physics: Department) -> None:
    until = now() + timedelta(days=30)

    actions.add_member(
        organization_id=northbridge.id,
        user_id=charlie.id,
        role=Role.EDITOR,
        kind=MemberKind.STAFF,
        department_id=physics.id,
        until=until,
        now=now(),
    )

    (mine,) = queries.may_post_in(charlie.id)
    assert (mine.membership.role, mine.membership.member_kind, mine.membership.until) == (Role.EDITOR, MemberKind.STAFF, until)
    assert mine.membership.may_post_officially
    assert [place.slug for place in mine.departments] == ["physics"]


def test_adding_again_changes_only_what_is_said(dana: User, northbridge: University, physics: Department) -> None:
    actions.add_member(organization_id=northbridge.id, user_id=dana.id, department_id=physics.id, now=now())

    assert queries.role_in(northbridge.id, dana.id) is Role.ADMIN
    assert departments(dana) == [physics.id]


def test_old_rights_do_not_come_back(eve: User, northbridge: University) -> None:
    with transaction():
        session.execute(update(OrganizationMembership).where(OrganizationMembership.user_id == eve.id).values(role=Role.ADMIN))

    actions.add_member(organization_id=northbridge.id, user_id=eve.id, now=now())
    assert queries.role_in(northbridge.id, eve.id) is Role.MEMBER


def test_a_foreign_department_or_a_past_end_adds_nobody(charlie: User, studio: Company, physics: Department) -> None:
    with pytest.raises(Invalid) as refused:
        actions.add_member(organization_id=studio.id, user_id=charlie.id, department_id=physics.id, now=now())
    assert refused.value.field == "department"
    with pytest.raises(Invalid) as refused:
        actions.add_member(organization_id=studio.id, user_id=charlie.id, until=now(), now=now())
    assert refused.value.field == "until"
    assert status(studio, charlie) is None
    assert jobs() == {}


def test_removing_takes_role_and_departments_along(alice: User, northbridge: University) -> None:
    before = version(alice)

    actions.remove_member(organization_id=northbridge.id, user_id=alice.id)

    assert status(northbridge, alice) is MembershipStatus.REMOVED
    assert (departments(alice), version(alice)) == ([], before + 1)
    with pytest.raises(actions.NotAMember):
        actions.remove_member(organization_id=northbridge.id, user_id=alice.id)


def test_expiry_ends_what_is_due_and_nothing_else(app: Flask, studio: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("campus.organizations.actions.memberships.EXPIRY_BATCH", 3)
    moment = now()
    due = [make_user() for _ in range(7)]
    later = make_user()
    for user in due:
        make_member(user=user, organization=studio, until=moment - timedelta(seconds=1))
    make_member(user=later, organization=studio, until=moment + timedelta(days=1))
    before = [version(user) for user in due]

    assert actions.expire_memberships(moment) == 7
    assert actions.expire_memberships(moment) == 0

    assert {status(studio, user) for user in due} == {MembershipStatus.REMOVED}
    assert status(studio, later) is MembershipStatus.ACTIVE
    assert [version(user) for user in due] == [number + 1 for number in before]
    assert set(jobs()) == {f"{user.id}:o{studio.id}" for user in due}
