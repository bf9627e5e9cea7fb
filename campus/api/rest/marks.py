"""Likes and shares of posts."""

from __future__ import annotations

from typing import Annotated

from flask import Blueprint
from pydantic import Field
from typing_extensions import TypedDict

from campus import quotas
from campus.accounts.guard import viewer
from campus.api import door
from campus.api.schemas import Count, exact
from campus.interactions import actions
from campus.interactions.links import share_url
from campus.interactions.models import Platform
from campus.platform import clock
from campus.posts.queries import visible_post

blueprint = Blueprint("api_marks", __name__)

Link = Annotated[str, Field(description="Where to send the reader.", json_schema_extra={"format": "uri"})]


@exact
class LikeOut(TypedDict):
    """Whether the caller likes a post now, and how many people do."""

    liked: bool
    count: Count


@exact
class LinkOut(TypedDict):
    """A way to take a post elsewhere. Whoever opens it must be allowed to see the post."""

    platform: Platform
    url: Link


@exact
class ShareOut(LinkOut):
    """A share that was counted."""

    count: Annotated[Count, Field(description="How often the post has been shared.")]


class ShareIn(door.Body):
    """Where a post is taken."""

    platform: Annotated[Platform, Field(strict=False)]


@blueprint.put("/posts/<int:post_id>/like/")
@door.writes(answer=LikeOut, errors=(404,), quota=quotas.LIKES, tag="likes")
def like(post_id: int) -> LikeOut:
    """Like a post.

    Liking twice is one like, and costs nothing.
    """
    done = actions.like(viewer=viewer(), post_id=post_id, now=clock.now())
    return LikeOut(liked=done.liked, count=done.count)


@blueprint.delete("/posts/<int:post_id>/like/")
@door.writes(answer=LikeOut, errors=(404,), tag="likes")
def unlike(post_id: int) -> LikeOut:
    """Take a like back."""
    done = actions.unlike(viewer=viewer(), post_id=post_id)
    return LikeOut(liked=done.liked, count=done.count)


@blueprint.get("/posts/<int:post_id>/shares/")
@door.reads(answer=list[LinkOut], errors=(404,), tag="shares")
def ways(post_id: int) -> list[LinkOut]:
    """List the ways to take a post elsewhere. Looking counts nothing."""
    post = visible_post(viewer().id, post_id)
    return [LinkOut(platform=platform, url=share_url(post, platform)) for platform in Platform]


@blueprint.post("/posts/<int:post_id>/shares/")
@door.writes(body=ShareIn, answer=ShareOut, status=201, errors=(404,), quota=quotas.SHARES, tag="shares")
def share(post_id: int, body: ShareIn) -> ShareOut:
    """Count a share of a post, and get the link that takes it there."""
    done = actions.share(viewer=viewer(), post_id=post_id, platform=body.platform, now=clock.now())
    return ShareOut(platform=done.platform, url=done.url, count=done.count)
