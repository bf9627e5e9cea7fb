"""The cases of the small demo: one in each state, so that whoever moderates finds a queue, and history behind it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from campus.demo.cast import PERSONAS
from campus.demo.copying import continue_after
from campus.demo.houses import NORTHBRIDGE, WESTMERE
from campus.moderation.kinds import SAFETY, Action, AppealOutcome, CaseScope, CaseState, Category, EffectState, TargetKind
from campus.moderation.models import Appeal, Case, Decision, Effect, Note, Report, Snapshot
from campus.organizations.models import Role
from campus.platform.db import session
from campus.posts.models import PostState

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from campus.demo.world import Planned, World

LETTERS = uuid.UUID("5b2f5d9c-8f0e-4c8e-9f0a-6d1f6f2f9a11")
STAFFED = {Role.OWNER, Role.ADMIN, Role.EDITOR, Role.MODERATOR}
ORG, SITE = CaseScope.ORG, CaseScope.SITE
TABLES = (Case, Report, Snapshot, Note, Decision, Effect, Appeal)
DECIDED = {CaseState.DECIDED, CaseState.APPEALED, CaseState.UPHELD, CaseState.OVERTURNED}
BECAUSE = {
    ORG: "It belongs to {}: its moderators review it.",
    SITE: "Threats and intimate images go to the site's staff at once.",
}


@dataclass(frozen=True)
class Story:
    """A case to be: how long ago it was opened, who reported it and said what, and how far it is."""

    category: Category
    hours: int
    reporters: tuple[str, ...]
    note: str
    state: CaseState = CaseState.OPEN
    action: Action | None = None
    reason: str = ""
    escalated: bool = False


STORIES = (
    Story(Category.SPAM, 2, ("Mira Halvorsen",), "The third offer of this kind this week."),
    Story(Category.COPYRIGHT, 5, ("Hanna Weiss",), "This is my photo, without my name.", CaseState.CLAIMED),
    Story(Category.HARASSMENT, 3, ("Ravi Menon",), "This is about me, and it is not a joke.", escalated=True),
    Story(Category.INTERNAL, 30, ("Samuel Otieno",), "The list of rooms is for staff.", escalated=True),
    Story(Category.OTHER, 50, ("Mira Halvorsen",), "Is this allowed?", CaseState.DECIDED, Action.NO_ACTION, "It is."),
    Story(
        Category.SPAM, 80, ("Hanna Weiss",), "Advertising.", CaseState.DECIDED, Action.WARN, "Offers belong on the notice board."
    ),
    Story(Category.HATE, 100, ("Ravi Menon",), "No.", CaseState.APPEALED, Action.WARN, "One does not speak of people like this."),
    Story(Category.DEPICTED, 200, ("Samuel Otieno",), "I did not agree.", CaseState.OVERTURNED, Action.WARN, "He was not asked."),
    Story(Category.SPAM, 240, ("Mira Halvorsen",), "Again.", CaseState.UPHELD, Action.WARN, "The second time."),
)
HELD = Story(Category.HATE, 1, ("Mira Halvorsen", "Hanna Weiss", "Samuel Otieno"), "Nobody needs to read this.")


def hold_one(posts: list[Planned]) -> None:
    """One post that three people reported is hidden until it is reviewed."""
    next(_reportable(posts)).state = PostState.HELD


def write_cases(world: World) -> int:
    """Write the cases about posts of the demo, which are there already. Returns how many there are."""
    posts = _reportable(world.posts)
    _write(HELD, next(posts), world.now)
    for story, post in zip(STORIES, posts, strict=False):
        _write(story, post, world.now)
    for model in TABLES:
        continue_after(model)
    return len(STORIES) + 1


def _reportable(posts: list[Planned]) -> Iterator[Planned]:
    """Posts of members of Northbridge and Westmere who moderate nothing there and report nothing, the newest first."""
    reporting = {_person(name) for story in (HELD, *STORIES) for name in story.reporters}
    for post in reversed(posts):
        usual = post.state in {PostState.PUBLISHED, PostState.HELD} and not post.official and bool(post.text)
        if usual and post.organization_id == NORTHBRIDGE and post.author_id not in reporting | _staffed():
            yield post


def _staffed() -> set[int]:
    """Those who moderate, or post officially, anywhere; the site's administrators too."""
    return {
        number
        for number, persona in enumerate(PERSONAS, start=1)
        if persona.admin or any(each.role in STAFFED for each in persona.belongs if each.organization in {NORTHBRIDGE, WESTMERE})
    }


def _person(name: str) -> int:
    return next(number for number, persona in enumerate(PERSONAS, start=1) if persona.name == name)


def _write(story: Story, post: Planned, now: datetime) -> None:
    opened, held = now - timedelta(hours=story.hours), post.state is PostState.HELD
    safety, done = story.category in SAFETY, story.state in DECIDED
    scope = SITE if safety or story.escalated else ORG
    case = Case(
        target_kind=TargetKind.POST,
        target_id=post.id,
        post_id=post.id,
        author_id=post.author_id,
        organization_id=post.organization_id,
        scope=scope,
        routed_because=BECAUSE[SITE] if safety else BECAUSE[ORG].format("Northbridge University"),
        state=story.state,
        category=story.category,
        safety=safety,
        priority=20 + 10 * len(story.reporters) + 100 * story.escalated,
        reporters=len(story.reporters),
        opened_at=opened,
        reported_at=opened,
        waiting_since=opened + timedelta(hours=10) if story.state is CaseState.APPEALED else opened,
        claimed_by=_person("Leila Farouk") if story.state is CaseState.CLAIMED else None,
        claimed_at=opened if story.state is CaseState.CLAIMED else None,
        escalated_at=now - timedelta(hours=1) if story.escalated else None,
        held_at=opened if held else None,
        decided_at=opened + timedelta(hours=4) if done else None,
        closed_at=opened + timedelta(hours=4) if done and story.state is not CaseState.APPEALED else None,
    )
    if story.escalated and not safety:
        case.routed_because = "Nobody of Northbridge University took it in time: the site's staff reviews it."
    _save(case)
    _reports(story, case, post)
    if held:
        _effect(case, None, Action.HOLD, {"state": "published"}, {"state": "held"})
    if story.state is CaseState.CLAIMED:
        _save(Note(case_id=case.id, by_id=case.claimed_by, text="Asked her for the original.", at=opened))
    if done:
        _decide(story, case)
    session.flush()


def _reports(story: Story, case: Case, post: Planned) -> None:
    for name in story.reporters:
        report = Report(case_id=case.id, reporter_id=_person(name), category=story.category, note=story.note)
        report.created_at = report.updated_at = case.opened_at
        _save(report)
    _save(
        Snapshot(
            case_id=case.id, taken_at=case.opened_at, occasion="report", title=post.title, text=post.text, audience=post.audience
        )
    )


def _decide(story: Story, case: Case) -> None:
    at = case.decided_at or case.opened_at
    by, other = _person("Leila Farouk"), _person("Tomas Brandt")
    void = at + timedelta(days=1) if story.state is CaseState.OVERTURNED else None
    decision = Decision(
        case_id=case.id,
        by_id=by,
        as_staff=False,
        at=at,
        rule=story.category if story.action is not Action.NO_ACTION else None,
        reason=story.reason,
        measures=[{"action": story.action, "photos": [], "days": None, "audience": None}],
        acted=story.action is not Action.NO_ACTION,
        letter=uuid.uuid5(LETTERS, str(case.target)),
        void_at=void,
    )
    _save(decision)
    _effect(case, decision, story.action or Action.WARN, {}, {})
    if story.state is CaseState.DECIDED:
        return
    answered = story.state is not CaseState.APPEALED
    _save(
        Appeal(
            case_id=case.id,
            decision_id=decision.id,
            text="I meant no harm, and I asked before.",
            at=at + timedelta(hours=6),
            outcome=AppealOutcome(story.state.value) if answered else None,
            decided_by=other if answered else None,
            decided_at=at + timedelta(days=1) if answered else None,
            reason="We asked those concerned." if answered else "",
        )
    )


def _save(row: Case | Report | Snapshot | Note | Decision | Effect | Appeal) -> None:
    """With the next number of its table: the same demo has the same numbers."""
    kind = type(row)
    row.id = (session.scalar(select(func.max(kind.id))) or 0) + 1
    session.add(row)
    session.flush()


def _effect(case: Case, decision: Decision | None, action: Action, before: dict[str, str], after: dict[str, str]) -> None:
    holds, over = action is Action.HOLD, decision is not None and decision.void_at is not None
    _save(
        Effect(
            case_id=case.id,
            decision_id=decision.id if decision else None,
            action=action,
            target_kind=TargetKind.POST if holds else TargetKind.USER,
            target_id=case.target_id if holds else case.author_id,
            organization_id=case.organization_id,
            part="state" if holds else "strike",
            before=before,
            after=after,
            state=EffectState.REVERSED if over else EffectState.STANDING,
            at=decision.at if decision else case.opened_at,
            settled_at=decision.void_at if decision else None,
        )
    )
