"""In which order moderation locks what it changes: of two who act at once one waits for the other, and never both.

1. the name of a thing, where a case of it may be opened (`the_only_case_of`);
2. the row of the case: whatever changes a case or its effects holds it;
3. the chains of effects that will change, by name (`hold`);
4. the rows they change: memberships, administrators, people (with their pauses), comments, posts, each kind in the order of its
   ids (`hold`);
5. what others only add to: effects, letters, jobs;
6. the audit log, which is one for all: entries are written at the very end (`audit.actions.last_of_all`).

A verb takes 3 and 4 at once, before it changes anything. Other rooms go the same way: a membership before the person, a quota and
a comment before the post, the log last; who is forgotten has her cases held before all that (`forgetting.hold`). People and posts
are held so that others may still refer to them: a comment that is being written has her and the post in its keys, a case the
administrator who claims it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from campus.accounts.models import User
from campus.interactions.models import Comment
from campus.moderation import parts
from campus.moderation.kinds import TargetKind
from campus.organizations.models import OrganizationMembership
from campus.platform.db import session
from campus.posts.models import Photo, Post

if TYPE_CHECKING:
    from collections.abc import Sequence

    from campus.moderation.kinds import Target
    from campus.moderation.models import Effect
    from campus.moderation.parts import Change

    Touching = Sequence[Change | Effect]


PERSONAL = parts.IN_ORGANIZATIONS | {parts.SUSPENSION, parts.PAUSE}


def the_only_case_of(target: Target) -> None:
    """Whoever looks for the undecided case of a thing, to open one if there is none, is alone with that."""
    _named(f"case:{target}")


def hold(touching: Touching) -> None:
    """Hold the chains of these changes and effects, and the rows they change, until the open transaction ends."""
    for name in sorted({f"moderation:{each.part}:{each.target}" for each in touching}):
        _named(name)
    _hold_memberships(touching)
    _hold_people(touching)
    posts = _hold_comments(touching) | _posts_of(touching)
    if posts:
        session.execute(select(Post.id).where(Post.id.in_(posts)).order_by(Post.id).with_for_update(key_share=True))


def _hold_memberships(touching: Touching) -> None:
    row = OrganizationMembership
    pairs = {(each.organization_id, each.target.id) for each in touching if each.part == parts.MEMBERSHIP}
    for organization_id, user_id in sorted(pair for pair in pairs if pair[0] is not None):
        here = (row.organization_id == organization_id, row.user_id == user_id)
        session.execute(select(row.user_id).where(*here).with_for_update())


def _hold_people(touching: Touching) -> None:
    """All administrators come first, as in `accounts`: who suspends one counts them."""
    if any(each.part == parts.SUSPENSION for each in touching):
        session.execute(select(User.id).where(User.is_admin).order_by(User.id).with_for_update(key_share=True))
    people = {each.target.id for each in touching if each.part in PERSONAL}
    if people:
        session.execute(select(User.id).where(User.id.in_(people)).order_by(User.id).with_for_update(key_share=True))


def _hold_comments(touching: Touching) -> set[int]:
    """Returns their posts, which count them."""
    comments = {each.target.id for each in touching if each.part == parts.COMMENT}
    held = select(Comment.post_id).where(Comment.id.in_(comments)).order_by(Comment.id).with_for_update(key_share=True)
    return set(session.scalars(held)) if comments else set()


def _posts_of(touching: Touching) -> set[int]:
    photos = {each.target.id for each in touching if each.part == parts.PHOTO}
    posts = {each.target.id for each in touching if each.target.kind is TargetKind.POST}
    return posts | (set(session.scalars(select(Photo.post_id).where(Photo.id.in_(photos)))) if photos else set())


def _named(name: str) -> None:
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))
