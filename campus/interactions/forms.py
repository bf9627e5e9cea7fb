"""What the pages of interactions take in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wtforms import HiddenField, TextAreaField

from campus.accounts.forms import Form
from campus.platform.inputs import uuid_or_none

if TYPE_CHECKING:
    import uuid


class CommentForm(Form):
    """A comment. The verb judges the text; a refused one stays in the form."""

    text = TextAreaField("Write a comment")  # type: ignore[assignment]  # in the place of the form's reader of fields
    submission = HiddenField()

    def sent_as(self) -> uuid.UUID | None:
        """The identity of this one sending, the same when it is sent twice."""
        return uuid_or_none(self.submission.data or "")
