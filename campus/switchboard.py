"""Which kind of job leads to which function, of all rooms together: what workers, the sweep and the commands drain the outbox by.

Each room says what it handles; here, above all of them, their dictionaries are joined. Whoever asks what a block does, looks
here and follows the name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from campus.feed import subscriptions
from campus.notifications import mailing, memberships

if TYPE_CHECKING:
    from campus.platform.outbox import Handler

HANDLERS: dict[str, Handler] = {
    **subscriptions.HANDLERS,  # entries of feeds, photos, mails of accounts
    **memberships.HANDLERS,  # an organization decided about a member
    **mailing.HANDLERS,  # mails of notifications
}
