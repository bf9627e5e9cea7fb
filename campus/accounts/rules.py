"""The form of what people enter about themselves: addresses, handles, names. Pure; each rule returns the clean value."""

from __future__ import annotations

import re
import unicodedata

import email_validator
from email_validator import EmailNotValidError, validate_email

from campus.platform.errors import Invalid

MOST_NAME = 80
MOST_BIO = 500
MOST_ADDRESS = 254
HANDLE = re.compile(r"[a-z0-9_]{2,30}")
LONGEST_BASE = 24  # leaves room for the number that makes a handle unique

# Words that would read as the site's own voice, or as a path of it.
_RESERVED = (
    "about abuse account accounts admin administrator all anonymous api bookmarks campus comments contact deleted "
    "everyone explore feed graphql help here home info legal livez login logout mail me media metrics moderation "
    "moderator nobody notifications null official photocampus posts postmaster privacy readyz report reset root "
    "search security self settings signup staff static support system team undefined user users verify webmaster "
    "you"
)
RESERVED = frozenset(_RESERVED.split())

# A campus may well live under .local or .internal, and demonstrations under .example: an address proves itself by the mail
# that arrives there, not by its spelling. (The list is the library's documented setting.)
email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()


def address(raw: str) -> str:
    """An e-mail address in the one form it is kept and compared in: ASCII, lower case.

    Raises:
        Invalid: it is none.
    """
    text = raw.strip()
    if not text or len(text) > MOST_ADDRESS:
        raise Invalid("Enter an e-mail address.", field="email")
    try:
        parsed = validate_email(text, check_deliverability=False, allow_smtputf8=False)
    except (EmailNotValidError, UnicodeError) as error:
        raise Invalid("This is not an e-mail address we can send to.", field="email") from error
    return (parsed.ascii_email or parsed.normalized).lower()


def domain(of_address: str) -> str:
    """The part after the @."""
    return of_address.rpartition("@")[2]


def handle(raw: str) -> str:
    """A handle somebody chose.

    Raises:
        Invalid: not 2 to 30 of a-z, 0-9 and _, or a reserved word.
    """
    text = raw.strip().removeprefix("@").lower()
    if not HANDLE.fullmatch(text):
        raise Invalid("A handle has 2 to 30 letters a-z, digits or underscores.", field="handle")
    if text in RESERVED:
        raise Invalid("This handle is reserved. Please choose another.", field="handle")
    return text


def handle_from(name: str) -> str:
    """A handle suggested by a name: "Åsa Öberg" becomes asa_oberg. May be taken, or reserved."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:LONGEST_BASE].strip("_")
    return base if HANDLE.fullmatch(base) else "person"


def name(raw: str) -> str:
    """A person's name on one line.

    Raises:
        Invalid: empty, longer than 80 characters, or holding control characters.
    """
    text = " ".join(plain(raw, field="name").split())
    if not text:
        raise Invalid("Enter a name.", field="name")
    if len(text) > MOST_NAME:
        raise Invalid(f"The name is longer than {MOST_NAME} characters.", field="name")
    return text


def bio(raw: str) -> str:
    """What a person says about herself; lines are kept.

    Raises:
        Invalid: longer than 500 characters, or holding control characters.
    """
    text = plain(raw.replace("\r\n", "\n"), field="bio", lines=True).strip()
    if len(text) > MOST_BIO:
        raise Invalid(f"The text is longer than {MOST_BIO} characters.", field="bio")
    return text


def plain(raw: str, *, field: str, lines: bool = False) -> str:
    """The text in composed form (NFC).

    Raises:
        Invalid: it holds control characters (NUL among them), lone surrogates, or marks that turn the direction of what follows.
    """
    allowed = "\n\t" if lines else "\t"
    for letter in raw:
        hidden = unicodedata.category(letter) in {"Cc", "Cs"} and letter not in allowed
        if hidden or "\u202a" <= letter <= "\u202e" or "\u2066" <= letter <= "\u2069":
            raise Invalid("The text holds a character that cannot be shown.", field=field)
    return unicodedata.normalize("NFC", raw)
