"""What is going on: popular posts, and whom to join and follow."""

from __future__ import annotations

from flask import Blueprint
from typing_extensions import TypedDict

from campus.accounts.guard import viewer
from campus.api import door
from campus.api.schemas import OrganizationOut, PersonOut, PostOut, exact, organization_out, person_out, post_out
from campus.feed.suggestions import suggestions
from campus.interactions.queries import dress
from campus.profiles.queries import popular_photos

blueprint = Blueprint("api_discovery", __name__)


@exact
class SuggestionsOut(TypedDict):
    """Organizations to join, and people to follow."""

    organizations: list[OrganizationOut]
    people: list[PersonOut]


@blueprint.get("/posts/popular/")
@door.reads(answer=list[PostOut], tag="posts")
def popular() -> list[PostOut]:
    """List a few public posts with photos that are new and liked."""
    me = viewer().id
    return [post_out(full) for full in dress(me, popular_photos(me))]


@blueprint.get("/me/suggestions/")
@door.reads(answer=SuggestionsOut, tag="me")
def suggested() -> SuggestionsOut:
    """List a few organizations to join and people to follow."""
    found = suggestions(viewer().id)
    return SuggestionsOut(
        organizations=[organization_out(each) for each in found.organizations],
        people=[person_out(each) for each in found.people],
    )
