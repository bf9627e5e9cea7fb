"""What may stand in a log: no address, no token, no text that somebody wrote.

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
