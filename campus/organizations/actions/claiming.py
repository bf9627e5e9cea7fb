"""The domains of organizations: claimed by who runs one, confirmed by who runs the site.

An address somewhere proves that its holder is there, not that she speaks for everybody who is: a domain is one organization's on
the whole site, and lets people in. So a claim proves nothing until the site's administrators have looked at it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from campus.audit.actions import record
from campus.organizations import queries
from campus.organizations.actions import founding
from campus.organizations.actions.changes import locked
from campus.organizations.actions.decisions import DomainDecision, tell_of_domain
from campus.organizations.actions.founding import Taken
from campus.organizations.figures import domain_preview
from campus.organizations.models import DomainClaim, OrganizationDomain
from campus.organizations.rights import running
from campus.platform.db import session, transaction
from campus.platform.errors import Conflict, Forbidden

if TYPE_CHECKING:
    from datetime import datetime

    from campus.organizations.figures import DomainPreview

MOST_CLAIMS = 10  # of an organization that wait
_UNSYNCED = {"synchronize_session": False}


class NotYourDomain(Forbidden):
    """One claims a domain for an organization with a verified address there."""

    title = "Prove that you have an address there"


class ManyClaims(Conflict):
    """More claims of the organization wait than anybody means."""

    title = "Many claims wait already"


def look_at_domain(*, viewer_id: int, organization_id: int, domain: str) -> DomainPreview:
    """What a domain means, or would mean, for an organization the viewer runs.

    Who has an address at somebody else's domain, and be it nobody, is nothing to her.

    Raises:
        NotYourDomain: it is not the organization's, and she has no verified address there.
        Invalid: it is no domain, or one where anybody can have an address.
    """
    clean = founding.domain_of(domain)
    if clean not in queries.domains_of(organization_id):
        _require_address(clean, viewer_id)
    return domain_preview(organization_id, clean)


def claim_domain(*, viewer_id: int, organization_id: int, domain: str, now: datetime) -> None:
    """Ask the site's administrators to let addresses at a domain prove belonging; one the organization has is no error.

    Raises:
        OrganizationNotFound: the viewer does not run it.
        NotYourDomain: she has no verified address there.
        Invalid: it is no domain, or one where anybody can have an address.
        Taken: it belongs to another organization.
        ManyClaims: enough of them wait.
    """
    clean = founding.domain_of(domain)
    with transaction():
        running(locked(organization_id, viewer_id), now)
        _require_address(clean, viewer_id)
        owner = session.scalar(select(OrganizationDomain.organization_id).where(OrganizationDomain.domain == clean))
        if owner is not None and owner != organization_id:
            raise Taken(f"{clean} belongs to another organization.", field="domain")
        if owner is None and _noted(organization_id, viewer_id, clean, now):
            _require_few(organization_id)
            _record("claim_domain", organization_id, after={"domain": clean})


def drop_domain(*, viewer_id: int, organization_id: int, domain: str, now: datetime) -> None:
    """Let a domain prove nothing any more, or take its claim back; members stay. One it has not is no error.

    Raises:
        OrganizationNotFound: the viewer does not run it.
    """
    with transaction():
        running(locked(organization_id, viewer_id), now)
        _end_claim(organization_id, domain)
        founding.give_up_domain(organization_id=organization_id, domain=domain)


def refuse_domain(*, organization_id: int, domain: str) -> bool:
    """Turn a claim down, for who runs the site; those who run the organization are told. False if there is none."""
    with transaction():
        ended = _end_claim(organization_id, domain)
        if ended is not None:
            tell_of_domain(DomainDecision.REFUSED, organization_id=organization_id, domain=ended)
    return ended is not None


def _end_claim(organization_id: int, domain: str) -> str | None:
    """End a claim without a domain: it is turned down, or taken back. None if there is none."""
    row = DomainClaim
    gone = delete(row).where(row.organization_id == organization_id, row.domain == domain.strip().lower())
    ended = session.scalar(gone.returning(row.domain), execution_options=_UNSYNCED)
    if ended is not None:
        _record("refuse_domain", organization_id, before={"claimed": ended})
    return ended


def _noted(organization_id: int, viewer_id: int, domain: str, now: datetime) -> bool:
    """Whether the claim is a new one."""
    row = insert(DomainClaim).values(organization_id=organization_id, domain=domain, claimant_id=viewer_id, claimed_at=now)
    return session.scalar(row.on_conflict_do_nothing().returning(DomainClaim.domain)) is not None


def _require_few(organization_id: int) -> None:
    waiting = select(func.count()).where(DomainClaim.organization_id == organization_id)
    if (session.scalar(waiting) or 0) > MOST_CLAIMS:
        raise ManyClaims(f"Up to {MOST_CLAIMS} domains wait at a time. Take one back that you do not need.")


def _require_address(domain: str, viewer_id: int) -> None:
    if not queries.has_address_at(domain, viewer_id):
        raise NotYourDomain(
            f"Add and confirm an address of yours at {domain} first, or ask the site's administrators.", field="domain"
        )


def _record(act: str, organization_id: int, **changed: dict[str, object]) -> None:
    record(f"organization.{act}", f"organization:{organization_id}", organization_id=organization_id, **changed)
