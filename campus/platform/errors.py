"""The root of every error a user can cause. Each room names its own beside the verb that raises it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field; in nested input `field` is the way to it, as in `photos.3.alt`."""

    field: str
    message: str


class CampusError(Exception):
    """An anticipated failure, told to the user in one sentence.

    `status` is the HTTP status it is answered with; `title` a heading for page and problem+json; `str(error)` the sentence.
    `field` names the field at fault, where there is one; `errors` every one of several. `headers` go into the answer.
    """

    status = 400
    title = "That did not work"
    headers: Mapping[str, str] = {}

    def __init__(self, message: str = "", *, field: str | None = None, errors: tuple[FieldError, ...] = ()) -> None:
        super().__init__(message or "; ".join(f"{each.field}: {each.message}" for each in errors) or self.title)
        self.field = field or (errors[0].field if errors else None)
        self.errors = errors or ((FieldError(field, str(self)),) if field else ())


class NotFound(CampusError):
    """There is nothing here for this viewer: what she may not see does not exist."""

    status = 404
    title = "Nothing here"


class Forbidden(CampusError):
    """She may see the thing but not do this with it."""

    status = 403
    title = "Not allowed"


class Conflict(CampusError):
    """Somebody else was faster."""

    status = 409
    title = "Somebody changed this"


class Invalid(CampusError):
    """The input breaks a rule; `field` says which part of it."""

    status = 422
    title = "Please check what you entered"


class AuthenticationRequired(CampusError):
    """Nobody is signed in."""

    status = 401
    title = "Please sign in"
