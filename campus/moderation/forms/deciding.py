"""The form of a decision: a rule, a reason, and one or several measures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wtforms import BooleanField, IntegerField, RadioField, SelectField, SelectMultipleField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import Optional

from campus.accounts.forms import Form
from campus.moderation.fitting import actions_for
from campus.moderation.kinds import PAUSES, Action, Category, DecisionDraft, Measure
from campus.moderation.wording import ACTIONS, RULES, in_days
from campus.platform.errors import Invalid
from campus.posts.models import Audience

if TYPE_CHECKING:
    from collections.abc import Sequence

    from campus.moderation.models import Case
    from campus.moderation.seats import Seat
    from campus.posts.models import Photo

AUDIENCES = {
    Audience.ORGANIZATION: "Members of the organization",
    Audience.DEPARTMENT: "Members of the department",
    Audience.FOLLOWERS: "Followers of the author",
    Audience.ONLY_ME: "The author alone",
}
DAYS = [SelectChoice(str(days), in_days(days)) for days in PAUSES]


class DecisionForm(Form):
    """What is decided. Each measure says for itself what it needs."""

    rule = RadioField(
        "Which rule was broken?", choices=[SelectChoice(each.value, RULES[each]) for each in Category], validate_choice=False
    )
    measures = SelectMultipleField("What is done?", choices=[], validate_choice=False)
    photos = SelectMultipleField("Which photos?", coerce=int, choices=[], validate_choice=False)
    audience = SelectField("Who may still see it", choices=[], validate_choice=False)
    pause = SelectField("For how long", choices=DAYS)
    pause_here = SelectField("For how long", choices=DAYS)
    suspend = IntegerField("For how many days (empty: until it is lifted)", [Optional()])
    reason = TextAreaField("The reason, which the author reads", render_kw={"rows": 4})
    tell_reporters = BooleanField("Tell those who reported it what came of it", default=True)

    def offer(self, seat: Seat, case: Case, photos: Sequence[Photo], audiences: list[Audience]) -> None:
        """What can be decided about this case by her; while nothing is sent, the rule it was reported under."""
        self.measures.choices = [SelectChoice(action.value, ACTIONS[action]) for action in actions_for(seat, case)]
        self.photos.choices = [SelectChoice(photo.id, str(photo.position)) for photo in photos]
        self.audience.choices = [SelectChoice(each.value, AUDIENCES[each]) for each in audiences]
        if not self.is_submitted() and case.category is not None:
            self.rule.data = case.category.value

    def draft(self) -> DecisionDraft:
        """The decision as it stands in the form.

        Raises:
            Invalid: it names what cannot be chosen (`field` is "rule" or "measures").
        """
        rule, named = self.text("rule"), list(self.measures.data or ())
        if rule and rule not in set(Category):
            raise Invalid("There is no such rule.", field="rule")
        if not set(named) <= set(Action):
            raise Invalid("There is no such measure.", field="measures")
        measures = tuple(self._measure(Action(each)) for each in named)
        return DecisionDraft(self.text("reason"), measures, Category(rule) if rule else None, bool(self.tell_reporters.data))

    def _measure(self, action: Action) -> Measure:
        if action is Action.REMOVE_PHOTO:
            return Measure(action, photos=tuple(self.photos.data or ()))
        if action is Action.NARROW:
            wanted = self.text("audience")
            return Measure(action, audience=Audience(wanted) if wanted in set(Audience) else None)
        if action in {Action.PAUSE, Action.PAUSE_HERE}:
            days = self.text(action.value)
            return Measure(action, days=int(days) if days.isdecimal() else None)
        if action is Action.SUSPEND:
            if self.suspend.raw_data and self.suspend.raw_data[0] and self.suspend.data is None:
                raise Invalid("Write the number of days, or nothing.", field="measures")
            return Measure(action, days=self.suspend.data)
        return Measure(action)
