"""Posts and photos."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from campus.platform.clock import now
from campus.posts.models import Audience, Photo, PhotoState, Post, PostState
from tests.factories.accounts import make_user
from tests.factories.saving import number, saved

if TYPE_CHECKING:
    from campus.accounts.models import User
    from campus.organizations.models import Department, Organization


def make_post(
    *,
    author: User | None = None,
    organization: Organization | None = None,
    department: Department | None = None,
    audience: Audience | str = Audience.PUBLIC,
    **columns: Any,
) -> Post:
    """A published public post of a new person, unless said otherwise. A department brings its university."""
    owner_id = organization.id if organization else department.organization_id if department else None
    values = {
        "author_id": (author or make_user()).id,
        "organization_id": owner_id,
        "department_id": department.id if department else None,
        "audience": Audience(audience),
        "state": PostState.PUBLISHED,
        "published_at": now(),
        "text": f"Text {number()}",
    }
    return saved(Post(**(values | columns)))


def make_photo(*, post: Post, **columns: Any) -> Photo:
    """A ready photo of 1600 by 1200 without files, at position 0 unless said otherwise."""
    values = {
        "post_id": post.id,
        "position": 0,
        "state": PhotoState.READY,
        "width": 1600,
        "height": 1200,
        "widths": [320, 640, 960, 1440],
        "alt": "A photo",
    }
    return saved(Photo(**(values | columns)))
