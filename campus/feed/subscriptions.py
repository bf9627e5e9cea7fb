"""The switchboard: which kind of job leads to which function. Whoever asks what a block does, looks here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campus.accounts import mailing
from campus.feed import fanout, scheduled, upkeep
from campus.feed.interactions import update_for_interaction
from campus.interactions.actions import INTERACTION
from campus.organizations import mailing as invitations
from campus.platform.outbox import Brief
from campus.posts import processing
from campus.posts.actions import DISTRIBUTE, RETRACT

if TYPE_CHECKING:
    from campus.platform.outbox import Handler

HANDLERS: dict[str, Handler] = {
    DISTRIBUTE: Brief(fanout.distribute, fanout.distribute_at_once),  # a post was published, edited, withdrawn, deleted
    RETRACT: fanout.retract,  # a post moved to another owner
    fanout.SYNC: fanout.sync_source,  # follow, unfollow, join, leave, block, expiry
    fanout.REFRESH: upkeep.refresh,  # a reader came back
    fanout.RESYNC_AUTHOR: fanout.resync_author,  # an author was suspended or reinstated
    INTERACTION: update_for_interaction,  # somebody liked, commented, shared
    scheduled.RUN_TASK: scheduled.run_asked,  # an administrator does not wait until it is due
    **processing.HANDLERS,  # a photo was uploaded, a post deleted
    **mailing.HANDLERS,  # a mail is to be sent
    **invitations.HANDLERS,  # somebody is invited
}
