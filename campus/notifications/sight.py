"""What a reader may see of her notifications, asked on every read: conditions and pieces of statements, all of one reader.

A line about a post is there while the reader may see the post; an act of a line, while it stands (the like was not taken back,
the comment not deleted) and its actor is nobody whom she has blocked or muted, who has blocked her, or who is suspended. A line
whose acts are all gone is gone. An official post speaks for its organization: who wrote it is told nowhere, and no
block applies to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, and_, bindparam, case, exists, func, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased

from campus.accounts.models import User
from campus.follows.models import Follow, FollowStatus, Mute
from campus.follows.queries import not_blocked
from campus.interactions.models import Comment, Like
from campus.interactions.queries import STANDS
from campus.notifications.models import Kind, Notification, NotificationAct, NotificationWish, Topic
from campus.posts.models import Post
from campus.posts.visibility import visible_to

if TYPE_CHECKING:
    from typing import Any

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.sql.selectable import LateralFromClause

MOST_ACTS = 100  # of one line are looked at: "and more than 90 others"
NAMED = 2  # people a line names
TOPIC_OF = {
    Kind.LIKE: Topic.LIKES,
    Kind.COMMENT: Topic.COMMENTS,
    Kind.REPLY: Topic.REPLIES,
    Kind.MENTION: Topic.MENTIONS,
    Kind.FOLLOW: Topic.FOLLOWS,
    Kind.FOLLOW_REQUEST: Topic.FOLLOWS,
    Kind.FOLLOW_ACCEPTED: Topic.FOLLOWS,
    Kind.NOTICE: Topic.NOTICES,
}

VIEWER = bindparam("viewer", type_=BigInteger)
_actor = aliased(User)
_follow = aliased(Follow)
_wish = aliased(NotificationWish)
_muted = aliased(Mute)
_silent = aliased(Mute)
_act = NotificationAct

# A post in the name of an organization: nothing of the person is told, or asked.
_FOR_ORGANIZATION = and_(Notification.kind == Kind.MENTION, _act.comment_id == 0, Post.official)


def seen() -> tuple[ColumnElement[bool], ...]:
    """The line is of this reader, about what she may see. Wants a statement with `Post` beside the line, where it has one."""
    return Notification.user_id == VIEWER, or_(Notification.post_id.is_(None), visible_to(VIEWER))


def wished() -> ColumnElement[bool]:
    """She wishes to be told of such things on the site."""
    unwished = select(_wish.topic).where(_wish.user_id == VIEWER, _wish.on_site.is_(False))
    topic = case({kind.value: topic.value for kind, topic in TOPIC_OF.items()}, value=Notification.kind)
    return topic.not_in(unwished.correlate_except(_wish))


def shown_acts() -> Select[*tuple[Any, ...]]:
    """The acts of the surrounding line that she is told of."""
    shown = select(_act.actor_id, _act.at, _act.comment_id, _actor.handle, _actor.name, _actor.avatar_token)
    shown = shown.join(_actor, _actor.id == _act.actor_id)
    return shown.where(_act.notification_id == Notification.id, _stands(), _near()).correlate(Notification, Post)


def people() -> LateralFromClause:
    """Of the surrounding line: `people` and `acts` counted, the latest `at` and `comment_id`, the latest `named` in JSON."""
    acts = shown_acts().order_by(_act.at.desc(), _act.actor_id).limit(MOST_ACTS).subquery("shown_acts").c
    who = (acts.actor_id, acts.handle, acts.name, acts.avatar_token)
    place = func.row_number().over(order_by=(func.max(acts.at).desc(), acts.actor_id))
    latest = (func.max(acts.at).label("at"), func.max(acts.comment_id).label("comment_id"))
    each = select(*who, *latest, func.count().label("acts"), place.label("place")).group_by(*who).subquery("each").c
    one = func.json_build_array(each.actor_id, each.handle, each.name, each.avatar_token)
    return select(
        func.count().label("people"),
        func.sum(each.acts).label("acts"),
        func.max(each.at).label("at"),
        func.max(each.comment_id).label("comment_id"),
        func.json_agg(aggregate_order_by(one, each.place)).filter(each.place <= NAMED).label("named"),
    ).lateral("people")


def _stands() -> ColumnElement[bool]:
    """What the act tells of is still so."""
    status = case((Notification.kind == Kind.FOLLOW, FollowStatus.ACCEPTED.value), else_=FollowStatus.REQUESTED.value)
    asks = exists().where(_follow.follower_id == _act.actor_id, _follow.user_id == VIEWER, _follow.status == status)
    accepted = (_follow.follower_id == VIEWER, _follow.user_id == _act.actor_id, _follow.status == FollowStatus.ACCEPTED)
    likes = exists().where(Like.post_id == Notification.post_id, Like.user_id == _act.actor_id)
    says = exists().where(Comment.id == _act.comment_id, STANDS)
    return or_(
        and_(Notification.kind == Kind.LIKE, likes.correlate_except(Like)),
        and_(_act.comment_id != 0, says.correlate_except(Comment)),
        and_(Notification.kind == Kind.MENTION, _act.comment_id == 0),
        and_(Notification.kind.in_((Kind.FOLLOW, Kind.FOLLOW_REQUEST)), asks.correlate_except(_follow)),
        and_(Notification.kind == Kind.FOLLOW_ACCEPTED, exists().where(*accepted).correlate_except(_follow)),
    )


def _near() -> ColumnElement[bool]:
    """Who did it is somebody she may hear of, and wants to."""
    muted = select(_muted.user_id).where(_muted.muter_id == VIEWER, _muted.user_id.is_not(None))
    silent = select(_silent.organization_id).where(_silent.muter_id == VIEWER, _silent.organization_id.is_not(None))
    person = and_(
        _actor.present,
        _actor.approved_at.is_not(None),
        not_blocked(VIEWER, _act.actor_id),
        _act.actor_id.not_in(muted.correlate_except(_muted)),
    )
    return case((_FOR_ORGANIZATION, Post.organization_id.not_in(silent.correlate_except(_silent))), else_=person)
