"""Who reads, on pages that may be open to everybody."""

from __future__ import annotations

from campus.accounts.guard import viewer, viewer_or_none
from campus.platform import settings

NOBODY = 0  # no person has this id: the rule shows it what is public


def reader_id() -> int:
    """The viewer's id; where public pages are on, `NOBODY` for who is not signed in.

    Raises:
        AuthenticationRequired: nobody is signed in, and public pages are off.
    """
    if settings.current().public_pages and viewer_or_none() is None:
        return NOBODY
    return viewer().id
