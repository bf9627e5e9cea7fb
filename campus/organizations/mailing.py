"""The mail that invites: the payload of its job holds a seed, which only this site's key makes into a link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campus.organizations import invitations
from campus.organizations.actions import INVITE
from campus.platform import clock, mail, settings

if TYPE_CHECKING:
    from campus.platform.outbox import Handler, Lease


def send(lease: Lease) -> None:
    """The job: send an invitation to its address, if it still lets somebody in. Payload: `invitation_id`, `seed`."""
    found = invitations.mailed(int(lease.payload["invitation_id"]), now=clock.now())
    if found is None or found.address is None:
        return
    site = settings.current()
    link = f"{site.site_url}/invitations/{invitations.token_of(lease.payload['seed'])}"
    text = (
        f"{found.inviter or found.organization} invites you to {found.organization} on {site.site_name}.\n\n"
        f"Look at the invitation here, and accept it if you like:\n\n{link}\n\n"
        f"It is for you alone and good until {found.expires_at:%-d %B %Y}. If you do not know why you got this mail, ignore it: "
        f"nothing will happen.\n\n-- \n{site.site_name}\n{site.site_url}\n"
    )
    subject = f"You are invited to {found.organization} · {site.site_name}"
    mail.send(mail.Mail(key=f"invitation-{found.id}", to=found.address, subject=subject, text=text))


HANDLERS: dict[str, Handler] = {INVITE: send}
