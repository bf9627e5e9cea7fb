"""Where a case goes, and why: a sentence that everybody who handles it reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from campus.moderation.kinds import CaseScope, TargetKind
from campus.organizations.models import Organization, OrganizationMembership
from campus.organizations.queries import active, role_in
from campus.platform.db import session
from campus.posts.visibility import MODERATING

if TYPE_CHECKING:
    from campus.moderation.targets import Facts


@dataclass(frozen=True, slots=True)
class Route:
    """Whose the case is, and why."""

    scope: CaseScope
    because: str


def route(found: Facts, *, safety: bool) -> Route:
    """Content of an organization goes to its moderators; everything that they should not judge alone, to the site's staff."""
    if (reason := _for_the_site(found, safety=safety)) is not None:
        return Route(CaseScope.SITE, reason)
    return Route(CaseScope.ORG, f"It belongs to {_name(found.organization_id)}: its moderators review it.")


def _for_the_site(found: Facts, *, safety: bool) -> str | None:
    if found.target.kind in {TargetKind.USER, TargetKind.ORGANIZATION} or found.organization_id is None:
        what = {TargetKind.USER: "a person", TargetKind.ORGANIZATION: "an organization"}.get(found.target.kind, "a personal post")
        return f"It is about {what}: the site's staff reviews it."
    if safety:
        return "Threats and intimate images go to the site's staff at once."
    name = _name(found.organization_id)
    if found.author_id is not None and role_in(found.organization_id, found.author_id) in MODERATING:
        return f"Its author moderates {name}: the site's staff reviews it."
    if not _has_moderators(found.organization_id):
        return f"{name} has no moderators: the site's staff reviews it."
    return None


def _has_moderators(organization_id: int) -> bool:
    """Somebody moderates it, who is not suspended."""
    mine = (OrganizationMembership.organization_id == organization_id, OrganizationMembership.role.in_(MODERATING), active())
    return bool(session.scalar(select(func.count()).select_from(OrganizationMembership).where(*mine)))


def _name(organization_id: int | None) -> str:
    return session.scalar(select(Organization.name).where(Organization.id == organization_id)) or "an organization"
