"""Named reads of people, addresses and sessions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import DateTime, LargeBinary, and_, bindparam, exists, literal, or_, select

from campus.accounts.agents import spoken
from campus.accounts.models import (
    AccessToken,
    Algorithm,
    Announcement,
    AnnouncementDismissal,
    EmailAddress,
    OneTimeToken,
    Scope,
    Theme,
    TokenScope,
    User,
    UserSession,
)
from campus.accounts.viewer import Viewer
from campus.platform.db import session
from campus.platform.errors import NotFound
from campus.platform.prepared import Prepared

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement

    from campus.accounts.models import Purpose

IDLE = timedelta(hours=12)


class UserNotFound(NotFound):
    """There is no such person."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A live session: whose it is, and what finds it."""

    viewer: Viewer
    token_hash: bytes
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class TokenHolder:
    """A personal token that counts: for whom it acts, and what it may be used for."""

    viewer: Viewer
    token_id: int
    scopes: frozenset[TokenScope]
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class TokenView:
    """A personal token as its owner sees it: everything but its text."""

    id: int
    name: str
    scopes: tuple[TokenScope, ...]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None

    def is_expired(self, now: datetime) -> bool:
        """It is good no more."""
        return self.expires_at is not None and self.expires_at <= now


@dataclass(frozen=True, slots=True)
class SessionView:
    """A session as its owner sees it in the settings. `id` names it without giving it away."""

    id: str
    user_agent: str
    created_at: datetime
    last_seen_at: datetime
    current: bool

    @property
    def browser(self) -> str:
        """What it was begun with, in words; empty if that said nothing."""
        return spoken(self.user_agent)


@dataclass(frozen=True, slots=True)
class AddressView:
    """An address as its owner sees it."""

    id: int
    address: str
    is_primary: bool
    is_verified: bool


def usable() -> ColumnElement[bool]:
    """An address stands for its account: it is proved, or is the one the account was opened with.

    Anybody may type anybody's address as a further one of theirs; until proved it must not open or block anything.
    """
    return or_(EmailAddress.verified_at.is_not(None), EmailAddress.is_primary)


def by_email(address: str) -> User | None:
    """The person one signs in as with this address (in clean form)."""
    held = select(User).join(EmailAddress, EmailAddress.user_id == User.id)
    return session.scalar(held.where(EmailAddress.address == address, usable()))


def by_handle(handle: str) -> User:
    """The person of this handle, suspended or not.

    Raises:
        UserNotFound: there is none.
    """
    found = session.scalar(select(User).where(User.handle == handle))
    if found is None:
        raise UserNotFound("There is nobody by that name.")
    return found


def person(who: str) -> User:
    """The person an operator names by address, @handle or handle.

    Raises:
        UserNotFound: there is none.
    """
    text = who.strip().lower().encode("utf-8", "replace").decode().replace("\0", "?")
    named = select(User).where(
        or_(
            User.handle == text.removeprefix("@"),
            User.id.in_(select(EmailAddress.user_id).where(EmailAddress.address == text)),
        )
    )
    found = session.scalars(named.limit(1)).first()
    if found is None:
        raise UserNotFound(f"Nobody has the address or handle {who!r}.")
    return found


def primary_address(user_id: int) -> str | None:
    """Where mail to this person goes."""
    return session.scalar(select(EmailAddress.address).where(EmailAddress.user_id == user_id, EmailAddress.is_primary))


def verified_address(user_id: int) -> str | None:
    """Where mail to this person goes, if she has proved the address."""
    held = select(EmailAddress.address).where(EmailAddress.user_id == user_id, EmailAddress.is_primary)
    return session.scalar(held.where(EmailAddress.verified_at.is_not(None)))


def addresses(user_id: int) -> list[AddressView]:
    """A person's addresses, the primary one first."""
    mine = select(EmailAddress).where(EmailAddress.user_id == user_id)
    rows = session.scalars(mine.order_by(EmailAddress.is_primary.desc(), EmailAddress.address))
    return [AddressView(row.id, row.address, row.is_primary, row.verified_at is not None) for row in rows]


def alive(now: datetime) -> ColumnElement[bool]:
    """A session counts: not past its end, and used within `IDLE` unless the browser is remembered."""
    return _alive(literal(now), literal(now - IDLE))


def _alive(now: ColumnElement[datetime], idle_since: ColumnElement[datetime]) -> ColumnElement[bool]:
    return and_(UserSession.expires_at > now, or_(UserSession.remembered, UserSession.last_seen_at > idle_since))


_TOKEN_HASH = bindparam("token_hash", type_=LargeBinary)
_NOW = bindparam("now", type_=DateTime(timezone=True))
_IDLE_SINCE = bindparam("idle_since", type_=DateTime(timezone=True))
_OF_VIEWER = (
    User.id,
    User.handle,
    User.name,
    User.avatar_token,
    User.is_admin,
    EmailAddress.verified_at.is_not(None),
    User.theme,
    User.locale,
    User.algorithm,
    User.scope,
    User.auto_load,
    User.permission_version,
)
_PRIMARY = and_(EmailAddress.user_id == User.id, EmailAddress.is_primary)
_ADMITTED = and_(User.present, User.approved_at.is_not(None))
_DISMISSED = (
    exists()
    .where(AnnouncementDismissal.announcement_id == Announcement.id, AnnouncementDismissal.user_id == User.id)
    .correlate(Announcement, User)  # the person is two levels above: left to itself, anybody's dismissal would count
)
_ANNOUNCED = exists().where(Announcement.begins_at <= _NOW, Announcement.ends_at > _NOW, ~_DISMISSED)
_SIGNED_IN = Prepared(
    select(*_OF_VIEWER, _ANNOUNCED, UserSession.last_seen_at)
    .join(User, User.id == UserSession.user_id)
    .outerjoin(EmailAddress, _PRIMARY)
    .where(UserSession.token_hash == _TOKEN_HASH, _alive(_NOW, _IDLE_SINCE), _ADMITTED)
)
_TOKEN_HOLDER = Prepared(
    select(*_OF_VIEWER, AccessToken.id, AccessToken.scopes, AccessToken.last_used_at)
    .join(User, User.id == AccessToken.user_id)
    .outerjoin(EmailAddress, _PRIMARY)
    .where(
        AccessToken.token_hash == _TOKEN_HASH,
        AccessToken.revoked_at.is_(None),
        or_(AccessToken.expires_at.is_(None), AccessToken.expires_at > _NOW),
        _ADMITTED,
    )
)


def signed_in(token_hash: bytes, *, now: datetime) -> SignedIn | None:
    """Whose session this is, if it is alive and she is neither suspended nor waiting for approval. One statement."""
    rows = _SIGNED_IN.rows(token_hash=token_hash, now=now, idle_since=now - IDLE)
    if not rows:
        return None
    *viewer, last_seen_at = rows[0]
    return SignedIn(_viewer(*viewer), token_hash, last_seen_at)


def token_holder(token_hash: bytes, *, now: datetime) -> TokenHolder | None:
    """Whose personal token this is, if it is good and she is neither suspended nor waiting for approval. One statement."""
    rows = _TOKEN_HOLDER.rows(token_hash=token_hash, now=now)
    if not rows:
        return None
    *viewer, token_id, scopes, last_used_at = rows[0]
    return TokenHolder(_viewer(*viewer), token_id, frozenset(map(TokenScope, scopes)), last_used_at)


def _viewer(*values: Any) -> Viewer:
    user_id, handle, name, avatar, is_admin, verified, theme, locale, algorithm, scope, *rest = values
    choices = (Theme(theme), locale, Algorithm(algorithm), Scope(scope))
    return Viewer(user_id, handle, name, avatar, is_admin, verified, *choices, *rest)


def access_tokens(user_id: int) -> list[TokenView]:
    """A person's tokens that are not revoked, the newest first."""
    mine = select(AccessToken).where(AccessToken.user_id == user_id, AccessToken.revoked_at.is_(None))
    return [
        TokenView(row.id, row.name, tuple(map(TokenScope, row.scopes)), row.created_at, row.expires_at, row.last_used_at)
        for row in session.scalars(mine.order_by(AccessToken.id.desc()))
    ]


def sessions(user_id: int, *, current: bytes | None, now: datetime) -> list[SessionView]:
    """The browsers a person is signed in with, the latest used first."""
    mine = select(UserSession).where(UserSession.user_id == user_id, alive(now)).order_by(UserSession.last_seen_at.desc())
    return [
        SessionView(row.token_hash.hex(), row.user_agent, row.created_at, row.last_seen_at, row.token_hash == current)
        for row in session.scalars(mine)
    ]


def open_token(token_hash: bytes, purpose: Purpose, *, now: datetime) -> OneTimeToken | None:
    """The one-time token, if it can still be used."""
    usable_ones = select(OneTimeToken).where(
        OneTimeToken.token_hash == token_hash,
        OneTimeToken.purpose == purpose,
        OneTimeToken.used_at.is_(None),
        OneTimeToken.expires_at > now,
    )
    return session.scalar(usable_ones)


def people(
    *,
    after: int = 0,
    limit: int = 50,
    waiting: bool = False,
    admins: bool = False,
    suspended: bool = False,
    unverified: bool = False,
) -> Sequence[User]:
    """People by id, after one: all, or those whom every filter that is on lets through."""
    unproved = select(EmailAddress.user_id).where(EmailAddress.is_primary, EmailAddress.verified_at.is_(None))
    filters = (
        (waiting, User.approved_at.is_(None)),
        (admins, User.is_admin),
        (suspended, User.suspended_at.is_not(None)),
        (unverified, User.id.in_(unproved)),
    )
    wanted = [condition for on, condition in filters if on]
    return session.scalars(select(User).where(User.id > after, *wanted).order_by(User.id).limit(limit)).all()
