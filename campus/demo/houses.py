"""The organizations of the small demo."""

from __future__ import annotations

from dataclasses import dataclass

from campus.organizations.models import JoinPolicy, OrganizationKind

NORTHBRIDGE, WESTMERE, HALIDE, TIDEWATER, OLD_MILL = 1, 2, 3, 4, 5


@dataclass(frozen=True)
class Organization:
    """An organization of the cast; its id is its place in `ORGANIZATIONS`, from 1."""

    kind: OrganizationKind
    slug: str
    name: str
    about: str
    place: str
    join_policy: JoinPolicy
    default_audience: str = "organization"
    verified: bool = True
    departments: tuple[tuple[str, str], ...] = ()

    @property
    def domain(self) -> str:
        """Its e-mail domain, of those reserved for examples."""
        return f"{self.slug}.example"


ORGANIZATIONS = (
    Organization(
        OrganizationKind.UNIVERSITY,
        "northbridge",
        "Northbridge University",
        "A university between two rivers, founded by instrument makers, known for its observatory and its bad weather.",
        "Northbridge",
        JoinPolicy.DOMAIN,
        departments=(
            ("physics", "Physics"),
            ("computer-science", "Computer Science"),
            ("art-history", "Art History"),
            ("biology", "Biology"),
            ("architecture", "Architecture"),
        ),
    ),
    Organization(
        OrganizationKind.UNIVERSITY,
        "westmere",
        "Westmere School of Design",
        "Five workshops around one courtyard: photography, film, graphic, industrial and textile design.",
        "Westmere",
        JoinPolicy.APPROVAL,
        default_audience="public",
        departments=(
            ("photography", "Photography"),
            ("film", "Film"),
            ("graphic-design", "Graphic Design"),
            ("industrial-design", "Industrial Design"),
            ("textile-design", "Textile Design"),
        ),
    ),
    Organization(
        OrganizationKind.COMPANY,
        "halide",
        "Halide Studio",
        "A photography studio above the old cinema: portraits, graduations, exhibitions, and workshops for students.",
        "Westmere",
        JoinPolicy.APPROVAL,
        default_audience="public",
    ),
    Organization(
        OrganizationKind.COMPANY,
        "tidewater",
        "Tidewater Robotics",
        "Small robots for cold water. Spun out of Northbridge, still eating in its canteen.",
        "Northbridge Harbour",
        JoinPolicy.OPEN,
    ),
    Organization(
        OrganizationKind.COMPANY,
        "old-mill",
        "Old Mill Press",
        "Prints slowly, on purpose. Nothing has been published here for more than a month.",
        "Millbrook",
        JoinPolicy.CLOSED,
        verified=False,
    ),
)
