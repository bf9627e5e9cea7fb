"""Everybody who may look at the pages by which an organization is run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from campus.organizations.models import JoinPolicy, MembershipStatus, Role
from campus.platform.clock import now
from campus.platform.db import transaction
from tests.factories import make_company, make_department, make_member, make_university, make_user

if TYPE_CHECKING:
    from campus.accounts.models import User
    from campus.organizations.models import Department, University

RUNNING = ("owner", "admin")
OTHERS = ("editor", "moderator", "member", "pending", "removed", "expired", "stranger", "elsewhere", "site_admin")


@dataclass(frozen=True)
class Campus:
    """A university with a department, and one of each to do with it."""

    westmere: University
    physics: Department
    people: dict[str, User]

    def __getitem__(self, who: str) -> User:
        return self.people[who]


def campus() -> Campus:
    """The university of westmere; `ruth` is another plain member, `ada` another who asks to join."""
    with transaction():
        westmere = make_university(slug="westmere", name="Westmere", join_policy=JoinPolicy.APPROVAL)
        physics = make_department(organization=westmere, slug="physics", name="Physics")
        names = (*RUNNING, *OTHERS, "ruth", "ada")
        people = {who: make_user(handle=who, name=who.replace("_", " ").title(), is_admin=who == "site_admin") for who in names}
        for role in (Role.OWNER, Role.ADMIN, Role.EDITOR, Role.MODERATOR, Role.MEMBER):
            make_member(user=people[role.value], organization=westmere, role=role)
        make_member(user=people["ruth"], organization=westmere, department=physics)
        make_member(user=people["expired"], organization=westmere, role=Role.ADMIN, until=now() - timedelta(minutes=1))
        make_member(user=people["removed"], organization=westmere, status=MembershipStatus.REMOVED)
        for who in ("pending", "ada"):
            make_member(user=people[who], organization=westmere, status=MembershipStatus.PENDING)
        make_member(user=people["elsewhere"], organization=make_company(slug="elsewhere"), role=Role.OWNER)
    return Campus(westmere, physics, people)
