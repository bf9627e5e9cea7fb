"""Reporting by GraphQL: one mutation for everything that can be reported."""

from __future__ import annotations

import strawberry
from strawberry import ID

from campus.api.graphql.context import Info
from campus.api.graphql.paging import key
from campus.follows.queries import visible_person
from campus.moderation import actions, targets
from campus.moderation.kinds import Category, ReportDraft, Target, TargetKind
from campus.moderation.wording import AFTER_A_REPORT
from campus.organizations.queries import by_slug
from campus.platform.errors import Invalid

strawberry.enum(Category, name="ReportCategory")


@strawberry.type
class ReportPayload:
    """A report that was taken down. Who is responsible for the thing does not learn who reported it."""

    target: str
    category: Category
    message: str


@strawberry.input
class Reported:
    """What is reported: a post (or one photo of it, by position), a comment, a person or an organization. One of them."""

    post_id: ID | None = None
    photo: int | None = None
    comment_id: ID | None = None
    handle: str | None = None
    slug: str | None = None


@strawberry.type
class ReportMutations:
    """Saying that something should not be there."""

    @strawberry.mutation
    def report(self, info: Info, thing: Reported, category: Category, note: str = "") -> ReportPayload | None:
        """Report something. Again before it is reviewed, it replaces what was said."""
        target = _target(info.context.viewer.id, thing)
        draft = ReportDraft(category, note)
        actions.report(viewer=info.context.viewer, target=target, draft=draft, now=info.context.now)
        return ReportPayload(target=str(target), category=category, message=AFTER_A_REPORT)


def _target(viewer_id: int, thing: Reported) -> Target:
    named = [each for each in (thing.post_id, thing.comment_id, thing.handle, thing.slug) if each is not None]
    if len(named) != 1:
        raise Invalid("Name one thing: a post, a comment, a person or an organization.", field="thing")
    if thing.post_id is not None:
        number = key(thing.post_id)
        return targets.photo_at(viewer_id, number, thing.photo) if thing.photo else Target(TargetKind.POST, number)
    if thing.comment_id is not None:
        return Target(TargetKind.COMMENT, key(thing.comment_id))
    if thing.handle is not None:
        return Target(TargetKind.USER, visible_person(viewer_id, thing.handle).id)
    return Target(TargetKind.ORGANIZATION, by_slug(thing.slug or "").id)
