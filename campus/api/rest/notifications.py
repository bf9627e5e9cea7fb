"""What the caller is told: lines, what she has read of them, what she wishes to be told of."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from flask import Blueprint
from pydantic import AwareDatetime, Field
from typing_extensions import TypedDict

from campus.accounts.guard import viewer
from campus.api import capabilities, door
from campus.api.listing import Paged
from campus.api.schemas import Count, Id, Path, PersonOut, exact, person_out
from campus.notifications import actions, queries, wording
from campus.notifications.models import Kind, Topic
from campus.platform import clock
from campus.platform.errors import NotFound

if TYPE_CHECKING:
    from campus.notifications.queries import Line, Wish

blueprint = Blueprint("api_notifications", __name__)


@exact
class NotificationOut(TypedDict):
    """One line: a notice, or what people did about one thing. While it is unread, later acts join it."""

    id: Id
    kind: Kind
    unread: bool
    at: Annotated[datetime, Field(description="When it happened last.")]
    sentence: Annotated[str, Field(description="All of it in words.", examples=["Ada Lindqvist and 2 others liked your post"])]
    text: Annotated[str, Field(description="What a notice says; empty otherwise.")]
    url: Annotated[
        Path, Field(description="What it is about. Of letters, tokens without the scope `write` are told the list of notices.")
    ]
    actors: Annotated[list[PersonOut], Field(description="The latest people, two at most.")]
    actor_count: Annotated[int, Field(ge=0, description="How many people.")]
    many: Annotated[bool, Field(description="There are more people than were counted.")]
    post_id: Annotated[Id | None, Field(description="What it is about, if that is a post.")]
    comment_id: Annotated[Id | None, Field(description="The latest comment it tells of.")]


@exact
class UnreadOut(TypedDict):
    """How much is unread."""

    unread: Count
    more: Annotated[bool, Field(description="There is more than that.")]


@exact
class ReadOut(TypedDict):
    """How many lines were unread."""

    read: Count


@exact
class WishOut(TypedDict):
    """What the caller wishes about one topic."""

    topic: Topic
    on_site: bool
    by_mail: bool
    fixed: Annotated[bool, Field(description="It cannot be changed: notices always reach her.")]


class Lines(Paged):
    """Which lines."""

    show: Literal["all", "unread"] = "all"


class Until(door.Body):
    """What to mark as read."""

    until: Annotated[
        AwareDatetime | None, Field(strict=False, description="What she was told later stays unread; now, if it is not given.")
    ] = None


class WishChange(door.Body):
    """What shall be different; what is not named stays."""

    on_site: bool | None = None
    by_mail: bool | None = None


class TopicNotFound(NotFound):
    """There is no such topic."""


@blueprint.get("/notifications/")
@door.reads(query=Lines, answer=list[NotificationOut], tag="notifications")
def listing(query: Lines) -> door.Page:
    """List what you were told, the latest first.

    What you may not see any more is not there, nor what was taken back, nor the acts of people you keep away from.
    """
    me = viewer()
    lines, key = queries.page(me.id, query.moment(), query.page_size, unread=query.show == "unread")
    return query.piece((_line(line, me.handle) for line in lines), key, show=None if query.show == "all" else query.show)


@blueprint.get("/notifications/count/")
@door.reads(answer=UnreadOut, tag="notifications")
def count() -> UnreadOut:
    """Count what is unread, up to 99."""
    found = queries.unread(viewer().id)
    return UnreadOut(unread=found.count, more=found.more)


@blueprint.post("/notifications/read/")
@door.writes(body=Until, answer=ReadOut, tag="notifications")
def read_all(body: Until) -> ReadOut:
    """Mark everything as read that you were told until a moment."""
    return ReadOut(read=actions.mark_all_read(viewer_id=viewer().id, until=body.until, now=clock.now()))


@blueprint.put("/notifications/<int:notification_id>/read/")
@door.writes(answer=NotificationOut, errors=(404,), tag="notifications")
def read(notification_id: int) -> NotificationOut:
    """Mark a line as read."""
    me = viewer()
    actions.mark_read(viewer_id=me.id, notification_id=notification_id, now=clock.now())
    return _line(queries.line(me.id, notification_id), me.handle)


@blueprint.get("/notifications/preferences/")
@door.reads(answer=list[WishOut], tag="notifications")
def preferences() -> list[WishOut]:
    """List what you wish to be told of, on the site and by mail."""
    return [_wish(wish) for wish in queries.wishes(viewer().id)]


@blueprint.patch("/notifications/preferences/<topic>/")
@door.writes(body=WishChange, answer=WishOut, errors=(404,), tag="notifications")
def prefer(topic: str, body: WishChange) -> WishOut:
    """Change what you wish about one topic. Notices stay as they are."""
    if topic not in set(Topic):
        raise TopicNotFound(f"There is no topic {topic[:40]!r}.")
    return _wish(actions.set_wish(user_id=viewer().id, topic=Topic(topic), on_site=body.on_site, by_mail=body.by_mail))


def _line(line: Line, handle: str) -> NotificationOut:
    return NotificationOut(
        id=line.id,
        kind=line.kind,
        unread=line.unread,
        at=line.at,
        sentence=wording.sentence(line),
        text=line.text,
        url=capabilities.told(wording.leads_to(line, handle)),
        actors=[person_out(actor) for actor in line.actors],
        actor_count=line.count,
        many=line.many,
        post_id=line.post_id,
        comment_id=line.comment_id,
    )


def _wish(wish: Wish) -> WishOut:
    return WishOut(topic=wish.topic, on_site=wish.on_site, by_mail=wish.by_mail, fixed=wish.fixed)
