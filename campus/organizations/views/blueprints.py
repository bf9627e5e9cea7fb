"""What the pages of organizations share: their blueprints, and who is let into the pages of management."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, current_app, render_template

from campus.accounts.guard import viewer
from campus.organizations.models import OrganizationKind, Role
from campus.organizations.rights import MANAGING, managed

if TYPE_CHECKING:
    from campus.organizations.rights import Managed

blueprint = Blueprint("organizations", __name__)
manage = Blueprint("manage", __name__, url_prefix="/o/<slug>/manage")


@dataclass(frozen=True, slots=True)
class Tab:
    """A page of management: its place below `/o/<slug>/manage/`, its words, and whose it is."""

    key: str
    words: str
    roles: tuple[Role, ...] = MANAGING
    universities_only: bool = False


TABS = (
    Tab("members", "Members"),
    Tab("requests", "Requests"),
    Tab("invitations", "Invitations"),
    Tab("domains", "Domains"),
    Tab("departments", "Departments", universities_only=True),
    Tab("settings", "Settings"),
    Tab("moderation", "Moderation", (*MANAGING, Role.MODERATOR)),
    Tab("audit", "Audit log"),
)


def tabs(role: Role | str, kind: OrganizationKind) -> list[Tab]:
    """The pages of management that are there for one who has this role, in an organization of this kind."""
    there = {rule.rule for rule in current_app.url_map.iter_rules() if rule.rule.startswith("/o/<slug>/manage/")}
    return [
        tab
        for tab in TABS
        if role in tab.roles
        and f"/o/<slug>/manage/{tab.key}" in there
        and (kind is OrganizationKind.UNIVERSITY or not tab.universities_only)
    ]


def here(slug: str) -> Managed:
    """The organization that the viewer runs.

    Raises:
        OrganizationNotFound: there is none, or she does not run it.
    """
    return managed(viewer().id, slug)


def show(template: str, place: Managed, tab: str, **context: object) -> str:
    """A page of management."""
    return render_template(template, organization=place.organization, role=place.role, tab=tab, **context)
