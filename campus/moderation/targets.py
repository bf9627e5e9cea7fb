"""The things that are reported: found through the viewer, and described for those who decide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from campus.accounts.models import User
from campus.follows.models import Block
from campus.interactions.models import Comment
from campus.interactions.queries import CommentNotFound, visible_comment
from campus.moderation.kinds import Target, TargetKind
from campus.organizations.models import Organization
from campus.platform.db import session
from campus.platform.errors import NotFound
from campus.posts.models import Audience, Photo, PhotoState, Post, PostState
from campus.posts.queries import BIGGEST, PostNotFound, visible_post

if TYPE_CHECKING:
    from collections.abc import Callable


class TargetNotFound(NotFound):
    """There is no such thing for this viewer."""

    title = "There is no such thing"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a thing is: who answers for it (nobody for an organization), who owns the content, the post it is part of.

    `name` says it in words ("a post by Ada"), `url` is where it is, `title` and `text` what it says, `audience` whom for.
    """

    target: Target
    name: str
    url: str
    author_id: int | None = None
    organization_id: int | None = None
    post_id: int | None = None
    title: str = ""
    text: str = ""
    audience: str = ""


def parsed(text: str) -> Target:
    """The target that `post:12` names.

    Raises:
        TargetNotFound: it names nothing.
    """
    kind, _, number = text.partition(":")
    if kind not in set(TargetKind) or not (number.isascii() and number.isdecimal()) or len(number) > 18:  # noqa: PLR2004 - digits
        raise TargetNotFound
    return Target(TargetKind(kind), int(number))


def photo_at(viewer_id: int, post_id: int, position: int) -> Target:
    """The target of a photo of a post she sees.

    Raises:
        TargetNotFound: there is none.
    """
    here = select(Photo.id).where(Photo.post_id == post_id, Photo.state == PhotoState.READY)
    found = session.scalar(here.where(Photo.position == position)) if max(position, post_id) <= BIGGEST else None
    if found is None:
        raise TargetNotFound
    return visible(viewer_id, Target(TargetKind.PHOTO, found)).target


def visible(viewer_id: int, target: Target) -> Facts:
    """The thing, if this viewer may see it.

    Raises:
        TargetNotFound: there is none for her.
    """
    found = facts(target) if 0 < target.id <= BIGGEST else None
    if found is None or not _VISIBLE[target.kind](viewer_id, found):
        raise TargetNotFound
    return found


def facts(target: Target) -> Facts | None:
    """The thing, whoever may see it; None when it is gone. For those who handle its case."""
    return _FACTS[target.kind](target)


def is_there(target: Target) -> bool:
    """It has not been deleted; whether it is shown to anybody is another question."""
    found = {
        TargetKind.POST: select(Post.id).where(Post.id == target.id, Post.state != PostState.DELETED),
        TargetKind.PHOTO: select(Photo.id).where(Photo.id == target.id),
        TargetKind.COMMENT: select(Comment.id).where(Comment.id == target.id, Comment.deleted_at.is_(None)),
        TargetKind.USER: select(User.id).where(User.id == target.id),
        TargetKind.ORGANIZATION: select(Organization.id).where(Organization.id == target.id),
    }
    return session.scalar(found[target.kind]) is not None


def _post(target: Target) -> Facts | None:
    row = session.get(Post, target.id, populate_existing=True)
    return _of_post(target, row, "a post") if row else None


def _photo(target: Target) -> Facts | None:
    post_id = session.scalar(select(Photo.post_id).where(Photo.id == target.id))
    row = session.get(Post, post_id, populate_existing=True) if post_id else None
    return _of_post(target, row, "a photo") if row else None


def _of_post(target: Target, post: Post, what: str) -> Facts:
    """What a post says; one that its author has taken to herself says nothing to anybody else."""
    alone = post.audience == Audience.ONLY_ME
    return Facts(
        target,
        f"{what} by {_name(post.author_id)}",
        f"/posts/{post.id}",
        author_id=post.author_id,
        organization_id=post.organization_id,
        post_id=post.id,
        title="" if alone else post.title,
        text="" if alone else post.text,
        audience=post.audience,
    )


def _comment(target: Target) -> Facts | None:
    row = session.get(Comment, target.id, populate_existing=True)
    if row is None or row.deleted_at is not None:
        return None
    post = session.get_one(Post, row.post_id, populate_existing=True)
    return Facts(
        target,
        f"a comment by {_name(row.author_id)}",
        f"/posts/{row.post_id}#comment-{row.id}",
        author_id=row.author_id,
        organization_id=post.organization_id,
        post_id=post.id,
        text=row.text,
        audience=post.audience,
    )


def _user(target: Target) -> Facts | None:
    row = session.get(User, target.id, populate_existing=True)
    return Facts(target, row.name, f"/u/{row.handle}", author_id=row.id, title=row.name, text=row.bio) if row else None


def _organization(target: Target) -> Facts | None:
    row = session.get(Organization, target.id, populate_existing=True)
    if row is None:
        return None
    return Facts(target, row.name, f"/o/{row.slug}", organization_id=row.id, title=row.name, text=row.about)


def _name(user_id: int) -> str:
    return session.scalar(select(User.name).where(User.id == user_id)) or ""


def _sees_post(viewer_id: int, found: Facts) -> bool:
    try:
        visible_post(viewer_id, found.post_id or 0)
    except PostNotFound:
        return False
    return True


def _sees_photo(viewer_id: int, found: Facts) -> bool:
    ready = select(Photo.id).where(Photo.id == found.target.id, Photo.state == PhotoState.READY)
    return session.scalar(ready) is not None and _sees_post(viewer_id, found)


def _sees_comment(viewer_id: int, found: Facts) -> bool:
    try:
        visible_comment(viewer_id, found.target.id)
    except CommentNotFound:
        return False
    return True


def _sees_user(viewer_id: int, found: Facts) -> bool:
    """As on her page: somebody whom the viewer has blocked can be reported, somebody who has blocked the viewer is not there."""
    blocked = select(Block.blocker_id).where(Block.blocker_id == found.target.id, Block.blocked_id == viewer_id)
    here = select(User.id).where(User.id == found.target.id, User.present, User.approved_at.is_not(None))
    return session.scalar(here) is not None and session.scalar(blocked) is None


_FACTS: dict[TargetKind, Callable[[Target], Facts | None]] = {
    TargetKind.POST: _post,
    TargetKind.PHOTO: _photo,
    TargetKind.COMMENT: _comment,
    TargetKind.USER: _user,
    TargetKind.ORGANIZATION: _organization,
}
_VISIBLE: dict[TargetKind, Callable[[int, Facts], bool]] = {
    TargetKind.POST: _sees_post,
    TargetKind.PHOTO: _sees_photo,
    TargetKind.COMMENT: _sees_comment,
    TargetKind.USER: _sees_user,
    TargetKind.ORGANIZATION: lambda _viewer_id, _found: True,
}
