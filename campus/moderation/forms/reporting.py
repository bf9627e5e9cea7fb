"""The form of a report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wtforms import BooleanField, RadioField, SelectMultipleField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types

from campus.accounts.forms import Form
from campus.moderation.actions import checked_category
from campus.moderation.kinds import Category, ReportDraft, TargetKind
from campus.moderation.wording import CATEGORIES

if TYPE_CHECKING:
    from campus.moderation.models import Report
    from campus.moderation.targets import Facts

MEANING: dict[Category, str] = {
    Category.SPAM: "Advertising, repeated posts, links that lead astray.",
    Category.HARASSMENT: "It threatens, humiliates or pursues somebody. It is looked at first.",
    Category.HATE: "It attacks people for what they are.",
    Category.INTIMATE: "A naked or intimate picture. It is hidden at once.",
    Category.DEPICTED: "You do not want to be shown here.",
    Category.IMPERSONATION: "It pretends to come from somebody else.",
    Category.INTERNAL: "It was meant for fewer people than can see it.",
    Category.COPYRIGHT: "It is somebody else's work, or its maker is not named.",
    Category.OTHER: "Say below what is wrong.",
}
WITH_PHOTOS = frozenset({TargetKind.POST, TargetKind.PHOTO})


class ReportForm(Form):
    """A report of one thing, filled with what she said about it before."""

    category = RadioField("What is wrong?", choices=[], validate_choice=False)
    photos = SelectMultipleField("Which photos? (optional)", coerce=int, choices=[], validate_choice=False)
    note = TextAreaField("Anything we should know? (optional)", render_kw={"rows": 3})
    mute = BooleanField()
    block = BooleanField()

    def offer(self, found: Facts, positions: list[int], earlier: Report | None) -> None:
        """What can be said about this thing; while nothing is sent, what she said before."""
        fits = [each for each in Category if each is not Category.DEPICTED or found.target.kind in WITH_PHOTOS]
        self.category.choices = [SelectChoice(each.value, CATEGORIES[each]) for each in fits]
        self.positions = positions
        self.photos.choices = [SelectChoice(position, str(position)) for position in positions]
        if earlier is not None and not self.is_submitted():
            self.category.data = earlier.category.value
            self.note.data = earlier.note
            self.photos.data = list(earlier.photos)

    def draft(self) -> ReportDraft:
        """What is said.

        Raises:
            Invalid: no category is chosen (`field` is "category").
        """
        chosen = tuple(position for position in self.photos.data or () if position in self.positions)
        return ReportDraft(checked_category(self.text("category")), self.note.data or "", chosen)
