"""What every page of a desk begins with: the site's and an organization's have the same views, at two addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint

from campus.accounts.guard import sign_in_required, viewer
from campus.moderation.desks import of_organization, of_the_site
from campus.moderation.queries.finding import CaseNotFound, case_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.moderation.desks import Desk
    from campus.moderation.models import Case

SITE, ORGANIZATION = "/moderation", "/o/<slug>/manage/moderation"

blueprint = Blueprint("desk", __name__)


def page(path: str, *methods: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Put a view below both addresses of a desk; it takes the organization's `slug`, or None."""

    def put(view: Callable[..., Any]) -> Callable[..., Any]:
        guarded = sign_in_required(view)
        blueprint.add_url_rule(SITE + path, view_func=guarded, methods=methods, defaults={"slug": None})
        blueprint.add_url_rule(ORGANIZATION + path, view_func=guarded, methods=methods)
        return guarded

    return put


def desk_at(slug: str | None) -> Desk:
    """The desk of this address.

    Raises:
        NotFound: it is not hers.
    """
    return of_organization(viewer(), slug) if slug is not None else of_the_site(viewer())


def case_at(slug: str | None, case_id: int) -> tuple[Desk, Case]:
    """The desk of this address, and a case on it.

    Raises:
        NotFound: it is not hers, or there is no such case on it.
    """
    desk = desk_at(slug)
    case = case_for(viewer(), case_id)
    if desk.organization_id is not None and case.organization_id != desk.organization_id:
        raise CaseNotFound
    return desk, case


def url_of(desk: Desk, case_id: int) -> str:
    """Where a case is."""
    return f"{desk.base}/cases/{case_id}"
