"""Who may do what with a post, as a table; and who may post where.

Seeing comes first: a post is loaded through the rule of visibility, so that what a person may not see is missing for her; only
then the table is asked whether she may act on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import and_, select

from campus.accounts.actions import require_not_paused
from campus.organizations.actions import require_not_paused_in
from campus.organizations.models import Department, DepartmentMembership, Role
from campus.organizations.places import POSTING_OFFICIALLY
from campus.organizations.queries import memberships_of, role_in
from campus.platform.db import session
from campus.platform.errors import Forbidden, Invalid
from campus.posts.models import Audience
from campus.posts.visibility import MODERATING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from campus.posts.cards import PostCard
    from campus.posts.drafts import PostDraft
    from campus.posts.models import Post

    Condition = Callable[["Acting"], bool]


class MayNot(Forbidden):
    """She sees the post, but this is for others to do."""

    title = "Not yours to change"


class NotAMember(Forbidden):
    """One posts in an organization as its active member."""

    title = "Only members post here"


class MayNotPostOfficially(Forbidden):
    """Official posts are for owners, admins and editors."""

    title = "Not an editor"


class NarrowedByModerators(Forbidden):
    """Its author does not widen what moderators narrowed."""

    title = "Moderators chose the audience"


class NoSuchDepartment(Invalid):
    """The department is not one of that organization's."""

    title = "No such department"


class NotInDepartment(Forbidden):
    """One posts in a department as its member, or as an owner, admin or editor of the university."""

    title = "Only members of the department post here"


class Act(StrEnum):
    """What can be done with a post."""

    EDIT = "edit"
    WITHDRAW = "withdraw"
    REINSTATE = "reinstate"
    DELETE = "delete"
    RETRY_PHOTO = "retry_photo"
    READ_HISTORY = "read_history"
    DELETE_COMMENT = "delete_comment"


@dataclass(frozen=True, slots=True)
class Acting:
    """Somebody before a post: her id, her role in its organization (none: no active member), and whose post it is."""

    viewer_id: int
    role: Role | None
    author_id: int
    official: bool


def is_author(acting: Acting) -> bool:
    """She wrote it."""
    return acting.author_id == acting.viewer_id


def edits_officially(acting: Acting) -> bool:
    """It is an official post of an organization she may post officially for."""
    return acting.official and acting.role in POSTING_OFFICIALLY


def moderates_owner(acting: Acting) -> bool:
    """She moderates the organization it belongs to."""
    return acting.role in MODERATING


def anybody(_acting: Acting) -> bool:
    """Whoever sees the post."""
    return True


def any_of(*conditions: Condition) -> Condition:
    """One of these is enough."""
    return lambda acting: any(condition(acting) for condition in conditions)


MAY: dict[Act, Condition] = {
    Act.EDIT: any_of(is_author, edits_officially),
    Act.WITHDRAW: any_of(is_author, moderates_owner),
    Act.REINSTATE: any_of(is_author),
    Act.DELETE: any_of(is_author),
    Act.RETRY_PHOTO: any_of(is_author),
    Act.READ_HISTORY: any_of(anybody),
    Act.DELETE_COMMENT: any_of(is_author, moderates_owner),
}


def allowed(viewer_id: int, post: Post) -> frozenset[Act]:
    """Everything this person, who sees the post, may do with it. One statement at most."""
    return _acts(Acting(viewer_id, _role(viewer_id, post.organization_id), post.author_id, post.official))


def allowed_on(viewer_id: int, cards: Iterable[PostCard]) -> dict[int, frozenset[Act]]:
    """What `allowed` says about each of these posts, by id. One statement for all, at most."""
    shown = list(cards)
    owned = any(card.owner for card in shown)
    roles = {found.organization_id: found.role for found in memberships_of(viewer_id)} if owned else {}
    return {
        card.id: _acts(Acting(viewer_id, roles.get(card.owner.id) if card.owner else None, card.author.id, card.official))
        for card in shown
    }


def _acts(acting: Acting) -> frozenset[Act]:
    return frozenset(act for act, condition in MAY.items() if condition(acting))


def require(act: Act, *, viewer_id: int, post: Post) -> None:
    """Go on only if she may.

    Raises:
        MayNot: the table says no.
    """
    if act not in allowed(viewer_id, post):
        raise MayNot("Only its author, and for some things the staff of the organization, can do this.")


def require_may_post(viewer_id: int, draft: PostDraft, *, now: datetime | None = None) -> None:
    """Go on only if she may publish this there; with `now`, also only if her posting is not paused, everywhere or there.

    Raises:
        PostingPaused: not for now; with the field at fault if elsewhere she may.
        NotAMember, MayNotPostOfficially, NoSuchDepartment, NotInDepartment: with the field at fault.
    """
    if now is not None:
        require_not_paused(viewer_id, now=now)
    if draft.organization_id is None:
        return
    role = _role(viewer_id, draft.organization_id)
    if role is None:
        raise NotAMember("You can post here once you are an active member.", field="owner")
    if now is not None:
        require_not_paused_in(draft.organization_id, viewer_id, field="owner", now=now)
    if draft.official and role not in POSTING_OFFICIALLY:
        raise MayNotPostOfficially("Official posts are for owners, admins and editors of the organization.", field="official")
    if draft.department_id is not None:
        _require_department(viewer_id, role, draft.organization_id, draft.department_id)


def require_not_widened(post: Post, draft: PostDraft) -> None:
    """Go on only if a post that moderators narrowed stays as it is, or becomes its author's alone.

    Raises:
        NarrowedByModerators: it would be shown to others.
    """
    stays = (post.organization_id, post.department_id) == (draft.organization_id, draft.department_id)
    if post.narrowed and not (stays and draft.audience in {post.audience, Audience.ONLY_ME}):
        raise NarrowedByModerators("Moderators have chosen who sees this post. You can appeal.", field="audience")


def _require_department(viewer_id: int, role: Role, organization_id: int, department_id: int) -> None:
    found = session.execute(
        select(Department.id, DepartmentMembership.user_id)
        .outerjoin(
            DepartmentMembership,
            and_(DepartmentMembership.department_id == Department.id, DepartmentMembership.user_id == viewer_id),
        )
        .where(Department.id == department_id, Department.organization_id == organization_id)
    ).one_or_none()
    if found is None:
        raise NoSuchDepartment("This department is not part of that organization.", field="owner")
    if found.user_id is None and role not in POSTING_OFFICIALLY:
        raise NotInDepartment("You can post here once you belong to this department.", field="owner")


def _role(viewer_id: int, organization_id: int | None) -> Role | None:
    """Her role while she is an active member."""
    return role_in(organization_id, viewer_id) if organization_id is not None else None
