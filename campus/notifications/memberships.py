"""What an organization decided about somebody's membership becomes a notice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campus.notifications.actions import send_notice
from campus.organizations.actions import MEMBERSHIP_DECISION, Decision
from campus.organizations.models import Organization
from campus.platform import clock
from campus.platform.db import session

if TYPE_CHECKING:
    from campus.platform.outbox import Handler, Lease

SAID = {
    Decision.ADDED: ("You are a member of {name} now", "You were made a member. What its members see is in your feed."),
    Decision.ACCEPTED: ("{name} accepted your request", "You are a member now. What its members see is in your feed."),
    Decision.REJECTED: (
        "{name} did not accept your request",
        "If you think that this is a mistake, ask its administrators.",
    ),
    Decision.ROLE: ("Your role at {name} is {role} now", "What you may do there has changed."),
    Decision.REMOVED: ("You are no longer a member of {name}", "What only its members see is not shown to you any more."),
}


def tell(lease: Lease) -> None:
    """The job: send the notice of one decision. Payload: `user_id`, `organization_id`, `decision`, `role`."""
    payload = lease.payload
    organization = session.get(Organization, int(payload["organization_id"]), populate_existing=True)
    if organization is None:
        return
    title, text = SAID[Decision(payload["decision"])]
    send_notice(
        user_id=int(payload["user_id"]),
        key=f"membership:{lease.id}",
        title=title.format(name=organization.name, role=payload["role"]),
        text=text,
        url=f"/o/{organization.slug}",
        now=clock.now(),
    )


HANDLERS: dict[str, Handler] = {MEMBERSHIP_DECISION: tell}
