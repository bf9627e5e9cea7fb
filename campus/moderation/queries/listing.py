"""The queue: tabs, filters, pages by key. An index stands behind each tab."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, or_, select, tuple_
from sqlalchemy.orm import aliased

from campus.accounts.models import User
from campus.moderation.kinds import CLOSED, UNCLAIMED, UNDECIDED, CaseScope, CaseState, Category, Tab, Target, TargetKind
from campus.moderation.models import Case, Snapshot
from campus.moderation.seats import Seat, handled_by, seat_of
from campus.organizations.models import Organization
from campus.platform.db import session
from campus.posts.cards import PersonView

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Select

    from campus.accounts.viewer import Viewer

    Key = tuple[int, int]

COUNTED = 100  # beside a tab: "100+"
EXCERPT = 160
_author, _claimer = aliased(User), aliased(User)


@dataclass(frozen=True, slots=True)
class Filters:
    """What of a tab: an organization's, one category, one kind of thing, one scope, waiting at least so long."""

    organization_id: int | None = None
    category: Category | None = None
    kind: TargetKind | None = None
    scope: CaseScope | None = None
    older_than: timedelta | None = None


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case in the queue. `title` is the beginning of what the thing said when it was first reported."""

    id: int
    target: Target
    title: str
    photos: int
    category: Category | None
    safety: bool
    silent: bool
    state: CaseState
    scope: CaseScope
    routed_because: str
    priority: int
    reporters: int
    opened_at: datetime
    waiting_since: datetime
    escalated_at: datetime | None
    held_at: datetime | None
    closed_at: datetime | None
    author: PersonView | None
    organization_id: int | None
    organization_slug: str
    organization_name: str
    claimed_by: PersonView | None


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Some cases of a tab, and the key to go on after, if there are more."""

    items: tuple[CaseLine, ...]
    next_key: Key | None


def queue(
    viewer: Viewer | None,
    tab: Tab,
    filters: Filters = Filters(),
    *,
    after: Key | None = None,
    limit: int = 20,
    now: datetime,
) -> QueuePage:
    """Up to `limit` cases of a tab, the weightiest first (closed ones: the newest), after a `next_key`. Two statements.

    The site's staff sees every tab of the whole site, but UNCLAIMED only of what is routed to it, unless a scope or an
    organization is named; an operator (None) sees all.

    Raises:
        NoSeat: she moderates nothing.
    """
    seat = seat_of(viewer)
    rows = _lines().where(handled_by(seat), *_in_tab(seat, tab, filters), *_matching(filters, now))
    if tab is Tab.CLOSED:
        rows = rows.order_by(Case.closed_at.desc(), Case.id.desc())
        if after is not None:
            rows = rows.where(tuple_(Case.closed_at, Case.id) < tuple_(_moment(after[0]), after[1]))
    else:
        rows = rows.order_by(Case.priority.desc(), Case.id.desc())
        if after is not None:
            rows = rows.where(tuple_(Case.priority, Case.id) < after)
    found = [_line(row) for row in session.execute(rows.limit(limit + 1))]
    return QueuePage(tuple(found[:limit]), _key(tab, found[limit - 1]) if len(found) > limit else None)


def tab_counts(viewer: Viewer | None, filters: Filters = Filters(), *, now: datetime) -> dict[Tab, int]:
    """How many cases each open tab has, counted up to 100. Two statements.

    Raises:
        NoSeat: she moderates nothing.
    """
    seat = seat_of(viewer)
    tabs = [tab for tab in Tab if tab is not Tab.CLOSED]
    counts = []
    for tab in tabs:
        some = select(Case.id).where(handled_by(seat), *_in_tab(seat, tab, filters), *_matching(filters, now)).limit(COUNTED)
        counts.append(select(func.count()).select_from(some.subquery()).scalar_subquery())
    return dict(zip(tabs, session.execute(select(*counts)).one(), strict=True))


def _in_tab(seat: Seat, tab: Tab, filters: Filters) -> tuple[ColumnElement[bool], ...]:
    staff = seat.site and seat.user_id is not None and filters.scope is None and filters.organization_id is None
    routed = Case.scope == CaseScope.SITE if staff else None
    hers = (or_(routed, Case.organization_id.in_(seat.organizations)),) if routed is not None else ()
    return {
        Tab.MINE: (Case.state == CaseState.CLAIMED, Case.claimed_by == seat.user_id),
        Tab.UNCLAIMED: (Case.state.in_(UNCLAIMED), *hers),
        Tab.CLAIMED: (Case.state == CaseState.CLAIMED,),
        Tab.ESCALATED: (Case.escalated_at.is_not(None), Case.state.in_(UNDECIDED)),
        Tab.HELD: (Case.held_at.is_not(None), Case.state.in_(UNDECIDED)),
        Tab.APPEALS: (Case.state == CaseState.APPEALED,),
        Tab.CLOSED: (Case.state.in_(CLOSED),),
    }[tab]


def _matching(filters: Filters, now: datetime) -> list[ColumnElement[bool]]:
    pairs = (
        (Case.organization_id, filters.organization_id),
        (Case.category, filters.category),
        (Case.target_kind, filters.kind),
        (Case.scope, filters.scope),
    )
    wanted: list[ColumnElement[bool]] = [column == value for column, value in pairs if value is not None]
    if filters.older_than is not None:
        wanted.append(Case.waiting_since <= now - filters.older_than)
    return wanted


def _lines() -> Select[Any]:
    first = (
        select(Snapshot.id).where(Snapshot.case_id == Case.id).order_by(Snapshot.id).limit(1).correlate(Case).scalar_subquery()
    )
    said = func.left(func.coalesce(func.nullif(Snapshot.title, ""), Snapshot.text, ""), EXCERPT)
    return (
        select(
            Case,
            said.label("said"),
            func.coalesce(func.jsonb_array_length(Snapshot.photos), 0).label("photos"),
            _author,
            _claimer,
            Organization.slug,
            Organization.name,
        )
        .outerjoin(Snapshot, and_(Snapshot.id == first))
        .outerjoin(_author, _author.id == Case.author_id)
        .outerjoin(_claimer, _claimer.id == Case.claimed_by)
        .outerjoin(Organization, Organization.id == Case.organization_id)
        .execution_options(populate_existing=True)
    )


def _line(row: Any) -> CaseLine:
    case, said, photos, author, claimer, slug, name = row
    return CaseLine(
        case.id,
        case.target,
        said,
        photos,
        case.category,
        case.safety,
        case.silent,
        case.state,
        case.scope,
        case.routed_because,
        case.priority,
        case.reporters,
        case.opened_at,
        case.waiting_since,
        case.escalated_at,
        case.held_at,
        case.closed_at,
        person(author),
        case.organization_id,
        slug or "",
        name or "",
        person(claimer),
    )


def person(user: User | None) -> PersonView | None:
    """Somebody, as a byline shows her."""
    return PersonView(user.id, user.handle, user.name, user.avatar_token) if user is not None else None


def _key(tab: Tab, last: CaseLine) -> Key:
    """Whole numbers, so that they can stand in an address: the priority, or the microsecond of closing; and the id."""
    if tab is Tab.CLOSED and last.closed_at is not None:
        return (last.closed_at - _EPOCH) // timedelta(microseconds=1), last.id
    return last.priority, last.id


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _moment(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=min(max(microseconds, 0), 2**53))
