"""What an organization decided about somebody's membership, so that she is told."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from campus.platform import outbox

if TYPE_CHECKING:
    from campus.organizations.models import Role

MEMBERSHIP_DECISION = "membership_decision"  # handled by the notifications


class Decision(StrEnum):
    """What was decided; she did not do it herself."""

    ADDED = "added"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    ROLE = "role"
    REMOVED = "removed"


def tell(decision: Decision, *, organization_id: int, user_id: int, role: Role | None = None) -> None:
    """Have a person told of a decision once the open transaction commits; of several at once she is told the last."""
    payload = {"user_id": user_id, "organization_id": organization_id, "decision": decision, "role": role}
    outbox.record(MEMBERSHIP_DECISION, f"{user_id}:o{organization_id}", payload)
