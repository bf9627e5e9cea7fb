"""What people and staff do with organizations, departments and memberships."""

from campus.organizations.actions.changes import LastOwner, NotAMember
from campus.organizations.actions.decisions import MEMBERSHIP_DECISION, Decision
from campus.organizations.actions.founding import (
    Taken,
    add_department,
    add_domain,
    create_company,
    create_university,
    mark_verified,
)
from campus.organizations.actions.managing import (
    MOST_ANSWERED,
    MemberChange,
    NotByHerself,
    NotUnasked,
    Until,
    admit,
    answer_requests,
    change_member,
    dismiss,
)
from campus.organizations.actions.memberships import (
    JoiningRefused,
    add_member,
    expire_memberships,
    join,
    leave,
    remove_member,
)

__all__ = [
    "MEMBERSHIP_DECISION",
    "MOST_ANSWERED",
    "Decision",
    "JoiningRefused",
    "LastOwner",
    "MemberChange",
    "NotAMember",
    "NotByHerself",
    "NotUnasked",
    "Taken",
    "Until",
    "add_department",
    "add_domain",
    "add_member",
    "admit",
    "answer_requests",
    "change_member",
    "create_company",
    "create_university",
    "dismiss",
    "expire_memberships",
    "join",
    "leave",
    "mark_verified",
    "remove_member",
]
