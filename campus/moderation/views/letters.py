"""The letter of a decision, at an address only its author was told: it needs no session, and works while she is suspended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, flash, make_response, render_template, request

from campus.accounts.guard import public, sign_in_required, viewer, viewer_or_none
from campus.moderation import actions
from campus.moderation import letters as wording
from campus.moderation.actions.telling import sent
from campus.moderation.queries.letters import letter_of_post, letter_page
from campus.platform import clock
from campus.platform.errors import Conflict, Invalid
from campus.platform.htmx import go_to
from campus.posts.models import PostState
from campus.posts.queries import PostNotFound, reachable_post

if TYPE_CHECKING:
    import uuid

    from campus.platform.errors import CampusError

blueprint = Blueprint("letters", __name__)


@blueprint.get("/moderation/letters/<uuid:letter>")
@public
def letter(letter: uuid.UUID) -> Response:
    """What was decided, why, what it does, and how to answer."""
    return _shown(letter)


@blueprint.post("/moderation/letters/<uuid:letter>/appeal")
@public
def appeal(letter: uuid.UUID) -> Response:
    """Disagree, once; who is signed in, in her own name."""
    viewer_or_none()  # nobody else asks who it is: from here on the audit log knows
    try:
        actions.appeal(letter=letter, text=request.form.get("text", ""), now=clock.now())
    except (Conflict, Invalid) as error:
        return _shown(letter, error=error)
    flash("Your appeal has been received. Somebody else decides about it, and you are told.")
    return go_to(wording.letter_url(letter))


@blueprint.get("/posts/<int:post_id>/decision")
@sign_in_required
def of_post(post_id: int) -> Response:
    """Why her own post is hidden: the letter, or that it is being reviewed."""
    me = viewer()
    post = reachable_post(me.id, post_id)
    if post.author_id != me.id or post.state not in {PostState.HELD, PostState.HIDDEN}:
        raise PostNotFound
    found = letter_of_post(post_id) if post.state is PostState.HIDDEN else None
    if found is not None:
        return go_to(wording.letter_url(found))
    return make_response(render_template("moderation/held.html", post_id=post_id, held=post.state is PostState.HELD))


def _shown(letter: uuid.UUID, *, error: CampusError | None = None) -> Response:
    found = letter_page(letter, now=clock.now())
    text = request.form.get("text", "")
    answer = make_response(
        render_template("moderation/letter.html", page=found, told=sent(found), error=error, text=text),
        error.status if error else 200,
    )
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.headers["Referrer-Policy"] = "same-origin"
    return answer
