"""Named reads of portraits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Uuid, bindparam, exists, or_, select

from campus.accounts.models import User
from campus.organizations.models import Organization
from campus.platform.db import session
from campus.platform.errors import NotFound

if TYPE_CHECKING:
    import uuid

_TOKEN = bindparam("token", type_=Uuid())
_SHOWN = select(
    or_(
        exists().where(User.avatar_token == _TOKEN, User.present, User.approved_at.is_not(None)),
        exists().where(Organization.logo_token == _TOKEN),
    )
)


class PortraitNotFound(NotFound):
    """There is no such picture, or no longer."""

    title = "There is no such picture"


def require_shown(token: uuid.UUID) -> None:
    """Go on only with the picture of somebody whose name is shown, or of an organization. One statement.

    Raises:
        PortraitNotFound: it was replaced or removed, or its owner is suspended, leaving, or gone.
    """
    if not session.scalar(_SHOWN, {"token": token}):
        raise PortraitNotFound
