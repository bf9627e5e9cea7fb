"""Whom one can sign in as, and what there is to see then."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from campus.accounts.models import EmailAddress, User
from campus.demo.cast import PASSWORD, PERSONAS
from campus.feed.models import FeedState
from campus.follows.models import Follow
from campus.platform.db import session


@dataclass(frozen=True)
class SignIn:
    """An address of a demo person. The password is the same for all."""

    address: str
    name: str
    shows: str
    password: str = PASSWORD


def sign_ins() -> list[SignIn]:
    """The personas of the small demo, or those who stand out in a large one; nobody where no demo is loaded."""
    loaded = select(EmailAddress.address).join(User, User.id == EmailAddress.user_id).where(User.is_demo)
    there = set(session.scalars(loaded.where(EmailAddress.address.in_([persona.address for persona in PERSONAS]))))
    if there:
        return [SignIn(persona.address, persona.name, persona.shows) for persona in PERSONAS if persona.address in there]
    return _who_stand_out()


def _who_stand_out() -> list[SignIn]:
    """One person for each superlative of a large demo."""
    followed = (
        select(Follow.user_id.label("id"), func.count().label("many")).where(Follow.user_id.is_not(None)).group_by(Follow.user_id)
    )
    following = select(Follow.follower_id.label("id"), func.count().label("many")).group_by(Follow.follower_id)
    people = {
        "a site administrator": select(User.id).where(User.is_demo, User.is_admin).order_by(User.id),
        "has the most followers": select(followed.subquery().c.id).order_by(followed.subquery().c.many.desc()),
        "follows the most people": select(following.subquery().c.id).order_by(following.subquery().c.many.desc()),
        "read her feed most recently": select(FeedState.user_id).order_by(FeedState.last_read_at.desc(), FeedState.user_id),
        "has been away for longest": select(FeedState.user_id).order_by(FeedState.last_read_at, FeedState.user_id),
    }
    return [found for shows, who in people.items() if (found := _sign_in(who.limit(1).scalar_subquery(), shows))]


def _sign_in(who: object, shows: str) -> SignIn | None:
    row = session.execute(
        select(EmailAddress.address, User.name).join(User, User.id == EmailAddress.user_id).where(User.id == who, User.is_demo)
    ).first()
    return SignIn(row.address, row.name, shows) if row else None
