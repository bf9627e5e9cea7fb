"""What is offered to moderators: a case, in the menu of a thing; photos and narrower audiences, in the form of a decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from campus.organizations.models import OrganizationMembership
from campus.organizations.queries import active
from campus.platform.db import session
from campus.posts.drafts import fitting_audiences
from campus.posts.models import Audience, Photo, PhotoState, Post
from campus.posts.visibility import MODERATING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from campus.moderation.models import Case


def fellows(viewer_id: int, organization_id: int) -> frozenset[int]:
    """Everybody who moderates an organization, herself included; nobody, if she does not. One statement."""
    mine, each = aliased(OrganizationMembership), aliased(OrganizationMembership)
    hers = exists().where(
        mine.organization_id == organization_id, mine.user_id == viewer_id, mine.role.in_(MODERATING), active(mine)
    )
    there = select(each.user_id).where(each.organization_id == organization_id, each.role.in_(MODERATING), active(each), hers)
    return frozenset(session.scalars(there))


def photos_of(case: Case) -> Sequence[Photo]:
    """The photos that the post of a case shows now, in their order."""
    here = select(Photo).where(Photo.post_id == case.post_id, Photo.state == PhotoState.READY).order_by(Photo.position)
    here = here.join(Post, Post.id == Photo.post_id).where(Post.audience != Audience.ONLY_ME)
    return session.scalars(here).all() if case.post_id is not None else ()


def narrower_audiences(case: Case) -> list[Audience]:
    """The audiences the post can be narrowed to, the widest first."""
    post = session.get(Post, case.post_id) if case.post_id is not None else None
    if post is None:
        return []
    in_department = post.department_id is not None
    fitting = fitting_audiences(
        in_organization=post.organization_id is not None, in_department=in_department, official=post.official
    )
    return list(fitting[fitting.index(post.audience) + 1 :])
