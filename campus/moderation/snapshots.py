"""How a thing looked, frozen: for whoever decides later, and for whoever disagrees with it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from campus.moderation.kinds import TargetKind
from campus.moderation.models import Case, Snapshot
from campus.platform.db import session
from campus.posts import measures
from campus.posts.composing import audience_size
from campus.posts.models import Audience, Photo, PhotoState, Post

if TYPE_CHECKING:
    from datetime import datetime

    from campus.moderation.targets import Facts


def take(case: Case, found: Facts, *, occasion: str, now: datetime) -> Snapshot:
    """Freeze what the thing of a case says and shows, and keep its files. In the open transaction."""
    photos = _photos(case)
    snapshot = Snapshot(
        case_id=case.id,
        taken_at=now,
        occasion=occasion,
        title=found.title,
        text=found.text,
        audience=found.audience,
        reach=reach_of(found.post_id),
        photos=photos,
    )
    session.add(snapshot)
    measures.keep_files([uuid.UUID(photo["token"]) for photo in photos], kept_for=kept_for(case.id))
    return snapshot


def kept_for(case_id: int) -> str:
    """The name under which a case keeps files."""
    return f"case:{case_id}"


def reach_of(post_id: int | None) -> int:
    """How many people besides its author may see a post while it is published; 0 for what is no post."""
    post = session.get(Post, post_id) if post_id is not None else None
    if post is None:
        return 0
    return audience_size(
        post.author_id, post.organization_id, post.department_id, Audience(post.audience), official=post.official
    )


def _photos(case: Case) -> list[dict[str, Any]]:
    """The photos of a post, or the one photo, as a page shows them."""
    if case.target_kind not in {TargetKind.POST, TargetKind.PHOTO}:
        return []
    ready = select(Photo).where(Photo.post_id == case.post_id, Photo.state.in_([PhotoState.READY, PhotoState.HIDDEN]))
    if case.target_kind is TargetKind.PHOTO:
        ready = ready.where(Photo.id == case.target_id)
    return [
        {
            "id": photo.id,
            "position": photo.position,
            "token": str(photo.token),
            "alt": photo.alt,
            "width": photo.width,
            "height": photo.height,
            "widths": photo.widths,
        }
        for photo in session.scalars(ready.order_by(Photo.position))
    ]
