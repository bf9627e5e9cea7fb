"""Named reads of people for administrators: found by name, handle or address, filtered, in pages; and one person, whole."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import Text, bindparam, case, func, select
from sqlalchemy.dialects.postgresql import TSQUERY

from campus import quotas
from campus.accounts import queries as accounts
from campus.accounts.models import EmailAddress, User
from campus.feed.models import FeedState
from campus.organizations.models import Organization, OrganizationMembership
from campus.platform import limits
from campus.platform.db import session
from campus.posts.models import Post, PostState
from campus.rights.models import Erasure
from campus.search.models import PERSON_WORDS

if TYPE_CHECKING:
    import uuid
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select

    from campus.accounts.queries import AddressView, SessionView, TokenView
    from campus.organizations.models import MemberKind, MembershipStatus, Role
    from campus.platform.limits import Usage

PAGE = 30


class Only(StrEnum):
    """Which people."""

    ALL = "all"
    WAITING = "waiting"
    UNVERIFIED = "unverified"
    SUSPENDED = "suspended"
    ADMINS = "admins"


@dataclass(frozen=True, slots=True)
class Row:
    """A person in a list. `address` is where mail goes; `verified` whether she has proved it."""

    id: int
    handle: str
    name: str
    avatar_token: uuid.UUID | None
    is_admin: bool
    approved_at: datetime | None
    suspended_at: datetime | None
    created_at: datetime
    address: str | None
    verified_at: datetime | None


@dataclass(frozen=True, slots=True)
class Belonging:
    """One of her memberships, in whatever status."""

    slug: str
    name: str
    role: Role
    kind: MemberKind
    status: MembershipStatus
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Whole:
    """Everything administrators look at to decide about a person."""

    person: User
    addresses: list[AddressView]
    memberships: list[Belonging]
    sessions: list[SessionView]
    tokens: list[TokenView]
    usages: list[Usage]
    posts: dict[PostState, int]
    last_read_at: datetime | None
    erased_at: datetime | None


def listing(
    words: str = "", only: Only = Only.ALL, *, before: int | None = None, limit: int = PAGE
) -> tuple[list[Row], int | None]:
    """People, the newest account first, with ids below `before`; and the id to go on before, if there are more. One statement."""
    rows = (
        select(
            User.id,
            User.handle,
            User.name,
            case((User.present, User.avatar_token)),
            User.is_admin,
            User.approved_at,
            User.suspended_at,
            User.created_at,
            EmailAddress.address,
            EmailAddress.verified_at,
        )
        .outerjoin(EmailAddress, (EmailAddress.user_id == User.id) & EmailAddress.is_primary)
        .where(*_CONDITIONS[only])
    )
    if words.strip():
        rows = rows.where(User.id.in_(_found(words)))
    if before is not None:
        rows = rows.where(User.id < before)
    found = [Row(*row) for row in session.execute(rows.order_by(User.id.desc()).limit(limit + 1))]
    return found[:limit], found[limit - 1].id if len(found) > limit else None


_CONDITIONS: dict[Only, tuple[ColumnElement[bool], ...]] = {
    Only.ALL: (),
    Only.WAITING: (User.approved_at.is_(None),),
    Only.UNVERIFIED: (EmailAddress.verified_at.is_(None), EmailAddress.is_primary.is_(True)),
    Only.SUSPENDED: (User.suspended_at.is_not(None),),
    Only.ADMINS: (User.is_admin.is_(True),),
}


def _found(words: str) -> Select[int]:
    """Whose name or handle has these words, the last one just begun; or whose address begins so. Each by its index."""
    typed = words.strip().lower().removeprefix("@")
    query = func.search_query(bindparam("words", typed, type_=Text), type_=TSQUERY)
    by_name = select(User.id).where(PERSON_WORDS.bool_op("@@")(query))
    by_address = select(EmailAddress.user_id).where(EmailAddress.address.startswith(typed, autoescape=True))
    return select(by_name.union(by_address).subquery().c[0])


def counts() -> dict[Only, int]:
    """How many people each filter that wants a decision holds. One statement, by the small indexes."""
    waiting = select(func.count()).select_from(User).where(User.approved_at.is_(None)).scalar_subquery()
    suspended = select(func.count()).select_from(User).where(User.suspended_at.is_not(None)).scalar_subquery()
    row = session.execute(select(waiting, suspended)).one()
    return {Only.WAITING: row[0], Only.SUSPENDED: row[1]}


def whole(handle: str, *, now: datetime) -> Whole:
    """One person with all that is decided by. Eight statements, however much she did.

    Raises:
        UserNotFound: nobody has this handle.
    """
    person = accounts.by_handle(handle)
    read = select(FeedState.last_read_at).where(FeedState.user_id == person.id)
    due = select(Erasure.due_at).where(Erasure.user_id == person.id)
    dates = session.execute(select(read.scalar_subquery(), due.scalar_subquery())).one()
    return Whole(
        person=person,
        addresses=accounts.addresses(person.id),
        memberships=_memberships(person.id),
        sessions=accounts.sessions(person.id, current=None, now=now),
        tokens=accounts.access_tokens(person.id),
        usages=[usage for usage in limits.usages(quotas.ALL, person.id, now=now) if usage.used],
        posts=_posts(person.id),
        last_read_at=dates[0],
        erased_at=dates[1],
    )


def _memberships(user_id: int) -> list[Belonging]:
    membership = OrganizationMembership
    rows = (
        select(Organization.slug, Organization.name, membership.role, membership.kind, membership.status, membership.until)
        .join(Organization, Organization.id == membership.organization_id)
        .where(membership.user_id == user_id)
        .order_by(func.lower(Organization.name), Organization.id)
    )
    return [Belonging(*row) for row in session.execute(rows)]


def _posts(user_id: int) -> dict[PostState, int]:
    """How many posts she has in each state."""
    rows = select(Post.state, func.count()).where(Post.author_id == user_id).group_by(Post.state)
    return {row[0]: row[1] for row in session.execute(rows)}
