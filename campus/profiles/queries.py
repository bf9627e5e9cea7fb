"""What the pages of people and organizations show, put together from the rooms below."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import exists, func, not_, select

from campus.follows import queries as follows
from campus.organizations import queries as organizations
from campus.organizations.models import JoinPolicy, MembershipStatus
from campus.platform.db import session
from campus.platform.errors import Forbidden
from campus.posts.cards import OwnerView, PersonView
from campus.posts.models import Audience, Photo, PhotoState, Post, PostState
from campus.posts.queries import cards
from campus.posts.visibility import visible_to

if TYPE_CHECKING:
    from campus.accounts.models import User
    from campus.organizations.models import Organization
    from campus.organizations.places import DepartmentPlace, Member, Membership
    from campus.posts.cards import PostCard


class MembersOnly(Forbidden):
    """Who belongs to an organization is for its members to see; how many they are, for everybody."""

    title = "For members"


class FollowersOnly(Forbidden):
    """Whom a locked account has to do with is for herself and her followers to see."""

    title = "For followers"


@dataclass(frozen=True, slots=True)
class PersonCounts:
    """Posts this viewer may see; followers and followed, people and organizations together."""

    posts: int
    followers: int
    following: int


@dataclass(frozen=True, slots=True)
class PersonPage:
    """The head of a person's page, as one viewer sees it."""

    view: PersonView
    bio: str
    counts: PersonCounts
    relation: follows.Relation
    muted: bool
    follows_me: bool
    locked: bool
    organizations: list[Membership]


@dataclass(frozen=True, slots=True)
class OrganizationCounts:
    """Posts this viewer may see; active members; followers."""

    members: int
    posts: int
    followers: int


@dataclass(frozen=True, slots=True)
class Belonging:
    """How a viewer stands to an organization. `relation` is none, pending, or her role."""

    relation: str
    following: bool
    muted: bool


@dataclass(frozen=True, slots=True)
class OrganizationPage:
    """The head of an organization's page, as one viewer sees it. `relation` is none, pending, or her role."""

    view: OwnerView
    about: str
    place: str
    counts: OrganizationCounts
    relation: str
    following: bool
    muted: bool
    departments: list[DepartmentPlace]
    join_policy: JoinPolicy


def person_page(viewer_id: int, person: User) -> PersonPage:
    """The head of a person's page. The caller has found her by `visible_person`."""
    standing = follows.standing(viewer_id, person.id)
    counts = PersonCounts(
        posts=_visible_posts(viewer_id, author_id=person.id),
        followers=follows.follower_count(user_id=person.id),
        following=follows.following_count(person.id),
    )
    return PersonPage(
        PersonView(person.id, person.handle, person.name, person.avatar_token),
        person.bio,
        counts,
        standing.relation,
        standing.muted,
        standing.follows_me,
        person.locked,
        _shared_organizations(viewer_id, person.id),
    )


def organization_page(viewer_id: int, organization: Organization) -> OrganizationPage:
    """The head of an organization's page."""
    counts = OrganizationCounts(
        members=organizations.member_count(organization.id),
        posts=_visible_posts(viewer_id, organization_id=organization.id),
        followers=follows.follower_count(organization_id=organization.id),
    )
    found, standing = organization, belonging(viewer_id, organization.id)
    return OrganizationPage(
        OwnerView(found.id, found.slug, found.name, found.kind, found.verified, found.logo_token),
        found.about,
        found.place,
        counts,
        standing.relation,
        standing.following,
        standing.muted,
        organizations.departments_of(found.id),
        found.join_policy,
    )


def belonging(viewer_id: int, organization_id: int) -> Belonging:
    """How the viewer stands to an organization now."""
    return Belonging(
        _relation(viewer_id, organization_id),
        follows.follows_organization(viewer_id, organization_id),
        follows.has_muted_organization(viewer_id, organization_id),
    )


def with_open_lists(viewer_id: int, handle: str) -> User:
    """The person whose followers and followed the viewer may see.

    Raises:
        PersonNotFound: there is nobody.
        FollowersOnly: the account is locked, and she does not follow it.
    """
    found = follows.visible_person(viewer_id, handle)
    open_to = {follows.Relation.SELF, follows.Relation.FOLLOWING}
    if found.locked and follows.standing(viewer_id, found.id).relation not in open_to:
        raise FollowersOnly(f"Only followers of {found.name} see this list.")
    return found


def members(viewer_id: int, organization: Organization, after: int | None, limit: int) -> tuple[list[Member], int | None]:
    """Who belongs to an organization, as `organizations.members_page` gives it, without people behind a block.

    Raises:
        MembersOnly: the viewer is no member.
    """
    if organizations.role_in(organization.id, viewer_id) is None:
        raise MembersOnly(f"Only members of {organization.name} see who belongs to it.")
    return organizations.members_page(organization.id, after, limit, conditions=[follows.shown_to(viewer_id)])


def popular_photos(viewer_id: int, limit: int = 6) -> list[PostCard]:
    """Public posts with photos that are new and liked, in the order of their heat."""
    shown = exists().where(Photo.post_id == Post.id, Photo.state == PhotoState.READY).correlate(Post)
    hot = (
        select(Post.id)
        .where(Post.state == PostState.PUBLISHED, Post.audience == Audience.PUBLIC, shown, visible_to(viewer_id))
        .order_by(Post.heat.desc(), Post.id.desc())
        .limit(limit)
    )
    return cards(viewer_id, list(session.scalars(hot)))


def _shared_organizations(viewer_id: int, user_id: int) -> list[Membership]:
    """Her own organizations; of somebody else those they share, since only members see who belongs to one."""
    theirs = organizations.memberships_of(user_id)
    if viewer_id == user_id:
        return theirs
    mine = {found.organization_id for found in organizations.memberships_of(viewer_id)}
    return [found for found in theirs if found.organization_id in mine]


def _relation(viewer_id: int, organization_id: int) -> str:
    role = organizations.role_in(organization_id, viewer_id)
    if role is not None:
        return role.value
    row = organizations.membership(organization_id, viewer_id)
    return "pending" if row is not None and row.status is MembershipStatus.PENDING else "none"


def _visible_posts(viewer_id: int, *, author_id: int | None = None, organization_id: int | None = None) -> int:
    """How many posts the viewer may see: those the person signs, or those the organization owns."""
    mine = Post.organization_id == organization_id if author_id is None else (Post.author_id == author_id) & not_(Post.official)
    return session.scalar(select(func.count()).select_from(Post).where(mine, visible_to(viewer_id))) or 0
