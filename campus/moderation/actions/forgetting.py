"""What moderation holds of a person who is forgotten: that something was decided stays; words of hers and about her do not."""

from __future__ import annotations

from sqlalchemy import select, update

from campus.moderation.actions.handling import ASKED
from campus.moderation.models import Appeal, Case, Decision, Note, Report, Snapshot
from campus.moderation.snapshots import kept_for
from campus.platform.db import session, transaction
from campus.posts import measures

ERASED = "(erased)"


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
