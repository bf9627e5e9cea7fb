"""What the pages of accounts take in. Forms bind; the verbs judge, and `refuse` puts their answer beside the field."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    EmailField,
    FileField,
    HiddenField,
    PasswordField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types

from campus.accounts import passwords, rules
from campus.accounts.models import Algorithm, Scope, Theme, TokenScope
from campus.accounts.tokens import BadExpiry

if TYPE_CHECKING:
    from datetime import datetime

    from wtforms import Field

    from campus.platform.errors import CampusError

ALGORITHMS = [
    SelectChoice(Algorithm.MIXED, "For you: recent, lively and close to you"),
    SelectChoice(Algorithm.CHRONOLOGICAL, "Newest first"),
    SelectChoice(Algorithm.ENGAGEMENT, "Most discussed first"),
]
SCOPES = [SelectChoice(Scope.ALL, "Everything I may see"), SelectChoice(Scope.FOLLOWING, "Only what I follow and belong to")]
THEMES = [SelectChoice(Theme.SYSTEM, "As my device"), SelectChoice(Theme.LIGHT, "Light"), SelectChoice(Theme.DARK, "Dark")]

TOKEN_SCOPES = [
    SelectChoice(TokenScope.READ, "Read: what you see, the program sees"),
    SelectChoice(TokenScope.WRITE, "Write: post, comment, like, follow and join in your name"),
    SelectChoice(TokenScope.MODERATE, "Moderate: take away what others wrote, where you are a moderator"),
]
NO_END = "never"
PICTURES = "image/jpeg,image/png,image/webp,image/avif,image/heic,.heic,.heif"
TOKEN_ENDS = [
    SelectChoice("30", "In 30 days"),
    SelectChoice("90", "In 90 days"),
    SelectChoice("365", "In a year"),
    SelectChoice(NO_END, "Never: until I revoke it"),
]


class Form(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A form that shows what a verb said."""

    def refuse(self, error: CampusError) -> None:
        """Put the error beside the field it names, or above the form."""
        if error.field in self._fields:
            field = self._fields[error.field]
            field.errors = [*field.errors, str(error)]
        else:
            self.form_errors.append(str(error))

    def text(self, name: str) -> str:
        """What a field holds; empty when the request did not name it."""
        return str(self._fields[name].data or "")


def _password(label: str, autocomplete: str) -> Field:
    # No maxlength: a browser would cut a pasted password without a word.
    return PasswordField(label, render_kw={"autocomplete": autocomplete, "required": True})


def _email() -> Field:
    keywords = {"autocomplete": "email", "maxlength": rules.MOST_ADDRESS, "required": True}
    return EmailField("E-mail address", render_kw=keywords)


class SignInForm(Form):
    """/login."""

    email = EmailField("E-mail address", render_kw={"autocomplete": "username", "required": True, "autofocus": True})
    password = _password("Password", "current-password")
    remember = BooleanField("Stay signed in on this device for 30 days")
    next = HiddenField()


class SignUpForm(Form):
    """/signup."""

    name = StringField("Name", render_kw={"autocomplete": "name", "maxlength": rules.MOST_NAME, "required": True})
    email = _email()
    password = _password(f"Password, at least {passwords.LEAST} characters", "new-password")
    invitation = HiddenField()
    handle = StringField("Handle (optional)", render_kw={"autocomplete": "off", "maxlength": 31, "spellcheck": "false"})


class AddressForm(Form):
    """/reset, and a further address in the settings."""

    email = _email()


class NewPasswordForm(Form):
    """/reset/<token>."""

    password = _password(f"New password, at least {passwords.LEAST} characters", "new-password")


class ChangePasswordForm(Form):
    """The password in the settings."""

    current = _password("Present password", "current-password")
    password = _password(f"New password, at least {passwords.LEAST} characters", "new-password")
    revoke_tokens = BooleanField("Revoke my personal tokens, too")


class ConfirmForm(Form):
    """A button, and nothing to fill in."""


class SettingsForm(Form):
    """/settings: the profile, the colours, the feed."""

    name = StringField("Name", render_kw={"autocomplete": "name", "maxlength": rules.MOST_NAME, "required": True})
    bio = TextAreaField("About you", render_kw={"maxlength": rules.MOST_BIO, "rows": 4})
    theme = SelectField("Colours", choices=THEMES, coerce=Theme)
    algorithm = SelectField("Order of the feed", choices=ALGORITHMS, coerce=Algorithm)
    scope = SelectField("What the feed shows", choices=SCOPES, coerce=Scope)
    auto_load = BooleanField("Load more posts while scrolling")


class PictureForm(Form):
    """A picture that stands beside a name: of a person, or of an organization."""

    picture = FileField("Choose a picture", render_kw={"accept": PICTURES, "required": True})


class TokenForm(Form):
    """/settings/tokens."""

    name = StringField("What is it for?", render_kw={"maxlength": rules.MOST_NAME, "required": True, "autocomplete": "off"})
    scopes = SelectMultipleField("What may it do?", choices=TOKEN_SCOPES, validate_choice=False, default=[TokenScope.READ.value])
    ends = SelectField("When does it end?", choices=TOKEN_ENDS, validate_choice=False, default="90")

    def chosen_scopes(self) -> frozenset[TokenScope]:
        """The boxes that are ticked; what is no scope is left out."""
        return frozenset(scope for scope in TokenScope if scope.value in (self.scopes.data or ()))

    def end(self, now: datetime) -> datetime | None:
        """When the token ends; None for never.

        Raises:
            BadExpiry: none of the choices.
        """
        chosen = self.text("ends")
        if chosen == NO_END:
            return None
        if chosen not in {choice.value for choice in TOKEN_ENDS}:
            raise BadExpiry("Choose when the token ends.", field="ends")
        return now + timedelta(days=int(chosen))
