"""What the viewer is told, and what she has read of it: the verbs of the bell. A page of lines is one statement."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry
from strawberry import ID

from campus.api import capabilities
from campus.api.graphql.context import Info
from campus.api.graphql.paging import Connection, key, page, size
from campus.api.graphql.people import User, identifier, users
from campus.notifications import actions, queries, wording
from campus.notifications.models import Kind
from campus.platform.errors import Invalid
from campus.platform.keys import moment_key, read_moment

if TYPE_CHECKING:
    from campus.notifications.queries import Line

strawberry.enum(Kind, name="NotificationKind")


@strawberry.type
class Notification:
    """One line: a notice, or what people did about one thing. While it is unread, later acts join it."""

    id: ID
    kind: Kind
    unread: bool
    at: datetime = strawberry.field(description="When it happened last.")
    sentence: str = strawberry.field(description="All of it in words.")
    text: str = strawberry.field(description="What a notice says; empty otherwise.")
    url: str = strawberry.field(description="What it is about, on this site.")
    actors: list[User] = strawberry.field(description="The latest people, two at most.")
    actor_count: int = strawberry.field(description="How many people.")
    many: bool = strawberry.field(description="There are more people than were counted.")
    post_id: ID | None = strawberry.field(description="What it is about, if that is a post.")
    comment_id: ID | None = strawberry.field(description="The latest comment it tells of.")


@strawberry.type
class NotificationPayload:
    """A line that was read."""

    number: strawberry.Private[int]

    @strawberry.field
    def notification(self, info: Info) -> Notification:
        """The line as it is now."""
        who = info.context.viewer
        return notification(queries.line(who.id, self.number), who.handle)


@strawberry.type
class ReadPayload:
    """How many lines were unread."""

    read: int


@strawberry.type
class NotificationMutations:
    """Having read what one was told."""

    @strawberry.mutation
    def mark_notification_read(self, info: Info, id: ID) -> NotificationPayload | None:  # noqa: A002 - GraphQL's name
        """Mark a line as read; reading twice is reading once."""
        context, number = info.context, key(id)
        actions.mark_read(viewer_id=context.viewer.id, notification_id=number, now=context.now)
        return NotificationPayload(number=number)

    @strawberry.mutation
    def mark_all_notifications_read(self, info: Info, until: datetime | None = None) -> ReadPayload | None:
        """Mark everything as read that she was told until a moment, now if it is not given; what came later stays unread."""
        if until is not None and until.tzinfo is None:
            raise Invalid("The moment has no time zone; expected something like 2026-11-22T12:00:00Z.", field="until")
        context = info.context
        return ReadPayload(read=actions.mark_all_read(viewer_id=context.viewer.id, until=until, now=context.now))


def notifications(info: Info, first: int, after: str | None, *, unread: bool) -> Connection[Notification]:
    """A page of the viewer's lines, the latest first."""
    who = info.context.viewer
    lines, before = queries.page(who.id, read_moment(after), size(first), unread=unread)
    return page([notification(line, who.handle) for line in lines], moment_key(*before) if before else None)


def notification(line: Line, handle: str) -> Notification:
    """A line. `handle` is the reader's."""
    return Notification(
        id=identifier(line.id),
        kind=line.kind,
        unread=line.unread,
        at=line.at,
        sentence=wording.sentence(line),
        text=line.text,
        url=capabilities.told(wording.leads_to(line, handle)),
        actors=users(line.actors),
        actor_count=line.count,
        many=line.many,
        post_id=identifier(line.post_id) if line.post_id else None,
        comment_id=identifier(line.comment_id) if line.comment_id else None,
    )
