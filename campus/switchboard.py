"""Which kind of job leads to which function, of all rooms together: what workers, the sweep and the commands drain the outbox by.

Each room says what it handles; here, above all of them, their dictionaries are joined. Whoever asks what a block does, looks
here and follows the name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from campus.digest import actions as digest
from campus.feed import subscriptions
from campus.interactions.actions import INTERACTION
from campus.notifications import domains, mailing, memberships, telling
from campus.portraits import erasing

if TYPE_CHECKING:
    from campus.platform.outbox import Handler, Lease


def in_turn(*handlers: Handler) -> Handler:
    """Several rooms' parts of one job. None but the last may settle it; each may run again when a later one failed."""

    def all_of_them(lease: Lease) -> bool | None:
        return [handler(lease) for handler in handlers][-1]

    return all_of_them


HANDLERS: dict[str, Handler] = {
    **subscriptions.HANDLERS,  # entries of feeds, photos, mails of accounts
    **telling.HANDLERS,  # people are told what others did
    **memberships.HANDLERS,  # an organization decided about a member
    **domains.HANDLERS,  # the site decided about a claimed domain
    **mailing.HANDLERS,  # mails of notifications
    **erasing.HANDLERS,  # a picture beside a name was replaced or removed
    **digest.HANDLERS,  # what somebody missed
    INTERACTION: in_turn(subscriptions.HANDLERS[INTERACTION], telling.HANDLERS[INTERACTION]),  # liked, commented, taken back
}
