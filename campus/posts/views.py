"""The pages of writing: composing, editing, withdrawing, deleting. A post itself is shown with its comments by `interactions`."""

from __future__ import annotations

import math
import uuid
from typing import TYPE_CHECKING

from flask import Blueprint, flash, make_response, render_template, request

from campus.accounts.forms import ConfirmForm
from campus.accounts.guard import sign_in_required, viewer
from campus.platform import clock
from campus.platform.errors import CampusError
from campus.platform.htmx import go_to, render_fragment
from campus.platform.limits import QuotaExceeded, usage
from campus.platform.web import accepts_uploads
from campus.posts import actions, photo_views, policy
from campus.posts.composing import AudienceNote, audience_note, owner_choices
from campus.posts.drafts import check_audience
from campus.posts.forms import PostForm
from campus.posts.queries import earlier_texts, reachable_card, reachable_post
from campus.posts.versions import EditedMeanwhile, version_of
from campus.quotas import POSTS

if TYPE_CHECKING:
    from datetime import datetime

    from flask import Flask, Response

    from campus.posts.cards import PostCard
    from campus.posts.models import Post

blueprint = Blueprint("posts", __name__)


def init_app(app: Flask) -> None:
    """Give the application the pages of posts and photos."""
    app.register_blueprint(blueprint)
    app.register_blueprint(photo_views.blueprint)


@blueprint.get("/posts/new")
@sign_in_required
def new() -> Response:
    """An empty composer; `?owner=` chooses the place to begin with."""
    form = PostForm(formdata=None)
    form.submission.data = str(uuid.uuid4())
    form.owner.data = request.args.get("owner", "")
    for owner in owner_choices(viewer().id):
        if owner.value == form.owner.data:
            form.audience.data = owner.default
    return _composer("posts/new.html", form)


@blueprint.post("/posts/new")
@accepts_uploads
@sign_in_required
def create() -> Response:
    """Publish; what is refused comes back with its words and its accepted photos."""
    me, form, now = viewer(), PostForm(), clock.now()
    try:
        refused = form.take_photos(me.id, now=now)
        if refused:
            return _composer("posts/new.html", form, status=refused)
        post = actions.publish(viewer=me, draft=form.draft(), now=now)
    except CampusError as error:
        return _refused("posts/new.html", form, error)
    if post.published_at:  # while its photos are prepared, its page says so
        flash("Your post is published.")
    return go_to(_path(post))


@blueprint.get("/posts/audience")
@sign_in_required
def audience() -> Response:
    """Who would see the post as the composer stands, in a sentence, and how many people that is."""
    form = PostForm(request.args, meta={"csrf": False})
    return render_fragment("posts/_audience.html", audience=_note(form, now=clock.now()))


@blueprint.get("/posts/<int:post_id>/edit")
@sign_in_required
def edit(post_id: int) -> Response:
    """The composer with a post in it."""
    post_card = _editable(post_id)
    form = PostForm(formdata=None)
    form.show(post_card)
    return _composer("posts/edit.html", form, post_card=post_card)


@blueprint.post("/posts/<int:post_id>/edit")
@accepts_uploads
@sign_in_required
def save(post_id: int) -> Response:
    """Save an edit; what is refused comes back with its words and photos, beside what the post says if it changed meanwhile."""
    me, form, now = viewer(), PostForm(), clock.now()
    post_card = _editable(post_id)
    try:
        refused = form.take_photos(me.id, post_card.photos, now=now)
        if refused:
            return _composer("posts/edit.html", form, status=refused, post_card=post_card)
        post = actions.edit(viewer=me, post_id=post_id, draft=form.draft(), photos=form.arranged, now=now)
    except EditedMeanwhile as error:
        post_card = _editable(post_id)
        form.version.data = version_of(post_card)  # saved again, it replaces what she is shown now
        return _refused("posts/edit.html", form, error, post_card=post_card)
    except CampusError as error:
        if error.status == 404:  # noqa: PLR2004 - gone meanwhile: there is no form to go back to
            raise
        return _refused("posts/edit.html", form, error, post_card=post_card)
    flash("Your changes are saved.")
    return go_to(_path(post))


@blueprint.get("/posts/<int:post_id>/history")
@sign_in_required
def history(post_id: int) -> str:
    """What the post said before, for whoever sees it."""
    post_card = reachable_card(viewer().id, post_id)
    return render_template("posts/history.html", card=post_card, edits=earlier_texts(post_id))


@blueprint.post("/posts/<int:post_id>/withdraw")
@sign_in_required
def withdraw(post_id: int) -> Response:
    """Take the post away from its readers."""
    me = viewer()
    post = actions.withdraw(viewer=me, post_id=post_id, now=clock.now())
    flash("The post is withdrawn: nobody sees it but its author.")
    return go_to(_path(post) if post.author_id == me.id else "/")


@blueprint.post("/posts/<int:post_id>/reinstate")
@sign_in_required
def reinstate(post_id: int) -> Response:
    """Put a withdrawn post back."""
    post = actions.reinstate(viewer=viewer(), post_id=post_id, now=clock.now())
    flash("The post is back.")
    return go_to(_path(post))


@blueprint.get("/posts/<int:post_id>/delete")
@sign_in_required
def confirm_delete(post_id: int) -> str:
    """Ask before deleting."""
    me = viewer()
    policy.require(policy.Act.DELETE, viewer_id=me.id, post=reachable_post(me.id, post_id))
    return render_template("posts/delete.html", card=reachable_card(me.id, post_id), form=ConfirmForm())


@blueprint.post("/posts/<int:post_id>/delete")
@sign_in_required
def delete(post_id: int) -> Response:
    """Delete the post."""
    actions.delete(viewer=viewer(), post_id=post_id, now=clock.now())
    flash("The post is deleted.")
    return go_to("/")


def _editable(post_id: int) -> PostCard:
    """The card of a post she may edit, with all its photos.

    Raises:
        PostNotFound, MayNot: not for her to see, or to change.
    """
    me = viewer()
    policy.require(policy.Act.EDIT, viewer_id=me.id, post=reachable_post(me.id, post_id))
    return reachable_card(me.id, post_id)


def _refused(template: str, form: PostForm, error: CampusError, *, post_card: PostCard | None = None) -> Response:
    """The form again, with its words, what was wrong, and when to come back if it was too much."""
    form.refuse(error)
    response = _composer(template, form, status=error.status, post_card=post_card)
    if isinstance(error, QuotaExceeded):
        seconds = max(1, math.ceil((error.resets_at - clock.now()).total_seconds()))
        limits = {"Limit": error.limit, "Remaining": max(0, error.limit - error.used), "Reset": seconds}
        response.headers.update(
            {f"RateLimit-{name}": str(value) for name, value in limits.items()} | {"Retry-After": str(seconds)}
        )
    return response


def _composer(template: str, form: PostForm, *, status: int = 200, post_card: PostCard | None = None) -> Response:
    me, now = viewer(), clock.now()
    owners = owner_choices(me.id)
    form.offer(owners)
    note = _note(form, now=None if post_card else now)  # a pause lets her change what she has posted
    context = {"form": form, "owners": owners, "audience": note, "quota": usage(POSTS, me.id, now=now)}
    more = {"card": post_card, "changed": status == EditedMeanwhile.status} if post_card else {}
    return make_response(render_template(template, **context, **more), status)


def _note(form: PostForm, *, now: datetime | None) -> AudienceNote:
    """Who would see the draft in the form, or why nobody: place and audience do not fit, are not hers, or, with `now`, paused."""
    me = viewer()
    try:
        draft = form.draft()
        policy.require_may_post(me.id, draft, now=now)
        check_audience(draft)
    except CampusError as error:
        return AudienceNote(str(error), 0, refused=True)
    return audience_note(me.id, draft)


def _path(post: Post) -> str:
    return f"/posts/{post.id}"
