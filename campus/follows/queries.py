"""Named reads of follows, blocks and mutes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import and_, exists, func, literal, or_, select
from sqlalchemy.orm import aliased

from campus.accounts.models import User
from campus.follows.models import Block, Follow, FollowStatus, Mute
from campus.organizations.models import Organization, OrganizationKind, OrganizationMembership
from campus.organizations.queries import BYLINE, active
from campus.platform.db import session
from campus.platform.errors import NotFound

if TYPE_CHECKING:
    import uuid

    from sqlalchemy import ColumnElement, Select, SQLColumnExpression


class PersonNotFound(NotFound):
    """There is no such person for this viewer: one who is suspended or has blocked her does not exist."""

    title = "There is no such person"


class Relation(StrEnum):
    """What a person is to the viewer."""

    SELF = "self"
    NONE = "none"
    FOLLOWING = "following"
    REQUESTED = "requested"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class Person:
    """A person in a list."""

    id: int
    handle: str
    name: str
    avatar_token: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class FollowedOrganization:
    """An organization in a list of what somebody follows."""

    id: int
    slug: str
    name: str
    kind: OrganizationKind
    verified: bool
    logo_token: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How the viewer stands to a person: what she does to her, and whether she asks to follow the viewer."""

    relation: Relation
    muted: bool
    follows_me: bool
    blocked_by: bool


def shown_to(viewer_id: int | ColumnElement[int]) -> ColumnElement[bool]:
    """A condition on `User`: neither suspended nor waiting for approval, and neither has blocked the other."""
    return and_(_present(), not_blocked(viewer_id, User.id))


def _present() -> ColumnElement[bool]:
    return and_(User.present, User.approved_at.is_not(None))


def not_blocked(viewer_id: int | ColumnElement[int], person: SQLColumnExpression[int]) -> ColumnElement[bool]:
    """Neither of the two has blocked the other. `person` is a column the surrounding statement provides."""
    outgoing, incoming = aliased(Block), aliased(Block)
    return and_(
        person.not_in(select(outgoing.blocked_id).where(outgoing.blocker_id == viewer_id).correlate_except(outgoing)),
        person.not_in(select(incoming.blocker_id).where(incoming.blocked_id == viewer_id).correlate_except(incoming)),
    )


def visible_person(viewer_id: int, handle: str) -> User:
    """The person of this handle. One whom the viewer has blocked is there, so that she can be unblocked.

    Raises:
        PersonNotFound: there is nobody, or somebody suspended, waiting for approval, or who has blocked the viewer.
    """
    block = aliased(Block)
    hers = exists().where(block.blocker_id == User.id, block.blocked_id == viewer_id).correlate(User)
    found = session.scalar(select(User).where(User.handle == handle, _present(), ~hers)) if "\0" not in handle else None
    if found is None:
        raise PersonNotFound
    return found


def standing(viewer_id: int, user_id: int) -> Standing:
    """How the viewer stands to a person. One statement."""
    follows, asks = aliased(Follow), aliased(Follow)
    row = session.execute(
        select(
            select(follows.status).where(follows.follower_id == viewer_id, follows.user_id == user_id).scalar_subquery(),
            exists().where(Mute.muter_id == viewer_id, Mute.user_id == user_id),
            exists().where(asks.follower_id == user_id, asks.user_id == viewer_id, asks.status == FollowStatus.ACCEPTED),
            _blocks(viewer_id, user_id),
            _blocks(user_id, viewer_id),
        )
    ).one()
    status, muted, follows_me, blocked, blocked_by = row
    relation = Relation.NONE if status is None else Relation.FOLLOWING
    if status is FollowStatus.REQUESTED:
        relation = Relation.REQUESTED
    if blocked:
        relation = Relation.BLOCKED
    if viewer_id == user_id:
        relation = Relation.SELF
    return Standing(relation, muted, follows_me, blocked_by)


def follows_organization(viewer_id: int, organization_id: int) -> bool:
    """She follows this organization."""
    mine = select(Follow.id).where(Follow.follower_id == viewer_id, Follow.organization_id == organization_id)
    return session.scalar(mine) is not None


def has_muted_organization(viewer_id: int, organization_id: int) -> bool:
    """She keeps this organization out of her home feed."""
    return session.scalar(select(Mute.id).where(Mute.muter_id == viewer_id, Mute.organization_id == organization_id)) is not None


def follower_count(*, user_id: int | None = None, organization_id: int | None = None) -> int:
    """How many follow this person or organization."""
    target = Follow.user_id == user_id if user_id is not None else Follow.organization_id == organization_id
    return session.scalar(select(func.count()).where(target, Follow.status == FollowStatus.ACCEPTED)) or 0


def following_count(user_id: int) -> int:
    """How many people and organizations this person follows."""
    mine = select(func.count()).where(Follow.follower_id == user_id, Follow.status == FollowStatus.ACCEPTED)
    return session.scalar(mine) or 0


def followers(
    viewer_id: int, user_id: int, before: int | None = None, limit: int = 30, *, status: FollowStatus = FollowStatus.ACCEPTED
) -> tuple[list[Person], int | None]:
    """Up to `limit` followers the viewer may see, the latest first, and the key to go on before, if there are more.

    With `status=REQUESTED`, those who ask to follow.
    """
    rows = _people(viewer_id, before, limit).join(User, User.id == Follow.follower_id)
    return _page(rows.where(Follow.user_id == user_id, Follow.status == status), limit)


def following(viewer_id: int, user_id: int, before: int | None = None, limit: int = 30) -> tuple[list[Person], int | None]:
    """Up to `limit` people this person follows, whom the viewer may see, the latest first; otherwise like `followers`."""
    rows = _people(viewer_id, before, limit).join(User, User.id == Follow.user_id)
    return _page(rows.where(Follow.follower_id == user_id, Follow.status == FollowStatus.ACCEPTED), limit)


def followed_organizations(user_id: int) -> list[FollowedOrganization]:
    """The organizations this person follows, by name."""
    rows = (
        select(*BYLINE)
        .join(Follow, Follow.organization_id == Organization.id)
        .where(Follow.follower_id == user_id)
        .order_by(func.lower(Organization.name), Organization.id)
    )
    return [FollowedOrganization(*row) for row in session.execute(rows)]


def suggestions(user_id: int, limit: int = 3) -> list[Person]:
    """People she could follow: most followed by those she follows or by fellow members, none she has to do with already.

    Looks at no more than 200 people near her, so that the cost does not grow with the campus.
    """
    near = _near(user_id).cte("near")
    followed = select(Follow.user_id).where(Follow.follower_id == user_id, Follow.user_id.is_not(None))
    weight = func.count()
    rows = (
        select(User.id, User.handle, User.name, User.avatar_token)
        .join(Follow, Follow.user_id == User.id)
        .where(
            Follow.follower_id.in_(select(near.c.id)),
            Follow.status == FollowStatus.ACCEPTED,
            User.id != user_id,
            User.id.not_in(followed),
            shown_to(user_id),
        )
        .group_by(User.id)
        .order_by(weight.desc(), User.id)
        .limit(limit)
    )
    found = [Person(*row) for row in session.execute(rows)]
    return found or _anybody_near(user_id, limit)


def _anybody_near(user_id: int, limit: int) -> list[Person]:
    """Where nobody follows anybody yet: fellow members."""
    near = _near(user_id).subquery()
    followed = select(Follow.user_id).where(Follow.follower_id == user_id, Follow.user_id.is_not(None))
    rows = select(User.id, User.handle, User.name, User.avatar_token).where(
        User.id.in_(select(near.c.id)), User.id != user_id, User.id.not_in(followed), shown_to(user_id)
    )
    return [Person(*row) for row in session.execute(rows.order_by(User.id).limit(limit))]


def _near(user_id: int, most: int = 200) -> Select[int]:
    """Ids of people around her: whom she follows, and fellow members; no more than `most`."""
    mine, theirs = aliased(OrganizationMembership), aliased(OrganizationMembership)
    organizations = select(mine.organization_id).where(mine.user_id == user_id, active(mine))
    fellows = select(theirs.user_id.label("id")).where(theirs.organization_id.in_(organizations), active(theirs)).limit(most)
    followed = select(Follow.user_id.label("id")).where(
        Follow.follower_id == user_id, Follow.user_id.is_not(None), Follow.status == FollowStatus.ACCEPTED
    )
    both = fellows.union_all(followed.limit(most)).subquery()
    return select(both.c.id).where(both.c.id != literal(user_id))


def _blocks(blocker_id: int, blocked_id: int) -> ColumnElement[bool]:
    block = aliased(Block)
    return exists().where(block.blocker_id == blocker_id, block.blocked_id == blocked_id)


def is_blocked(one: int, other: int) -> bool:
    """One of the two has blocked the other."""
    return bool(session.scalar(select(or_(_blocks(one, other), _blocks(other, one)))))


def _people(viewer_id: int, before: int | None, limit: int) -> Select[int, int, str, str, uuid.UUID | None]:
    rows = select(Follow.id, User.id, User.handle, User.name, User.avatar_token).select_from(Follow)
    rows = rows.where(shown_to(viewer_id)).order_by(Follow.id.desc()).limit(limit + 1)
    return rows if before is None else rows.where(Follow.id < before)


def _page(rows: Select[int, int, str, str, uuid.UUID | None], limit: int) -> tuple[list[Person], int | None]:
    found = session.execute(rows).all()
    people = [Person(*row[1:]) for row in found[:limit]]
    return people, found[limit - 1][0] if len(found) > limit else None
