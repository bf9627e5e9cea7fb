"""Forms of the admin pages."""

from __future__ import annotations

from datetime import UTC, datetime

from wtforms import StringField, TextAreaField

from campus.accounts.forms import Form
from campus.admin.actions import MOST_REASON
from campus.admin.announcements import MOST_TEXT, MOST_TITLE
from campus.platform.errors import Invalid

MOMENT = "%Y-%m-%dT%H:%M"
A_MOMENT = {"type": "datetime-local", "required": True}


class SuspendForm(Form):
    """Why somebody is shut out."""

    reason = StringField("Why?", render_kw={"maxlength": MOST_REASON, "required": True, "autocomplete": "off"})


class DomainForm(Form):
    """A domain that proves belonging."""

    domain = StringField("Domain", render_kw={"maxlength": 253, "required": True, "autocomplete": "off", "spellcheck": "false"})


class AnnouncementForm(Form):
    """What is announced, to whom, and for how long; times in UTC."""

    title = StringField("Title", render_kw={"maxlength": MOST_TITLE, "required": True, "autocomplete": "off"})
    body = TextAreaField("Text (optional)", render_kw={"maxlength": MOST_TEXT, "rows": 3})
    organization = StringField("Only for members of (optional)", render_kw={"autocomplete": "off", "spellcheck": "false"})
    begins = StringField("Begins (UTC)", render_kw=A_MOMENT)
    ends = StringField("Ends (UTC)", render_kw=A_MOMENT)

    def moment(self, name: str) -> datetime:
        """The moment a field holds.

        Raises:
            Invalid: none.
        """
        try:
            return datetime.strptime(self.text(name)[:16], MOMENT).replace(tzinfo=UTC)
        except ValueError:
            raise Invalid("Choose a day and a time.", field=name) from None
