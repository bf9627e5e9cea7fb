"""Liking, commenting, sharing: a write answers htmx with the piece that changed, a browser without scripts with the way back."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request

from campus import quotas
from campus.accounts.actions import PostingPaused
from campus.accounts.guard import public, sign_in_required, viewer
from campus.interactions import actions, post_page
from campus.interactions.forms import CommentForm
from campus.interactions.links import share_url
from campus.interactions.models import Platform
from campus.interactions.queries import comment_view
from campus.platform import clock, limits
from campus.platform.errors import CampusError, Invalid
from campus.platform.htmx import live, page_or_block, referrer, render_fragment, wants_fragment
from campus.posts.queries import BIGGEST, card, reachable_post, visible_post
from campus.posts.reading import reader_id

if TYPE_CHECKING:
    from flask import Flask

    from campus.platform.limits import Quota

blueprint = Blueprint("interactions", __name__)


class NoSuchPlatform(Invalid):
    """The form names a place the site knows no way to."""

    title = "Choose where to share it"


def init_app(app: Flask) -> None:
    """Give the application the page of a post and what readers do with it."""
    post_page.init_app(app)
    app.add_template_global(uuid.uuid4, "new_submission")
    app.register_blueprint(blueprint)


@blueprint.post("/posts/<int:post_id>/like")
@sign_in_required
def like(post_id: int) -> Response:
    """Make it so: `state` is `on` or `off`, whatever it was before."""
    me, state = viewer(), request.form.get("state", "on")
    if state not in {"on", "off"}:
        raise Invalid("A like is on or off.", field="state")
    if state == "on":
        done = actions.like(viewer=me, post_id=post_id, now=clock.now())
    else:
        done = actions.unlike(viewer=me, post_id=post_id)
    if not wants_fragment():
        return _back_to(post_id)
    answer = render_fragment("interactions/_like.html", post_id=post_id, liked=done.liked, count=done.count)
    return _with(answer, _warning(quotas.LIKES) if state == "on" else "")


@blueprint.get("/posts/<int:post_id>/comments")
@public
def comments(post_id: int) -> Response:
    """Comments before the one with the id `before`: a list for htmx, else the post's page with them."""
    reader = reader_id()
    before = request.args.get("before", type=int)
    if before is not None and not 0 < before <= BIGGEST:
        before = None
    if not wants_fragment():
        return make_response(post_page.rendered(reader, post_id, before=before))
    reachable_post(reader, post_id)
    found = post_page.listed(reader, post_id, before)
    return render_fragment("interactions/_comments.html", post_id=post_id, comments=found)


@blueprint.post("/posts/<int:post_id>/comments")
@sign_in_required
def comment(post_id: int) -> Response:
    """Write a comment; a refused one comes back with its words."""
    me, form = viewer(), CommentForm()
    try:
        made = actions.comment(viewer=me, post_id=post_id, text=form.text.data or "", submission=form.sent_as(), now=clock.now())
    except (Invalid, PostingPaused) as error:
        form.refuse(error)
        return _refused(post_id, form, error)
    if not wants_fragment():
        flash("Your comment is posted.")
        return make_response(redirect(f"/posts/{post_id}#comment-{made.id}", 303))
    shown = comment_view(me.id, made.id)
    item = render_template("interactions/_comment.html", comment=shown)
    empty = render_template("interactions/_comment_form.html", post_id=post_id, form=None, locked=False, oob=True)
    return _pieces(item, empty, _counted(me.id, post_id), live("Your comment is posted."), _warning(quotas.COMMENTS))


@blueprint.post("/comments/<int:comment_id>/delete")
@sign_in_required
def delete_comment(comment_id: int) -> Response:
    """Delete a comment."""
    me = viewer()
    post_id = actions.delete_comment(viewer=me, comment_id=comment_id, now=clock.now())
    if not wants_fragment():
        flash("The comment is deleted.")
        return _back_to(post_id)
    return _pieces(_counted(me.id, post_id), live("The comment is deleted."))


@blueprint.get("/posts/<int:post_id>/shares")
@sign_in_required
def shares(post_id: int) -> Response:
    """The ways to take a post elsewhere; with `platform`, the link to there."""
    post = visible_post(viewer().id, post_id)
    platform = _platform(request.args["platform"]) if "platform" in request.args else None
    url = share_url(post, platform) if platform else None
    return page_or_block("interactions/share.html", "link", card=card(viewer().id, post_id), platform=platform, url=url)


@blueprint.post("/posts/<int:post_id>/shares")
@sign_in_required
def share(post_id: int) -> Response:
    """Count a share, and lead to the link that takes the post to its platform."""
    me = viewer()
    visible_post(me.id, post_id)
    platform = _platform(request.form.get("platform", ""))
    shared = actions.share(viewer=me, post_id=post_id, platform=platform, now=clock.now())
    if not wants_fragment():
        return make_response(redirect(f"/posts/{post_id}/shares?platform={platform}", 303))
    return page_or_block("interactions/share.html", "link", card=card(me.id, post_id), platform=platform, url=shared.url)


def _platform(named: str) -> Platform:
    try:
        return Platform(named)
    except ValueError as error:
        raise NoSuchPlatform(f"Choose one of {', '.join(Platform)}.", field="platform") from error


def _refused(post_id: int, form: CommentForm, error: CampusError) -> Response:
    """The form again, with the text kept."""
    visible_post(viewer().id, post_id)
    if wants_fragment():
        answer = render_fragment("interactions/_comment_form.html", post_id=post_id, form=form, locked=False)
    else:
        answer = make_response(post_page.rendered(viewer().id, post_id, form=form))
    answer.status_code = error.status
    return answer


def _back_to(post_id: int) -> Response:
    """To the page the form was on, at the post."""
    return make_response(redirect(f"{referrer() or f'/posts/{post_id}'}#post-{post_id}", 303))


def _counted(viewer_id: int, post_id: int) -> str:
    """The number of comments, for its place in the card."""
    return render_template("interactions/_count.html", post=card(viewer_id, post_id), oob=True)


def _warning(quota: Quota) -> str:
    """What is left, from 80 % of the quota on: said before it hurts."""
    used = limits.usage(quota, viewer().id, now=clock.now())
    return live(f"{used.used} of {used.limit} {quota.name} used today.") if used.warn else ""


def _pieces(*pieces: str) -> Response:
    return _with(make_response(""), *pieces)


def _with(answer: Response, *pieces: str) -> Response:
    answer.set_data(answer.get_data(as_text=True) + "".join(pieces))
    answer.vary.add("HX-Request")
    return answer
