"""Being forgotten: asked for, after some days done, and proved.

State-based as all work here: the row of `Erasure` says that it must become true, and it alone. A person is shut out when it is
asked for, and may take it back until it is due; a suspension neither takes it back nor ends by that. What was begun is finished
by the next run, wherever it was cut off.

Locks are taken in the order of `campus.moderation.actions.locks`: cases, memberships, administrators, her, all else.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Text, cast, delete, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from campus.accounts import actions as accounts
from campus.accounts import mailing
from campus.accounts.models import EmailAddress, User
from campus.audit.actions import record
from campus.feed.models import FeedEntry
from campus.interactions import leaving as interactions
from campus.moderation.actions import forgetting as moderation
from campus.notifications.actions import send_notice
from campus.organizations.actions import LastOwner
from campus.organizations.models import Invitation, Organization, OrganizationMembership, Role
from campus.organizations.queries import active
from campus.platform import outbox
from campus.platform.db import Base, session, transaction
from campus.platform.errors import CampusError, Conflict
from campus.platform.limits import QuotaUse
from campus.platform.outbox import Job
from campus.portraits import actions as portraits
from campus.portraits.actions import ERASE_PORTRAIT
from campus.posts import leaving as posts
from campus.posts.actions import DISTRIBUTE, ERASE
from campus.posts.models import Photo, Post
from campus.posts.photos import ERASE_PHOTO
from campus.rights import copies, memory, nameless
from campus.rights.models import Erasure
from campus.switchboard import HANDLERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import Column, Table

log = logging.getLogger(__name__)

GRACE = timedelta(days=14)
_UNSYNCED = {"synchronize_session": False}


class NotYetErased(Conflict):
    """A part of the work is with a worker that did not finish it; the next run goes on."""

    title = "Something is left"


class TakenBack(Conflict):
    """She was to be erased, and has changed her mind meanwhile."""

    title = "The account stays"


def request(*, user_id: int, now: datetime) -> datetime:
    """Shut a person out, and have her data erased when the days of grace are over; asked twice, the first stands. Returns when.

    Raises:
        LastAdministrator, LastOwner: she is needed; see to a successor first.
    """
    row = insert(Erasure).values(user_id=user_id, requested_at=now, due_at=now + GRACE)
    with transaction():
        _hold_memberships(user_id)
        _require_successors(user_id)
        accounts.leave(user_id, now=now)
        if session.scalar(row.on_conflict_do_nothing().returning(Erasure.user_id)) is not None:
            _tell_leaving(user_id, now)
            record("user.request_erasure", f"user:{user_id}", after={"due_at": now + GRACE})
        return session.get_one(Erasure, user_id, populate_existing=True).due_at


def take_back(*, user_id: int, now: datetime) -> bool:
    """Erase nothing; she is in again, unless she is suspended. False if nothing was to be erased."""
    with transaction():
        gone = delete(Erasure).where(Erasure.user_id == user_id).returning(Erasure.user_id)
        if session.scalar(gone, execution_options=_UNSYNCED) is None:
            return False
        accounts.stay(user_id)
        text = "Nothing of yours is deleted, and you can sign in as before."
        key = f"kept:{int(now.timestamp())}"
        send_notice(user_id=user_id, key=key, title="Your account stays", text=text, url="/settings/data", now=now)
        record("user.keep", f"user:{user_id}")
    return True


def erase_due(*, now: datetime) -> int:
    """Erase everybody whose days of grace are over, and whom a restored backup brought back. Returns how many.

    Raises:
        CampusError: somebody could not be erased now; the others were.
    """
    memory.ask_again(now=now)
    due = select(Erasure.user_id).where(Erasure.due_at <= now).order_by(Erasure.due_at)
    erased = 0
    stuck: CampusError | None = None
    for user_id in session.scalars(due).all():
        try:
            erase(user_id, now=now, unasked=False)
        except TakenBack:
            continue
        except CampusError as error:
            log.warning("user %s could not be erased: %s", user_id, error)
            stuck = error
        else:
            erased += 1
    if stuck is not None:
        raise stuck
    return erased


def erase(
    user_id: int, *, unasked: bool = True, now: datetime, progress: Callable[[int], None] = lambda _: None
) -> dict[str, int]:
    """Erase a person at once: her posts, photos, marks and traces. Returns how many posts, likes, comments and shares.

    Official posts stay with their organization; then a nameless account stays as their author.

    Raises:
        TakenBack: it is to be done only because she asked for it, not `unasked`, and that no longer is so.
        LastAdministrator, LastOwner: she is needed; see to a successor first.
        NotYetErased: a file could not be erased now.
    """
    with transaction():
        moderation.hold(user_id)
        _hold_memberships(user_id)
        _require_successors(user_id)
        accounts.leave(user_id, now=now)  # before anything names her: it holds every administrator
        _note_begun(user_id, unasked=unasked, now=now)
        copies.forget(user_id)
        portraits.remove_avatar(user_id=user_id)
        marks = interactions.forget(user_id)
        moderation.forget(user_id)
        posts.delete_all(user_id, now=now)
    memory.remember(user_id)
    own = posts.own_posts(user_id)
    for post_id in own:
        for kind in (DISTRIBUTE, ERASE):
            outbox.drain(HANDLERS, kind=kind, key=post_id)
        progress(1)
    outbox.drain(HANDLERS, kind=ERASE_PHOTO)
    outbox.drain(HANDLERS, kind=ERASE_PORTRAIT)
    with transaction():  # in the order of campus.moderation.actions.locks, as above
        moderation.hold(user_id)
        _hold_memberships(user_id)
        _require_emptied(user_id)
        _forget_traces(user_id)
        counts = {"posts": len(own), **marks}
        record("user.erase", f"user:{user_id}", after=counts)
    return counts


def _note_begun(user_id: int, *, unasked: bool, now: datetime) -> None:
    row = insert(Erasure).values(user_id=user_id, requested_at=now, due_at=now)
    anyway = row.on_conflict_do_update(index_elements=[Erasure.user_id], set_={"due_at": now}).returning(Erasure.user_id)
    wanted = update(Erasure).where(Erasure.user_id == user_id).values(due_at=now).returning(Erasure.user_id)
    if session.scalar(anyway if unasked else wanted, execution_options=_UNSYNCED) is None:
        raise TakenBack


def _tell_leaving(user_id: int, now: datetime) -> None:
    """By mail above all: she is signed out. Who did not ask for it learns how to stop it."""
    text = (
        "You are signed out everywhere, and nobody sees what you posted. "
        f"On {now + GRACE:%-d %B %Y} everything is erased for good."
        "\n\nIf you change your mind, or if it was not you, sign in until then and choose to keep the account."
    )
    key = f"leaving:{int(now.timestamp())}"
    send_notice(user_id=user_id, key=key, title="Your account is to be deleted", text=text, url="/login", now=now)


def due(user_id: int) -> datetime | None:
    """When a person is erased; None if she is not to be."""
    return session.scalar(select(Erasure.due_at).where(Erasure.user_id == user_id))


def owned_alone(user_id: int) -> Sequence[Organization]:
    """The organizations that nobody but she owns, or only who is leaving as well: she is needed there."""
    mine, other = OrganizationMembership, aliased(OrganizationMembership)
    another = exists().where(
        other.organization_id == mine.organization_id,
        other.user_id != user_id,
        other.role == Role.OWNER,
        active(other),
        other.user_id == User.id,
        User.leaving_at.is_(None),
    )
    alone = (mine.user_id == user_id, mine.role == Role.OWNER, active(), ~another)
    rows = select(Organization).join(mine, mine.organization_id == Organization.id).where(*alone)
    return session.scalars(rows.order_by(Organization.name, Organization.id)).all()


def _hold_memberships(user_id: int) -> None:
    """Hold what she is in, and who else owns what she owns: of two owners who leave at once, one stays."""
    row, hers = OrganizationMembership, aliased(OrganizationMembership)
    owned = select(hers.organization_id).where(hers.user_id == user_id, hers.role == Role.OWNER, active(hers))
    held = select(row.user_id).where(or_(row.user_id == user_id, row.organization_id.in_(owned) & (row.role == Role.OWNER)))
    session.execute(held.order_by(row.organization_id, row.user_id).with_for_update())


def _hold_her(user_id: int) -> None:
    session.execute(select(User.id).where(User.id == user_id).with_for_update())


def _require_successors(user_id: int) -> None:
    """No organization is left without an owner. Asked while its owners are held."""
    if owned_alone(user_id):
        raise LastOwner


def _require_emptied(user_id: int) -> None:
    left = select(func.count()).select_from(Photo).join(Post, Post.id == Photo.post_id)
    if session.scalar(left.where(Post.author_id == user_id, Post.official.is_(False))):
        raise NotYetErased("The files of some photos could not be erased. Try again when the storage answers.")


def _forget_traces(user_id: int) -> None:
    """What no foreign key would take along; then the person, or all that hangs on her but her official posts."""
    addresses = session.scalars(select(EmailAddress.address).where(EmailAddress.user_id == user_id)).all()
    ids = session.scalars(select(EmailAddress.id).where(EmailAddress.user_id == user_id)).all()
    about = or_(
        Job.payload["user_id"].as_string() == str(user_id),
        Job.payload["address"].as_string().in_(addresses),
        Job.payload["email_id"].as_string().in_([str(each) for each in ids]),
    )
    session.execute(delete(QuotaUse).where(QuotaUse.subject == cast(user_id, Text)), execution_options=_UNSYNCED)
    _hold_her(user_id)
    for gone in (
        delete(Job).where(Job.kind == mailing.KIND, about),
        delete(FeedEntry).where(FeedEntry.user_id == user_id),
        delete(Invitation).where(Invitation.address.in_(addresses)),
    ):
        session.execute(gone, execution_options=_UNSYNCED)
    if not posts.has_official(user_id):
        session.execute(delete(User).where(User.id == user_id), execution_options=_UNSYNCED)
        return
    session.execute(delete(Post).where(Post.author_id == user_id, Post.official.is_(False)), execution_options=_UNSYNCED)
    for table, column in _hanging_on_people():
        session.execute(table.delete().where(column == user_id))
    emptied = update(User).where(User.id == user_id).values(nameless.values())
    session.execute(emptied, execution_options=_UNSYNCED)


def _hanging_on_people() -> Iterator[tuple[Table, Column[Any]]]:
    """Every table whose rows go when a person goes, and the column that names her; but posts."""
    for table in reversed(Base.metadata.sorted_tables):
        for foreign in table.foreign_keys:
            if foreign.column.table.name == User.__tablename__ and foreign.ondelete == "CASCADE" and table.name != "post":
                yield table, foreign.parent


def traces(user_id: int) -> dict[str, int]:
    """How many rows still name a person, by table: nothing, when she was erased. The audit log keeps her number alone."""
    hanging = [(table.name, column) for table, column in _hanging_on_people()]
    found: dict[str, int] = {}
    for name, column in [*hanging, ("post", Post.author_id), ("user", User.id), ("feed_entry", FeedEntry.user_id)]:
        count = session.scalar(select(func.count()).where(column == user_id)) or 0
        if count:
            found[name] = found.get(name, 0) + count
    return found
