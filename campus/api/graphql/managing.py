"""What those who run an organization do by GraphQL; whatever else they do, REST has."""

from __future__ import annotations

import strawberry

from campus.api.graphql.context import Info
from campus.organizations import actions, roster
from campus.organizations.models import MemberKind
from campus.organizations.rights import managed

strawberry.enum(MemberKind)


@strawberry.type
class AnsweredPayload:
    """Whose requests this answered; the others had been answered before, or never asked."""

    answered: list[str]


@strawberry.type
class RemovedPayload:
    """Who is not a member any more."""

    handle: str


@strawberry.type
class ManagingMutations:
    """Running an organization. Who does not run it finds nothing."""

    @strawberry.mutation
    def answer_requests(
        self,
        info: Info,
        slug: str,
        handles: list[str],
        approve: bool,  # noqa: FBT001 - the schema names it
        kind: MemberKind | None = None,
    ) -> AnsweredPayload | None:
        """Approve or reject people who ask to join, several at once."""
        who = info.context.viewer.id
        place = managed(who, slug).organization.id
        asking = roster.ids_of(place, handles[: actions.MOST_ANSWERED])
        answered = actions.answer_requests(
            viewer_id=who,
            organization_id=place,
            user_ids=list(asking.values()),
            approve=approve,
            kind=kind,
            now=info.context.now,
        )
        return AnsweredPayload(answered=[handle for handle, user_id in asking.items() if user_id in answered])

    @strawberry.mutation
    def remove_member(self, info: Info, slug: str, handle: str) -> RemovedPayload | None:
        """Remove somebody: from her next request on, nothing private of the organization is shown to her."""
        who = info.context.viewer.id
        place = managed(who, slug).organization.id
        person = roster.entry(place, handle)
        actions.dismiss(viewer_id=who, organization_id=place, user_id=person.id, now=info.context.now)
        return RemovedPayload(handle=handle)
