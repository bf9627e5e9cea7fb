"""The photos of a snapshot, for those who handle its case: their files are shown to nobody else once the thing is hidden."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from campus.moderation.models import Snapshot
from campus.moderation.queries.finding import CaseNotFound, case_for
from campus.moderation.queries.offering import photos_of
from campus.platform.db import session

if TYPE_CHECKING:
    import uuid

    from campus.accounts.viewer import Viewer


def kept_file(viewer: Viewer | None, case_id: int, token: uuid.UUID) -> tuple[list[int], int, int]:
    """Widths of the files of a photo of a case, its width and height, as `posts.queries.visible_file` gives them.

    Raises:
        NoSeat, CaseNotFound: there is none for her.
    """
    case = case_for(viewer, case_id)
    for photos in session.scalars(select(Snapshot.photos).where(Snapshot.case_id == case.id)):
        for photo in photos:
            if photo["token"] == str(token):
                return photo["widths"], photo["width"], photo["height"]
    for shown in photos_of(case):  # put into the post since: it is offered in the form of a decision
        if shown.token == token:
            return shown.widths, shown.width, shown.height
    raise CaseNotFound
