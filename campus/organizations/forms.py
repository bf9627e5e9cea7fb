"""What the pages of management take in. Forms bind; the verbs judge, and the form shows what they say."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from flask import request
from wtforms import DateField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import Optional

from campus.accounts.forms import Form
from campus.organizations.actions import MOST_ANSWERED, MemberChange
from campus.organizations.models import MemberKind, Role
from campus.organizations.roster import Ends, Standing, Wanted
from campus.organizations.terms import end_of, last_day
from campus.platform.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from campus.organizations.places import DepartmentPlace
    from campus.organizations.rights import Managed
    from campus.organizations.roster import RosterEntry

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


def _member(kind: type[E], value: str) -> E | None:
    return kind(value) if value in set(kind) else None
