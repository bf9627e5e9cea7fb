"""The page of one post, with its comments: it stands here because posts know nothing of comments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template

from campus.accounts.guard import public
from campus.interactions.queries import CommentsPage, comments_page, dress
from campus.posts import policy
from campus.posts.queries import reachable_card, reachable_post
from campus.posts.reading import NOBODY, reader_id

if TYPE_CHECKING:
    from flask import Flask

blueprint = Blueprint("post_page", __name__)


def init_app(app: Flask) -> None:
    """Give the application the page."""
    app.register_blueprint(blueprint)


@blueprint.get("/posts/<int:post_id>")
@public
def show(post_id: int) -> str:
    """A post she may see, or her own in whatever state, with the newest comments and what she may do with it."""
    reader = reader_id()
    [full] = dress(reader, [reachable_card(reader, post_id)])
    items, older = comments_page(reader, post_id)
    older_url = f"/posts/{post_id}/comments?before={older}" if older else None
    may = policy.allowed(reader, reachable_post(reader, post_id)) if reader != NOBODY else frozenset()
    return render_template("posts/show.html", full=full, comments=CommentsPage(items, older_url), may=may, form=None)
