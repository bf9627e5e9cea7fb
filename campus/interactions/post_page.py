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

    from campus.interactions.forms import CommentForm

blueprint = Blueprint("post_page", __name__)


def init_app(app: Flask) -> None:
    """Give the application the page."""
    app.register_blueprint(blueprint)


@blueprint.get("/posts/<int:post_id>")
@public
def show(post_id: int) -> str:
    """A post she may see, or her own in whatever state, with the newest comments and what she may do with it."""
    return rendered(reader_id(), post_id)


def rendered(reader: int, post_id: int, *, before: int | None = None, form: CommentForm | None = None) -> str:
    """The page, with the newest comments or those before one, and with a comment that was refused in its form.

    Raises:
        PostNotFound: there is no such post for this reader.
    """
    [full] = dress(reader, [reachable_card(reader, post_id)])
    may = policy.allowed(reader, reachable_post(reader, post_id)) if reader != NOBODY else frozenset()
    comments = listed(reader, post_id, before)
    return render_template("posts/show.html", full=full, comments=comments, may=may, form=form)


def listed(reader: int, post_id: int, before: int | None = None) -> CommentsPage:
    """The newest comments, or those before one, and the address of the earlier ones. The post has been found by the rule."""
    items, older = comments_page(reader, post_id, before)
    return CommentsPage(items, f"/posts/{post_id}/comments?before={older}" if older else None)
