"""Posts: written, read, changed, taken away."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from flask import Blueprint, request
from pydantic import Field
from typing_extensions import TypedDict

from campus.accounts import guard
from campus.accounts.guard import viewer
from campus.accounts.models import TokenScope
from campus.api import door
from campus.api.incoming import Whole
from campus.api.rest.drafting import BIGGEST, PostChange, PostIn, changed, draft_of, named_for_programs, received
from campus.api.schemas import Id, PostOut, exact
from campus.api.showing import shown_post
from campus.feed.explain import why as explain
from campus.platform import clock
from campus.platform.db import transaction
from campus.posts import actions, policy
from campus.posts.composing import audience_note
from campus.posts.drafts import PostDraft, check_audience
from campus.posts.models import Audience, PostState
from campus.posts.queries import earlier_texts, reachable_card, reachable_post
from campus.posts.reading import reader_id
from campus.quotas import POSTS

blueprint = Blueprint("api_posts", __name__)


@exact
class PostStateOut(TypedDict):
    """Where a post is in its life."""

    id: Id
    state: PostState


@exact
class EarlierOut(TypedDict):
    """What a post said before an edit."""

    title: str
    text: str
    audience: Audience
    edited_at: Annotated[datetime, Field(description="When it stopped saying so.")]


@exact
class PartOut(TypedDict):
    """One part of a post's score."""

    label: str
    points: float
    explanation: str


@exact
class WhyOut(TypedDict):
    """Why a post is in the caller's feed, and what places it."""

    sentence: str
    total: float
    parts: list[PartOut]


@exact
class AudienceOut(TypedDict):
    """Who would see a post."""

    sentence: str
    count: Annotated[int, Field(ge=0, description="People besides its author.")]


class AudienceQuery(door.Query):
    """The post to be, as far as it decides who sees it."""

    audience: Audience = Audience.PUBLIC
    organization_id: Annotated[Whole, Field(gt=0, le=BIGGEST)] | None = None
    department_id: Annotated[Whole, Field(gt=0, le=BIGGEST)] | None = None
    official: bool = False


@blueprint.post("/posts/")
@door.writes(body=PostIn, answer=PostOut, status=201, errors=(403, 413), quota=POSTS, uploads=True, tag="posts")
def create(body: PostIn) -> door.Made:
    """Publish a post.

    As JSON, or with photos as `multipart/form-data`: the field `post` holds the JSON, each file is a field `photos`. A post with
    photos is published as soon as they are processed; until then its state is `processing`.
    """
    me, now = viewer(), clock.now()
    with named_for_programs(), transaction():
        photos = received(me.id, body.photos, request.files.getlist("photos"), now=now)
        post = actions.publish(viewer=me, draft=draft_of(me.id, body, photos), now=now)
    return door.Made(shown_post(me.id, post.id), f"/api/posts/{post.id}/")


@blueprint.get("/posts/audience/")
@door.reads(query=AudienceQuery, answer=AudienceOut, errors=(403,), tag="posts")
def audience(query: AudienceQuery) -> AudienceOut:
    """Ask who would see a post, before it is written."""
    me = viewer()
    draft = PostDraft(query.audience, "", "", "", query.organization_id, query.department_id, query.official)
    with named_for_programs():
        policy.require_may_post(me.id, draft, now=clock.now())
        check_audience(draft)
    note = audience_note(me.id, draft)
    return AudienceOut(sentence=note.sentence, count=note.count)


@blueprint.get("/posts/<int:post_id>/")
@door.reads(answer=PostOut, errors=(404,), public=True, tag="posts")
def read(post_id: int) -> PostOut:
    """Read one post, with what you may do with it."""
    return shown_post(reader_id(), post_id)


@blueprint.patch("/posts/<int:post_id>/")
@door.writes(body=PostChange, answer=PostOut, errors=(403, 404, 409), tag="posts")
def edit(post_id: int, body: PostChange) -> PostOut:
    """Change a post. What it said before is kept in its history."""
    me = viewer()
    with named_for_programs(), transaction():
        policy.require(policy.Act.EDIT, viewer_id=me.id, post=reachable_post(me.id, post_id, lock=True))
        draft = changed(reachable_card(me.id, post_id), body)
        actions.edit(viewer=me, post_id=post_id, draft=draft, alts=body.alts, now=clock.now())
    return shown_post(me.id, post_id)


@blueprint.delete("/posts/<int:post_id>/")
@door.writes(status=204, errors=(403, 404), tag="posts")
def delete(post_id: int) -> None:
    """Delete a post of yours, with its photos, likes and comments, for good."""
    actions.delete(viewer=viewer(), post_id=post_id, now=clock.now())


@blueprint.post("/posts/<int:post_id>/withdraw/")
@door.writes(answer=PostStateOut, errors=(403, 404, 409), tag="posts")
def withdraw(post_id: int) -> PostStateOut:
    """Take a post away from its readers.

    Your own, until you put it back. Another's, as a moderator of the organization it belongs to: for that, a token needs the
    scope `moderate`.
    """
    me = viewer()
    if reachable_post(me.id, post_id).author_id != me.id:
        guard.require(TokenScope.MODERATE)
    post = actions.withdraw(viewer=me, post_id=post_id, now=clock.now())
    return PostStateOut(id=post.id, state=post.state)


@blueprint.post("/posts/<int:post_id>/reinstate/")
@door.writes(answer=PostStateOut, errors=(403, 404, 409), tag="posts")
def reinstate(post_id: int) -> PostStateOut:
    """Put back a post that you withdrew."""
    post = actions.reinstate(viewer=viewer(), post_id=post_id, now=clock.now())
    return PostStateOut(id=post.id, state=post.state)


@blueprint.get("/posts/<int:post_id>/history/")
@door.reads(answer=list[EarlierOut], errors=(404,), tag="posts")
def history(post_id: int) -> list[EarlierOut]:
    """Read what a post said before, the newest first."""
    reachable_post(viewer().id, post_id)
    return [
        EarlierOut(title=edit.title, text=edit.text, audience=edit.audience, edited_at=edit.edited_at)
        for edit in earlier_texts(post_id)
    ]


@blueprint.get("/posts/<int:post_id>/why/")
@door.reads(answer=WhyOut, errors=(404,), tag="feed")
def why(post_id: int) -> WhyOut:
    """Ask why a post is in your feed, and where its score comes from."""
    found = explain(viewer().id, post_id, now=clock.now())
    parts = [PartOut(label=part.label, points=part.points, explanation=part.explanation) for part in found.parts]
    return WhyOut(sentence=found.sentence, total=found.total, parts=parts)
