"""What was decided about a membership, so that she is told, and about a claimed domain, so that those who run the place are."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from campus.platform import outbox

if TYPE_CHECKING:
    from campus.organizations.models import Role

MEMBERSHIP_DECISION = "membership_decision"  # handled by the notifications
DOMAIN_DECISION = "domain_decision"  # likewise


class Decision(StrEnum):
    """What was decided; she did not do it herself."""

    ADDED = "added"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    ROLE = "role"
    REMOVED = "removed"


class DomainDecision(StrEnum):
    """What the site's administrators made of a claim, or of a domain the organization had.

    `TAKEN`: they confirmed the claim of another organization. `REMOVED`: what was confirmed proves nothing any more.
    """

    CONFIRMED = "confirmed"
    REFUSED = "refused"
    TAKEN = "taken"
    REMOVED = "removed"


def tell(decision: Decision, *, organization_id: int, user_id: int, role: Role | None = None) -> None:
    """Have a person told of a decision once the open transaction commits; of several at once she is told the last."""
    payload = {"user_id": user_id, "organization_id": organization_id, "decision": decision, "role": role}
    outbox.record(MEMBERSHIP_DECISION, f"{user_id}:o{organization_id}", payload)


def tell_of_domain(decision: DomainDecision, *, organization_id: int, domain: str) -> None:
    """Have those who run an organization told what became of a claim or a domain, as `tell` does."""
    payload = {"organization_id": organization_id, "domain": domain, "decision": decision}
    outbox.record(DOMAIN_DECISION, f"o{organization_id}:{domain}", payload)
