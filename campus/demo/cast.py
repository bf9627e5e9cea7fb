"""The people of the small demo: between them they hold every role, kind, standing and empty state."""

from __future__ import annotations

from dataclasses import dataclass

from campus.accounts.models import Scope
from campus.demo.houses import HALIDE, NORTHBRIDGE, OLD_MILL, TIDEWATER, WESTMERE
from campus.organizations.models import MemberKind, MembershipStatus, Role

PASSWORD = "campus-demo"  # noqa: S105 - meant to be known: the demo refuses to be loaded in production


@dataclass(frozen=True)
class Belonging:
    """A membership: `department` is a slug, `days` how long it still lasts (negative: it has ended)."""

    organization: int
    role: Role = Role.MEMBER
    kind: MemberKind = MemberKind.STUDENT
    status: MembershipStatus = MembershipStatus.ACTIVE
    department: str | None = None
    days: int | None = None


@dataclass(frozen=True)
class Persona:
    """A person somebody can sign in as, and what there is to see then."""

    name: str
    home: str
    bio: str
    shows: str
    belongs: tuple[Belonging, ...] = ()
    locked: bool = False
    admin: bool = False
    suspended: bool = False
    scope: Scope = Scope.ALL
    alone: bool = False  # follows nobody

    @property
    def handle(self) -> str:
        """From the name."""
        return self.name.lower().replace(" ", "_")

    @property
    def address(self) -> str:
        """Where she signs in with."""
        return f"{self.name.lower().replace(' ', '.')}@{self.home}.example"


_STAFF, _FACULTY = MemberKind.STAFF, MemberKind.FACULTY

PERSONAS = (
    Persona(
        "Mira Halvorsen",
        "northbridge",
        "Second year physics. Coffee first, questions later.",
        "a full home feed: a student who follows many people; start here",
        (Belonging(NORTHBRIDGE, department="physics"), Belonging(TIDEWATER, kind=MemberKind.PARTNER)),
    ),
    Persona(
        "Ingrid Vasquez",
        "northbridge",
        "Keeps the university's calendar, and its secrets.",
        "the owner of Northbridge University",
        (Belonging(NORTHBRIDGE, Role.OWNER, _STAFF),),
    ),
    Persona(
        "Tomas Brandt",
        "northbridge",
        "Timetables, keys, lost gloves.",
        "an administrator of Northbridge University",
        (Belonging(NORTHBRIDGE, Role.ADMIN, _STAFF, department="computer-science"),),
    ),
    Persona(
        "Jonas Okafor",
        "northbridge",
        "Writes about light, teaches about matter.",
        "a professor who is an editor: posts officially for Northbridge",
        (Belonging(NORTHBRIDGE, Role.EDITOR, _FACULTY, department="physics"),),
    ),
    Persona(
        "Leila Farouk",
        "northbridge",
        "Reads everything, twice.",
        "a moderator of Northbridge: sees the posts of all its departments",
        (Belonging(NORTHBRIDGE, Role.MODERATOR, _STAFF),),
    ),
    Persona(
        "Celia Marchetti",
        "halide",
        "Photographer. The light comes first, the rest is furniture.",
        "a celebrity with more followers than posts are pushed to, and the owner of Halide Studio",
        (Belonging(HALIDE, Role.OWNER, _STAFF), Belonging(WESTMERE, kind=MemberKind.GUEST, department="photography", days=60)),
    ),
    Persona(
        "Noor Adeyemi",
        "westmere",
        "One photograph every half hour, for one day. Today is the day.",
        "19 of 20 posts used today: one more goes, the next is refused kindly",
        (Belonging(WESTMERE, department="photography"),),
    ),
    Persona(
        "Oskar Lindholm",
        "newcomer",
        "",
        "a new account: no organizations, follows nobody, an empty feed",
        scope=Scope.FOLLOWING,
        alone=True,
    ),
    Persona(
        "Petra Novak",
        "old-mill",
        "Sets type by hand.",
        "a member whose only organization had a quiet month",
        (Belonging(OLD_MILL, Role.OWNER, _STAFF),),
        scope=Scope.FOLLOWING,
        alone=True,
    ),
    Persona(
        "Ravi Menon",
        "northbridge",
        "Chess, checkmate, chai.",
        "has blocked Hanna Weiss: neither sees the other",
        (Belonging(NORTHBRIDGE, department="computer-science"),),
    ),
    Persona(
        "Hanna Weiss",
        "northbridge",
        "Open source, closed door.",
        "blocked by Ravi Menon, though both belong to the same department",
        (Belonging(NORTHBRIDGE, department="computer-science"),),
    ),
    Persona(
        "Emil Sorensen",
        "westmere",
        "Cuts film, mostly out.",
        "has muted Yara Haddad and Tidewater Robotics: nothing of theirs in the home feed",
        (Belonging(WESTMERE, department="film"), Belonging(TIDEWATER, kind=_STAFF)),
    ),
    Persona(
        "Yara Haddad",
        "westmere",
        "Posts a lot, and gladly.",
        "muted by Emil Sorensen, who follows her all the same",
        (Belonging(WESTMERE, department="film"),),
    ),
    Persona(
        "Luca Ferrante",
        "westmere",
        "Ask first.",
        "a locked account with one follower who waits to be accepted",
        (Belonging(WESTMERE, department="graphic-design"),),
        locked=True,
    ),
    Persona(
        "Kaya Demir",
        "westmere",
        "Draws letters.",
        "waits for two answers: to follow Luca Ferrante, and to join Halide Studio",
        (Belonging(WESTMERE, department="graphic-design"), Belonging(HALIDE, status=MembershipStatus.PENDING)),
    ),
    Persona(
        "Victor Amsel",
        "northbridge",
        "",
        "suspended: cannot sign in, and nobody sees what he signed",
        (Belonging(NORTHBRIDGE, department="biology"),),
        suspended=True,
    ),
    Persona("Greta Solberg", "photocampus", "Looks after this site.", "a site administrator", admin=True),
    Persona(
        "Samuel Otieno",
        "northbridge",
        "On exchange, until yesterday.",
        "a membership that ended yesterday: Northbridge's private posts are gone",
        (Belonging(NORTHBRIDGE, department="architecture", days=-1), Belonging(TIDEWATER)),
    ),
    Persona(
        "Dario Conti",
        "westmere",
        "",
        "was removed from Westmere",
        (Belonging(WESTMERE, status=MembershipStatus.REMOVED), Belonging(HALIDE, kind=MemberKind.PARTNER)),
    ),
    Persona(
        "Beatrix Kowal",
        "northbridge",
        "Class of the great flood.",
        "an alumna of Northbridge",
        (Belonging(NORTHBRIDGE, kind=MemberKind.ALUMNI, department="art-history"),),
    ),
    Persona(
        "Amara Diallo",
        "westmere",
        "Here for one term.",
        "a guest of Northbridge for two more weeks",
        (
            Belonging(NORTHBRIDGE, kind=MemberKind.GUEST, department="biology", days=14),
            Belonging(WESTMERE, department="textile-design"),
        ),
    ),
    Persona(
        "Simon Achterberg",
        "tidewater",
        "Bolts, bearings, budgets.",
        "a partner of Westmere, and the owner of Tidewater Robotics",
        (Belonging(TIDEWATER, Role.OWNER, _STAFF), Belonging(WESTMERE, kind=MemberKind.PARTNER)),
    ),
    Persona(
        "Wanda Petrov",
        "tidewater",
        "Finds people for robots.",
        "an editor of a company: writes the job postings",
        (Belonging(TIDEWATER, Role.EDITOR, _STAFF),),
    ),
    Persona(
        "Elif Kaplan",
        "northbridge",
        "Plants and proofs.",
        "invited to Halide Studio",
        (Belonging(NORTHBRIDGE, department="biology"), Belonging(HALIDE, status=MembershipStatus.INVITED)),
    ),
    Persona(
        "Marco Bellini",
        "northbridge",
        "",
        "was not accepted by Westmere",
        (Belonging(NORTHBRIDGE, department="architecture"), Belonging(WESTMERE, status=MembershipStatus.REJECTED)),
    ),
    Persona(
        "Chiara Okonjo",
        "westmere",
        "Two universities, one bicycle.",
        "a member of both universities and of the studio",
        (
            Belonging(WESTMERE, Role.ADMIN, _FACULTY, department="photography"),
            Belonging(NORTHBRIDGE, kind=_FACULTY, department="art-history"),
            Belonging(HALIDE, Role.EDITOR, MemberKind.PARTNER),
        ),
    ),
    Persona(
        "Henrik Lund",
        "westmere",
        "Rector, reluctantly.",
        "the owner of Westmere School of Design",
        (Belonging(WESTMERE, Role.OWNER, _FACULTY),),
    ),
    Persona(
        "Salma Rahimi",
        "westmere",
        "Workshops, keys, first aid.",
        "an editor of Westmere: posts officially",
        (Belonging(WESTMERE, Role.EDITOR, _STAFF, department="textile-design"),),
    ),
)
