"""The world of the matrix: everybody who asks, every thing to ask about, and in each text of each thing a word of its own.

Where such a word turns up before somebody who must not know of the thing, something leaks.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from campus.accounts import queries as accounts
from campus.accounts import tokens
from campus.accounts.actions import start_session
from campus.accounts.models import AccessToken, TokenScope, User
from campus.follows.models import FollowStatus
from campus.moderation.models import Decision, Snapshot
from campus.notifications.actions import send_notice
from campus.notifications.models import Notification
from campus.organizations.actions import Terms, create_link
from campus.organizations.models import JoinPolicy, MembershipStatus, Role
from campus.platform.clock import now
from campus.platform.db import session, transaction
from campus.posts.models import PostEdit
from tests.api.matrix.law import ANNA, APART, Who, handles, reaches, sees_comment
from tests.api.matrix.things import CASES, COMMENTS, PEOPLE, POSTS
from tests.factories import (
    make_block,
    make_case,
    make_comment,
    make_company,
    make_department,
    make_follow,
    make_member,
    make_photo,
    make_post,
    make_token,
    make_university,
    make_user,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.organizations.models import Department, University
    from campus.posts.models import Post
    from tests.api.matrix.law import CaseThing, CommentThing, PostThing

    Knows = Callable[[Who], bool]

WORD = re.compile(r"canary\d+end")
READ_AND_WRITE = (TokenScope.READ, TokenScope.WRITE)


@dataclass
class Stage:
    """Where everybody and everything is. `known` says of each planted word who may come across it."""

    tokens: dict[Who, str] = field(default_factory=dict)
    cookies: dict[Who, str] = field(default_factory=dict)
    posts: dict[str, int] = field(default_factory=dict)
    comments: dict[str, int] = field(default_factory=dict)
    cases: dict[str, int] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    organizations: dict[str, tuple[int, str]] = field(default_factory=dict)
    physics_id: int = 0
    session_id: str = ""
    notice_id: int = 0
    decision_id: int = 0
    invitation_id: int = 0
    link: str = ""
    known: dict[str, Knows] = field(default_factory=dict)
    _numbers: count[int] = field(default_factory=lambda: count(1))

    def word(self, knows: Knows) -> str:
        """A new word, for the eyes of these."""
        made = f"canary{next(self._numbers)}end"
        self.known[made] = knows
        return made

    def leaked(self, who: Who, text: str) -> set[str]:
        """The words in an answer that she must not come across."""
        return {word for word in WORD.findall(text) if not self.known[word](who)}


def everybody(_who: Who) -> bool:
    """No secret."""
    return True


def no_one(_who: Who) -> bool:
    """Nobody's to know."""
    return False


def build() -> Stage:
    """Everybody and everything."""
    with transaction():
        stage = Stage()
        northbridge = make_university(slug="northbridge", name="Northbridge", about=stage.word(everybody))
        physics = make_department(organization=northbridge, slug="physics", name="Physics")
        closed = make_company(slug="closed", name=f"Closed {stage.word(everybody)}", join_policy=JoinPolicy.CLOSED)
        stage.organizations = {"northbridge": (northbridge.id, "northbridge"), "closed": (closed.id, "closed")}
        stage.people["northbridge"] = Who.MEMBER  # asked about with the organization
        stage.physics_id = physics.id
        askers = _askers(stage, northbridge, physics)
        make_member(user=askers[Who.ELSEWHERE], organization=make_company(slug="elsewhere"), role=Role.ADMIN)
        _tokens(stage, askers)
        stage.invitation_id, stage.link = create_link(
            viewer_id=askers[Who.ADMIN].id, organization_id=northbridge.id, terms=Terms(uses=100), now=now()
        )
        others = _people(stage, askers)
        _notice(stage, askers[Who.AUTHOR])
        _decision(stage, askers[Who.AUTHOR])
        _posts(stage, askers[Who.AUTHOR], others, northbridge, physics)
        _cases(stage, others["plain"], northbridge)
    return stage


def _askers(stage: Stage, northbridge: University, physics: Department) -> dict[Who, User]:
    """Everybody who asks, and what she is to Anna and to Northbridge."""
    anna = make_user(handle="anna", name=f"Anna {stage.word(lambda who: who is not Who.BLOCKED)}")
    made: dict[Who, User] = {
        who: make_user(handle=who.replace("_", ""), name=who.capitalize()) for who in Who if who is not Who.NOBODY
    }
    made[Who.AUTHOR] = anna
    for who in (Who.MEMBER, *APART, Who.AUTHOR, Who.SUSPENDED):
        make_member(user=made[who], organization=northbridge, department=physics)
    chemistry = make_department(organization=northbridge, slug="chemistry")
    make_member(user=made[Who.COLLEAGUE], organization=northbridge, department=chemistry)
    make_member(user=made[Who.REMOVED], organization=northbridge, status=MembershipStatus.REMOVED)
    make_member(user=made[Who.EXPIRED], organization=northbridge, department=physics, until=now() - timedelta(minutes=1))
    for who, role in ((Who.EDITOR, Role.EDITOR), (Who.MODERATOR, Role.MODERATOR), (Who.ADMIN, Role.ADMIN)):
        make_member(user=made[who], organization=northbridge, role=role)
    make_follow(follower=made[Who.FOLLOWER], target=anna)
    make_follow(follower=made[Who.ASKER], target=anna, status=FollowStatus.REQUESTED)
    make_block(blocker=anna, blocked=made[Who.BLOCKED])
    make_block(blocker=made[Who.BLOCKER], blocked=anna)
    made[Who.SITE_ADMIN].is_admin = True
    made[Who.SUSPENDED].suspended_at = now()
    return made


def _tokens(stage: Stage, askers: dict[Who, User]) -> None:
    anna, moderator = askers[Who.AUTHOR], askers[Who.MODERATOR]
    stage.tokens = {who: make_token(user=user) for who, user in askers.items()}
    stage.tokens[Who.READER] = make_token(user=anna, scopes=(TokenScope.READ,))
    stage.tokens[Who.MODERATING_LESS] = make_token(user=moderator, scopes=READ_AND_WRITE)
    long_ago = now() - timedelta(days=30)
    stage.tokens[Who.LATE] = tokens.issue(
        user_id=anna.id, name="Late", scopes=READ_AND_WRITE, expires_at=long_ago + timedelta(days=1), now=long_ago
    )[1]
    revoked, stage.tokens[Who.REVOKED] = tokens.issue(
        user_id=anna.id, name="Revoked", scopes=READ_AND_WRITE, expires_at=None, now=now()
    )
    session.flush()
    tokens.revoke(user_id=anna.id, token_id=revoked.id, now=now())
    stage.tokens[Who.FORGED] = tokens._drawn()
    session.execute(update(AccessToken).values(last_used_at=now() + timedelta(days=1)))  # noted already, in no cell again
    start_session(user_id=anna.id, now=now(), user_agent=stage.word(lambda who: who in {Who.AUTHOR, Who.READER}))
    [browser] = accounts.sessions(anna.id, current=None, now=now())
    stage.session_id = browser.id
    stage.cookies = {who: start_session(user_id=user.id, now=now()) for who, user in askers.items()}


def _notice(stage: Stage, anna: User) -> None:
    """What Anna alone is told. What others tell each other of the things here: tests/notifications."""
    said = {name: stage.word(lambda who: who in {Who.AUTHOR, Who.READER}) for name in ("title", "text")}
    send_notice(user_id=anna.id, key="notice", url="/", mail=False, now=now(), **said)
    stage.notice_id = session.scalars(select(Notification.id).where(Notification.user_id == anna.id)).one()


def _decision(stage: Stage, anna: User) -> None:
    """What was decided about Anna, who can appeal; the site's staff knows of it, too."""

    def word() -> str:
        return stage.word(lambda who: who in {*ANNA, Who.SITE_ADMIN})

    case = make_case(author=anna, state="decided", decided_at=now(), closed_at=now())
    session.add(Snapshot(case_id=case.id, taken_at=now(), occasion="decision", text=word()))
    warning: dict[str, object] = {"action": "warn", "photos": [], "days": None, "audience": None}
    made = Decision(case_id=case.id, at=now(), rule="spam", reason=word(), measures=[warning])
    session.add(made)
    session.flush()
    stage.decision_id = made.id


def _people(stage: Stage, askers: dict[Who, User]) -> dict[str, User]:
    """The people to look at; what they are, they are to everybody who asks."""
    made = {}
    for name, person in PEOPLE.items():
        known = no_one if person.gone else everybody
        called, bio = f"Somebody {stage.word(known)}", stage.word(known)
        made[name] = make_user(handle=f"person_{name}", locked=person.locked, name=called, bio=bio)
        stage.people[name] = made[name].handle
    made["suspended"].suspended_at = now()
    made["waiting"].approved_at = None
    for asker in askers.values():
        make_block(blocker=made["recluse"], blocked=asker)
        make_block(blocker=asker, blocked=made["shunned"])
        make_follow(follower=made["asking"], target=asker, status=FollowStatus.REQUESTED)
    for gone in ("suspended", "waiting", "recluse"):
        make_follow(follower=made[gone], target=made["plain"])
        make_follow(follower=made["plain"], target=made[gone])
    return made


def _posts(stage: Stage, anna: User, others: dict[str, User], northbridge: University, physics: Department) -> None:
    made = {}
    for name, thing in POSTS.items():
        author = others["suspended"] if thing.by_suspended else anna
        made[name] = _post(stage, thing, author, northbridge, physics)
        stage.posts[name] = made[name].id
    for name, comment in COMMENTS.items():
        author = others["suspended" if comment.by_suspended else "recluse" if comment.by_recluse else "plain"]
        under = made[next(key for key, post in POSTS.items() if post == comment.post)]
        stage.comments[name] = _comment(stage, comment, author, under)


def _cases(stage: Stage, plain: User, northbridge: University) -> None:
    """Of a comment that is nobody's to read any more, and of its author; what was said is for the moderators' eyes."""
    post = make_post(author=plain, organization=northbridge, audience="organization", state="withdrawn")
    comment = make_comment(post=post, author=plain)
    told = {"of northbridge": ("comment", comment.id, northbridge.id), "of the site": ("user", plain.id, None)}
    for name, (kind, target_id, organization_id) in told.items():
        case = make_case(target=f"{kind}:{target_id}", author=plain, organization_id=organization_id)
        secret = stage.word(functools.partial(_handles, CASES[name]))
        session.add(Snapshot(case_id=case.id, taken_at=now(), occasion="report", text=secret))
        stage.cases[name] = case.id


def _handles(case: CaseThing, who: Who) -> bool:
    return handles(who, case)


def _post(stage: Stage, thing: PostThing, author: User, northbridge: University, physics: Department) -> Post:
    def word() -> str:
        return stage.word(lambda who: reaches(who, thing))

    post = make_post(
        author=author,
        organization=northbridge if thing.owned and not thing.in_physics else None,
        department=physics if thing.in_physics else None,
        audience=thing.audience,
        official=thing.official,
        state=thing.state,
        title=f"Title {word()}",
        text=f"Text {word()}",
        location=word(),
    )
    make_photo(post=post, position=1, alt=word(), credit=word(), licence=word(), filename=stage.word(no_one))
    session.add(PostEdit(post_id=post.id, title=word(), text=word(), audience=thing.audience))
    return post


def _comment(stage: Stage, thing: CommentThing, author: User, post: Post) -> int:
    text = f"Comment {stage.word(lambda who: sees_comment(who, thing))}"
    return make_comment(post=post, author=author, text=text, deleted_at=now() if thing.deleted else None).id
