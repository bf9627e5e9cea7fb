"""Whom one can sign in as, and what there is to see then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from campus.accounts.models import EmailAddress, User
from campus.demo.cast import PASSWORD, PERSONAS
from campus.feed.models import FeedState
from campus.follows.models import Follow
from campus.platform.db import session

if TYPE_CHECKING:
    from sqlalchemy import ScalarSelect, Select
    from sqlalchemy.orm import InstrumentedAttribute


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
    people = {
        "a site administrator": select(User.id).where(User.is_admin).order_by(User.id),
        "has the most followers": _most(Follow.user_id),
        "follows the most": _most(Follow.follower_id),
        "read her feed most recently": select(FeedState.user_id).order_by(FeedState.last_read_at.desc(), FeedState.user_id),
        "has been away for longest": select(FeedState.user_id).order_by(FeedState.last_read_at, FeedState.user_id),
    }
    return [found for shows, who in people.items() if (found := _sign_in(who.limit(1).scalar_subquery(), shows))]


def _most(column: InstrumentedAttribute[Any]) -> Select[Any]:
    """Whose id is in a column most often."""
    return select(column).where(column.is_not(None)).group_by(column).order_by(func.count().desc(), column)


def _sign_in(who: ScalarSelect[Any], shows: str) -> SignIn | None:
    row = session.execute(
        select(EmailAddress.address, User.name).join(User, User.id == EmailAddress.user_id).where(User.id == who, User.is_demo)
    ).first()
    return SignIn(row.address, row.name, shows) if row else None
