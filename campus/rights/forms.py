"""What the pages of one's own data take in."""

from __future__ import annotations

from wtforms import PasswordField

from campus.accounts.forms import Form


class DeleteForm(Form):
    """/settings/data/delete."""

    password = PasswordField("Your password", render_kw={"autocomplete": "current-password", "required": True})
