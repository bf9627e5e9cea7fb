"""What moderation holds of a person who is forgotten: that something was decided stays; words of hers and about her do not."""

from __future__ import annotations

from sqlalchemy import or_, select, union, update

from campus.moderation.actions.handling import ASKED
from campus.moderation.models import Appeal, Case, Decision, Note, Report, Snapshot
from campus.moderation.snapshots import kept_for
from campus.platform.db import session, transaction
from campus.posts import measures

ERASED = "(erased)"


def hold(user_id: int) -> None:
    """Hold every case that names a person, until the open transaction ends: before anything else of hers, as `locks` says."""
    named = union(
        *(
            select(table.case_id).where(column == user_id)
            for table, column in (
                (Report, Report.reporter_id),
                (Note, Note.by_id),
                (Decision, Decision.by_id),
                (Decision, Decision.undone_by),
                (Appeal, Appeal.decided_by),
            )
        )
    )
    hers = or_(Case.author_id == user_id, Case.claimed_by == user_id, Case.id.in_(named))
    session.execute(select(Case.id).where(hers).order_by(Case.id).with_for_update())


def forget(user_id: int) -> None:
    """Empty the cases about a person of what she said and showed, and what was said of it, in the open transaction."""
    with transaction():
        cases = session.scalars(select(Case.id).where(Case.author_id == user_id)).all()
        if not cases:
            return
        quietly = {"synchronize_session": False}
        emptied = update(Snapshot).where(Snapshot.case_id.in_(cases)).values(title="", text="", photos=[])
        session.execute(emptied, execution_options=quietly)
        for table, column in ((Appeal, "text"), (Appeal, "reason"), (Note, "text"), (Decision, "reason"), (Report, "note")):
            told = update(table).where(table.case_id.in_(cases)).values({column: ERASED})
            session.execute(told, execution_options=quietly)
        asked = update(Case).where(Case.id.in_(cases), Case.routed_because.startswith(ASKED))
        session.execute(asked.values(routed_because=f"{ASKED}."), execution_options=quietly)
        for case_id in cases:
            measures.let_go(kept_for=kept_for(case_id))
