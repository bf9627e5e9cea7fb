"""The pages of notifications: the lines, how many are unread, what she wishes to be told of, and the way out of mails."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for

from campus.accounts.guard import public, sign_in_required, viewer
from campus.accounts.queries import addresses
from campus.notifications import actions, queries, wording
from campus.notifications.mailing import TOLD, unsubscribing
from campus.notifications.models import Topic
from campus.platform import clock, tokens
from campus.platform.db import transaction
from campus.platform.htmx import go_to, is_local, live, page_or_block, render_fragment, wants_fragment
from campus.platform.web import csrf

if TYPE_CHECKING:
    from flask import Flask

    from campus.notifications.queries import Key, Line

blueprint = Blueprint("notifications", __name__)
CURSOR = "notifications"
CURSOR_LASTS = 24 * 3600  # seconds
PAGE = 20
TOPICS = {
    Topic.LIKES: ("Likes", "Somebody likes a post of yours."),
    Topic.COMMENTS: ("Comments", "Somebody comments on a post of yours."),
    Topic.REPLIES: ("Replies", "Somebody comments on a post after you did."),
    Topic.MENTIONS: ("Mentions", "Somebody writes your @handle in a post or a comment."),
    Topic.FOLLOWS: ("Followers", "Somebody follows you, asks to, or lets you follow."),
    Topic.DIGEST: ("Weekly digest", "What you missed, once a week when you were not here: how much, and public titles."),
    Topic.NOTICES: ("Notices", "Decisions that concern you: they always reach you, and say how to appeal."),
}


def init_app(app: Flask) -> None:
    """Give the application these pages."""
    app.register_blueprint(blueprint)
    csrf.exempt(unsubscribe)
    app.jinja_env.globals["wording"] = wording


@blueprint.get("/notifications")
@sign_in_required
def listing() -> Response:
    """What she was told, the latest first: everything, or what she has not read."""
    me, unread = viewer(), request.args.get("show") == "unread"
    cursor = request.args.get("cursor")
    lines, key = queries.page(me.id, _key(me.id, cursor), PAGE, unread=unread)
    next_url = url_for(".listing", cursor=_cursor(me.id, key), show="unread" if unread else None) if key else None
    return page_or_block(
        "notifications/list.html",
        "lines",
        lines=lines,
        next_url=next_url,
        at_top=cursor is None,
        show="unread" if unread else "all",
        until=clock.now(),
    )


@blueprint.get("/notifications/count")
@sign_in_required
def count() -> Response:
    """How many lines are unread, for the bell of every page: asked for when the page is there, so that none waits for it."""
    if not wants_fragment():
        return make_response(redirect("/notifications", 303))
    return render_fragment("notifications/_count.html", unread=queries.unread(viewer().id), oob=False)


@blueprint.post("/notifications/<int:notification_id>/read")
@sign_in_required
def read(notification_id: int) -> Response:
    """Note that a line was read; with `open`, go where it leads."""
    me = viewer()
    line = actions.mark_read(viewer_id=me.id, notification_id=notification_id, now=clock.now())
    if "open" in request.form:
        return go_to(_address(line))
    if not wants_fragment():
        return make_response(redirect("/notifications", 303))
    shown = render_template("notifications/_line.html", line=queries.line(me.id, notification_id))
    bell = render_template("notifications/_count.html", unread=queries.unread(me.id), oob=True)
    return make_response("".join((shown, bell, live("Marked as read."))))


@blueprint.post("/notifications/read")
@sign_in_required
def read_all() -> Response:
    """Note that everything was read that was there when the page was made."""
    actions.mark_all_read(viewer_id=viewer().id, until=_moment(request.form.get("until", "")), now=clock.now())
    flash("Everything is marked as read.")
    return go_to("/notifications")


@blueprint.get("/settings/notifications")
@sign_in_required
def settings() -> str:
    """What she wishes to be told of, and how."""
    me = viewer()
    mailed = next((each for each in addresses(me.id) if each.is_primary), None)
    return render_template("notifications/settings.html", wishes=queries.wishes(me.id), topics=TOPICS, address=mailed)


@blueprint.post("/settings/notifications")
@sign_in_required
def save_settings() -> Response:
    """Keep what she wishes; a box that is not ticked is a no."""
    me, ticked = viewer(), set(request.form)
    with transaction():
        for topic in Topic:
            if topic is not Topic.NOTICES:
                on_site, by_mail = f"{topic}-site" in ticked, f"{topic}-mail" in ticked
                actions.set_wish(user_id=me.id, topic=topic, on_site=on_site, by_mail=by_mail)
    flash("Your wishes are saved.")
    return go_to("/settings/notifications")


@blueprint.get("/unsubscribe/<token>")
@public
def confirm_unsubscribe(token: str) -> str:
    """Ask whoever has the mail whether there shall be no more of them: looking at a link changes nothing."""
    _, topic = unsubscribing(token)
    return render_template("notifications/unsubscribe.html", about=TOLD[topic], token=token, done=False)


@blueprint.post("/unsubscribe/<token>")
@public
def unsubscribe(token: str) -> str:
    """End mails about a topic. Mail programs ask this by themselves (RFC 8058): the signed link is all the right it takes."""
    user_id, topic = unsubscribing(token)
    actions.stop_mails(user_id=user_id, topic=topic)
    return render_template("notifications/unsubscribe.html", about=TOLD[topic], token=token, done=True)


def _address(line: Line) -> str:
    """Where a line leads: a path of this site, whatever a notice says."""
    path = wording.leads_to(line, viewer().handle)
    return path if is_local(path) else "/notifications"


def _cursor(viewer_id: int, key: Key) -> str:
    return tokens.sign(CURSOR, {"to": viewer_id, "at": key[0].isoformat(), "id": key[1]})


def _key(viewer_id: int, cursor: str | None) -> Key | None:
    """Where to go on.

    Raises:
        BadToken: the cursor is forged, too old, or somebody else's.
    """
    if not cursor:
        return None
    held = tokens.unsign(CURSOR, cursor, max_age=CURSOR_LASTS)
    if held.get("to") != viewer_id:
        raise tokens.BadToken
    return datetime.fromisoformat(held["at"]), int(held["id"])


def _moment(text: str) -> datetime | None:
    """The time a page was made, as its form says; None if it says something else."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
