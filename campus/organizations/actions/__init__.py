"""What people and staff do with organizations, departments and memberships."""

from campus.organizations.actions.decisions import MEMBERSHIP_DECISION, Decision
from campus.organizations.actions.founding import (
    Taken,
    add_department,
    add_domain,
    create_company,
    create_university,
    mark_verified,
)
from campus.organizations.actions.memberships import (
    JoiningRefused,
    LastOwner,
    NotAMember,
    add_member,
    expire_memberships,
    join,
    leave,
    remove_member,
)

__all__ = [
    "MEMBERSHIP_DECISION",
    "Decision",
    "JoiningRefused",
    "LastOwner",
    "NotAMember",
    "Taken",
    "add_department",
    "add_domain",
    "add_member",
    "create_company",
    "create_university",
    "expire_memberships",
    "join",
    "leave",
    "mark_verified",
    "remove_member",
]
