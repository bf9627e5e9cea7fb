"""A viewer without a session, for tests of verbs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campus.accounts.viewer import Viewer

if TYPE_CHECKING:
    from campus.accounts.models import User


def viewer_of(user: User) -> Viewer:
    """What the verbs get to know of this person."""
    return Viewer(
        id=user.id,
        handle=user.handle,
        name=user.name,
        avatar_token=user.avatar_token,
        is_admin=user.is_admin,
        verified=True,
        theme=user.theme,
        locale=user.locale,
        algorithm=user.algorithm,
        scope=user.scope,
        auto_load=user.auto_load,
        permission_version=user.permission_version,
    )
