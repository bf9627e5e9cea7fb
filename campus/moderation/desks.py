"""Whose desk it is: the site's staff sees to the whole campus, an organization's moderators and managers to their own.

The pages of both are the same; a desk says how far they reach and where they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from campus.organizations.models import Organization, Role
from campus.organizations.queries import OrganizationNotFound, by_slug, role_in
from campus.platform.db import session
from campus.platform.errors import NotFound
from campus.posts.visibility import MODERATING

if TYPE_CHECKING:
    from campus.accounts.viewer import Viewer

MANAGING = (Role.OWNER, Role.ADMIN)


@dataclass(frozen=True, slots=True)
class Desk:
    """A scope: one organization's, or with none the site's. `role` is what she is in the organization."""

    organization: Organization | None = None
    role: Role | None = None

    @property
    def organization_id(self) -> int | None:
        """What everything on this desk belongs to; None for everything there is."""
        return self.organization.id if self.organization else None

    @property
    def manages(self) -> bool:
        """Whether its owner sees more than its cases: the site's administrators, an organization's owners and admins."""
        return self.organization is None or self.role in MANAGING

    @property
    def base(self) -> str:
        """Where its cases are."""
        return f"/o/{self.organization.slug}/manage/moderation" if self.organization else "/moderation"

    @property
    def log(self) -> str:
        """Where its part of the audit log is."""
        return f"/o/{self.organization.slug}/manage/audit" if self.organization else "/admin/audit"


def of_the_site(viewer: Viewer) -> Desk:
    """The desk of the site's staff.

    Raises:
        NotFound: she is none of them.
    """
    if not viewer.is_admin:
        raise NotFound
    return Desk()


def of_organization(viewer: Viewer, slug: str, *, roles: tuple[Role, ...] = MODERATING) -> Desk:
    """The desk of an organization, for who has one of these roles there.

    Raises:
        OrganizationNotFound: there is no such organization, or she has none of them.
    """
    organization = by_slug(slug)
    role = role_in(organization.id, viewer.id)
    if role not in roles:
        raise OrganizationNotFound
    return Desk(organization, role)


def desk_of(viewer: Viewer, organization_id: int | None) -> Desk:
    """Where somebody who handles a case of this organization, or of none, does so: the site's staff at its own desk."""
    if viewer.is_admin or organization_id is None:
        return of_the_site(viewer)
    return of_organization(viewer, session.get_one(Organization, organization_id).slug)
