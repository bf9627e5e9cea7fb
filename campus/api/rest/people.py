"""People: their pages, what they sign, who follows them and whom they follow."""

from __future__ import annotations

from typing import Annotated

from flask import Blueprint
from pydantic import Field
from typing_extensions import TypedDict

from campus.accounts.guard import viewer
from campus.api import door, listing
from campus.api.listing import Paged
from campus.api.rest.belonging import organization_of
from campus.api.schemas import Count, OrganizationOut, PersonOut, PostOut, exact, organization_out, person_out
from campus.follows import queries as follows
from campus.follows.queries import Relation
from campus.posts.queries import newest_by_author
from campus.profiles.queries import person_page, with_open_lists

blueprint = Blueprint("api_people", __name__)


@exact
class PersonCountsOut(TypedDict):
    """Posts the caller may see; followers; people and organizations followed."""

    posts: Count
    followers: Count
    following: Count


@exact
class PersonPageOut(PersonOut):
    """A person, as the caller sees her."""

    bio: str
    counts: PersonCountsOut
    relation: Annotated[Relation, Field(description="What she is to the caller.")]
    muted: Annotated[bool, Field(description="Out of the caller's home feed.")]
    follows_me: Annotated[bool, Field(description="She follows the caller.")]
    locked: Annotated[bool, Field(description="She decides who follows her.")]
    organizations: Annotated[list[OrganizationOut], Field(description="Those the caller is a member of too; of oneself, all.")]


@blueprint.get("/users/<handle>/")
@door.reads(answer=PersonPageOut, errors=(404,), tag="users")
def one(handle: str) -> PersonPageOut:
    """Read a person."""
    me = viewer().id
    page = person_page(me, follows.visible_person(me, handle))
    counts = PersonCountsOut(posts=page.counts.posts, followers=page.counts.followers, following=page.counts.following)
    return PersonPageOut(
        **person_out(page.view),
        bio=page.bio,
        counts=counts,
        relation=page.relation,
        muted=page.muted,
        follows_me=page.follows_me,
        locked=page.locked,
        organizations=[organization_of(each) for each in page.organizations],
    )


@blueprint.get("/users/<handle>/posts/")
@door.reads(query=Paged, answer=list[PostOut], errors=(404,), tag="users")
def posts(handle: str, query: Paged) -> door.Page:
    """List what a person signs, the newest first."""
    me = viewer().id
    person = follows.visible_person(me, handle)
    return listing.posts(query, me, newest_by_author(me, person.id, query.moment(), query.page_size + 1))


@blueprint.get("/users/<handle>/followers/")
@door.reads(query=Paged, answer=list[PersonOut], errors=(403, 404), tag="users")
def followers(handle: str, query: Paged) -> door.Page:
    """List who follows a person, the latest first."""
    me = viewer().id
    person = with_open_lists(me, handle)
    found, before = follows.followers(me, person.id, query.number(), query.page_size)
    return query.piece(map(person_out, found), before)


@blueprint.get("/users/<handle>/following/")
@door.reads(query=Paged, answer=list[PersonOut], errors=(403, 404), tag="users")
def following(handle: str, query: Paged) -> door.Page:
    """List whom a person follows, the latest first."""
    me = viewer().id
    person = with_open_lists(me, handle)
    found, before = follows.following(me, person.id, query.number(), query.page_size)
    return query.piece(map(person_out, found), before)


@blueprint.get("/users/<handle>/followed_organizations/")
@door.reads(answer=list[OrganizationOut], errors=(403, 404), tag="users")
def followed_organizations(handle: str) -> list[OrganizationOut]:
    """List the organizations a person follows, by name."""
    person = with_open_lists(viewer().id, handle)
    return [organization_out(each) for each in follows.followed_organizations(person.id)]
