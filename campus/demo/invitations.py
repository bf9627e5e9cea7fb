"""The open invitations of the small demo: a link and a mail in each organization that somebody runs and others are asked into."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from campus.demo.cast import PERSONAS
from campus.demo.copying import continue_after
from campus.demo.houses import HALIDE, NORTHBRIDGE, TIDEWATER, WESTMERE
from campus.organizations.invitations import hash_of
from campus.organizations.models import Invitation, MemberKind, Role
from campus.platform.db import session

if TYPE_CHECKING:
    from datetime import datetime

    from campus.demo.world import World


@dataclass(frozen=True)
class Asked:
    """An invitation to be: by whom, to what; by mail to an address, or by a link that is good for several more people."""

    organization: int
    by: str
    kind: MemberKind
    days_ago: int
    good_for: int  # days, from when it was made
    address: str | None = None
    uses: int = 1
    role: Role = Role.MEMBER


ASKED = (
    Asked(NORTHBRIDGE, "Tomas Brandt", MemberKind.STUDENT, 5, 90, uses=25),
    Asked(NORTHBRIDGE, "Ingrid Vasquez", MemberKind.FACULTY, 2, 60, "visiting.lecturer@elsewhere.example", role=Role.EDITOR),
    Asked(WESTMERE, "Chiara Okonjo", MemberKind.GUEST, 9, 90, uses=8),
    Asked(WESTMERE, "Henrik Lund", MemberKind.STAFF, 1, 60, "workshop.assistant@elsewhere.example"),
    Asked(HALIDE, "Celia Marchetti", MemberKind.PARTNER, 3, 90, uses=3),
    Asked(HALIDE, "Celia Marchetti", MemberKind.PARTNER, 3, 60, "elif.kaplan@northbridge.example"),
    Asked(TIDEWATER, "Simon Achterberg", MemberKind.STAFF, 4, 90, uses=2),
    Asked(TIDEWATER, "Simon Achterberg", MemberKind.STAFF, 6, 60, "welder@elsewhere.example"),
)


def write_invitations(world: World) -> int:
    """Write the invitations, in the open transaction. Nobody has their links: no site signs this seed. Returns how many."""
    people = {persona.name: number for number, persona in enumerate(PERSONAS, start=1)}
    session.add_all(_row(number, asked, people[asked.by], world.now) for number, asked in enumerate(ASKED, start=1))
    session.flush()
    continue_after(Invitation)
    return len(ASKED)


def _row(number: int, asked: Asked, inviter_id: int, now: datetime) -> Invitation:
    made = now - timedelta(days=asked.days_ago)
    return Invitation(
        id=number,
        organization_id=asked.organization,
        inviter_id=inviter_id,
        token_hash=hash_of(f"demo {number}"),
        address=asked.address,
        role=asked.role,
        kind=asked.kind,
        uses_left=asked.uses,
        created_at=made,
        expires_at=made + timedelta(days=asked.good_for),
    )
