"""Giving a person or an organization a picture, and taking it away.

The picture is made at once, in the request, and not by the worker as the photos of a post are: it is one file and three small
squares (a fifth of a second for 12 megapixels), nothing waits for it to be distributed, and whoever chose it wants to see it.
What that may cost is bounded: by the child's own limits, by `SECONDS` of processor, and by one picture at a time in each web
process; who does not get a turn in that time is asked to come again.

Files are written before the row names them and deleted by a job after the row has forgotten them, so a name never stands beside
a file that is not there. What a crash leaves behind belongs to nobody, and `flask media prune` deletes it.
"""

from __future__ import annotations

import math
import threading
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from campus.accounts.models import User
from campus.audit.actions import record
from campus.media.intake import accept
from campus.media.process import portray
from campus.organizations.actions.changes import locked
from campus.organizations.models import Organization
from campus.organizations.rights import running
from campus.platform import outbox, settings
from campus.platform.db import session, transaction
from campus.platform.errors import CampusError, FieldError, Invalid
from campus.platform.limits import spend
from campus.portraits import files
from campus.quotas import UPLOAD_BYTES, UPLOADS

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterator
    from datetime import datetime

    from campus.media.variants import Processed

ERASE_PORTRAIT = "erase_portrait"
FIELD = "picture"
SECONDS = 10.0  # of processor, for one picture; and of waiting for one's turn
_TURN = threading.BoundedSemaphore()


class PicturesBusy(CampusError):
    """Other pictures are being made."""

    status = 503
    title = "One moment, please"


def set_avatar(*, user_id: int, data: bytes, filename: str, now: datetime) -> uuid.UUID:
    """Give a person this picture in place of the one she has; returns its token.

    Raises:
        PhotoRefused, PhotoUnreadable, PhotoTooCostly: it cannot be used; the sentence says why. She keeps the one she has.
        PicturesBusy, ProcessingDied: to be tried again.
        QuotaExceeded: she has uploaded enough today.
    """
    with made(user_id, data, filename, now) as token, transaction():
        user = session.get_one(User, user_id, with_for_update=True, populate_existing=True)
        _forget(user.avatar_token)
        user.avatar_token = token
        session.flush()
    return token


def remove_avatar(*, user_id: int) -> bool:
    """Show a person's initials alone. False if there was no picture."""
    with transaction():
        user = session.get_one(User, user_id, with_for_update=True, populate_existing=True)
        if user.avatar_token is None:
            return False
        _forget(user.avatar_token)
        user.avatar_token = None
        session.flush()
    return True


def set_logo(*, viewer_id: int, organization_id: int, data: bytes, filename: str, now: datetime) -> uuid.UUID:
    """Give an organization this logo in place of the one it has; returns its token.

    Raises:
        OrganizationNotFound: the viewer does not run it.
        PhotoRefused, PhotoUnreadable, PhotoTooCostly, PicturesBusy, ProcessingDied, QuotaExceeded: as `set_avatar`.
    """
    with transaction():
        _run(organization_id, viewer_id, now)  # before anything is made for who may not
    with made(viewer_id, data, filename, now) as token, transaction():
        _change_logo(_run(organization_id, viewer_id, now), token)
    return token


def remove_logo(*, viewer_id: int, organization_id: int, now: datetime) -> bool:
    """Show an organization's initials alone. False if there was no logo.

    Raises:
        OrganizationNotFound: the viewer does not run it.
    """
    with transaction():
        organization = _run(organization_id, viewer_id, now)
        if organization.logo_token is None:
            return False
        _change_logo(organization, None)
    return True


def _run(organization_id: int, viewer_id: int, now: datetime) -> Organization:
    """The organization, held, for who runs it."""
    running(locked(organization_id, viewer_id), now)
    return session.get_one(Organization, organization_id, with_for_update=True, populate_existing=True)


def _change_logo(organization: Organization, token: uuid.UUID | None) -> None:
    before = organization.logo_token
    _forget(before)
    organization.logo_token = token
    session.flush()
    told = {"before": {"logo": before is not None}, "after": {"logo": token is not None}}
    record("organization.set_logo", f"organization:{organization.id}", organization_id=organization.id, **told)


def _forget(token: uuid.UUID | None) -> None:
    """Have the files of the picture before deleted, when the open transaction is committed."""
    if token is not None:
        outbox.record(ERASE_PORTRAIT, token, {"token": str(token)})


@contextmanager
def made(user_id: int, data: bytes, filename: str, now: datetime) -> Iterator[uuid.UUID]:
    """The token of a portrait made of an upload, for a row to name; if none does, the files go."""
    try:
        portrait = _developed(user_id, data, filename, now)
    except Invalid as error:
        error.field, error.errors = FIELD, (FieldError(FIELD, str(error)),)
        raise
    token = files.keep(portrait)
    try:
        yield token
    except BaseException:
        files.erase(token)
        raise


def _developed(user_id: int, data: bytes, filename: str, now: datetime) -> Processed:
    limits = settings.current().media
    accept(data, filename, limits)
    with transaction():
        spend(UPLOADS, user_id, now=now)
        spend(UPLOAD_BYTES, user_id, now=now, amount=len(data))
    with turn():
        return portray(data, replace(limits, cpu_seconds=min(limits.cpu_seconds, math.ceil(SECONDS))))


@contextmanager
def turn() -> Iterator[None]:
    """Wait until this process makes no other picture.

    Raises:
        PicturesBusy: that takes too long.
    """
    if not _TURN.acquire(timeout=SECONDS):
        raise PicturesBusy("Many pictures are being prepared right now. Please try again.")
    try:
        yield
    finally:
        _TURN.release()
