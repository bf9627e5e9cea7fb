"""What the pages of interactions take in."""

from __future__ import annotations

from wtforms import TextAreaField

from campus.accounts.forms import Form


class CommentForm(Form):
    """A comment. The verb judges the text; a refused one stays in the form."""

    text = TextAreaField("Write a comment")  # type: ignore[assignment]  # in the place of the form's reader of fields
