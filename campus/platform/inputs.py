"""What comes from outside and PostgreSQL cannot hold: NUL, half a surrogate pair, bytes that are no UTF-8, numbers too large.

Each is dealt with in one place.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from flask import request
from werkzeug.routing import IntegerConverter

from campus.platform.errors import CampusError, Invalid
from campus.platform.keys import BIGGEST

if TYPE_CHECKING:
    from collections.abc import Iterable

REPLACEMENT = "\ufffd"


class UnreadableRequest(CampusError):
    """An address with characters that mean nothing."""

    status = 400
    title = "This address cannot be read"


class UnreadableText(Invalid):
    """A field with characters that mean nothing."""

    title = "This text cannot be read"


class Number(IntegerConverter):
    """`<int:…>` in an address. What is larger than a column holds is 0, an id of nothing: every view knows what to say then."""

    def to_python(self, value: str) -> int:
        """The number, or 0."""
        number: int = super().to_python(value)
        return number if number <= BIGGEST else 0


def clean_text(text: str) -> str:
    """The text with every line ended as it is stored, by one character.

    Raises:
        UnreadableText: it holds a NUL character or half of a surrogate pair.
    """
    if not is_clean(text):
        raise UnreadableText("The text contains characters that cannot be stored. Please type it again.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def is_clean(text: str) -> bool:
    """Whether PostgreSQL can hold it."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def uuid_or_none(text: str) -> uuid.UUID | None:
    """The identity a form carries, or None if it carries none that can be read."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def refuse_unreadable() -> None:
    """Before every request: no view sees a path, a query or a form with such characters.

    Raises:
        UnreadableRequest: in the address.
        UnreadableText: in a form's field.
    """
    parts = (request.path, *(request.view_args or {}).values(), *_items(request.args))
    if not (all(map(_readable, parts)) and _is_utf8(unquote_to_bytes(request.query_string))):
        raise UnreadableRequest("The address contains characters that cannot be read.")
    if request.method == "POST" and request.mimetype in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        if request.mimetype != "multipart/form-data" and not _is_utf8(unquote_to_bytes(request.get_data())):
            raise UnreadableText("The text contains characters that cannot be stored. Please type it again.")
        named: Iterable[tuple[str | None, list[str]]] = request.form.lists()  # a part whose header is broken has no name
        for name, values in named:
            if name is None or not all(map(is_clean, (name, *values))):
                raise UnreadableText("The text contains characters that cannot be stored. Please type it again.", field=name)


def _items(values: Any) -> Iterable[str]:
    return [text for name, texts in values.lists() for text in (name, *texts)]


def _is_utf8(raw: bytes) -> bool:
    """What is not, Werkzeug would hand on as if somebody had typed the percent signs."""
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _readable(part: object) -> bool:
    """Bytes that are no UTF-8 arrive as replacement characters."""
    return not isinstance(part, str) or (is_clean(part) and REPLACEMENT not in part)
