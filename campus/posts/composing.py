"""What the composer offers before a post exists: where she may post, for whom, and how many people that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import exists, func, not_, or_, select

from campus.accounts.actions import PostingPaused
from campus.accounts.models import User
from campus.follows.models import Block, Follow, FollowStatus
from campus.organizations.models import Department, DepartmentMembership, Organization, OrganizationMembership
from campus.organizations.queries import active, departments_of, may_post_in
from campus.platform import settings
from campus.platform.db import session
from campus.platform.errors import Invalid
from campus.posts.drafts import fitting_audiences
from campus.posts.models import Audience
from campus.posts.visibility import MODERATING

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from campus.organizations.places import PostingPlace
    from campus.posts.drafts import PostDraft


class NoSuchPlace(Invalid):
    """The form names a place that does not exist."""

    title = "Choose where to post"


@dataclass(frozen=True, slots=True)
class OwnerChoice:
    """A place to post: `value` as the form sends it, the audiences that fit there (the widest first), the one to begin with.

    `paused` says until when moderators have paused her posting there; it is empty where she may post.
    """

    value: str
    label: str
    may_official: bool
    audiences: tuple[Audience, ...]
    default: Audience
    paused: str = ""

    @property
    def is_whole(self) -> bool:
        """An organization, and no department of it."""
        return self.value.startswith("o:")


@dataclass(frozen=True, slots=True)
class AudienceNote:
    """Who will see the post, in a sentence, and how many people that is, the author not counted; `refused`: why nobody will."""

    sentence: str
    count: int
    refused: bool = False


def owner_choices(viewer_id: int) -> list[OwnerChoice]:
    """Where she may post, herself first. Two statements, and one more for each organization she may speak for."""
    personal = fitting_audiences(in_organization=False, in_department=False, official=False)
    choices = [OwnerChoice("", "Myself", may_official=False, audiences=personal, default=Audience.PUBLIC)]
    for place in may_post_in(viewer_id):
        choices += _choices_in(place)
    return choices


def usual_audience(viewer_id: int, organization_id: int | None, department_id: int | None) -> Audience:
    """The audience that the composer begins with there; where she may not post, any: she is about to be told so."""
    place = place_value(organization_id, department_id)
    usual = (choice.default for choice in owner_choices(viewer_id) if choice.value == place)
    return next(usual, Audience.ORGANIZATION)


def _choices_in(place: PostingPlace) -> list[OwnerChoice]:
    member = place.membership
    official = member.may_post_officially
    departments = departments_of(member.organization_id) if official else place.departments
    inside = fitting_audiences(in_organization=True, in_department=False, official=False)
    within = fitting_audiences(in_organization=True, in_department=True, official=False)
    usual, until = Audience(member.default_audience), place.paused_until
    paused = str(PostingPaused(until, place=member.name)) if until is not None else ""
    whole = OwnerChoice(f"o:{member.organization_id}", member.name, official, inside, usual, paused)
    parts = (
        OwnerChoice(f"d:{part.id}", f"{member.name}: {part.name}", official, within, Audience.DEPARTMENT, paused)
        for part in departments
    )
    return [whole, *parts]


def place_of(value: str) -> tuple[int | None, int | None]:
    """Organization and department that a form's `owner` names: "", "o:<id>" or "d:<id>".

    Raises:
        NoSuchPlace: it names nothing.
    """
    if not value:
        return None, None
    kind, _, number = value.partition(":")
    if kind not in {"o", "d"} or not (number.isascii() and number.isdecimal()) or len(number) > 18:  # noqa: PLR2004 - a bigint's digits
        raise NoSuchPlace("Choose yourself, an organization or a department.", field="owner")
    if kind == "o":
        return int(number), None
    organization_id = session.scalar(select(Department.organization_id).where(Department.id == int(number)))
    if organization_id is None:
        raise NoSuchPlace("There is no such department.", field="owner")
    return organization_id, int(number)


def place_value(organization_id: int | None, department_id: int | None) -> str:
    """The form's `owner` for a place."""
    if department_id is not None:
        return f"d:{department_id}"
    return f"o:{organization_id}" if organization_id is not None else ""


def audience_note(author_id: int, draft: PostDraft) -> AudienceNote:
    """Who would see this draft. The caller has asked `policy.require_may_post`."""
    size = audience_size(author_id, draft.organization_id, draft.department_id, draft.audience, official=draft.official)
    return AudienceNote(audience_sentence(draft.organization_id, draft.department_id, draft.audience, size), size)


def audience_sentence(organization_id: int | None, department_id: int | None, audience: Audience, size: int) -> str:
    """Who will see a post, and how many people that is, in words for its author."""
    organization, department = _names(organization_id, department_id)
    who = {
        Audience.PUBLIC: "Everybody on this site",
        Audience.ORGANIZATION: f"Only members of {organization}",
        Audience.DEPARTMENT: f"Only members of {department} and the moderators of {organization}",
        Audience.FOLLOWERS: "Only your followers",
        Audience.ONLY_ME: "Only you",
    }[audience]
    if audience == Audience.ONLY_ME:
        return f"{who} will see this."
    count = f"{size:,} {'person' if size == 1 else 'people'} besides you"
    if audience != Audience.PUBLIC:
        return f"{who} will see this: {count}."
    if settings.current().public_pages:
        return f"Everybody will see this: {count}, and visitors without an account."
    return f"{who} will see this: {count}. Once shared, whoever has the link can read it."


def _names(organization_id: int | None, department_id: int | None) -> tuple[str, str]:
    if organization_id is None:
        return "", ""
    named = (
        select(Organization.name, Department.name)
        .outerjoin(Department, (Department.organization_id == Organization.id) & (Department.id == department_id))
        .where(Organization.id == organization_id)
    )
    row = session.execute(named).one_or_none()
    return (row[0], row[1] or "") if row else ("", "")


def audience_size(
    author_id: int, organization_id: int | None, department_id: int | None, audience: Audience, *, official: bool = False
) -> int:
    """How many people besides the author the rule of visibility would show such a post to, were it published now."""
    if audience == Audience.ONLY_ME:
        return 0
    people = select(func.count(User.id)).where(User.id != author_id, User.present)
    if not official:
        blocked = or_(
            exists().where(Block.blocker_id == author_id, Block.blocked_id == User.id),
            exists().where(Block.blocked_id == author_id, Block.blocker_id == User.id),
        )
        people = people.where(not_(blocked))
    if audience != Audience.PUBLIC:
        people = people.where(_reached(author_id, organization_id, department_id, audience))
    return session.scalar(people) or 0


def _reached(author_id: int, organization_id: int | None, department_id: int | None, audience: Audience) -> ColumnElement[bool]:
    if audience == Audience.FOLLOWERS:
        accepted = Follow.status == FollowStatus.ACCEPTED
        return User.id.in_(select(Follow.follower_id).where(Follow.user_id == author_id, accepted))
    members = select(OrganizationMembership.user_id).where(OrganizationMembership.organization_id == organization_id, active())
    if audience == Audience.ORGANIZATION:
        return User.id.in_(members)
    inside = select(DepartmentMembership.user_id).where(DepartmentMembership.department_id == department_id)
    moderating = members.where(OrganizationMembership.role.in_(MODERATING))
    return or_(User.id.in_(members) & User.id.in_(inside), User.id.in_(moderating))
