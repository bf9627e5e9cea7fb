"""Comments under posts."""

from __future__ import annotations

from typing import Annotated

from flask import Blueprint
from pydantic import Field

from campus import quotas
from campus.accounts import guard
from campus.accounts.guard import viewer
from campus.accounts.models import TokenScope
from campus.api import door
from campus.api.listing import Paged
from campus.api.schemas import CommentOut, comment_out
from campus.interactions import actions
from campus.interactions.queries import comments_page, reachable_comment, visible_comment
from campus.platform import clock
from campus.posts.queries import reachable_post, visible_post
from campus.posts.reading import reader_id

blueprint = Blueprint("api_comments", __name__)


class CommentIn(door.Body):
    """A comment to write."""

    text: Annotated[str, Field(description="1 to 2,000 characters; lines are kept.", examples=["What a light!"])]


@blueprint.get("/posts/<int:post_id>/comments/")
@door.reads(query=Paged, answer=list[CommentOut], errors=(404,), tag="comments", public=True)
def of_post(post_id: int, query: Paged) -> door.Page:
    """List the comments of a post, the newest first."""
    reader = reader_id()
    reachable_post(reader, post_id)
    found, before = comments_page(reader, post_id, query.number(), query.page_size)
    return query.piece(map(comment_out, reversed(found)), before)


@blueprint.post("/posts/<int:post_id>/comments/")
@door.writes(body=CommentIn, answer=CommentOut, status=201, errors=(403, 404), quota=quotas.COMMENTS, tag="comments")
def create(post_id: int, body: CommentIn) -> door.Made:
    """Comment on a post."""
    made = actions.comment(viewer=viewer(), post_id=post_id, text=body.text, now=clock.now())
    return door.Made(comment_out(reachable_comment(viewer().id, made.id)), f"/api/comments/{made.id}/")


@blueprint.get("/comments/<int:comment_id>/")
@door.reads(answer=CommentOut, errors=(404,), tag="comments", public=True)
def one(comment_id: int) -> CommentOut:
    """Read one comment."""
    return comment_out(reachable_comment(reader_id(), comment_id))


@blueprint.delete("/comments/<int:comment_id>/")
@door.writes(status=204, errors=(403, 404), tag="comments")
def delete(comment_id: int) -> None:
    """Delete a comment.

    Your own, or one under your post. Another one, as a moderator of the organization the post belongs to: for that, a token
    needs the scope `moderate`.
    """
    me = viewer()
    comment = visible_comment(me.id, comment_id)
    if me.id not in {comment.author_id, visible_post(me.id, comment.post_id).author_id}:
        guard.require(TokenScope.MODERATE)
    actions.delete_comment(viewer=me, comment_id=comment_id, now=clock.now())
