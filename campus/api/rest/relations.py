"""Following, blocking, muting: each a thing that is there (PUT) or not (DELETE), whatever it was before."""

from __future__ import annotations

from typing import Annotated

from flask import Blueprint
from pydantic import Field
from typing_extensions import TypedDict

from campus import quotas
from campus.accounts.guard import viewer
from campus.api import door
from campus.api.listing import Paged
from campus.api.schemas import OrganizationOut, PersonOut, exact, organization_out, person_out
from campus.follows import actions, queries, shunning
from campus.follows.models import FollowStatus
from campus.follows.queries import Relation, visible_person
from campus.follows.shunning import Muted
from campus.platform import clock

blueprint = Blueprint("api_relations", __name__)


@exact
class RelationOut(TypedDict):
    """How the caller stands to a person."""

    relation: Annotated[Relation, Field(description="`requested`: she decides whether the caller may follow.")]
    muted: bool
    follows_me: bool


@exact
class MuteOut(TypedDict):
    """A person or an organization that is out of the home feed: one of the two."""

    person: PersonOut | None
    organization: OrganizationOut | None


def relation_to(user_id: int) -> RelationOut:
    """As it is now."""
    standing = queries.standing(viewer().id, user_id)
    return RelationOut(relation=standing.relation, muted=standing.muted, follows_me=standing.follows_me)


@blueprint.put("/users/<handle>/follow/")
@door.writes(answer=RelationOut, errors=(403, 404), quota=quotas.FOLLOWS, tag="follows")
def follow(handle: str) -> RelationOut:
    """Follow a person, or ask to.

    Following twice is following once, and costs nothing.
    """
    person = visible_person(viewer().id, handle)
    actions.follow(viewer_id=viewer().id, user_id=person.id, now=clock.now())
    return relation_to(person.id)


@blueprint.delete("/users/<handle>/follow/")
@door.writes(answer=RelationOut, errors=(404,), tag="follows")
def unfollow(handle: str) -> RelationOut:
    """Stop following a person, or take the request back."""
    person = visible_person(viewer().id, handle)
    actions.unfollow(viewer_id=viewer().id, user_id=person.id)
    return relation_to(person.id)


@blueprint.put("/users/<handle>/block/")
@door.writes(answer=RelationOut, errors=(404,), tag="follows")
def block(handle: str) -> RelationOut:
    """Have nothing to do with a person any more.

    Follows in both directions end, and neither sees what the other signs.
    """
    person = visible_person(viewer().id, handle)
    actions.block(viewer_id=viewer().id, user_id=person.id, now=clock.now())
    return relation_to(person.id)


@blueprint.delete("/users/<handle>/block/")
@door.writes(answer=RelationOut, errors=(404,), tag="follows")
def unblock(handle: str) -> RelationOut:
    """Take a block back. Follows do not come back by themselves."""
    person = visible_person(viewer().id, handle)
    actions.unblock(viewer_id=viewer().id, user_id=person.id)
    return relation_to(person.id)


@blueprint.put("/users/<handle>/mute/")
@door.writes(answer=RelationOut, errors=(404,), tag="follows")
def mute(handle: str) -> RelationOut:
    """Keep a person out of the home feed. Nobody else notices."""
    person = visible_person(viewer().id, handle)
    actions.mute(viewer_id=viewer().id, user_id=person.id, now=clock.now())
    return relation_to(person.id)


@blueprint.delete("/users/<handle>/mute/")
@door.writes(answer=RelationOut, errors=(404,), tag="follows")
def unmute(handle: str) -> RelationOut:
    """Let a person into the home feed again."""
    person = visible_person(viewer().id, handle)
    actions.unmute(viewer_id=viewer().id, user_id=person.id)
    return relation_to(person.id)


@blueprint.get("/me/follow_requests/")
@door.reads(query=Paged, answer=list[PersonOut], tag="follows")
def requests(query: Paged) -> door.Page:
    """List who asks to follow you, the latest first."""
    me = viewer().id
    found, before = queries.followers(me, me, query.number(), query.page_size, status=FollowStatus.REQUESTED)
    return query.piece(map(person_out, found), before)


@blueprint.get("/me/blocks/")
@door.reads(query=Paged, answer=list[PersonOut], tag="follows")
def blocks(query: Paged) -> door.Page:
    """List whom you have blocked, the latest first."""
    found, key = shunning.blocked(viewer().id, query.moment(), query.page_size)
    return query.piece(map(person_out, found), key)


@blueprint.get("/me/mutes/")
@door.reads(query=Paged, answer=list[MuteOut], tag="follows")
def mutes(query: Paged) -> door.Page:
    """List the people and organizations you have muted, the latest first."""
    found, last = shunning.muted(viewer().id, query.number(), query.page_size)
    return query.piece(map(_mute_out, found), last)


def _mute_out(found: Muted) -> MuteOut:
    return MuteOut(
        person=person_out(found.person) if found.person else None,
        organization=organization_out(found.organization) if found.organization else None,
    )


@blueprint.put("/me/followers/<handle>/")
@door.writes(answer=RelationOut, errors=(404,), tag="follows")
def accept(handle: str) -> RelationOut:
    """Let a person who asks follow you.

    Accepting twice is accepting once.
    """
    person = visible_person(viewer().id, handle)
    actions.accept(viewer_id=viewer().id, follower_id=person.id)
    return relation_to(person.id)


@blueprint.delete("/me/followers/<handle>/")
@door.writes(answer=RelationOut, errors=(404,), tag="follows")
def reject(handle: str) -> RelationOut:
    """Refuse a person's request, or let go of a follower. She is not told."""
    person = visible_person(viewer().id, handle)
    actions.reject(viewer_id=viewer().id, follower_id=person.id)
    return relation_to(person.id)
