"""What mutations answer: what changed, and the thing as it is now, read only if it is asked for."""

from __future__ import annotations

import strawberry

from campus.accounts.models import Algorithm, Scope
from campus.api.graphql.context import Info
from campus.api.graphql.posts import Comment, Post, single
from campus.api.graphql.profiles import OrganizationProfile, UserProfile, organization_profile, profile_of
from campus.interactions.models import Platform
from campus.organizations.models import MembershipStatus
from campus.organizations.queries import by_slug
from campus.posts.queries import PostNotFound

strawberry.enum(Platform)
strawberry.enum(MembershipStatus)


@strawberry.type
class PostPayload:
    """A post that was made or changed."""

    number: strawberry.Private[int]

    @strawberry.field
    def post(self, info: Info) -> Post | None:
        """The post as it is now; null if the viewer does not see it any more."""
        try:
            return single(info.context, self.number)
        except PostNotFound:
            return None


@strawberry.type
class DeletePayload:
    """Something that is gone."""

    id: strawberry.ID


@strawberry.type
class LikePayload(PostPayload):
    """Whether the viewer likes the post now, and how many people do."""

    liked: bool
    likes: int


@strawberry.type
class CommentPayload(PostPayload):
    """A comment that was written, and its post."""

    comment: Comment


@strawberry.type
class DeleteCommentPayload(PostPayload):
    """A comment that is gone, and its post."""

    id: strawberry.ID


@strawberry.type
class SharePayload(PostPayload):
    """Where to take the post, and how often it has been taken somewhere."""

    platform: Platform
    url: str
    shares: int


@strawberry.type
class UserPayload:
    """A person to whom the viewer's relation changed."""

    handle: strawberry.Private[str]

    @strawberry.field
    def user(self, info: Info) -> UserProfile:
        """Her page as it is now."""
        return profile_of(info, self.handle)


@strawberry.type
class TargetPayload:
    """The person or the organization to which the viewer's relation changed."""

    handle: strawberry.Private[str | None]
    slug: strawberry.Private[str | None]

    @strawberry.field
    def user(self, info: Info) -> UserProfile | None:
        """The person's page as it is now, if it was a person."""
        return profile_of(info, self.handle) if self.handle is not None else None

    @strawberry.field
    def organization(self, info: Info) -> OrganizationProfile | None:
        """The organization's page as it is now, if it was one."""
        return organization_profile(info, by_slug(self.slug)) if self.slug is not None else None


@strawberry.type
class MembershipPayload:
    """What the viewer is to an organization now: active, pending, or null."""

    slug: strawberry.Private[str]
    status: MembershipStatus | None

    @strawberry.field
    def organization(self, info: Info) -> OrganizationProfile:
        """The organization's page as it is now."""
        return organization_profile(info, by_slug(self.slug))


@strawberry.type
class FeedChoice:
    """The order and scope of the viewer's home feed."""

    algorithm: Algorithm
    scope: Scope
