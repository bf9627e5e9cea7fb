"""What may stand in a log or on an operator's screen: no address, no token, no password, no text that somebody wrote.

The product's own lines name ids. What is dropped here comes with errors of others: PostgreSQL quotes the row it refused, a mail
server the address, the web frame the path of a link that opens an account.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import MutableMapping

_NEXT = r"\n\[SQL|\n\nThe above exception|\n\nDuring handling|\n\(Background|\Z"
_QUOTED_ROW = re.compile(rf"\n(?:DETAIL|CONTEXT|QUERY):.*?(?={_NEXT})", re.DOTALL)
_QUOTED_VALUE = re.compile(r"(invalid (?:input|byte)[^\n:]*: |out of range[^\n:]*: )[^\n]*")
_ADDRESS = re.compile(r"[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_LETTER = re.compile(r"(?<=/moderation/letters/)[\w-]+")  # whoever knows this address reads a decision, and may appeal
# At least 20 letters of those that random tokens are written with, of all three kinds: names in a program are of one or two.
_TOKEN = re.compile(r"(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[a-z])(?=[\w-]*[A-Z])[\w-]{20,}")

HIDDEN = "••••••"
_URL = re.compile(r"[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)
_PASSWORD = re.compile(
    r"(?<=://)([^:/?#@]*):(?!\d{1,5}(?:[/?#]|\Z))(.*)@"
)  # what is not a port; to the last @, as people type them
_PARAMETER = re.compile(r"(?<=[?&;#])([^=&;#]*)=([^&;#]*)")
_NAMED = re.compile(r"\b(\w*(?:password|passwd|secret|token)\w*\s*=\s*)[^\s&;,]+", re.IGNORECASE)
# What may be read in the query of a server's address. Anything else there may be a secret, or a secret's name in disguise.
_PLAIN_PARAMETERS = """
host hostaddr port user dbname db from sslmode sslrootcert sslcert sslkey sslnegotiation channel_binding
gssencmode application_name connect_timeout target_session_attrs load_balance_hosts keepalives options protocol timeout
socket_timeout ssl_cert_reqs ssl_ca_certs region
"""
_PLAIN = frozenset(_PLAIN_PARAMETERS.split())


def without_secrets(text: str) -> str:
    """The text with the passwords in its addresses hidden, wherever an address may carry one. Everything else is as it was."""
    return _NAMED.sub(rf"\1{HIDDEN}", _URL.sub(lambda found: _without_password(found[0]), text))


def _without_password(url: str) -> str:
    url = _PASSWORD.sub(rf"\1:{HIDDEN}@", url)
    return _PARAMETER.sub(lambda found: found[0] if found[1] in _PLAIN else f"{found[1]}={HIDDEN}", url)


def cleaned(text: str) -> str:
    """The text without what is nobody's business."""
    text = _QUOTED_ROW.sub("", text)
    text = _QUOTED_VALUE.sub(r"\1…", text)
    text = _LETTER.sub("<token>", _ADDRESS.sub("<address>", text))
    return _TOKEN.sub("<token>", text)


def clean(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A step of structlog's: every text of the line, cleaned."""
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = cleaned(value)
    return event
