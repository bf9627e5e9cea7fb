"""What a decision would come to, before it is made: whom it touches, and what would be written to whom. Changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, literal, select

from campus.feed.audience import related_to
from campus.moderation import fitting, parts, targets
from campus.moderation.actions import telling
from campus.moderation.kinds import UNDECIDED, Action, TargetKind
from campus.moderation.models import Case
from campus.moderation.queries.finding import case_for
from campus.moderation.seats import known_to, seat_of
from campus.moderation.snapshots import reach_of
from campus.moderation.wording import in_days
from campus.platform.db import session
from campus.posts.models import Audience, Post, PostState

if TYPE_CHECKING:
    from datetime import datetime

    from campus.accounts.viewer import Viewer
    from campus.moderation.kinds import DecisionDraft, Measure
    from campus.moderation.letters import Letters
    from campus.moderation.seats import Seat

FEWER = {
    Audience.PUBLIC: "everybody",
    Audience.ORGANIZATION: "who is a member of the organization",
    Audience.DEPARTMENT: "who is in the department",
    Audience.FOLLOWERS: "who follows its author",
    Audience.ONLY_ME: "its author",
}
MOST = 10_000  # feeds are counted up to here


@dataclass(frozen=True, slots=True)
class Consequences:
    """What the confirmation lists: a sentence for each measure, and what else is touched.

    `reach`: people besides the author who may see the post while it is published. `feeds`: those among them whom it reaches
    through a relation, counted up to 10,000. `other_cases`: undecided cases about the same author that she
    is told of, which stay open.
    """

    sentences: tuple[str, ...]
    feeds: int
    reach: int
    likes: int
    comments: int
    other_cases: int
    signed_posts: int


def consequences(*, viewer: Viewer | None, case_id: int, draft: DecisionDraft) -> Consequences:
    """Weigh a draft. A bounded number of statements.

    Raises:
        CaseNotFound: there is none for her.
        Invalid: the draft does not fit, as in `decide`.
    """
    case = case_for(viewer, case_id)
    seat = seat_of(viewer)
    draft = fitting.checked(seat, case, draft)
    post = session.get(Post, case.post_id) if case.post_id is not None else None
    reach = reach_of(case.post_id)
    found = Consequences(
        sentences=(),
        feeds=min(reach, _feeds(post)) if post else 0,
        reach=reach,
        likes=post.like_count if post else 0,
        comments=post.comment_count if post else 0,
        other_cases=_other_cases(seat, case),
        signed_posts=_signed(case.author_id),
    )
    sentences = tuple(_sentence(case, measure, found) for measure in draft.measures)
    return Consequences(sentences, found.feeds, found.reach, found.likes, found.comments, found.other_cases, found.signed_posts)


def letters(*, viewer: Viewer | None, case_id: int, draft: DecisionDraft, now: datetime) -> Letters:
    """Both letters as `decide` would send them; the author's link is a placeholder.

    Raises:
        CaseNotFound: there is none for her.
        Invalid: the draft does not fit, as in `decide`.
    """
    case, seat = case_for(viewer, case_id), seat_of(viewer)
    draft = fitting.checked(seat, case, draft)
    as_staff = seat.site and case.organization_id not in seat.organizations
    return telling.composed(case, draft, as_staff=as_staff, was_held=case.held_at is not None, now=now)


def _feeds(post: Post) -> int:
    organization = literal(post.organization_id) if post.organization_id is not None else None
    related = related_to(literal(post.author_id), organization, after=literal(0), upto=literal(2**62))
    return session.scalar(select(func.count()).select_from(select(related.c.user_id).limit(MOST).subquery())) or 0


def _other_cases(seat: Seat, case: Case) -> int:
    if case.author_id is None:
        return 0
    others = (Case.author_id == case.author_id, Case.id != case.id, Case.state.in_(UNDECIDED), known_to(seat, case))
    return session.scalar(select(func.count()).select_from(Case).where(*others)) or 0


def _signed(author_id: int | None) -> int:
    if author_id is None:
        return 0
    hers = (Post.author_id == author_id, Post.state == PostState.PUBLISHED, Post.official.is_(False))
    return session.scalar(select(func.count()).select_from(Post).where(*hers)) or 0


def _sentence(case: Case, measure: Measure, found: Consequences) -> str:
    thing = "comment" if case.target_kind is TargetKind.COMMENT else "post"
    who = "1 person" if found.reach == 1 else f"{found.reach:,} people"
    if measure.action is Action.NARROW:
        return f"From now on only {FEWER[parts.narrower(case, measure.audience)]} sees the post, and no longer {who}."
    if measure.action is Action.PAUSE_HERE:
        there = f"in {telling.place_of(case)} for {in_days(measure.days or 0)}, even after leaving and coming back"
        return f"The author neither posts nor comments {there}. Elsewhere nothing changes."
    return {
        Action.NO_ACTION: _nothing(case),
        Action.HIDE: f"The {thing} is hidden from {who}, at once.",
        Action.REMOVE_PHOTO: f"Photos taken out: {_count(case, measure)}. Their files are refused at once.",
        Action.LOCK_COMMENTS: f"Nobody comments on the post any more; {found.comments:,} comments stay.",
        Action.WARN: "The author is warned. Nothing else changes.",
        Action.PAUSE: f"The author neither posts nor comments for {in_days(measure.days or 0)}, anywhere on the site.",
        Action.REMOVE_MEMBER: "The author loses membership, role and departments, and sees nothing internal any more.",
        Action.SUSPEND: f"The author is signed out everywhere; {found.signed_posts:,} posts signed by the author disappear.",
        Action.DELETE: f"The {thing} is hidden from {who} at once, and erased after 30 days.",
        Action.HOLD: "",
    }[measure.action]


def _count(case: Case, measure: Measure) -> int:
    return len(parts.photo_places(case, measure.photos))


def _nothing(case: Case) -> str:
    if not targets.is_there(case.target):
        return f"The {case.target_kind} was deleted meanwhile. Nothing else changes."
    return f"The {case.target_kind} stays as it was" + (", and is shown again." if case.held_at else ".")
