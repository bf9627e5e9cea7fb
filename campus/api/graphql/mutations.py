"""What can be done: the verbs of the pages, each spending the same quotas and raising the same errors."""

from __future__ import annotations

import strawberry

from campus.accounts.actions import choose_feed
from campus.accounts.models import Algorithm, Scope
from campus.api.graphql.context import Info
from campus.api.graphql.managing import ManagingMutations
from campus.api.graphql.notices import NotificationMutations
from campus.api.graphql.payloads import FeedChoice, MembershipPayload, TargetPayload, UserPayload
from campus.api.graphql.post_mutations import InteractionMutations, PostMutations
from campus.api.graphql.report_mutations import ReportMutations
from campus.follows import actions as follows
from campus.follows.queries import visible_person
from campus.organizations import actions as memberships
from campus.organizations.queries import by_slug
from campus.platform.errors import Invalid


@strawberry.type
class FollowMutations:
    """What people do with each other. `handle` names a person, `slug` an organization: one of the two."""

    @strawberry.mutation
    def follow(self, info: Info, handle: str | None = None, slug: str | None = None) -> TargetPayload | None:
        """Follow a person (or ask to, if she accepts her followers one by one), or an organization."""
        follows.follow(viewer_id=info.context.viewer.id, **_target(info, handle, slug), now=info.context.now)
        return TargetPayload(handle=handle, slug=slug)

    @strawberry.mutation
    def unfollow(self, info: Info, handle: str | None = None, slug: str | None = None) -> TargetPayload | None:
        """Stop following, or take the request back."""
        follows.unfollow(viewer_id=info.context.viewer.id, **_target(info, handle, slug))
        return TargetPayload(handle=handle, slug=slug)

    @strawberry.mutation
    def mute(self, info: Info, handle: str | None = None, slug: str | None = None) -> TargetPayload | None:
        """Keep a person or an organization out of the home feed."""
        follows.mute(viewer_id=info.context.viewer.id, **_target(info, handle, slug), now=info.context.now)
        return TargetPayload(handle=handle, slug=slug)

    @strawberry.mutation
    def unmute(self, info: Info, handle: str | None = None, slug: str | None = None) -> TargetPayload | None:
        """Let a person or an organization into the home feed again."""
        follows.unmute(viewer_id=info.context.viewer.id, **_target(info, handle, slug))
        return TargetPayload(handle=handle, slug=slug)

    @strawberry.mutation
    def block(self, info: Info, handle: str) -> UserPayload | None:
        """Have nothing to do with a person any more."""
        who = info.context.viewer.id
        follows.block(viewer_id=who, user_id=visible_person(who, handle).id, now=info.context.now)
        return UserPayload(handle=handle)

    @strawberry.mutation
    def unblock(self, info: Info, handle: str) -> UserPayload | None:
        """Take a block back."""
        who = info.context.viewer.id
        follows.unblock(viewer_id=who, user_id=visible_person(who, handle).id)
        return UserPayload(handle=handle)

    @strawberry.mutation
    def accept_follower(self, info: Info, handle: str) -> UserPayload | None:
        """Let a person who asked follow the viewer."""
        who = info.context.viewer.id
        follows.accept(viewer_id=who, follower_id=visible_person(who, handle).id)
        return UserPayload(handle=handle)

    @strawberry.mutation
    def reject_follower(self, info: Info, handle: str) -> UserPayload | None:
        """Refuse a person's request, or let go of a follower."""
        who = info.context.viewer.id
        follows.reject(viewer_id=who, follower_id=visible_person(who, handle).id)
        return UserPayload(handle=handle)


@strawberry.type
class BelongingMutations:
    """Where the viewer belongs, and what her feed draws from."""

    @strawberry.mutation
    def join(self, info: Info, slug: str) -> MembershipPayload | None:
        """Become a member, or ask to."""
        found = by_slug(slug)
        status = memberships.join(viewer_id=info.context.viewer.id, organization_id=found.id, now=info.context.now)
        return MembershipPayload(slug=slug, status=status)

    @strawberry.mutation
    def leave(self, info: Info, slug: str) -> MembershipPayload | None:
        """End the viewer's membership, or take the request back."""
        memberships.leave(viewer_id=info.context.viewer.id, organization_id=by_slug(slug).id)
        return MembershipPayload(slug=slug, status=None)

    @strawberry.mutation
    def choose_feed(self, info: Info, algorithm: Algorithm, scope: Scope) -> FeedChoice | None:
        """Remember the order and scope of the viewer's home feed."""
        choose_feed(info.context.viewer.id, algorithm, scope)
        return FeedChoice(algorithm=algorithm, scope=scope)


@strawberry.type
class Mutation(
    PostMutations,
    InteractionMutations,
    FollowMutations,
    BelongingMutations,
    ManagingMutations,
    ReportMutations,
    NotificationMutations,
):
    """What can be done. Each field is done by itself, one after the other; one that is refused is null."""


def _target(info: Info, handle: str | None, slug: str | None) -> dict[str, int]:
    """The one that is named, for the verbs."""
    if (handle is None) == (slug is None):
        raise Invalid("Name a person by handle or an organization by slug: one of the two.", field="handle")
    if handle is not None:
        return {"user_id": visible_person(info.context.viewer.id, handle).id}
    return {"organization_id": by_slug(slug or "").id}
