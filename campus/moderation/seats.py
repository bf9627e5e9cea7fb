"""Who may handle which case. Asked anew of the rows at each request: whoever loses a role has lost her seat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import and_, exists, or_, select, true

from campus.moderation.kinds import CaseScope, CaseState, TargetKind
from campus.moderation.models import Case, Decision, Report
from campus.organizations.models import OrganizationMembership
from campus.organizations.queries import active
from campus.platform.db import session
from campus.platform.errors import NotFound
from campus.posts.models import Post
from campus.posts.visibility import MODERATING

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from campus.accounts.viewer import Viewer


class NoSeat(NotFound):
    """She moderates nothing: for her there are no such pages."""


@dataclass(frozen=True, slots=True)
class Seat:
    """From where somebody handles cases: the site's staff, or the moderators of these organizations. An operator has no id."""

    user_id: int | None
    site: bool
    organizations: frozenset[int]


def seat_of(viewer: Viewer | None) -> Seat:
    """The seat of a viewer; None is an operator at the command line. One statement.

    Raises:
        NoSeat: she moderates nothing.
    """
    if viewer is None:
        return Seat(None, site=True, organizations=frozenset())
    mine = select(OrganizationMembership.organization_id).where(
        OrganizationMembership.user_id == viewer.id, OrganizationMembership.role.in_(MODERATING), active()
    )
    seat = Seat(viewer.id, viewer.is_admin, frozenset(session.scalars(mine)))
    if not (seat.site or seat.organizations):
        raise NoSeat
    return seat


def handled_by(seat: Seat) -> ColumnElement[bool]:
    """A condition on `Case`: it is hers to handle.

    The site's staff handles all of them, an organization's moderators those routed to it, while that would still be their way.
    Nobody sees a case about herself, about an organization she moderates, about her own report; nor the appeal against her own
    decision.
    """
    if seat.user_id is None:
        return true()
    hers = and_(Case.scope == CaseScope.ORG, Case.organization_id.in_(seat.organizations), ~_moved(), ~_by_a_colleague())
    return and_(true() if seat.site else hers, *_no_conflict(seat))


def known_to(seat: Seat, case: Case) -> ColumnElement[bool]:
    """A condition on `Case`: what she is told of around this one, as what else its author or its reporters did.

    The site's staff of everything; an organization's moderators of their organization's own cases alone. What happens elsewhere
    is nothing to them, nor what the site's staff decides.
    """
    if seat.site:
        return true()
    return and_(Case.organization_id == case.organization_id, Case.scope == CaseScope.ORG)


def _moved() -> ColumnElement[bool]:
    """The post belongs to somebody else by now: what it says there is nothing to its former organization."""
    elsewhere = Post.organization_id.is_distinct_from(Case.organization_id)
    return exists().where(Post.id == Case.post_id, elsewhere).correlate(Case)


def _by_a_colleague() -> ColumnElement[bool]:
    """Its author has become one of those who moderate there."""
    row = OrganizationMembership
    office = (row.organization_id == Case.organization_id, row.user_id == Case.author_id, row.role.in_(MODERATING), active())
    return exists().where(*office).correlate(Case)


def _no_conflict(seat: Seat) -> tuple[ColumnElement[bool], ...]:
    own = exists().where(Report.case_id == Case.id, Report.reporter_id == seat.user_id).correlate(Case)
    decided = exists().where(Decision.case_id == Case.id, Decision.by_id == seat.user_id).correlate(Case)
    return (
        or_(Case.author_id.is_(None), Case.author_id != seat.user_id),
        or_(Case.target_kind != TargetKind.ORGANIZATION, Case.target_id.not_in(seat.organizations)),
        ~own,
        or_(Case.state != CaseState.APPEALED, ~decided),
    )
