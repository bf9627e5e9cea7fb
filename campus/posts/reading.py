"""Who reads, on pages that may be open to everybody.

Where public pages are off, a visitor still opens what is public and was shared: the page of such a post, its photos, their files.
Somebody who sees it has given its link away, which is what `share_count` counts. Its comments, written among members, stay with
them. Any other post is to a visitor what one that never was is: a reason to sign in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from campus.accounts.guard import viewer, viewer_or_none
from campus.platform import settings
from campus.posts import queries

if TYPE_CHECKING:
    import uuid

    from flask import Response

NOBODY = 0  # no person has this id: the rule shows it what is public


def reader_id() -> int:
    """The viewer's id; where public pages are on, `NOBODY` for who is not signed in.

    Raises:
        AuthenticationRequired: nobody is signed in, and public pages are off.
    """
    if settings.current().public_pages and viewer_or_none() is None:
        return NOBODY
    return viewer().id


def reader_of_post(post_id: int) -> int:
    """The same, and `NOBODY` for a visitor of a post that is public and was shared.

    Raises:
        AuthenticationRequired: nobody is signed in, public pages are off, and the post, if there is one, is not for visitors.
    """
    if _visits() and queries.was_shared(NOBODY, post_id):
        return NOBODY
    return reader_id()


def reader_of_file(token: uuid.UUID) -> int:
    """The same for the files of a photo.

    Raises:
        AuthenticationRequired: nobody is signed in, public pages are off, and the photo, if there is one, is not for visitors.
    """
    if _visits() and queries.file_was_shared(NOBODY, token):
        return NOBODY
    return reader_id()


def reads_comments(reader: int) -> bool:
    """Whether comments are shown: to visitors only where public pages are on."""
    return reader != NOBODY or settings.current().public_pages


def keep_from_indexes(response: Response) -> Response:
    """Ask search engines to leave a page alone that a visitor opened by its link, where public pages are off."""
    if _visits():
        response.headers["X-Robots-Tag"] = "noindex"
    return response


def _visits() -> bool:
    return viewer_or_none() is None and not settings.current().public_pages
