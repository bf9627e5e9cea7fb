"""What mutations take in, and the drafts they become. Judging is the verbs' business."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

import strawberry
from strawberry import UNSET

from campus.organizations.queries import by_slug, department_by_slug
from campus.platform.errors import Invalid
from campus.posts.composing import usual_audience
from campus.posts.drafts import PostDraft
from campus.posts.models import Audience

if TYPE_CHECKING:
    from campus.posts.cards import PostCard


@strawberry.input
class PostInput:
    """A new post. Photos are sent by REST, where files can be."""

    audience: Audience | None = strawberry.field(default=None, description="Null: what is usual there, as on the page.")
    title: str = ""
    text: str = ""
    location: str = ""
    organization: str | None = strawberry.field(default=None, description="The slug of the organization it belongs to.")
    department: str | None = strawberry.field(default=None, description="The slug of the department, in that organization.")
    official: bool = strawberry.field(default=False, description="In the organization's name.")
    submission: str | None = strawberry.field(default=None, description="A UUID of yours: sent twice, it makes one post.")


@strawberry.input
class AltInput:
    """The description of a photo."""

    position: int
    alt: str


@strawberry.input
class PostChanges:
    """What is to be different about a post; what is left out stays as it is."""

    audience: Audience | None = UNSET
    title: str | None = UNSET
    text: str | None = UNSET
    location: str | None = UNSET
    organization: str | None = strawberry.field(default=UNSET, description="The slug; null makes it a personal post.")
    department: str | None = strawberry.field(default=UNSET, description="The slug; null takes it out of the department.")
    official: bool | None = UNSET
    alts: list[AltInput] | None = UNSET
    version: str | None = strawberry.field(default=None, description="The post's, to be refused if it was edited meanwhile.")


def drafted(viewer_id: int, post: PostInput) -> PostDraft:
    """The draft of a new post.

    Raises:
        OrganizationNotFound, DepartmentNotFound: no such place.
        Invalid: the submission is no UUID; a department is named without its organization.
    """
    organization_id, department_id = _place(post.organization, post.department)
    return PostDraft(
        audience=post.audience or usual_audience(viewer_id, organization_id, department_id),
        title=post.title,
        text=post.text,
        location=post.location,
        organization_id=organization_id,
        department_id=department_id,
        official=post.official,
        submission=submission_of(post.submission),
    )


def changed(card: PostCard, changes: PostChanges) -> PostDraft:
    """The draft of a post as it is, with the changes.

    Raises:
        OrganizationNotFound, DepartmentNotFound, Invalid: as in `drafted`.
    """
    draft = PostDraft(
        audience=changes.audience or card.audience,
        title=_given(changes.title, card.title),
        text=_given(changes.text, card.text),
        location=_given(changes.location, card.location),
        organization_id=card.owner.id if card.owner else None,
        department_id=card.department.id if card.department else None,
        official=card.official if changes.official is UNSET else bool(changes.official),
        version=changes.version,
    )
    if changes.organization is UNSET and changes.department is UNSET:
        return draft
    slug = (card.owner.slug if card.owner else None) if changes.organization is UNSET else changes.organization
    organization_id, department_id = _place(slug, changes.department or None)
    return replace(draft, organization_id=organization_id, department_id=department_id)


def described(changes: PostChanges) -> dict[int, str]:
    """The descriptions of photos by position."""
    return {one.position: one.alt for one in changes.alts or ()}


def _given(text: str | None, before: str) -> str:
    return before if text is UNSET else text or ""


def _place(organization: str | None, department: str | None) -> tuple[int | None, int | None]:
    if organization is None:
        if department is not None:
            raise Invalid("A department is named; name its organization too.", field="organization")
        return None, None
    found = by_slug(organization)
    return found.id, department_by_slug(found.id, department).id if department is not None else None


def submission_of(text: str | None) -> uuid.UUID | None:
    """What marks a thing sent twice as one.

    Raises:
        Invalid: it is no UUID.
    """
    try:
        return uuid.UUID(text) if text is not None else None
    except ValueError:
        raise Invalid("submission is no UUID; expected one such as 5f2b5c0e-….", field="submission") from None
