"""What tests of moderation say often: reports, cases, decisions, and how the world looks to a reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from campus.accounts.models import User
from campus.feed import check
from campus.interactions.models import Comment
from campus.interactions.queries import STANDS
from campus.moderation import actions
from campus.moderation.kinds import Action, Category, DecisionDraft, Measure, ReportDraft, Target, TargetKind
from campus.moderation.models import Case
from campus.organizations.models import DepartmentMembership, OrganizationMembership, PostingPause
from campus.platform.clock import now
from campus.platform.db import session
from campus.posts.models import Photo, Post
from tests.posts.making import viewer_of

if TYPE_CHECKING:
    from datetime import datetime

    from campus.moderation.actions import Reported
    from campus.moderation.models import Decision


def post_target(post: Post) -> Target:
    return Target(TargetKind.POST, post.id)


def report(reporter: User, target: Target, category: Category = Category.SPAM, at: datetime | None = None) -> Reported:
    return actions.report(viewer=viewer_of(reporter), target=target, draft=ReportDraft(category, "Look"), now=at or now())


def draft(*measures: Measure | Action, rule: Category | None = Category.SPAM, reason: str = "It was spam.") -> DecisionDraft:
    return DecisionDraft(reason, tuple(Measure(each) if isinstance(each, Action) else each for each in measures), rule)


def decide(moderator: User | None, case_id: int, *measures: Measure | Action, at: datetime | None = None) -> Decision:
    viewer = viewer_of(moderator) if moderator else None
    return actions.decide(viewer=viewer, case_id=case_id, draft=draft(*measures), now=at or now())


def case_of(case_id: int) -> Case:
    return session.get_one(Case, case_id, populate_existing=True)


def fresh(post: Post) -> Post:
    return session.get_one(Post, post.id, populate_existing=True)


def world_now() -> dict[str, object]:
    """Everything that measures change, as it is now; the ends of pauses included."""
    posts = select(Post.id, Post.state, Post.audience, Post.narrowed, Post.comments_locked, Post.comment_count).order_by(Post.id)
    photos = select(Photo.id, Photo.state).order_by(Photo.id)
    comments = select(Comment.id, Comment.hidden_at.is_(None), Comment.deleted_at.is_(None)).order_by(Comment.id)
    people = select(User.id, User.suspended_at.is_(None), User.posting_paused_until).order_by(User.id)
    members = select(
        OrganizationMembership.organization_id,
        OrganizationMembership.user_id,
        OrganizationMembership.role,
        OrganizationMembership.kind,
        OrganizationMembership.status,
        OrganizationMembership.since,
    ).order_by(OrganizationMembership.organization_id, OrganizationMembership.user_id)
    departments = select(DepartmentMembership.department_id, DepartmentMembership.user_id).order_by(
        DepartmentMembership.department_id, DepartmentMembership.user_id
    )
    paused = (PostingPause.organization_id, PostingPause.user_id, PostingPause.until)
    reads = {
        "posts": posts,
        "photos": photos,
        "comments": comments,
        "people": people,
        "members": members,
        "departments": departments,
        "pauses": select(*paused).order_by(*paused),
    }
    return {name: [tuple(row) for row in session.execute(read)] for name, read in reads.items()}


def feeds_and_counters_are_right() -> bool:
    """`flask feed check` would find nothing, and every counter equals its visible rows."""
    for post in session.scalars(select(Post).execution_options(populate_existing=True)):
        rows = session.scalars(select(Comment.id).where(Comment.post_id == post.id, STANDS)).all()
        assert post.comment_count == len(rows)
    return check.check(check.readers(), now=now()).clean
