"""The words of moderation: what is reported, why, and what can be done about it. Pure values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from campus.posts.models import Audience

HOLDING_REPORTERS = 3  # so many distinct people hide a thing until it is reviewed
APPEAL_WITHIN = timedelta(days=20)
UNDO_WITHIN = timedelta(days=30)
ERASED_AFTER = timedelta(days=30)  # what a moderator deleted is hidden for so long
KEPT_AFTER_DECISION = timedelta(days=30)  # how long the photos of a snapshot outlive the first decision
ESCALATES_AFTER = timedelta(hours=24)
SAFETY_ESCALATES_AFTER = timedelta(hours=1)
PAUSES = (1, 3, 7)  # days
LONGEST_SUSPENSION = 365  # days; without an end it lasts until it is lifted
MAX_NOTE = 1000
MAX_TEXT = 2000  # of a reason, a moderator's note, an appeal


class TargetKind(StrEnum):
    """What can be reported."""

    POST = "post"
    PHOTO = "photo"
    COMMENT = "comment"
    USER = "user"
    ORGANIZATION = "organization"


class Category(StrEnum):
    """Why something is reported; a decision names one as the rule that was broken."""

    SPAM = "spam"
    HARASSMENT = "harassment"
    HATE = "hate"
    INTIMATE = "intimate"
    DEPICTED = "depicted"
    IMPERSONATION = "impersonation"
    INTERNAL = "internal"
    COPYRIGHT = "copyright"
    OTHER = "other"


SAFETY = frozenset({Category.HARASSMENT, Category.INTIMATE})  # one report is enough to hide, and staff looks at it at once


class CaseScope(StrEnum):
    """Whose a case is: the moderators' of the owning organization, or the site staff's."""

    ORG = "org"
    SITE = "site"


class CaseState(StrEnum):
    """Where a case is in its life."""

    OPEN = "open"
    CLAIMED = "claimed"
    REOPENED = "reopened"
    DECIDED = "decided"
    APPEALED = "appealed"
    UPHELD = "upheld"
    OVERTURNED = "overturned"


UNCLAIMED = (CaseState.OPEN, CaseState.REOPENED)
UNDECIDED = (CaseState.OPEN, CaseState.CLAIMED, CaseState.REOPENED)
CLOSED = (CaseState.DECIDED, CaseState.UPHELD, CaseState.OVERTURNED)


class Action(StrEnum):
    """What a measure does. PAUSE is everywhere, PAUSE_HERE in the organization. HOLD is done by the site itself, never chosen."""

    NO_ACTION = "no_action"
    HIDE = "hide"
    REMOVE_PHOTO = "remove_photo"
    NARROW = "narrow"
    LOCK_COMMENTS = "lock_comments"
    WARN = "warn"
    PAUSE = "pause"
    PAUSE_HERE = "pause_here"
    REMOVE_MEMBER = "remove_member"
    SUSPEND = "suspend"
    DELETE = "delete"
    HOLD = "hold"


class EffectState(StrEnum):
    """Whether what a measure did still stands: it was taken back, it came to its end, or it was for good (erased)."""

    STANDING = "standing"
    REVERSED = "reversed"
    ENDED = "ended"
    ERASED = "erased"


class AppealOutcome(StrEnum):
    """What came of an appeal."""

    UPHELD = "upheld"
    OVERTURNED = "overturned"


class Tab(StrEnum):
    """The tabs of the queue."""

    MINE = "mine"
    UNCLAIMED = "unclaimed"
    CLAIMED = "claimed"  # by whomever
    ESCALATED = "escalated"
    HELD = "held"
    APPEALS = "appeals"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Target:
    """A thing, written `post:12` in addresses, forms and the audit log."""

    kind: TargetKind
    id: int

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


@dataclass(frozen=True, slots=True)
class ReportDraft:
    """What a reporter says: why, in her words (at most 1,000 characters), and which photos of the post, by position."""

    category: Category
    note: str = ""
    photos: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Measure:
    """One action of a decision, with what it needs.

    `photos`: their ids, for REMOVE_PHOTO (none: the reported photo); of a decision that was made, the places they had. `days`: 1,
    3 or 7 for PAUSE and PAUSE_HERE; for SUSPEND up to 365, or None without end. `audience`: for NARROW, the narrower one (None:
    the next).
    """

    action: Action
    photos: tuple[int, ...] = ()
    days: int | None = None
    audience: Audience | None = None


@dataclass(frozen=True, slots=True)
class DecisionDraft:
    """A decision before it is made: the rule (None when nothing was broken), the reason for the author, the measures."""

    reason: str
    measures: tuple[Measure, ...]
    rule: Category | None = None
    tell_reporters: bool = True
