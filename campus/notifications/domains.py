"""What the site's administrators decided about a claimed or a held domain becomes a notice to all who run the organization."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campus.notifications.actions import send_notice
from campus.organizations.actions import DOMAIN_DECISION, DomainDecision
from campus.organizations.models import Organization
from campus.organizations.rights import managers_of
from campus.platform import clock
from campus.platform.db import session, transaction

if TYPE_CHECKING:
    from campus.platform.outbox import Handler, Lease

NOT_CONFIRMED = "{domain} is not confirmed as a domain of {name}"
SAID = {
    DomainDecision.CONFIRMED: (
        "{domain} is a domain of {name} now",
        "The site's administrators confirmed it. A confirmed address there proves that its owner belongs to you.",
    ),
    DomainDecision.REFUSED: (
        NOT_CONFIRMED,
        "The site's administrators turned the claim down. If you think that this is a mistake, ask them.",
    ),
    DomainDecision.TAKEN: (
        NOT_CONFIRMED,
        "The site's administrators found that it belongs to another organization. If you think that this is a mistake, ask them.",
    ),
    DomainDecision.REMOVED: (
        "{domain} is no longer a domain of {name}",
        "The site's administrators removed it; who is a member stays one. If you think that this is a mistake, ask them.",
    ),
}


def tell(lease: Lease) -> None:
    """The job: send the notices of one decision. Payload: `organization_id`, `domain`, `decision`."""
    payload = lease.payload
    organization = session.get(Organization, int(payload["organization_id"]), populate_existing=True)
    if organization is None:
        return
    title, text = SAID[DomainDecision(payload["decision"])]
    with transaction():
        for user_id in managers_of(organization.id):
            send_notice(
                user_id=user_id,
                key=f"domain:{lease.id}",
                title=title.format(domain=payload["domain"], name=organization.name),
                text=text,
                url=f"/o/{organization.slug}/manage/domains",
                now=clock.now(),
            )


HANDLERS: dict[str, Handler] = {DOMAIN_DECISION: tell}
