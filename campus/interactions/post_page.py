"""The page of one post, with its comments: it stands here because posts know nothing of comments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, make_response, render_template, request

from campus.accounts.guard import public
from campus.interactions.queries import CommentsPage, comments_page, dress
from campus.platform.htmx import live, render_fragment, wants_fragment
from campus.posts import policy
from campus.posts.queries import reachable_card, reachable_post
from campus.posts.reading import NOBODY, keep_from_indexes, reader_of_post, reads_comments

if TYPE_CHECKING:
    from flask import Flask, Response

    from campus.interactions.forms import CommentForm

blueprint = Blueprint("post_page", __name__)


def init_app(app: Flask) -> None:
    """Give the application the page."""
    app.register_blueprint(blueprint)


@blueprint.get("/posts/<int:post_id>")
@public
def show(post_id: int) -> Response:
    """A post she may see, or her own in whatever state, with the newest comments and what she may do with it.

    The page asks with `waiting`, the number of photos it shows as being prepared, whether there is something new to show.
    """
    reader, waiting = reader_of_post(post_id), request.args.get("waiting", type=int)
    if waiting is not None and wants_fragment():
        return _progress(reader, post_id, waiting)
    return keep_from_indexes(make_response(rendered(reader, post_id)))


def _progress(reader: int, post_id: int, waiting: int) -> Response:
    """Nothing (204) while as many photos are prepared; then the post as it stands."""
    card = reachable_card(reader, post_id)
    if card.waiting == waiting:
        return make_response("", 204)
    [full] = dress(reader, [card])
    answer = render_fragment("posts/_now.html", full=full, may=_may(reader, post_id))
    if not card.waiting:
        ready = all(photo.is_ready for photo in card.photos)
        answer.set_data(answer.get_data() + live("The photos are ready." if ready else "A photo could not be prepared.").encode())
    return answer


def _may(reader: int, post_id: int) -> frozenset[policy.Act]:
    return policy.allowed(reader, reachable_post(reader, post_id)) if reader != NOBODY else frozenset()


def rendered(reader: int, post_id: int, *, before: int | None = None, form: CommentForm | None = None) -> str:
    """The page, with the newest comments or those before one, and with a comment that was refused in its form.

    Raises:
        PostNotFound: there is no such post for this reader.
    """
    [full] = dress(reader, [reachable_card(reader, post_id)])
    comments = listed(reader, post_id, before) if reads_comments(reader) else None
    return render_template("posts/show.html", full=full, comments=comments, may=_may(reader, post_id), form=form)


def listed(reader: int, post_id: int, before: int | None = None) -> CommentsPage:
    """The newest comments, or those before one, and the address of the earlier ones. The post has been found by the rule."""
    items, older = comments_page(reader, post_id, before)
    return CommentsPage(items, f"/posts/{post_id}/comments?before={older}" if older else None)
