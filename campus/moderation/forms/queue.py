"""The filters of the queue, and what is done with several cases at once."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from wtforms import HiddenField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types

from campus.accounts.forms import Form
from campus.moderation.kinds import (
    Action,
    CaseScope,
    Category,
    DecisionDraft,
    Measure,
    TargetKind,
)
from campus.moderation.queries.listing import Filters
from campus.moderation.wording import CATEGORIES, KINDS
from campus.organizations.queries import OrganizationNotFound, by_slug
from campus.platform.errors import Invalid

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

    from campus.moderation.desks import Desk

ANY = SelectChoice("", "Any")
AGES = {
    "1h": ("Longer than an hour", timedelta(hours=1)),
    "24h": ("Longer than a day", timedelta(hours=24)),
    "3d": ("Longer than three days", timedelta(days=3)),
    "7d": ("Longer than a week", timedelta(days=7)),
}
MOST_AT_ONCE = 50


class QueueForm(Form):
    """The filters, in the address."""

    organization = StringField("Organization", render_kw={"placeholder": "its short name", "autocomplete": "off"})
    category = SelectField("Reported as", choices=[ANY, *(SelectChoice(each.value, CATEGORIES[each]) for each in Category)])
    kind = SelectField("About a", choices=[ANY, *(SelectChoice(each.value, KINDS[each]) for each in TargetKind)])
    age = SelectField("Waiting", choices=[ANY, *(SelectChoice(key, words) for key, (words, _) in AGES.items())])

    def __init__(self, given: MultiDict[str, str], desk: Desk) -> None:
        super().__init__(given, meta={"csrf": False})
        if desk.organization:
            del self.organization
        self.desk = desk

    def chosen(self) -> dict[str, str]:
        """The filters that are set, as they stand in the address."""
        return {name: value for name in self._fields if (value := self.text(name).strip())}

    def filters(self) -> Filters:
        """What of the desk's cases is shown.

        Raises:
            Invalid: a filter names what there is not; it names the field.
        """
        given = self.chosen()
        for name, known in (("category", set(Category)), ("kind", set(TargetKind)), ("age", set(AGES))):
            if name in given and given[name] not in known:
                raise Invalid("There is nothing like that.", field=name)
        organization_id, scope = self.desk.organization_id, CaseScope.ORG if self.desk.organization else None
        return Filters(
            organization_id=organization_id or self._organization(given.get("organization")),
            category=Category(given["category"]) if "category" in given else None,
            kind=TargetKind(given["kind"]) if "kind" in given else None,
            scope=scope,
            older_than=AGES[given["age"]][1] if "age" in given else None,
        )

    def _organization(self, slug: str | None) -> int | None:
        try:
            return by_slug(slug).id if slug else None
        except OrganizationNotFound as error:
            raise Invalid("There is no such organization.", field="organization") from error


class Bulk(StrEnum):
    """What can be done with several cases at once."""

    CLAIM = "claim"
    NO_ACTION = "no_action"
    HIDE = "hide"


REASONS = {
    Bulk.NO_ACTION: "We found no breach of the rules.",
    Bulk.HIDE: "This is advertising, which has no place here.",
}


class BulkForm(Form):
    """Several cases, and the one thing that is done with them."""

    cases = SelectMultipleField(coerce=int, choices=[], validate_choice=False)
    act = HiddenField()
    sure = HiddenField()
    reason = TextAreaField("The reason, which each author reads", render_kw={"rows": 3})

    def chosen(self) -> list[int]:
        """The cases, each once.

        Raises:
            Invalid: none, or too many.
        """
        found = list(dict.fromkeys(self.cases.data or ()))
        if not 1 <= len(found) <= MOST_AT_ONCE:
            raise Invalid(f"Choose between one and {MOST_AT_ONCE} cases.", field="cases")
        return found

    def wanted(self) -> Bulk:
        """What is done.

        Raises:
            Invalid: nothing that can be.
        """
        if self.text("act") not in set(Bulk):
            raise Invalid("Choose what is done with these cases.", field="act")
        return Bulk(self.text("act"))

    def draft(self) -> DecisionDraft:
        """The decision that each of these cases gets."""
        hides = self.wanted() is Bulk.HIDE
        measure = Measure(Action.HIDE if hides else Action.NO_ACTION)
        return DecisionDraft(self.text("reason"), (measure,), rule=Category.SPAM if hides else None)
