"""Finding one case, through whoever handles it: by its number, or by what it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from campus.moderation.kinds import UNDECIDED
from campus.moderation.models import Case
from campus.moderation.seats import handled_by, seat_of
from campus.platform.db import session
from campus.platform.errors import NotFound
from campus.posts.queries import BIGGEST

if TYPE_CHECKING:
    from campus.accounts.viewer import Viewer
    from campus.moderation.kinds import Target


class CaseNotFound(NotFound):
    """There is no such case for her."""

    title = "There is no such case"


def case_for(viewer: Viewer | None, case_id: int) -> Case:
    """The case, if it is hers to handle; None is an operator. Two statements.

    Raises:
        NoSeat: she moderates nothing.
        CaseNotFound: there is none for her.
    """
    hers = select(Case).where(Case.id == case_id, handled_by(seat_of(viewer))).execution_options(populate_existing=True)
    found = session.scalar(hers) if 0 < case_id <= BIGGEST else None
    if found is None:
        raise CaseNotFound
    return found


def undecided(viewer: Viewer | None, target: Target) -> Case:
    """The case of a thing that nobody has decided yet, if it is hers to handle, whoever has it. Two statements.

    Raises:
        NoSeat: she moderates nothing.
        CaseNotFound: there is none for her.
    """
    about = (Case.target_kind == target.kind, Case.target_id == target.id, Case.state.in_(UNDECIDED))
    found = session.scalar(select(Case).where(*about, handled_by(seat_of(viewer))).order_by(Case.id.desc()).limit(1))
    if found is None:
        raise CaseNotFound
    return found
