"""The pages of accounts: in, out, up, the links from mails, the settings."""

from campus.accounts.views import entry, preferences, recovery, tokens
from campus.accounts.views.blueprint import blueprint, init_app

__all__ = ["blueprint", "entry", "init_app", "preferences", "recovery", "tokens"]
