"""What the pages of management take in. Forms bind; the verbs judge, and the form shows what they say."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from flask import request
from wtforms import DateField, FileField, IntegerField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import Optional

from campus.accounts.forms import Form
from campus.organizations import sheets
from campus.organizations.actions import MOST_ANSWERED, MOST_USES, MemberChange, Profile, Terms
from campus.organizations.actions.founding import MAX_NAME
from campus.organizations.actions.keeping import MAX_ABOUT, MAX_PLACE
from campus.organizations.invitations import LONGEST_DAYS
from campus.organizations.models import JoinPolicy, MemberKind, Role
from campus.organizations.roster import Ends, Standing, Wanted
from campus.organizations.terms import end_of, last_day
from campus.platform.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from campus.organizations.places import DepartmentPlace
    from campus.organizations.rights import Managed
    from campus.organizations.roster import RosterEntry
    from campus.organizations.sheets import Sheet

E = TypeVar("E", bound=StrEnum)

MOST_WORDS = 100
DIGITS = 19  # of a bigint
TICKED = "ticked"
STANDINGS = {
    Standing.ACTIVE: "Active",
    Standing.PENDING: "Asking to join",
    Standing.INVITED: "Invited",
    Standing.ENDED: "Ended or removed",
    Standing.REJECTED: "Turned down",
}
ENDS = {Ends.SOON: "Within 30 days", Ends.SOME_DAY: "Some day", Ends.NEVER: "Never"}
KINDS = [SelectChoice(kind, kind.value.capitalize()) for kind in MemberKind]
JOINING = [
    SelectChoice(JoinPolicy.OPEN, "Everybody, at once"),
    SelectChoice(JoinPolicy.DOMAIN, "Who has a verified address of its domains, at once"),
    SelectChoice(JoinPolicy.APPROVAL, "Who asks and is approved"),
    SelectChoice(JoinPolicy.CLOSED, "Only who is invited or added"),
]
AUDIENCES = [SelectChoice("organization", "Members of the organization"), SelectChoice("public", "Everybody")]
ANY = SelectChoice("", "Any")


def department_choices(departments: Sequence[DepartmentPlace]) -> list[SelectChoice]:
    """Departments to choose among."""
    return [SelectChoice(place.id, place.name) for place in departments]


def chosen_ids(field: SelectMultipleField, departments: Sequence[DepartmentPlace]) -> frozenset[int]:
    """The departments that are ticked; what is none of these is left out."""
    return frozenset(place.id for place in departments if place.id in set(field.data or ()))


class FilterForm(Form):
    """GET /o/<slug>/manage/members."""

    class Meta(Form.Meta):  # type: ignore[name-defined,misc]  # Flask-WTF has no types
        """It only reads."""

        csrf = False

    q = StringField("Name or handle", render_kw={"type": "search", "maxlength": MOST_WORDS, "autocomplete": "off"})
    role = SelectField("Role", validate_choice=False)
    kind = SelectField("Kind", choices=[ANY, *KINDS], validate_choice=False)
    department = SelectField("Department", validate_choice=False)
    standing = SelectField("Status", validate_choice=False)
    ends = SelectField("Ends", validate_choice=False)

    def offer(self, departments: Sequence[DepartmentPlace]) -> None:
        """Fill the choices."""
        self.role.choices = [ANY, *(SelectChoice(role, role.value.capitalize()) for role in Role)]
        self.department.choices = [ANY, *(SelectChoice(place.slug, place.name) for place in departments)]
        self.standing.choices = [*(SelectChoice(each, words) for each, words in STANDINGS.items()), SelectChoice("all", "Any")]
        self.ends.choices = [ANY, *(SelectChoice(each, words) for each, words in ENDS.items())]

    def wanted(self, departments: Sequence[DepartmentPlace]) -> Wanted:
        """Which people; what is none of the choices lets everybody through."""
        slug, standing = self.text("department"), self.text("standing")
        return Wanted(
            words=self.text("q")[:MOST_WORDS],
            role=_member(Role, self.text("role")),
            kind=_member(MemberKind, self.text("kind")),
            department_id=next((place.id for place in departments if place.slug == slug), None),
            standing=None if standing == "all" else _member(Standing, standing) or Standing.ACTIVE,
            ends=_member(Ends, self.text("ends")),
        )

    def query(self) -> dict[str, str]:
        """What is chosen, for the address of the next page."""
        return {name: value for name in self._fields if (value := self.text(name))}


class MemberForm(Form):
    """/o/<slug>/manage/members/<handle>."""

    role = SelectField("Role", validate_choice=False)
    kind = SelectField("Kind", choices=KINDS, validate_choice=False)
    departments = SelectMultipleField("Departments", coerce=int, validate_choice=False)
    until = DateField("Last day (optional)", validators=[Optional()])

    def offer(self, place: Managed, person: RosterEntry, departments: Sequence[DepartmentPlace]) -> None:
        """Fill the choices, and what is true now into a form that nobody has sent."""
        roles = [role for role in Role if role in {*place.grantable, person.role}]
        self.role.choices = [SelectChoice(role, role.value.capitalize()) for role in roles]
        self.departments.choices = department_choices(departments)
        if request.method == "GET":
            self.role.data, self.kind.data = person.role.value, person.kind.value
            self.departments.data = [each.id for each in person.departments]
            self.until.data = last_day(person.until) if person.until else None

    def change(self, departments: Sequence[DepartmentPlace]) -> MemberChange:
        """What shall be different.

        Raises:
            Invalid: the role, the kind or the day is none.
        """
        if self.until.errors:
            raise Invalid("This is not a day.", field="until")
        role, kind = _member(Role, self.text("role")), _member(MemberKind, self.text("kind"))
        if role is None or kind is None:
            raise Invalid("Choose one of these.", field="role" if role is None else "kind")
        until = end_of(self.until.data) if self.until.data else None
        return MemberChange(role=role, kind=kind, department_ids=chosen_ids(self.departments, departments), until=until)


class AdmitForm(Form):
    """POST /o/<slug>/manage/members: somebody to add."""

    handle = StringField("Handle", render_kw={"maxlength": 31, "autocomplete": "off", "spellcheck": "false"})


class AnswerForm(Form):
    """/o/<slug>/manage/requests. `approve` and `reject` are buttons: `ticked`, or the id of one person."""

    kind = SelectField("They are", choices=[SelectChoice("", "As they are"), *KINDS], validate_choice=False)
    departments = SelectMultipleField("Departments", coerce=int, validate_choice=False)

    @property
    def approves(self) -> bool:
        """Which of the buttons it was."""
        return "approve" in request.form

    def user_ids(self) -> list[int]:
        """Whose requests are answered."""
        button = request.form.get("approve") or request.form.get("reject") or ""
        named = request.form.getlist("user") if button == TICKED else [button]
        return [int(each) for each in named[:MOST_ANSWERED] if each.isascii() and each.isdigit() and len(each) < DIGITS]

    def chosen_kind(self) -> MemberKind | None:
        """What they shall be to the organization; None to leave it."""
        return _member(MemberKind, self.text("kind"))


class InvitationForm(Form):
    """/o/<slug>/manage/invitations, and the addresses to invite: what whoever accepts becomes."""

    role = SelectField("Role", validate_choice=False, default=Role.MEMBER)
    kind = SelectField("They are", choices=KINDS, validate_choice=False, default=MemberKind.STUDENT)
    departments = SelectMultipleField("Departments", coerce=int, validate_choice=False)
    uses = IntegerField("For how many people", default=1, render_kw={"min": 1, "max": MOST_USES})
    days = IntegerField("For how many days", default=14, render_kw={"min": 1, "max": LONGEST_DAYS})
    addresses = TextAreaField("Addresses, one a line", render_kw={"rows": 6, "autocomplete": "off", "spellcheck": "false"})
    file = FileField("Or a CSV file", render_kw={"accept": ".csv,.txt,text/csv,text/plain"})

    def offer(self, place: Managed, departments: Sequence[DepartmentPlace]) -> None:
        """Fill the choices: only owners invite to more than membership."""
        roles = list(Role) if place.role is Role.OWNER else [Role.MEMBER]
        self.role.choices = [SelectChoice(role, role.value.capitalize()) for role in roles]
        self.departments.choices = department_choices(departments)

    def terms(self, departments: Sequence[DepartmentPlace], *, by_mail: bool = False) -> Terms:
        """What the invitation says.

        Raises:
            Invalid: a choice is none, or a number is no number.
        """
        role, kind = _member(Role, self.text("role") or Role.MEMBER), _member(MemberKind, self.text("kind"))
        if role is None or kind is None:
            raise Invalid("Choose one of these.", field="role" if role is None else "kind")
        uses = 1 if by_mail else self.uses.data
        if uses is None or self.days.data is None:
            raise Invalid("Enter a whole number.", field="uses" if uses is None else "days")
        placed = chosen_ids(self.departments, departments)
        return Terms(role=role, kind=kind, department_ids=placed, uses=uses, days=self.days.data)

    def sheet(self) -> Sheet:
        """The addresses: those of the file if there is one, else those of the field.

        Raises:
            Invalid: there are none, too many, or the file is no text.
        """
        sent = request.files.get("file")
        if sent is not None and sent.filename:
            return sheets.read(sheets.decoded(sent.stream.read(sheets.MOST_BYTES + 1)))
        return sheets.read(self.text("addresses"))


class DomainForm(Form):
    """/o/<slug>/manage/domains."""

    domain = StringField("Domain", render_kw={"maxlength": 253, "placeholder": "example.edu", "autocomplete": "off"})


class DepartmentForm(Form):
    """/o/<slug>/manage/departments."""

    name = StringField("Name", render_kw={"maxlength": MAX_NAME, "autocomplete": "off"})
    slug = StringField("Short name in addresses", render_kw={"maxlength": 50, "autocomplete": "off", "spellcheck": "false"})
    move_to = SelectField("Its members", validate_choice=False)

    def offer(self, others: Sequence[DepartmentPlace]) -> None:
        """Where the members of one that is removed may go."""
        nowhere = SelectChoice("", "Stay members, without a department")
        self.move_to.choices = [nowhere, *(SelectChoice(place.slug, f"Move to {place.name}") for place in others)]


class OrganizationForm(Form):
    """/o/<slug>/manage/settings."""

    name = StringField("Name", render_kw={"maxlength": MAX_NAME, "required": True})
    about = TextAreaField("About", render_kw={"maxlength": MAX_ABOUT, "rows": 6, "dir": "auto"})
    place = StringField("Place", render_kw={"maxlength": MAX_PLACE})
    join_policy = SelectField("Who may join", choices=JOINING, validate_choice=False)
    default_audience = SelectField(
        "Who sees a new post, unless its author says otherwise", choices=AUDIENCES, validate_choice=False
    )

    def profile(self) -> Profile:
        """What was entered.

        Raises:
            Invalid: there is no such join policy.
        """
        policy = _member(JoinPolicy, self.text("join_policy"))
        if policy is None:
            raise Invalid("Choose one of these.", field="join_policy")
        return Profile(
            name=self.text("name"),
            about=self.text("about"),
            place=self.text("place"),
            join_policy=policy,
            default_audience=self.text("default_audience"),
        )


def _member(kind: type[E], value: str) -> E | None:
    return kind(value) if value in set(kind) else None
