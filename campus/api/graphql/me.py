"""The viewer herself: her choices, her memberships, who asks to follow her, what she was told, what is used of her quotas."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry

from campus.accounts.models import Algorithm, Scope, Theme
from campus.api.graphql.context import Info
from campus.api.graphql.notices import Notification, notifications
from campus.api.graphql.paging import Connection, after_number, page, size
from campus.api.graphql.people import User, identifier, users
from campus.api.graphql.profiles import Membership, UserProfile, membership, profile_of
from campus.follows import queries as follows
from campus.follows.models import FollowStatus
from campus.notifications.queries import unread
from campus.organizations import queries as organizations
from campus.platform.limits import usages
from campus.quotas import COMMENTS, FOLLOWS, LIKES, POSTS, REPORTS, SHARES, UPLOADS

if TYPE_CHECKING:
    from campus.platform.limits import Usage

strawberry.enum(Algorithm)
strawberry.enum(Scope)
strawberry.enum(Theme)

QUOTAS = (POSTS, LIKES, COMMENTS, SHARES, FOLLOWS, UPLOADS, REPORTS)


@strawberry.type
class Quota:
    """How much of what is possible in a period is used; it begins anew at `resetsAt`."""

    name: str
    used: int
    limit: int
    left: int
    resets_at: datetime


@strawberry.type
class Me:
    """The viewer."""

    id: strawberry.ID
    handle: str
    name: str
    verified: bool = strawberry.field(description="She has proved an address.")
    is_admin: bool
    algorithm: Algorithm = strawberry.field(description="The order of her home feed.")
    scope: Scope = strawberry.field(description="What her home feed draws from.")
    theme: Theme
    locale: str

    @strawberry.field
    def profile(self, info: Info) -> UserProfile:
        """Her page."""
        return profile_of(info, self.handle)

    @strawberry.field
    def memberships(self, info: Info) -> list[Membership]:
        """Her active memberships, by the organization's name."""
        return [membership(found) for found in organizations.memberships_of(info.context.viewer.id)]

    @strawberry.field
    def follow_requests(self, info: Info, first: int = 30, after: str | None = None) -> Connection[User]:
        """Who asks to follow her, the latest first."""
        me, requested = info.context.viewer.id, FollowStatus.REQUESTED
        people, before = follows.followers(me, me, after_number(after), size(first), status=requested)
        return page(users(people), before)

    @strawberry.field
    def quotas(self, info: Info) -> list[Quota]:
        """What she has used of each quota."""
        context = info.context
        return [quota(used) for used in usages(QUOTAS, context.viewer.id, now=context.now)]

    @strawberry.field
    def notifications(
        self,
        info: Info,
        first: int = 20,
        after: str | None = None,
        unread: bool = False,  # noqa: FBT001, FBT002 - the schema names it
    ) -> Connection[Notification]:
        """What she was told, the latest first; only what she has not read, if asked. What she may not see is not there."""
        return notifications(info, first, after, unread=unread)

    @strawberry.field
    def unread_notifications(self, info: Info) -> int:
        """How many lines she has not read; 99 may be more."""
        return unread(info.context.viewer.id).count


def me(info: Info) -> Me:
    """The viewer."""
    who = info.context.viewer
    return Me(
        id=identifier(who.id),
        handle=who.handle,
        name=who.name,
        verified=who.verified,
        is_admin=who.is_admin,
        algorithm=who.algorithm,
        scope=who.scope,
        theme=who.theme,
        locale=who.locale,
    )


def quota(used: Usage) -> Quota:
    """The state of a quota."""
    return Quota(name=used.quota.name, used=used.used, limit=used.limit, left=used.left, resets_at=used.resets_at)
