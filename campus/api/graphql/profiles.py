"""The page of a person, the page of an organization, with the lists that belong to them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry

from campus.api.graphql.context import Info
from campus.api.graphql.paging import Connection, after_number, page, size
from campus.api.graphql.people import Department, Organization, User, department, identifier, organization, user, users
from campus.api.graphql.posts import Post, posts
from campus.api.schemas import portrait_url
from campus.follows import queries as follows
from campus.follows.queries import Relation
from campus.interactions.queries import dress
from campus.organizations import queries as organizations
from campus.organizations.models import JoinPolicy, MemberKind, Role
from campus.organizations.models import Organization as OrganizationRow
from campus.platform.keys import read_moment
from campus.posts.queries import newest_by_author, newest_by_organization
from campus.profiles import queries
from campus.profiles.paging import key_after

if TYPE_CHECKING:
    from collections.abc import Sequence

    from campus.accounts.models import User as UserRow
    from campus.organizations.places import Member as MemberView
    from campus.organizations.places import Membership as MembershipView
    from campus.posts.cards import PostCard

for enumeration in (Relation, JoinPolicy, MemberKind, Role):
    strawberry.enum(enumeration)


@strawberry.type
class Membership:
    """A person in an organization."""

    organization: Organization
    role: Role
    kind: MemberKind
    until: datetime | None


@strawberry.type
class Member:
    """A member of an organization."""

    user: User
    role: Role
    kind: MemberKind


@strawberry.type
class UserCounts:
    """Posts the viewer may see; followers; followed, people and organizations together."""

    posts: int
    followers: int
    following: int


@strawberry.type
class UserProfile(User):
    """A person's page."""

    number: strawberry.Private[int]
    bio: str
    locked: bool = strawberry.field(description="She accepts her followers one by one.")
    counts: UserCounts
    relation: Relation = strawberry.field(description="What she is to the viewer.")
    muted: bool = strawberry.field(description="The viewer keeps her out of the home feed.")
    follows_me: bool
    memberships: list[Membership] = strawberry.field(description="Those the viewer shares; of herself all.")

    @strawberry.field
    def posts(self, info: Info, first: int = 10, after: str | None = None) -> Connection[Post]:
        """What she signs and the viewer may see, the newest first."""
        limit = size(first)
        return _posts(info, newest_by_author(info.context.viewer.id, self.number, read_moment(after), limit + 1), limit)

    @strawberry.field
    def followers(self, info: Info, first: int = 30, after: str | None = None) -> Connection[User]:
        """Who follows her, the latest first. Of a locked account only for its followers."""
        me = info.context.viewer.id
        people, before = follows.followers(me, self._open(me), after_number(after), size(first))
        return page(users(people), before)

    @strawberry.field
    def following(self, info: Info, first: int = 30, after: str | None = None) -> Connection[User]:
        """The people she follows, the latest first. Of a locked account only for its followers."""
        me = info.context.viewer.id
        people, before = follows.following(me, self._open(me), after_number(after), size(first))
        return page(users(people), before)

    @strawberry.field
    def followed_organizations(self, info: Info) -> list[Organization]:
        """The organizations she follows, by name. Of a locked account only for its followers."""
        return [organization(found) for found in follows.followed_organizations(self._open(info.context.viewer.id))]

    def _open(self, viewer_id: int) -> int:
        return queries.with_open_lists(viewer_id, self.handle).id


@strawberry.type
class OrganizationCounts:
    """Active members; posts the viewer may see; followers."""

    members: int
    posts: int
    followers: int


@strawberry.type
class OrganizationProfile(Organization):
    """An organization's page."""

    row: strawberry.Private[OrganizationRow]
    about: str
    place: str
    counts: OrganizationCounts
    relation: str = strawberry.field(description="none, pending, or the viewer's role.")
    following: bool
    muted: bool = strawberry.field(description="The viewer keeps it out of the home feed.")
    departments: list[Department]
    join_policy: JoinPolicy

    @strawberry.field
    def posts(self, info: Info, first: int = 10, after: str | None = None, department: str | None = None) -> Connection[Post]:
        """What it publishes and the viewer may see, the newest first; of one department, if its slug is given."""
        limit, me = size(first), info.context.viewer.id
        place = organizations.department_by_slug(self.row.id, department).id if department is not None else None
        return _posts(info, newest_by_organization(me, self.row.id, place, read_moment(after), limit + 1), limit)

    @strawberry.field
    def members(self, info: Info, first: int = 30, after: str | None = None) -> Connection[Member]:
        """Who belongs to it, by name: for its members."""
        found, last = queries.members(info.context.viewer.id, self.row, after_number(after), size(first))
        return page([_member(one) for one in found], last)


def profile_of(info: Info, handle: str) -> UserProfile:
    """The page of the person with this handle.

    Raises:
        PersonNotFound: there is nobody for this viewer.
    """
    return user_profile(info, follows.visible_person(info.context.viewer.id, handle))


def user_profile(info: Info, person: UserRow) -> UserProfile:
    """The page of a person found for this viewer."""
    found = queries.person_page(info.context.viewer.id, person)
    byline = user(found.view)
    return UserProfile(
        id=byline.id,
        handle=byline.handle,
        name=byline.name,
        url=byline.url,
        avatar_url=byline.avatar_url,
        number=person.id,
        bio=found.bio,
        locked=found.locked,
        counts=UserCounts(posts=found.counts.posts, followers=found.counts.followers, following=found.counts.following),
        relation=found.relation,
        muted=found.muted,
        follows_me=found.follows_me,
        memberships=[membership(one) for one in found.organizations],
    )


def organization_profile(info: Info, row: OrganizationRow) -> OrganizationProfile:
    """The page of an organization."""
    found = queries.organization_page(info.context.viewer.id, row)
    byline, counts = organization(found.view), found.counts
    return OrganizationProfile(
        id=byline.id,
        slug=byline.slug,
        name=byline.name,
        kind=byline.kind,
        verified=byline.verified,
        url=byline.url,
        logo_url=byline.logo_url,
        row=row,
        about=found.about,
        place=found.place,
        counts=OrganizationCounts(members=counts.members, posts=counts.posts, followers=counts.followers),
        relation=found.relation,
        following=found.following,
        muted=found.muted,
        departments=[department(one) for one in found.departments],
        join_policy=found.join_policy,
    )


def membership(found: MembershipView) -> Membership:
    """A membership."""
    at = Organization(
        id=identifier(found.organization_id),
        slug=found.slug,
        name=found.name,
        kind=found.kind,
        verified=found.verified,
        url=f"/o/{found.slug}",
        logo_url=portrait_url(found.logo_token),
    )
    return Membership(organization=at, role=found.role, kind=found.member_kind, until=found.until)


def _member(found: MemberView) -> Member:
    return Member(user=user(found), role=found.role, kind=found.kind)


def _posts(info: Info, cards: Sequence[PostCard], limit: int) -> Connection[Post]:
    """A page of posts; `cards` holds one more if there is a next page."""
    found = dress(info.context.viewer.id, cards[:limit])
    return page(posts(info.context, found), key_after(cards, limit))
