"""What can be done with posts. Each verb does all of it or nothing, takes the clock, and records the jobs that follow.

Whatever changes who should find a post in her feed records `distribute_post`, a wish about the state: "entries match the post".
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from campus.audit.actions import record
from campus.platform import outbox, settings
from campus.platform.db import session, transaction
from campus.platform.errors import Conflict
from campus.platform.limits import spend
from campus.posts import photos as post_photos
from campus.posts import policy
from campus.posts.drafts import PhotoDraft, PostDraft, checked
from campus.posts.models import Photo, PhotoState, Post, PostEdit, PostState
from campus.posts.photos import PROCESS_PHOTO
from campus.posts.policy import Act
from campus.posts.queries import PostNotFound, reachable_card, reachable_post
from campus.posts.versions import require_version
from campus.quotas import POSTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from campus.accounts.viewer import Viewer

DISTRIBUTE = "distribute_post"  # handled by the feed
RETRACT = "retract_post"  # and this
ERASE = "erase_post"
TELL_MENTIONED = "tell_mentioned"  # handled by the notifications


class SubmissionUsed(Conflict):
    """This form has been sent before, by somebody else or for a post that is gone."""

    title = "This form was already used"


class NotInThatState(Conflict):
    """The post is not in a state in which this can be done."""

    title = "The post has changed"


def publish(*, viewer: Viewer, draft: PostDraft, now: datetime) -> Post:
    """Publish a draft; with photos, as soon as they are processed. The same submission again returns the post it made.

    Raises:
        Invalid, Forbidden: see `drafts.checked` and `policy.require_may_post`; each names the field at fault.
        QuotaExceeded: she has used up her posts of the day.
    """
    with transaction():
        post, is_new = _written(viewer.id, draft, now)
        if is_new:
            spend(POSTS, viewer.id, now=now)
            post_photos.add(post, dict(enumerate(draft.photos, start=1)))
            _tell_mentioned(post)
            if not draft.photos:
                _distribute(post)
    return post


def release(post_id: int, *, now: datetime) -> bool:
    """Publish a post whose photos are all settled, if there is anything to show. True if it was published now."""
    with transaction():
        post = session.get(Post, post_id, with_for_update=True, populate_existing=True)
        if post is None or post.state != PostState.PROCESSING or not post_photos.has_something_to_show(post):
            return False
        post.state, post.published_at, post.updated_at = PostState.PUBLISHED, now, now
        _distribute(post)
    return True


def edit(
    *,
    viewer: Viewer,
    post_id: int,
    draft: PostDraft,
    alts: Mapping[int, str] | None = None,
    photos: Sequence[PhotoDraft] | None = None,
    now: datetime,
) -> Post:
    """Change what a post says, shows, and whom it is for. What it said is kept. Where it belongs may change as well.

    `alts` are descriptions by photo position. `photos`, if given, are all its photos from now on: its own by their tokens, others
    are added, those not named go for good. The draft's photos and submission are not looked at.

    Raises:
        PostNotFound, MayNot: not for her to see, or to change.
        EditedMeanwhile: it is not the draft's version any more.
        Invalid, Forbidden: as in `publish`; where she posts is only asked again when it changes.
    """
    with transaction():
        post = reachable_post(viewer.id, post_id, lock=True)
        policy.require(Act.EDIT, viewer_id=viewer.id, post=post)
        if draft.version is not None:
            require_version(reachable_card(viewer.id, post_id), draft.version)
        draft = _checked_edit(post, draft, photos)
        place = (post.organization_id, post.department_id, post.official, post.audience)
        if place != (draft.organization_id, draft.department_id, draft.official, draft.audience):
            policy.require_not_widened(post, draft)
            policy.require_may_post(viewer.id, draft, now=now)
            _redistribute(post, now)
            if post.organization_id != draft.organization_id:
                outbox.record(RETRACT, post.id, {"post_id": post.id})
        _remember(post, draft, now)
        _show(post, alts or {}, draft.photos if photos is not None else None, viewer.id, now)
    return post


def withdraw(*, viewer: Viewer, post_id: int, now: datetime) -> Post:
    """Take a published post away from its readers: her own, until she puts it back; another's, as a moderator of its owner.

    Raises:
        PostNotFound, MayNot: not for her to see, or to withdraw.
        NotInThatState: it is not published.
    """
    with transaction():
        post = reachable_post(viewer.id, post_id, lock=True)
        policy.require(Act.WITHDRAW, viewer_id=viewer.id, post=post)
        _require_state(post, PostState.PUBLISHED)
        # What a moderator takes away the author cannot put back.
        state = PostState.WITHDRAWN if post.author_id == viewer.id else PostState.HIDDEN
        _move(post, state, now)
        _record_of_another("post.hide", viewer, post, before=PostState.PUBLISHED)
    return post


def reinstate(*, viewer: Viewer, post_id: int, now: datetime) -> Post:
    """Put a post back that its author withdrew, at its old place in time.

    Raises:
        PostNotFound, MayNot: not for her to see, or to put back.
        NotInThatState: it is not withdrawn.
    """
    with transaction():
        post = reachable_post(viewer.id, post_id, lock=True)
        policy.require(Act.REINSTATE, viewer_id=viewer.id, post=post)
        _require_state(post, PostState.WITHDRAWN)
        _move(post, PostState.PUBLISHED, now)
    return post


def delete(*, viewer: Viewer, post_id: int, now: datetime) -> None:
    """Delete a post: at once for everybody, its words and photos by the worker.

    Raises:
        PostNotFound, MayNot: not for her to see, or to delete.
    """
    with transaction():
        post = reachable_post(viewer.id, post_id, lock=True)
        policy.require(Act.DELETE, viewer_id=viewer.id, post=post)
        before = post.state
        _move(post, PostState.DELETED, now)
        outbox.record(ERASE, post.id, {"post_id": post.id})
        _record_of_another("post.delete", viewer, post, before=before)


def retry_photo(*, viewer: Viewer, post_id: int, position: int, now: datetime) -> Photo:
    """Have a failed photo processed again.

    Raises:
        PostNotFound, MayNot: not for her to see, or to change; also when there is no photo at this position.
        NotInThatState: it has not failed.
    """
    with transaction():
        post = reachable_post(viewer.id, post_id, lock=True)
        policy.require(Act.RETRY_PHOTO, viewer_id=viewer.id, post=post)
        photos = session.scalars(select(Photo).where(Photo.post_id == post.id).with_for_update())
        photo = next((each for each in photos if each.position == position), None)  # an address may name any number
        if photo is None:
            raise PostNotFound
        if photo.state != PhotoState.FAILED:
            raise NotInThatState("This photo is not waiting for another try.")
        photo.state, photo.error, post.updated_at = PhotoState.PENDING, "", now
        outbox.record(PROCESS_PHOTO, photo.id, {"photo_id": photo.id})
    return photo


def _written(author_id: int, draft: PostDraft, now: datetime) -> tuple[Post, bool]:
    """The post of this submission, and whether it is new: a form sent twice at once waits here for its twin."""
    if (earlier := _of_submission(author_id, draft)) is not None:
        return earlier, False
    draft = checked(draft, most_photos=settings.current().media.max_photos)
    policy.require_may_post(author_id, draft, now=now)
    row = {
        "author_id": author_id,
        "organization_id": draft.organization_id,
        "department_id": draft.department_id,
        "official": draft.official,
        "audience": draft.audience,
        "state": PostState.PROCESSING if draft.photos else PostState.PUBLISHED,
        "title": draft.title,
        "text": draft.text,
        "location": draft.location,
        "submission": draft.submission,
        "created_at": now,
        "updated_at": now,
        "published_at": None if draft.photos else now,
    }
    once = insert(Post).values(row).on_conflict_do_nothing(index_elements=[Post.submission]).returning(Post)
    post = session.scalar(once)
    if post is not None:
        return post, True
    earlier = _of_submission(author_id, draft)
    if earlier is None:
        raise SubmissionUsed("This form was already sent. Open a new one.")
    return earlier, False


def _of_submission(author_id: int, draft: PostDraft) -> Post | None:
    if draft.submission is None:
        return None
    return session.scalar(
        select(Post).where(Post.submission == draft.submission, Post.author_id == author_id, Post.state != PostState.DELETED)
    )


def _checked_edit(post: Post, draft: PostDraft, photos: Sequence[PhotoDraft] | None) -> PostDraft:
    """The draft, tidy, with the photos that are to be; a post with photos needs no words."""
    draft = replace(draft, photos=tuple(photos or ()))
    has_photos = photos is None and post_photos.has_photos(post)
    return checked(draft, most_photos=settings.current().media.max_photos, has_photos=has_photos)


def _show(post: Post, alts: Mapping[int, str], photos: Sequence[PhotoDraft] | None, editor_id: int, now: datetime) -> None:
    """Describe and arrange the photos; a post that waited for one that is gone is published."""
    if alts:
        post_photos.describe(post, alts)
        post.updated_at = now
    if photos is not None and post_photos.arrange(post, photos, editor_id=editor_id):
        post.edited_at = post.updated_at = now
        session.flush()
        release(post.id, now=now)


def _remember(post: Post, draft: PostDraft, now: datetime) -> None:
    before = (post.title, post.text, post.audience, post.location, post.organization_id, post.department_id, post.official)
    after = (
        draft.title,
        draft.text,
        draft.audience,
        draft.location,
        draft.organization_id,
        draft.department_id,
        draft.official,
    )
    if before == after:
        return
    if before[:3] != after[:3]:
        session.add(PostEdit(post_id=post.id, title=post.title, text=post.text, audience=post.audience, edited_at=now))
        _tell_mentioned(post, draft.text)
    post.title, post.text, post.audience, post.location = draft.title, draft.text, draft.audience, draft.location
    post.organization_id, post.department_id, post.official = draft.organization_id, draft.department_id, draft.official
    post.edited_at = post.updated_at = now


def _record_of_another(act: str, viewer: Viewer, post: Post, *, before: PostState) -> None:
    """What is done to somebody else's post by right of an office is on record; with one's own it is nobody's business."""
    if post.author_id != viewer.id:
        states = {"before": {"state": before}, "after": {"state": post.state}}
        record(act, f"post:{post.id}", organization_id=post.organization_id, **states)


def _require_state(post: Post, state: PostState) -> None:
    if post.state != state:
        raise NotInThatState(f"This can only be done while the post is {state}; it is {post.state} now.")


def _move(post: Post, state: PostState, now: datetime) -> None:
    post.state, post.updated_at = state, now
    _redistribute(post, now)


def _tell_mentioned(post: Post, text: str = "") -> None:
    """Have those told whom a post names by their handles, or names no more in its new `text`."""
    if "@" in post.text or "@" in text:
        outbox.record(TELL_MENTIONED, post.id, {"post_id": post.id})


def _distribute(post: Post) -> None:
    """Have a post delivered for the first time, when nothing needs to be taken back."""
    outbox.record(DISTRIBUTE, post.id, {"post_id": post.id, "first": True})


def _redistribute(post: Post, now: datetime) -> None:
    """Have the feeds match a post that changed; those it reaches only now find it at their next visit."""
    post.resurfaced_at = now
    outbox.record(DISTRIBUTE, post.id, {"post_id": post.id})
